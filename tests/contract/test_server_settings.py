"""The settings that init prints, put into the servers' own configurations as they stand."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from contract.backends import connection, real
from hand_made import make_spaces
from servers import Server, process
from servers.starting import Start
from spaces_sync.engine.offer import CREATE_NODES
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.ports import ServiceError, Writer
from spaces_sync.profile import MAX_ITEMS, PERSISTENT
from spaces_sync.xmpp.session import writing_session

pytestmark = pytest.mark.newer_servers

Run = Callable[..., "CompletedProcess[str]"]
HEAD = re.compile(r"(/etc/\S+ lacks, beside what is there|check whether /etc/.*):\n")
NODES = 101


def settings(stderr: str, which: str = "") -> str:
    """The lines of configuration that were printed under heads with `which` in them."""
    parts = HEAD.split(stderr)
    found = (text for head, text in zip(parts[1::2], parts[2::2], strict=True) if which in head)
    return "".join(re.match("(?:    .*\n)*", each)[0] for each in found)  # type: ignore[index]  # matches


def done_as_said(text: str) -> str:
    """As who reads the remarks does it, for components that have no such lists."""
    return re.sub("(?m)^( *)-- (?=[a-z_]+ = )", r"\1", text)


def begun(run: Run, server: Server, user: str = "admin") -> str:
    done = run("init", "--no-import", "--force", environment=server.environment(user))
    assert done.returncode == 0, done.stderr
    return done.stderr


def example_applied(run: Run, server: Server, file: Path, user: str = "admin") -> int:
    """Applies the space and the room that the first file has as a remark: the exit code."""
    head, example = re.split("(?m)^# Below.*\n", file.read_text())
    file.write_text(head + re.sub("(?m)^# ?", "", example))
    return int(run("apply", "--yes", file, environment=server.environment(user)).returncode)


def test_what_a_server_without_services_is_told_makes_it_one_with_them(
    run: Run, start_server: Start, tmp_path: Path
):
    with process.temporary_folder() as folder:
        with start_server(folder, services=False) as server:
            done = run("init", environment=server.environment())
        assert done.returncode == 6, done.stderr
        more = settings(done.stderr)
        module = {"space_parent": True} if server.name == "prosody" else {}
        with start_server(folder, services=False, more=more, **module) as server:
            said = begun(run, server)
            assert " lacks" not in said
            may = "may create nodes" if server.name == "prosody" else "whether it may create nodes"
            assert f"    {may}" in said
            assert example_applied(run, server, tmp_path / "spaces.yaml") == 0


def test_a_prosody_with_all_of_it_lacks_nothing(run: Run, start_prosody: Start):
    """With spaces that list a room there is: then each setting is to be seen."""
    with process.temporary_folder() as folder:
        with start_prosody(folder, services=False) as server:
            more = settings(run("init", environment=server.environment()).stderr)
        with start_prosody(folder, services=False, space_parent=True, more=more) as server:

            async def filled() -> None:
                async with writing_session(connection(server)) as session:
                    await make_spaces(session, Jid(server.pubsub), "whitelist")
                async with real(server).acting_as("admin") as writer:
                    hall = Jid("hall-0@rooms.megacorp.example")
                    await writer.create_room(hall, {PERSISTENT: ("true",)}, None)

            asyncio.run(filled())
            left = settings(begun(run, server))
    thirteen = not server.version.startswith("0.")
    assert ("component_admins_as_room_owners = true" in left) is thirteen
    assert bool(left) is thirteen
    assert "modules_enabled" not in left
    assert "pubsub_max_items" not in left


def test_who_may_create_no_nodes_on_prosody_may_with_what_is_printed(
    run: Run, start_prosody: Start
):
    with process.temporary_folder() as folder:
        with start_prosody(folder) as server:
            said = begun(run, server, "bob")
        admins = 'admins = { "bob@megacorp.example" }'
        assert admins in settings(said)
        assert admins in done_as_said(settings(said))
        with start_prosody(folder, more=settings(said)) as server:  # pasted as it stands
            assert "    may create nodes: it is an admin" in begun(run, server, "admin")
        more = f'Component "pubsub.megacorp.example" "pubsub"\n{admins}\n'
        with start_prosody(folder, services=False, more=more) as server:
            assert "    may create nodes: it is an admin" in begun(run, server, "bob")
            assert "    may create nodes: it is an admin" not in begun(run, server, "admin")


def test_limits_of_ejabberd_are_lifted_by_what_is_printed(run: Run, start_ejabberd: Start):
    node = NodeAddress(Jid("pubsub.megacorp.example"), "n0")

    async def filled(writer: Writer) -> None:
        for number in range(NODES):
            await writer.create_node(replace(node, node=f"n{number}"), {})

    async def limited(writer: Writer) -> None:
        with pytest.raises(ServiceError):
            await writer.configure_node(node, {MAX_ITEMS: ("1000",)})

    async def lifted(writer: Writer) -> None:
        await writer.configure_node(node, {MAX_ITEMS: ("1000",)})

    with process.temporary_folder() as folder:
        with start_ejabberd(folder, max_items=50) as server:
            real(server).run(filled)
            real(server).run(limited)
            said = begun(run, server)
            more = settings(said)
        assert "hold others back" in said
        with start_ejabberd(folder, max_items=50, more=more) as server:
            real(server).run(lifted)
            said = begun(run, server)
    assert "hold others back" not in said
    assert "max_nodes_discoitems" not in said


def test_compat_ejabberd_says_that_nodes_can_be_created_where_none_can(
    run: Run, start_ejabberd: Start
):
    node = NodeAddress(Jid("pubsub.megacorp.example"), "a")

    async def refused(writer: Writer) -> None:
        assert CREATE_NODES in (await writer.service(node.service)).features
        with pytest.raises(ServiceError, match="forbidden"):
            await writer.create_node(node, {})

    async def created(writer: Writer) -> None:
        await writer.create_node(node, {})

    with process.temporary_folder() as folder:
        plugins = "modules: {mod_pubsub: {plugins: [pep]}}"
        with start_ejabberd(folder, more=plugins) as server:
            real(server).run(refused)
            said = begun(run, server)
        assert "    may not create nodes; what it owns" in said
        more = settings(said, "lacks")
        assert "plugins: [flat, pep]" in more
        with start_ejabberd(folder, more=more) as server:
            real(server).run(created)
            assert " lacks" not in begun(run, server)


def test_who_was_admitted_to_prosody_by_a_permission_is_not_told_that_they_may_not(
    run: Run, start_prosody: Start, server_folder: Path, tmp_path: Path
):
    """From 13 on, which does not show it to who asks."""
    permission = 'add_permissions = { ["prosody:registered"] = { "pubsub:create-node" } }'
    more = f'Component "pubsub.megacorp.example" "pubsub"\n{permission}\n'
    more += 'Component "rooms.megacorp.example" "muc"\n'
    with start_prosody(server_folder, services=False, more=more) as server:
        said = begun(run, server, "bob")
        applied = example_applied(run, server, tmp_path / "spaces.yaml", "bob")
    may = "whether it may create nodes" in said
    assert may is not server.version.startswith("0.")
    assert (applied == 0) is may

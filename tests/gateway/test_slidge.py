"""Slidge behind Prosody: a service of spaces that we did not write, that nobody may change."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from contract.backends import connection
from contract.check_table import SLIDGE, compare
from gateway import starting
from servers import Server, process, prosody
from servers.starting import without
from spaces_sync import engine
from spaces_sync.check.examining import checked
from spaces_sync.check.gathering import gather
from spaces_sync.check.values import Checked
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.xml import element, parse
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import Reader, ServiceError
from spaces_sync.xmpp import reading
from spaces_sync.xmpp.session import WriteSession, writing_session

pytestmark = pytest.mark.large_run

CONNECT_SECONDS = 60
INFO = "http://jabber.org/protocol/disco#info"
REGISTER = "<query xmlns='jabber:iq:register'><username>a</username><password>b</password></query>"


@pytest.fixture(scope="module")
def teams() -> Iterator[Server]:
    """Prosody, with a Slidge as its component on which `admin` has an account."""
    if reason := prosody.missing():
        without(reason, promised=True)
    if reason := starting.missing():
        without(reason, promised=False)
    with ExitStack() as stack:
        folder = stack.enter_context(process.temporary_folder())
        server = stack.enter_context(prosody.start(folder))
        jid = bare_jid(stack.enter_context(starting.start(server)))
        asyncio.run(_registered(server, jid))
        yield server


async def _registered(server: Server, jid: Jid) -> None:
    async with writing_session(connection(server)) as session:
        deadline = time.monotonic() + CONNECT_SECONDS
        await _answered(session, jid, deadline, element(INFO, "query"))
        await session.set(jid, parse(REGISTER))
        room = bare_jid(f"lobby@{jid}")  # the last one that it comes to know
        await _answered(session, room, deadline, element(INFO, "query"))


async def _answered(session: WriteSession, jid: Jid, deadline: float, query: object) -> None:
    while True:
        try:
            await session.get(jid, query)
        except ServiceError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(process.POLL_SECONDS)
        else:
            return


def document(folder: Path, text: str) -> Path:
    path = folder / "spaces.yaml"
    path.write_text(f"version: 1\nsource: t/x\nservice: {text}")
    return path


def test_its_spaces_are_listed(teams: Server, run: Callable) -> None:
    done = run("list", teams.component, "--format", "json", environment=teams.environment())
    assert done.returncode == 0, done.stderr
    (space,) = json.loads(done.stdout)["spaces"]
    assert (space["node"], space["title"], space["children"]) == ("crew", "The crew", 3)


def test_a_check_says_what_the_table_of_the_readme_says(teams: Server) -> None:
    async def work() -> Checked:
        async with reading(connection(teams)) as reader:
            return checked(await gather(reader, [bare_jid(teams.component)]))

    found = asyncio.run(work())
    compare(found, SLIDGE)
    assert {each.rule.id for each in found.findings if found.counts(each)} == {"R14"}


def test_a_snapshot_says_what_it_could_not_read(
    teams: Server, run: Callable, tmp_path: Path
) -> None:
    environment = teams.environment()
    done = run("snapshot", teams.component, "-o", "live.json", environment=environment)
    assert done.returncode == 0, done.stderr
    assert "not readable: ext.megacorp.example/crew: exists, but cannot be read" in done.stderr
    document(tmp_path, f"{teams.component}\nspaces: {{crew: {{exposure: private}}}}\n")
    planned = run("plan", "spaces.yaml", "--live", "live.json", "--format", "json")
    assert planned.returncode == 6
    (obstacle,) = json.loads(planned.stdout)["obstacles"]
    assert "exists, but cannot be read: feature-not-implemented" in obstacle["text"]


def test_what_cannot_be_managed_is_an_obstacle_of_its_own(teams: Server, tmp_path: Path) -> None:
    path = document(
        tmp_path,
        f"{teams.pubsub}\nspaces:\n"
        f"  crew: {{service: {teams.component}, exposure: private}}\n"
        "  staff:\n"
        "    exposure: public\n"
        f"    rooms: {{ops@{teams.component}: The crew's own}}\n"
        f"    nodes: {{'xmpp:{teams.component}?;node=crew': {{title: The crew}}}}\n",
    )
    declaration = load([path], {})
    crew = NodeAddress(bare_jid(teams.component), "crew")

    async def work() -> None:
        async with reading(connection(teams)) as reader:
            made = plan(declaration, await engine.read(declaration, reader))
            assert [each.about for each in made.obstacles] == [crew]
            assert {each.node for each in made.actions if hasattr(each, "node")} == {
                NodeAddress(bare_jid(teams.pubsub), "staff")
            }

    asyncio.run(work())


def test_what_is_not_there_is_absent(teams: Server) -> None:
    node = NodeAddress(bare_jid(teams.component), "nope")

    async def work(reader: Reader) -> None:
        found = await engine.read_addresses([node], reader)
        assert node in found.absent

    async def connected() -> None:
        async with reading(connection(teams)) as reader:
            await work(reader)

    asyncio.run(connected())

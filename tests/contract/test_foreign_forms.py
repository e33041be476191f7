"""Services of no known brand: no default form, fields that are dropped or forced, with success.

What became of a field is remembered in the ledger, so that it is not tried for ever.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.backends import real
from servers import Server
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Field, Form
from spaces_sync.plan.actions import ConfigureNode
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import Writer
from spaces_sync.profile import DESCRIPTION, MAX_ITEMS, TITLE, TYPE
from spaces_sync.simulator import FOREIGN, Profile, Simulator

Start = Callable[..., AbstractContextManager[Server]]
ADMIN = Jid("admin@megacorp.example")
SERVICE = Jid("pubsub.megacorp.example")
DEV = NodeAddress(SERVICE, "dev")
SPACE = {TYPE: ("urn:xmpp:spaces:0",)}
ROOMS = "    rooms: {a@rooms.megacorp.example: A, b@rooms.megacorp.example: B}\n"


def with_form(**changes: Any) -> Profile:
    return replace(FOREIGN, node=replace(FOREIGN.node, **changes))


def only(form: Form, *lacking: str) -> Form:
    return {var: field for var, field in form.items() if var not in lacking}


@pytest.fixture
def declared(tmp_path: Path) -> Callable[..., Declaration]:
    def made(more: str = ROOMS, source: str = "t/x") -> Declaration:
        lines = ["version: 1", f"source: {source}" if source else "", f"service: {SERVICE}"]
        path = tmp_path / "spaces.yaml"
        text = "\n".join([*lines, "spaces:", "  dev:", "    exposure: public", ""])
        path.write_text(text + more)
        return load([path], {})

    return made


async def planned(declaration: Declaration, w: Writer) -> Plan:
    return plan(declaration, await engine.read(declaration, w))


async def settled(declaration: Declaration, w: Writer) -> Plan:
    """All is done, planning from what that apply knows wants nothing, nor does planning anew."""
    reading = await engine.read(declaration, w)
    made = plan(declaration, reading)
    assert made.obstacles == ()
    done = await engine.execute(made, w)
    assert [each for each in done.results if each.status != "done"] == []
    after = engine.merged(reading, done.reading)
    after = replace(after, ownership=after.ownership.updated(done.records))
    assert plan(declaration, after).actions == ()
    if declaration.source is None:
        return plan(declaration, after)
    again = await planned(declaration, w)
    assert again.actions == ()
    return again


def notes(made: Plan) -> Mapping[str, str]:
    return {note.text.partition(":")[0]: note.text for note in made.notes}


def do(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@pytest.mark.parametrize("source", ["t/x", ""])
def test_fields_that_a_service_lacks_are_not_planned_for_ever(
    declared: Callable[..., Declaration], source: str
) -> None:
    """Metronome and Libervia have no default form, and a form of their own for each node."""

    async def work() -> None:
        made = await settled(declared(source=source), Simulator(ADMIN, FOREIGN))
        lacking = {"pubsub#notify_sub", "pubsub#notify_config", "pubsub#purge_offline"}
        assert lacking <= notes(made).keys()
        assert all("no such field" in notes(made)[var] for var in lacking)

    do(work())


def test_a_field_that_is_lacking_is_known_by_the_form_of_a_node_that_was_there(
    declared: Callable[..., Declaration],
) -> None:
    """Its title has no value, and is named all the same."""

    async def work() -> None:
        w = Simulator(ADMIN, FOREIGN)
        await w.create_node(DEV, {**SPACE, "pubsub#persist_items": ("true",)})
        first = await planned(declared(source=""), w)
        sent = {v for a in first.actions if isinstance(a, ConfigureNode) for v in a.after}
        assert not {"pubsub#notify_sub", "pubsub#notify_config"} & sent

    do(work())


def test_without_such_a_sign_it_is_tried_once_and_then_known(
    declared: Callable[..., Declaration],
) -> None:
    both = {TITLE: ("T",), DESCRIPTION: ("D",)}
    file = ROOMS + "    title: T\n    description: D\n"

    async def work() -> None:
        w = Simulator(ADMIN, FOREIGN)
        await w.create_node(DEV, {**SPACE, **both, "pubsub#persist_items": ("true",)})
        first = await planned(declared(file), w)
        sent = {v for a in first.actions if isinstance(a, ConfigureNode) for v in a.after}
        assert "pubsub#notify_sub" in sent
        made = await settled(declared(file), w)
        assert "no such field" in notes(made)["pubsub#notify_sub"]
        await settled(declared(file.replace("title: T", "title: New")), w)

    do(work())


def test_a_service_that_drops_what_makes_a_space_can_hold_none(
    declared: Callable[..., Declaration],
) -> None:
    """Libervia drops the type with success: nothing is published into what is no space."""

    async def work() -> None:
        w = Simulator(ADMIN, with_form(fresh=only(FOREIGN.node.fresh, TYPE)))
        declaration = declared()
        done = await engine.execute(await planned(declaration, w), w)
        assert {each.status for each in done.results} == {"failed", "skipped"}
        assert list((await w.items(DEV)).items) == []
        assert "XEP-0503 demands" in (await planned(declaration, w)).obstacles[0].text

    do(work())


FORCED = {
    "pubsub#notify_delete": Field(("false",), "boolean"),
    MAX_ITEMS: Field(("5",), "text-single"),
}


@pytest.mark.parametrize("source", ["t/x", ""])
def test_a_recommendation_that_a_service_overrules_is_a_note(
    declared: Callable[..., Declaration], source: str
) -> None:
    async def work() -> None:
        profile = with_form(forced=FORCED)
        # Of its ledger it keeps what it takes; without one there is nothing to try a limit with.
        made = await settled(declared(source=source), Simulator(ADMIN, profile))
        assert "the service makes it false" in notes(made)["pubsub#notify_delete"]
        assert "the service makes it 5" in notes(made)[MAX_ITEMS]

    if source:
        with pytest.raises(engine.LimitError):  # a ledger needs more than five items
            do(work())
    else:
        do(work())


def test_a_note_goes_when_the_service_keeps_it_after_all(
    declared: Callable[..., Declaration],
) -> None:
    async def work() -> None:
        w = Simulator(ADMIN, FOREIGN)
        assert "pubsub#notify_delete" in notes(await settled(declared(), w))
        w.world.hosts[SERVICE].nodes["dev"].config["pubsub#notify_delete"] = Field(
            ("true",), "boolean"
        )
        assert "pubsub#notify_delete" not in notes(await settled(declared(), w))

    do(work())


def test_what_is_declined_is_not_tried(declared: Callable[..., Declaration]) -> None:
    async def work() -> None:
        made = await settled(
            declared(ROOMS + "    notify: {delete: false}\n"), Simulator(ADMIN, FOREIGN)
        )
        assert "pubsub#notify_delete" not in notes(made)

    do(work())


def test_what_the_file_says_itself_is_no_wish(declared: Callable[..., Declaration]) -> None:
    forced = {DESCRIPTION: Field(("Theirs",), "text-single")}

    async def work() -> None:
        w = Simulator(ADMIN, with_form(forced=forced))
        done = await engine.execute(
            await planned(declared(ROOMS + "    description: Ours\n"), w), w
        )
        assert "failed" in {each.status for each in done.results}
        assert (await planned(declared(ROOMS + "    description: Ours\n"), w)).actions

    do(work())


@pytest.mark.parametrize("links", [3, 40])
def test_what_ejabberd_forces_is_a_note_as_long_as_all_fits(
    start_ejabberd: Start, server_folder: Path, declared: Callable[..., Declaration], links: int
) -> None:
    """ejabberd#3909: `force_node_config` overrules with success, also how many items are kept."""
    file = "    links:\n" + "".join(
        f"      https://megacorp.example/{n}: {{}}\n" for n in range(links)
    )

    async def work(w: Writer) -> None:
        if links == 40:
            with pytest.raises(engine.LimitError, match="it made that 30"):
                await settled(declared(file), w)
            return
        made = await settled(declared(file), w)
        assert "the service makes it false" in notes(made)["pubsub#notify_config"]
        assert "the service makes it 30" in notes(made)[MAX_ITEMS]
        assert (await settled(declared(file + "    title: New\n"), w)).actions == ()
        declined = declared(
            file + "    title: New\n    notify: {config: false}\n    max_items: 30\n"
        )
        assert not {"pubsub#notify_config", MAX_ITEMS} & notes(await settled(declined, w)).keys()

    forced = "notify_config: false, max_items: 30"
    with start_ejabberd(server_folder, forced=forced) as server:
        real(server).run(work)

"""Laws over rooms that get another name: cut anywhere, a copy is whole before the old room goes."""

import asyncio
from contextlib import suppress
from typing import Any, NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from builders import ACCOUNT, DEV, SPACE_CONFIG, room
from cutting import Cut
from spaces_sync import engine
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration, Policy
from spaces_sync.model.state import Field, Node, Room, State, values_of
from spaces_sync.plan.actions import DestroyRoom, RecordOwnership
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.removals import NO_REMOVALS, Removals
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import NoAnswerError
from spaces_sync.profile import MEMBERS_ONLY, PERSISTENT
from spaces_sync.simulator import EJABBERD, PROSODY, Simulator

OLD, NEW = (Jid(f"{name}@rooms.megacorp.example") for name in ("old", "new"))
BOB, CAROL, DAVE = (Jid(f"{name}@megacorp.example") for name in ("bob", "carol", "dave"))
LANGUAGE = "muc#roomconfig_lang"
NEXT = engine.Holder("next", lambda _: "ended")
WORDS = ("member", "admin", "outcast")
ALL: Removals = {"destroy-room": None}


class File(NamedTuple):
    """What a file says of the room, and whom its space lets in. None: nothing of people."""

    own: dict[Jid, str] | None
    invited: frozenset[Jid] | None
    members_only: str | None


def files() -> st.SearchStrategy[File]:
    words = st.dictionaries(st.sampled_from([BOB, CAROL]), st.sampled_from([*WORDS, "none"]))
    return st.builds(
        File,
        st.none() | words,
        st.none() | st.frozensets(st.sampled_from([BOB, CAROL, DAVE])),
        st.sampled_from([None, "true", "false"]),
    )


def declaration(said: File, jid: Jid, previously: tuple[Jid, ...] = ()) -> Declaration:
    config = {PERSISTENT: Field(("true",))}
    config |= {MEMBERS_ONLY: Field((said.members_only,))} if said.members_only else {}
    members = dict.fromkeys(sorted(said.invited or ()), "member")
    listed = room(jid)
    policies = {
        DEV: Policy("private", frozenset({"room"})),
        jid: Policy(previously=previously, invited=said.invited),
    }
    space = Node(SPACE_CONFIG, {listed.key: listed}, members)
    return Declaration(State({DEV: space}, {jid: Room(config, said.own)}), policies, source="A")


async def apply(wanted: Declaration, writer: Any, removals: Removals = NO_REMOVALS) -> None:
    made = plan(wanted, await engine.read(wanted, writer), removals=removals)
    assert made.obstacles == ()
    await engine.execute(made, writer, engine.Approval(holder=NEXT))


async def others(simulator: Simulator, theirs: dict[Jid, str]) -> None:
    await simulator.configure_room(OLD, {LANGUAGE: ("de",)}, None)
    for jid, word in sorted(theirs.items()):
        await simulator.set_room_affiliation(OLD, jid, word)


async def copy_of(simulator: Simulator, jid: Jid) -> Any:
    """The room, as far as it is copied; None where it is not there."""
    if jid not in simulator.raw.world.rooms:
        return None
    form = await simulator.room_config(jid)
    people = await simulator.room_affiliations(jid)
    return (values_of(form, LANGUAGE), values_of(form, MEMBERS_ONLY)), people


THEIRS = st.dictionaries(st.sampled_from([BOB, CAROL, DAVE]), st.sampled_from(WORDS))
PROFILES = st.sampled_from([PROSODY, EJABBERD])
CUTS = st.lists(st.tuples(st.integers(0, 14), st.booleans()), max_size=3)


FRIENDS = {BOB: "member", CAROL: "member", DAVE: "member"}


@settings(max_examples=100, deadline=None)
@given(PROFILES, files(), THEIRS, files(), CUTS)
# An intent of which nothing showed forgot what was copied, and a later record brought it back.
@example(
    EJABBERD, File(None, None, None), FRIENDS, File(None, None, None), [(4, False), (12, False)]
)
def test_a_copy_that_was_cut_ends_as_one_that_was_not_and_loses_nothing(
    profile: Any, then: File, theirs: dict[Jid, str], now: File, cuts: list[tuple[int, bool]]
) -> None:
    async def lived(*, cut: bool) -> Any:
        simulator = Simulator(ACCOUNT, profile)
        await apply(declaration(then, OLD), simulator)
        await others(simulator, theirs)
        before = await copy_of(simulator, OLD)
        wanted = declaration(now, NEW, (OLD,))
        for writes, answered in cuts if cut else ():
            with suppress(NoAnswerError):
                await apply(wanted, Cut(simulator, writes, answered=answered), ALL)
            # The old one goes only when the new one is whole: until then it is as it was.
            left = await copy_of(simulator, OLD)
            assert left in (None, before)
            rest = plan(wanted, await engine.read(wanted, simulator)).actions
            whole = all(isinstance(each, RecordOwnership) for each in rest)
            assert left is not None or whole
        await apply(wanted, simulator)
        assert plan(wanted, await engine.read(wanted, simulator)).actions == ()
        await apply(wanted, simulator, ALL)
        assert await copy_of(simulator, OLD) is None
        return await copy_of(simulator, NEW)

    async def work() -> None:
        alone = await lived(cut=False)
        assert alone[0][0] == ("de",)
        assert await lived(cut=True) == alone

    asyncio.run(work())


@settings(max_examples=100, deadline=None)
@given(PROFILES, files(), THEIRS, files(), files(), st.integers(0, 14), st.booleans())
def test_after_a_cut_a_smaller_file_leaves_nothing_of_the_larger_and_keeps_the_rest(
    profile: Any,
    then: File,
    theirs: dict[Jid, str],
    larger: File,
    smaller: File,
    writes: int,
    answered: bool,
) -> None:
    """Whom neither the smaller file nor its space lets in is who was in the old room by others."""

    async def lived(*, cut: bool) -> Any:
        simulator = Simulator(ACCOUNT, profile)
        await apply(declaration(then, OLD), simulator)
        await others(simulator, theirs)
        if cut:
            line = Cut(simulator, writes, answered=answered)
            with suppress(NoAnswerError):
                await apply(declaration(larger, NEW, (OLD,)), line)
        forgetful = declaration(smaller, NEW)
        unfinished = plan(forgetful, await engine.read(forgetful, simulator), removals=ALL)
        assert cut or not unfinished.obstacles
        if unfinished.obstacles:
            assert not [a for a in unfinished.actions if isinstance(a, DestroyRoom)]
        wanted = declaration(smaller, NEW, (OLD,))
        await apply(wanted, simulator)
        assert plan(wanted, await engine.read(wanted, simulator)).actions == ()
        return await copy_of(simulator, NEW)

    async def work() -> None:
        (_, people), (_, alone) = await lived(cut=True), await lived(cut=False)
        if smaller.own is not None:
            # Where the larger one said nothing, it took along whom the first had named.
            said = (then.own or {}) | (larger.own or {})
            held = {jid: word for jid, word in people.items() if jid not in said}
            assert held == {jid: word for jid, word in alone.items() if jid not in said}

    asyncio.run(work())


@settings(max_examples=100, deadline=None)
@given(PROFILES, files(), THEIRS, files())
def test_a_rename_is_taken_back_and_so_is_the_end_of_the_old_room(
    profile: Any, then: File, theirs: dict[Jid, str], now: File
) -> None:
    async def work() -> None:
        simulator = Simulator(ACCOUNT, profile)
        await apply(declaration(then, OLD), simulator)
        await others(simulator, theirs)
        before = await copy_of(simulator, OLD)
        wanted = declaration(now, NEW, (OLD,))
        copied = plan(wanted, await engine.read(wanted, simulator))
        await engine.execute(copied, simulator, engine.Approval(holder=NEXT))
        ended = plan(wanted, await engine.read(wanted, simulator), removals=ALL)
        await engine.execute(ended, simulator, engine.Approval(holder=NEXT))
        for applied in (ended, copied):
            back = revert(applied, await engine.read_planned(applied, simulator))
            assert (back.not_reverted, back.plan.obstacles) == ((), ())
            results = (await engine.execute(back.plan, simulator)).results
            assert [each for each in results if each.status != "done"] == []
        assert await copy_of(simulator, OLD) == before
        assert await copy_of(simulator, NEW) is None

    asyncio.run(work())

"""Laws over who is in a room: files and strangers, one after another, cut anywhere."""

import asyncio
from contextlib import suppress
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ACCOUNT, DEV, SPACE_CONFIG, room
from cutting import Cut
from spaces_sync import engine
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration, Policy
from spaces_sync.model.state import Node, Room, State
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import NoAnswerError, Writer
from spaces_sync.simulator import EJABBERD, PROSODY, Simulator

HALL = Jid("hall@rooms.megacorp.example")
BOB, CAROL, DAVE = (Jid(f"{name}@megacorp.example") for name in ("bob", "carol", "dave"))
NEXT = engine.Holder("next", lambda _: "ended")


class File(NamedTuple):
    """What a file says: who is in the space, and what of bob the room says itself.

    own: empty: nothing of him; None: nothing of anybody. invites: whether the space's people are
    members of the room. lists: whether the space lists the room.
    """

    members: frozenset[Jid]
    own: str | None
    invites: bool
    lists: bool

    @property
    def invited(self) -> frozenset[Jid] | None:
        return self.members if self.invites and self.lists else None


def files() -> st.SearchStrategy[File]:
    return st.builds(
        File,
        st.frozensets(st.sampled_from([BOB, CAROL, DAVE])),
        st.sampled_from([None, "", "member", "admin", "none", "outcast"]),
        st.booleans(),
        st.booleans(),
    )


def declaration(said: File) -> Declaration:
    own = None if said.own is None else {BOB: said.own} if said.own else {}
    children = {child.key: child for child in ([room(HALL)] if said.lists else [])}
    space = Node(SPACE_CONFIG, children, dict.fromkeys(sorted(said.members), "member"))
    policies = {
        DEV: Policy("private", frozenset({"room"})),
        HALL: Policy(invited=said.invited),
    }
    return Declaration(State({DEV: space}, {HALL: Room({}, own)}), policies, source="A")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([PROSODY, EJABBERD]),
    st.lists(
        st.tuples(files(), st.none() | st.integers(0, 14), st.booleans()), min_size=1, max_size=5
    ),
    st.integers(0, 4),
    st.sampled_from(["member", "admin"]),
)
def test_in_a_room_is_who_its_file_and_its_spaces_let_in_and_whom_others_did(
    profile: Any, history: list[tuple[File, int | None, bool]], when: int, word: str
) -> None:
    """Others let carol in once, while she is not in; bob and dave are the files' alone.

    After a cut others use a word of their own: where a cut apply may have used the same, nobody can
    tell whose it is.
    """

    async def work() -> None:
        simulator, theirs = Simulator(ACCOUNT, profile), ""
        await simulator.create_room(HALL, {}, None)
        for step, (said, writes, answered) in enumerate(history):
            if step == when and step > 0 and CAROL not in await inside(simulator):
                cut = any(writes is not None for _, writes, _ in history[:step])
                theirs = "admin" if cut else word
                await simulator.set_room_affiliation(HALL, CAROL, theirs)
            wanted = declaration(said)
            if writes is not None:
                with suppress(NoAnswerError):
                    await apply(wanted, Cut(simulator, writes, answered=answered))
                continue
            await apply(wanted, simulator)
            assert plan(wanted, await engine.read(wanted, simulator)).actions == ()
            expected = dict.fromkeys(said.invited or (), "member")
            expected |= {BOB: said.own} if said.own else {}
            expected |= {CAROL: theirs} if theirs else {}
            held = await inside(simulator)
            if said.own is None:  # what was said of bob before is left alone
                held, expected = ({**each, BOB: ""} for each in (held, expected))
            assert held == {jid: held for jid, held in expected.items() if held != "none"}

    asyncio.run(work())


async def apply(wanted: Declaration, writer: Any) -> None:
    made = plan(wanted, await engine.read(wanted, writer))
    assert made.obstacles == ()
    await engine.execute(made, writer, engine.Approval(holder=NEXT))


async def inside(writer: Writer) -> dict[Jid, str]:
    people = await writer.room_affiliations(HALL)
    return {jid: held for jid, held in people.items() if jid != ACCOUNT}

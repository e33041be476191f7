"""Plans who may do what in a room: the file's words, the people of its spaces, and an end to both.

Whom `members_to_rooms` lets in is recorded apart from what the room's own `affiliations` say, and
only where an apply let them in: who was in before, or is let in by others, stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import rooms_among
from spaces_sync.model.counting import first_of
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import affiliation_name, invitation_name
from spaces_sync.model.ranks import rank
from spaces_sync.model.servers import keeps_out_nobody
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Form,
    Node,
    Owned,
    Reading,
    Room,
    is_true,
    values_of,
)
from spaces_sync.plan.actions import Reason, SetAffiliation, Why
from spaces_sync.plan.compare.affiliations import is_more, may_be_ended
from spaces_sync.plan.compare.context import former_operators, with_operators
from spaces_sync.plan.compare.room_rename import FormerRoom
from spaces_sync.plan.plan import Note, Obstacle
from spaces_sync.profile import MEMBERS_ONLY, is_space

_MEMBER: Final = "member"

_STAYS_IN: Final = (
    "who was in a moderated room can come back to it, as ejabberd goes by the role that they had: "
    "'moderated: false' ends that"
)

Left: TypeAlias = Mapping[NodeAddress, Node | None]
"""Spaces that the source owns, that left its file and stay; None: what is in it is not known."""


@dataclass(frozen=True, slots=True)
class RoomPeople:
    """Whom the file and its spaces want in one room, and who is there.

    own: what the room's own entry says, with the file's operators. ended: whom it named once, and
    does not now. invited: who is to be a member for being in a space; None: no space
    of it makes its people members. once_invited: who is a member
    by an earlier apply for having been in one. left: the spaces that have left the file, and stay,
    of whom is in such a one. none_leave: by `prune: none`; `ended` and `once_invited` are empty.
    """

    own: Mapping[Jid, str]
    ended: Collection[Jid]
    invited: Collection[Jid] | None
    once_invited: Collection[Jid]
    now: Mapping[Jid, str]
    left: Mapping[Jid, str]
    none_leave: bool


def plan_people(
    declaration: Declaration,
    reading: Reading,
    room: Jid,
    now: Mapping[Jid, str],
    leaving: Collection[Jid] = (),
    left: Left = EMPTY,
    former: FormerRoom | None = None,
) -> Iterator[SetAffiliation | Note | Obstacle]:
    """The changes of a room's affiliations, and who stays for all that.

    now: who has which. leaving: who leaves a space that makes its people members here. left: as
    `spaces_that_stay`. former: the room that it was, whose people it takes along.
    """
    people = _people(declaration, reading, room, now, left)
    copied = _copied(declaration, reading, room, former) if former is not None else EMPTY
    copied = {who: held for who, held in copied.items() if who not in now}
    people = replace(people, now={**copied, **now})
    by_space = _by_space(people)
    kept_out = _kept_out_by(_config_after(declaration, reading, room))
    said = {**dict.fromkeys(people.ended, "none"), **people.own, **by_space}
    wanted = {**copied, **said}
    for person, after in sorted(wanted.items()):
        before = now.get(person, "none")
        if before != after:
            words = (_STAYS_IN,) if after in kept_out else ()
            kept_out = () if words else kept_out  # said once
            reason: Reason = "file" if person in said else "rename"
            why = Why(reason, declaration.place(room, "affiliations", person), words)
            yield SetAffiliation(room, person, before, after, why, invited=person in by_space)
    place = declaration.place(room, "affiliations")
    if now and "owner" not in {**now, **wanted}.values():
        yield Obstacle(room, "would be left without an owner; name one", place)
    for text in _remarks(people, said, leaving):
        yield Note(room, "stays", text, place)


def kept_by_a_space(declaration: Declaration, room: Jid, now: Mapping[Jid, str]) -> frozenset[Jid]:
    """Who is a member, and stays it for a space alone: the room's own entry does not name them.

    Nobody where that entry has no affiliations: then those whom it named stay as they are.
    """
    entry, invited = declaration.state.rooms[room], declaration.policies[room].invited
    if entry.affiliations is None or invited is None:
        return frozenset()
    own = with_operators(declaration, entry.affiliations) or EMPTY
    return frozenset(who for who in invited if now.get(who) == _MEMBER and who not in own)


def _kept_out_by(config: Form) -> Collection[str]:
    """The affiliations that shall keep somebody out of such a room, where they do not."""
    if not keeps_out_nobody(config):
        return ()
    return (
        ("none", "outcast") if is_true("".join(values_of(config, MEMBERS_ONLY))) else ("outcast",)
    )


def _config_after(declaration: Declaration, reading: Reading, room: Jid) -> Form:
    """Of a room that is there, with what the file says of it."""
    live = reading.state.rooms.get(room)
    if live is None:
        return EMPTY
    wanted = declaration.state.rooms[room].config
    return {var: wanted.get(var, field) for var, field in live.config.items()}


def spaces_that_stay(
    declaration: Declaration, reading: Reading, deleted: Collection[NodeAddress]
) -> Left:
    """Of the spaces that the source owns those that left its file and are not `deleted`."""
    found: dict[NodeAddress, Node | None] = {}
    owned = reading.ownership.addresses
    looked_at = declaration.left(owned) | declaration.absent.keys()
    for address in owned - declaration.whole.policies.keys():
        if not isinstance(address, NodeAddress):
            continue
        live = reading.state.nodes.get(address)
        if address in reading.failed or address not in looked_at:
            found[address] = None
        elif live and is_space(live.config) and address not in deleted:
            found[address] = live
    return dict(sorted(found.items()))


def _people(
    declaration: Declaration, reading: Reading, room: Jid, now: Mapping[Jid, str], left: Left
) -> RoomPeople:
    entry, recorded = declaration.state.rooms[room], reading.ownership.owned(room) or Owned()
    own = with_operators(declaration, entry.affiliations) or EMPTY
    none_leave = declaration.policies[room].prune == "none"
    others = [who for who in now if who not in own and who != reading.account]
    return RoomPeople(
        own=own,
        ended=_ended(declaration, reading, room, recorded, now),
        invited=declaration.policies[room].invited,
        once_invited=[
            who for who in others if invitation_name(who) in recorded.applied and not none_leave
        ],
        now=now,
        left=dict(_in_left(room, others, left)),
        none_leave=none_leave,
    )


def _ended(
    declaration: Declaration, reading: Reading, room: Jid, recorded: Owned, now: Mapping[Jid, str]
) -> Collection[Jid]:
    """Whom the file named once, by what is `recorded`, and does not now, of those who are `now`.

    Nobody under `prune: none`.
    """
    if declaration.policies[room].prune == "none":
        return ()
    entry, former = declaration.state.rooms[room], former_operators(declaration, reading)
    own = with_operators(declaration, entry.affiliations) or EMPTY
    return [
        who
        for who, held in now.items()
        if who not in own
        and who != reading.account
        and affiliation_name(who) in recorded.applied
        and may_be_ended(affiliation_name(who), held, recorded)
        and (entry.affiliations is not None or (who in former and held == "owner"))
    ]


def _copied(
    declaration: Declaration, reading: Reading, room: Jid, former: FormerRoom
) -> Mapping[Jid, str]:
    """Who was what in the room that it was before, by others' leave.

    Not the account itself, nor whom the file named then and does not now, nor who was a member
    there for being in a space: who is in a space of this room, its own rule says.
    """
    recorded, people = former.owned or Owned(), former.room.affiliations or EMPTY
    ended = _ended(declaration, reading, room, recorded, people)
    return {
        who: held
        for who, held in people.items()
        if who != reading.account
        and who not in ended
        and not (held == _MEMBER and invitation_name(who) in recorded.applied)
    }


class RoomSuccessor(NamedTuple):
    """What a room is called now, and who is less there, or banned here only, and what here."""

    room: Jid
    fewer: Mapping[Jid, str]


def room_successors(
    declaration: Declaration, reading: Reading
) -> Iterator[tuple[Address, RoomSuccessor]]:
    """Of each room that a declared one was before, and that is there, what it is now."""
    for room in declaration.state.rooms:
        for old in declaration.policies[room].previously:
            live = reading.state.get(old)
            if isinstance(live, Room) and not isinstance(old, NodeAddress):
                former = FormerRoom(old, live, reading.ownership.owned(old))
                fewer = _fewer_rights(declaration, reading, room, former)
                yield old, RoomSuccessor(room, fewer)


def _fewer_rights(
    declaration: Declaration, reading: Reading, room: Jid, former: FormerRoom
) -> Mapping[Jid, str]:
    """Without whom the file names, or named then."""
    own = with_operators(declaration, declaration.state.rooms[room].affiliations) or EMPTY
    live = reading.state.rooms.get(room)
    now = (live.affiliations if live is not None else None) or EMPTY
    return {
        who: held
        for who, held in sorted(_copied(declaration, reading, room, former).items())
        if who not in own and is_more(held, now.get(who, "none"))
    }


def _in_left(room: Jid, people: Iterable[Jid], left: Left) -> Iterator[tuple[Jid, str]]:
    """Who is in a space that lists the room; of one that could not be read, everybody may be."""
    people = tuple(people)
    for address, space in left.items():
        if space is not None and room not in rooms_among(space.children):
            continue
        for who in people:
            if space is None or rank((space.affiliations or EMPTY).get(who, "none")) > 0:
                yield who, address.node


def _by_space(people: RoomPeople) -> Mapping[Jid, str]:
    """What is to be changed for being in a space, or in none any more. Nobody is lowered."""
    wanted = {}
    invited = people.invited or ()
    for who in invited:
        if who not in people.own and (people.now.get(who, "none") == "none" or who in people.ended):
            wanted[who] = _MEMBER
    for who in people.once_invited:
        if who not in invited and who not in people.left and people.now[who] == _MEMBER:
            wanted[who] = "none"
    return wanted


def _remarks(
    people: RoomPeople, wanted: Mapping[Jid, str], leaving: Collection[Jid]
) -> Iterator[str]:
    """Who is in the room, or not, and not for what its spaces say. wanted: as the file says."""
    held, own, invited = people.now, people.own, people.invited or ()
    overruled = [who for who in invited if rank(own.get(who, _MEMBER)) < rank(_MEMBER)]
    if overruled:
        yield f"{first_of(overruled)}: what is said here holds, though a space of it lets them in"
    banned = [w for w in invited if held.get(w) == "outcast" and w not in wanted]
    if banned:
        yield (
            f"{first_of(banned)}: in a space of it, and banned here, which stays; a line under its "
            "'affiliations' ends that"
        )
    gone = [who for who in people.once_invited if who not in invited and who not in wanted]
    for space in sorted({people.left[who] for who in gone if who in people.left}):
        yield f"whom {space} let in stays while that is there, which has left the file"
    raised = [who for who in gone if who not in people.left]
    known = {*people.once_invited, *own, *wanted}
    others = [who for who in leaving if held.get(who) == _MEMBER and who not in known]
    if who := sorted({*raised, *(others if people.invited is not None else ())}):
        why = "'prune: none' lets them stay" if people.none_leave else "let in by others"
        yield f"{first_of(who)}: in no space of it any more, and {why}; 'none' ends that"

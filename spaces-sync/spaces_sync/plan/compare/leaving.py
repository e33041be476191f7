"""Plans the end of whole objects: what a source owns and its file has no more, or wants absent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Address, Node, Owned, Reading, Room
from spaces_sync.plan.actions import DeleteNode, DestroyRoom, RecordOwnership, Why
from spaces_sync.plan.compare.affiliations import fewer_rights
from spaces_sync.plan.compare.arrival import arrived, lost_words, not_arrived, rights_words
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.compare.recording import claimed, owned_by_another, perhaps_of_another
from spaces_sync.plan.compare.rename import Former
from spaces_sync.plan.compare.room_people import RoomSuccessor
from spaces_sync.plan.ownership import other_owner
from spaces_sync.plan.plan import Note, Obstacle, Part
from spaces_sync.plan.removals import (
    OF_SECTION,
    Removal,
    Removals,
    allowed_as,
    is_meant,
    name,
    option,
    removal,
)

_NOBODYS: Final = "no ledger says whose it is: what others made goes"
_KINDS: Final[Mapping[Removal, str]] = {"delete-space": "a space", "delete-node": "no space"}


def left(declaration: Declaration, reading: Reading) -> frozenset[Address]:
    """What the source owns and the file does not have, as far as that is selected."""
    found = declaration.left(reading.ownership.addresses)
    if not (sections := declaration.selection.sections):
        return found
    kinds = {OF_SECTION[section] for section in sections}
    live = reading.state
    return frozenset(a for a in found if (there := live.get(a)) is None or removal(there) in kinds)


def former_of_others(declaration: Declaration, reading: Reading) -> Iterator[Note]:
    """Notes on earlier names that are selected without what they are by now: those stay."""
    for old, new in sorted(declaration.former_of_others.items(), key=str):
        if declaration.selection.selects(old) and old in reading.ownership.addresses:
            text = f"stays: it is {name(new)} by now, which is not selected and is copied from it"
            yield Note(old, "stays", text, declaration.place(new))


def left_the_file(
    declaration: Declaration,
    reading: Reading,
    copied: Collection[Address],
    removals: Removals,
    became: Mapping[Address, NodeContext | RoomSuccessor],
    *,
    rooms: bool,
    take_over: bool,
) -> Iterator[Part]:
    """`copied`: what a rename of the same plan still copies; of a copy that fails it is all.
    `became`: what the earlier names of declared nodes and rooms are now. `rooms`: whether it is
    about rooms, else about nodes. `take_over`: also what another source claims is removed.

    It is looked for in the source's ledger, which nobody else can write. What others write, a
    marker or a ledger of theirs, makes it forget nothing.
    """
    if declaration.source is None:
        return
    for address in _of(left(declaration, reading), rooms=rooms):
        live = reading.state.get(address)
        if live is not None:
            other = other_owner(address, reading, declaration.source)
            if other and not take_over and is_meant(address, removal(live), removals):
                yield claimed(address, other, removes=True)
            elif other and not is_meant(address, removal(live), removals):
                text = f"left the file and stays; the source {other!r} claims it by now"
                yield from _staying(address, reading, text)
            else:
                new = became.get(address)
                yield from _found(address, live, reading, copied, removals, new, other)
        elif address in reading.absent or address in reading.destroyed:
            why = Why("file", consequences=("is gone, and not recorded any more",))
            yield RecordOwnership(address, reading.ownership.owned(address), None, why=why)
        else:
            yield _unread(address, reading.failed.get(address, "was not read"), removals)
    disproved = reading.ownership.disproved
    unmade = declaration.left(disproved) | disproved & declaration.absent.keys()
    for address in _of(unmade, rooms=rooms):
        words = ("is not this source's: an interrupted apply never made it",)
        yield RecordOwnership(address, None, None, why=Why("file", consequences=words))


def _of(addresses: Iterable[Address], *, rooms: bool) -> list[Address]:
    """The rooms among `addresses`, or the nodes."""
    found = (each for each in addresses if rooms != isinstance(each, NodeAddress))
    return sorted(found, key=str)


def plan_absent(
    declaration: Declaration,
    address: Address,
    reading: Reading,
    copied: Collection[Address],
    removals: Removals,
    became: Mapping[Address, NodeContext | RoomSuccessor],
    *,
    take_over: bool,
) -> Iterator[Part]:
    """What ends an object that must not exist by the file, as `left_the_file` does what has left.

    It is in `reading.state`, or proved gone; `removals` speak of it. A guard has to be allowed to
    let the removal pass. What another source owns stays, and what is not what its entry says.
    """
    place, owned = declaration.place(address), reading.ownership.owned(address)
    live = reading.state.get(address)
    if live is None:
        if owned is not None:
            why = Why("file", place, ("is gone, and not recorded any more",))
            yield RecordOwnership(address, owned, None, why=why)
        return
    if obstacle := owned_by_another(
        declaration, address, reading, take_over=take_over, removes=True
    ):
        yield obstacle
        return
    section, kind = declaration.absent[address], removal(live)
    if kind != OF_SECTION[section]:
        text = f"shall be absent by an entry under '{section}', and is {_KINDS[kind]}"
        yield Obstacle(address, text, place)
        return
    other = other_owner(address, reading, declaration.source)
    taken_from = other if declaration.source is not None else ""
    new = became.get(address)
    perhaps = perhaps_of_another(address, reading)
    nobodys = _NOBODYS if perhaps is None else f"{perhaps[1]}: what others made goes"
    words = () if owned is not None or other else (nobodys,)
    for part in _found(address, live, reading, copied, removals, new, taken_from):
        match part:
            case RecordOwnership(before=None, taken_from=""):
                pass  # there is nothing to forget
            case RecordOwnership() | DeleteNode() | DestroyRoom():
                said = words if not isinstance(part, RecordOwnership) else ()
                consequences = (*part.why.consequences, *said)
                why = replace(part.why, place=place, consequences=consequences)
                yield replace(part, why=why)
            case Note(text=text) if address in copied and declaration.source is None:
                text = "stays until what it is called by now is there; nothing of it is copied"
                yield replace(part, text=text, place=place)
            case Note() | Obstacle():
                yield replace(part, place=place)
            case _:
                yield part


def _unread(address: Address, reason: str, removals: Removals) -> Part:
    """Of which kind it is, is not known: what was allowed by its name was meant for it."""
    if any(names is not None and str(address) in names for names in removals.values()):
        return Obstacle(address, f"is to be removed: {reason}")
    return Note(address, "stays", f"left the file and stays: {reason}")


def _found(
    address: Address,
    live: Node | Room,
    reading: Reading,
    copied: Collection[Address],
    removals: Removals,
    new: NodeContext | RoomSuccessor | None,
    taken_from: str,
) -> Iterator[Part]:
    kind = removal(live)
    owned = reading.ownership.owned(address)
    if address in copied:
        allow = option(kind, allowed_as(address, reading.ownership.addresses))
        text = f"stays until all of it has been copied; the next apply removes it, with {allow}"
        yield Note(address, "stays", text)
    elif is_meant(address, kind, removals) and isinstance(live, Node) and not live.complete:
        yield Obstacle(address, "is to be removed: not all of its items could be read")
    elif is_meant(address, kind, removals):
        if isinstance(live, Node) and isinstance(address, NodeAddress):
            yield _deletion(address, live, owned, new)
        elif isinstance(live, Room) and isinstance(address, str):
            yield _destruction(address, live, new)
        why = Why("takeover" if taken_from else "file")
        yield RecordOwnership(address, owned, None, taken_from=taken_from, why=why)
    else:
        yield from _staying(address, reading, _stays(address, kind, reading, new))


def _stays(
    address: Address, kind: Removal, reading: Reading, new: NodeContext | RoomSuccessor | None
) -> str:
    owned = reading.ownership.owned(address)
    if owned is not None and owned.protect:
        return "left the file and stays: it is protected until 'protect: false' is applied to it"
    allow = option(kind, allowed_as(address, reading.ownership.addresses))
    if new is None:
        return f"left the file and stays; {allow} removes it"
    called = new.address.node if isinstance(new, NodeContext) else new.room
    return f"is {called} by now, and stays; {allow} removes it"


def _staying(address: Address, reading: Reading, text: str) -> Iterator[Part]:
    """What is there and stays: it is the source's as before."""
    yield Note(address, "stays", text)
    if address in reading.ownership.intended:
        settled, owned = reading.ownership.settled.get(address), reading.ownership.owned(address)
        why = Why("file", consequences=("what an interrupted apply left is recorded",))
        yield RecordOwnership(address, settled, owned, why=why)


def _deletion(
    address: NodeAddress,
    live: Node,
    owned: Owned | None,
    new: NodeContext | RoomSuccessor | None,
) -> DeleteNode:
    """With what goes for good, where the node has another name by now. `new`: that node."""
    if not isinstance(new, NodeContext):
        return DeleteNode(address, live, Why("file"))
    former = Former(address, live, owned)
    lost, fewer = tuple(not_arrived(new, former)), fewer_rights(new, former)
    words = (
        *((lost_words(lost, former, new),) if lost else ()),
        *((rights_words(fewer, new.address.node),) if fewer else ()),
    )
    why = Why("file", consequences=words)
    return DeleteNode(
        address,
        live,
        why,
        lost=len(lost),
        shuts_out=len(fewer),
        renamed_to=new.address,
        arrived=tuple(sorted(arrived(new, former))),
    )


def _destruction(address: Jid, live: Room, new: NodeContext | RoomSuccessor | None) -> DestroyRoom:
    """With the rights that go for good, where the room has another name by now. `new`: that."""
    if not isinstance(new, RoomSuccessor):
        return DestroyRoom(address, live, Why("file"))
    words = (rights_words(new.fewer, new.room),) if new.fewer else ()
    why = Why("file", consequences=words)
    return DestroyRoom(address, live, why, shuts_out=len(new.fewer), renamed_to=new.room)

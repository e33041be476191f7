"""Whose an object is: what its ledger and its marker say, and what they will say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from spaces_sync.fields import LABELS
from spaces_sync.model import ledger, marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import first_of, plural
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import EMPTY, Address, Node, Owned, Reading, Room, live_item
from spaces_sync.plan.actions import (
    Action,
    CreateNode,
    CreateRoom,
    RecordOwnership,
    Why,
    WriteMarker,
)
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.ownership import (
    declared_names,
    declared_values,
    leaving,
    other_owner,
    still_ours,
)
from spaces_sync.plan.plan import Obstacle

_TAKES: Final = "--take-over makes it this file's"
_REMOVES: Final = "--take-over lets this file remove it"


def owned_by_another(
    declaration: Declaration,
    address: Address,
    reading: Reading,
    *,
    take_over: bool,
    removes: bool = False,
) -> Obstacle | None:
    """Why an object that another source owns is not the file's to change, or to remove."""
    if take_over:
        return None
    place = declaration.place(address)
    if source := other_owner(address, reading, declaration.source):
        return claimed(address, source, place, removes=removes)
    if address in reading.absent or reading.ownership.owned(address) is not None:
        return None
    if (perhaps := perhaps_of_another(address, reading)) is None:
        return None
    name, text = perhaps
    return Obstacle(address, f"{text}. {_REMOVES if removes else _TAKES}", place, name)


def claimed(
    address: Address, source: str, place: Place | None = None, *, removes: bool = False
) -> Obstacle:
    """That another source says that it manages an object. `removes`: which is to go."""
    text = f"is managed by the source {source!r}; {_REMOVES if removes else _TAKES}"
    return Obstacle(address, text, place, source)


def perhaps_of_another(address: Address, reading: Reading) -> tuple[str, str] | None:
    """Why nobody knows whose an object is that is there, and not this source's: which source may
    own it, and the reason.

    Rooms are recorded on any service, nodes on their own.
    """
    for node, reason in sorted(reading.ownership.unread.items()):
        if isinstance(address, NodeAddress) and node.service != address.service:
            continue
        name = ledger.source_of(node.node) or node.node
        return name, f"may be managed by another source: {reason}"
    return None


def plan_marker(context: NodeContext) -> Iterator[WriteMarker]:
    """The marker of a space that a source manages; nothing where it is there."""
    source, item = context.declaration.source, context.found.marker
    if source is None or not context.policy.is_space:
        return
    wanted = Marker(source)
    if item is not None and item.payloads == (marker.encode(wanted),):
        return
    found = marker.decode(item)
    taken = found is not None and found.source != source
    why = Why("takeover" if taken else "file", context.place())
    yield WriteMarker(context.address, item, wanted, why)


def plan_record(
    about: Address,
    wanted: Node | Room,
    live: Node | Room,
    reading: Reading,
    actions: Iterable[Action],
    *,
    protect: bool,
    overruled: Mapping[str, str] = EMPTY,
    copies: str = "",
    taken_from: str = "",
    invited: Collection[Jid] = (),
    place: Place | None = None,
) -> Iterator[RecordOwnership]:
    """What will be recorded of a declared object; nothing where the record there will do.

    `live`: as it was read, an absent one as empty. `actions`: what is planned for it.
    `overruled`: what became of fields that the service overrules. `copies`: the URI of the node
    that is copied to it. `taken_from`: the source that owned it. `invited`: as `still_ours`.
    """
    actions = tuple(actions)
    before, settled = reading.ownership.owned(about), reading.ownership.settled.get(about)
    others = still_ours(wanted, live, before, leaving(actions), invited)
    interrupted = about in reading.ownership.intended
    if before is not None and not actions and not interrupted and not taken_from:
        names = {*declared_names(wanted, live), *others, *overruled}
        same = before.applied.keys() == names and before.protect == protect
        if same and not (before.copies or before.doubtful):
            return
    after = Owned({**others, **overruled, **declared_values(wanted, live, actions)}, protect)
    if before == after and not interrupted and not taken_from:
        return
    words = tuple(_taking_charge(wanted, live, before, actions, reading.account))
    if not actions and not words:
        words = tuple(_recorded_otherwise(settled, after, live))
    why = Why("takeover" if taken_from else "file", place, words)
    yield RecordOwnership(about, before, after, copies, taken_from, why)


def _recorded_otherwise(before: Owned | None, after: Owned, live: Node | Room) -> Iterator[str]:
    """How a record changes of an object to which nothing else is done."""
    then = before or Owned()
    if then.protect != after.protect:
        yield "is protected from now on" if after.protect else "is not protected any more"
    new = after.applied.keys() - then.applied.keys()
    gone = then.applied.keys() - after.applied.keys()
    if new:
        yield f"records {plural(len(new), 'thing')} more that the file says"
    fields = {ledger.config_name(var): var for var in live.config}
    labels = sorted({LABELS.get(fields[name], fields[name]) for name in gone & fields.keys()})
    if labels:
        one = len(labels) == 1
        stays, it = ("stays as it is", "it") if one else ("stay as they are", "them")
        yield f"{', '.join(labels)}: {stays}, as the file does not say {it} any more"
    if others := gone - fields.keys():
        yield f"forgets {plural(len(others), 'thing')} that the file does not say any more"
    if then.copies:
        yield "all of what it was before has arrived"
    elif not new and not gone and then.protect == after.protect:
        yield "what an interrupted apply left is recorded"


def _taking_charge(
    wanted: Node | Room,
    live: Node | Room,
    owned: Owned | None,
    actions: Iterable[Action],
    account: Jid,
) -> Iterator[str]:
    """What is there already, was nobody's or another's, and is the source's from now on."""
    if any(isinstance(each, CreateNode | CreateRoom) for each in actions):
        return
    known = (owned or Owned()).applied
    children, people = 0, 0
    if isinstance(wanted, Node) and isinstance(live, Node):
        there = (live.children[key] for key in wanted.children if key in live.children)
        children = sum(ledger.item_name(live_item(child).id) not in known for child in there)
    now = live.affiliations or EMPTY
    for jid in wanted.affiliations or ():
        people += jid in now and ledger.affiliation_name(jid) not in known
    counts = ((children, "child"), (people, "affiliation"))
    of = " and ".join(plural(count, noun) for count, noun in counts if count)
    if owned is None:
        yield f"takes charge of it, with {of} made by others" if of else "takes charge of it"
        named = {account, *(wanted.affiliations or ())}
        owners = [jid for jid, word in now.items() if word == "owner" and jid not in named]
        if owners:
            yield f"is owned by {first_of(owners)}, whom the file does not name"
    elif of:
        yield f"takes charge of {of} made by others"

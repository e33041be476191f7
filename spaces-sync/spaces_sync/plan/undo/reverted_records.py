"""What is recorded when a plan is taken back: what the plan changed of it, but for what stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import Address, Owned, Reading
from spaces_sync.plan.actions import (
    Action,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    RecordOwnership,
    Why,
    WriteMarker,
    subject,
)
from spaces_sync.plan.ownership import is_recorded, names, other_owner, source_of
from spaces_sync.plan.plan import Part, Plan
from spaces_sync.profile import is_space


def reverted_records(
    applied: Plan, spared: Iterable[Action], reading: Reading, taken: Mapping[Address, str]
) -> Iterator[RecordOwnership]:
    """What takes back the records that `applied` made.

    `spared`: what is not taken back itself. `taken`: from which source an object is taken over.
    """
    taken = {} if applied.source is None else dict(taken)
    stays: dict[Address, set[str]] = {}
    kept: set[Address] = set()
    for action in spared:
        stays.setdefault(subject(action), set()).update(names(action))
        if isinstance(action, DeleteNode | DestroyRoom | CreateNode | CreateRoom):
            kept.add(subject(action))  # it stays, or is another by now
    for action in applied.actions:
        if not isinstance(action, RecordOwnership) or action.about in kept:
            continue
        left = stays.get(action.about, set())
        before, after = _without(action.after, left), _without(action.before, left)
        if action.before is None and left:
            after = Owned()  # what stays of it is still the source's
        undone = _undone(action, before, after, taken.pop(action.about, ""), reading)
        if action.before is None and left:
            undone = replace(undone, given_to="", given=None)
        now = reading.ownership.settled.get(action.about)
        interrupted = action.about in reading.ownership.intended
        if undone.taken_from or interrupted or not is_recorded(undone, now):
            yield undone
    for about, source in taken.items():
        if about not in kept:  # nothing changed in its record then; it is ours again
            now, other = reading.ownership.settled.get(about), _named_by(about, source, reading)
            yield RecordOwnership(about, now, now or Owned(), "", other, _why(other))


def _undone(
    action: RecordOwnership,
    before: Owned | None,
    after: Owned | None,
    taken_from: str,
    reading: Reading,
) -> RecordOwnership:
    """A record that takes `action` back. What it took from another source is that one's again.

    `taken_from`: the source that has come to manage the object since.
    """
    about, others = action.about, reading.ownership.others
    source = _named_by(about, taken_from, reading)
    if source:  # what was recorded went when that one took over
        before = reading.ownership.settled.get(about)
    elif others.get(about) == action.given_to:
        source = action.given_to
    back, given = (action.taken_from, action.taken) if action.taken is not None else ("", None)
    if back and back == source:  # it says something newer by now
        given = reading.ownership.theirs.get(about, given)
    return RecordOwnership(
        about,
        before,
        after,
        copies=after.copies if after is not None else "",
        taken_from=source,
        why=replace(_why(source), consequences=_of_giving(back)),
        given_to=back,
        given=given,
    )


def _named_by(about: Address, source: str, reading: Reading) -> str:
    """Whose ledger names an object that is taken over from `source`; empty: from nobody."""
    return source and reading.ownership.others.get(about, source)


def _of_giving(source: str) -> tuple[str, ...]:
    return (f"what the source {source!r} put there is that one's again",) if source else ()


def _why(taken_from: str) -> Why:
    return Why("takeover" if taken_from else "file")


def own_markers(applied: Plan, parts: Iterable[Part], reading: Reading) -> Iterator[WriteMarker]:
    """What marks as the source's what it takes over; where `parts` write no marker themselves."""
    parts = tuple(parts)
    written = {each.node for each in parts if isinstance(each, WriteMarker)}
    for each in parts:
        if not isinstance(each, RecordOwnership) or not each.taken_from or each.after is None:
            continue
        about = each.about
        if applied.source is None or not isinstance(about, NodeAddress) or about in written:
            continue
        live, own = reading.state.nodes.get(about), Marker(applied.source.name)
        if live is not None and is_space(live.config) and source_of(live) != own.source:
            yield WriteMarker(about, live.marker, own, _why(each.taken_from))


def _without(owned: Owned | None, names: Iterable[str]) -> Owned | None:
    if owned is None:
        return None
    spared = frozenset(names)
    applied = {name: value for name, value in owned.applied.items() if name not in spared}
    return Owned(applied, owned.protect, owned.copies, owned.doubtful & applied.keys())


def taken_over(applied: Plan, reading: Reading) -> Iterator[tuple[Address, str]]:
    """What another source has come to manage since `applied`, each with that source."""
    known: dict[Address, set[str]] = {}
    source = applied.source.name if applied.source is not None else ""
    for action in applied.actions:
        known.setdefault(subject(action), {source}).update(_sources(action))
    for node, planned in applied.preconditions.items():
        known.setdefault(node, {source}).add(planned.source)
    for address, sources in known.items():
        found = _owner(applied, address, reading)
        if found and found not in sources:
            yield address, found


def _owner(applied: Plan, address: Address, reading: Reading) -> str:
    """Another source that owns an object by now.

    What a plan without a source changed of another's, it changed because that was asked for; no
    ledger tells whether that was so then, the marker as it was planned for does.
    """
    if applied.source is not None:
        return other_owner(address, reading, applied.source.name)
    return source_of(reading.state.get(address))


def _sources(action: Action) -> Iterator[str]:
    """Which sources a plan says of an object that they own it, before or after."""
    if isinstance(action, RecordOwnership):
        yield from filter(None, (action.taken_from, action.given_to))
    if isinstance(action, WriteMarker) and action.before is not None:
        yield from (each.get("source") or "" for each in action.before.payloads)

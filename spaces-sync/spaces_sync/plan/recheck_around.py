"""Actions held against what is around the thing that they change: whose it is, what it copies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from spaces_sync.model.state import Address, Reading
from spaces_sync.plan.actions import Action, DeleteNode, DestroyRoom, RecordOwnership, subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.copies import Originals, outdated
from spaces_sync.plan.doubt import settled_by
from spaces_sync.plan.verification import Causes


def around(
    actions: Mapping[int, Action],
    made: Iterable[Action],
    reading: Reading,
    originals: Originals,
) -> Mapping[int, Causes]:
    """Why some of `actions` must not be sent, though what each is about is as it was planned for.

    made: what has been done of the same plan before. originals: what objects are made copies of.
    """
    taken = {(a.about, a.taken_from) for a in actions.values() if isinstance(a, RecordOwnership)}
    old = outdated(originals, (*made, *actions.values()), reading)
    found = {}
    for n, action in actions.items():
        causes = _of_another(action, reading, taken) or _protected(action, reading)
        copied = () if isinstance(action, RecordOwnership) else old.get(subject(action), ())
        if causes or copied:
            found[n] = causes or copied
    return found


def _of_another(action: Action, reading: Reading, taken: Collection[tuple[Address, str]]) -> Causes:
    """Another source has taken charge of the object, and the plan does not take it over."""
    other = reading.ownership.others.get(subject(action), "")
    theirs = other and (subject(action), other) not in taken
    return (Cause("source-changed", after=other),) if theirs else ()


def _protected(action: Action, reading: Reading) -> Causes:
    """What is protected was not when its removal was approved, or a guard had stopped that."""
    owned = reading.ownership.owned(subject(action))
    if not isinstance(action, DeleteNode | DestroyRoom) or owned is None or not owned.protect:
        return ()
    # What an interrupted apply was about to protect, and never made, is not protected.
    ours = settled_by(reading.ownership, reading.state).owned(subject(action))
    return (Cause("protected-since"),) if ours is not None and ours.protect else ()

"""Which actions of a plan a report names and counts: a rename is one, a mere record none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spaces_sync.model.state import Address, Key
from spaces_sync.plan.actions import Action, PublishItem, RecordOwnership, RetractItem

Rename = tuple[Address, Key, Key]  # node, what it was, what it is


def renames(actions: Iterable[Action]) -> frozenset[Rename]:
    """The renamed children whose new item is published in these actions."""
    return frozenset(
        (action.node, action.former, action.key)
        for action in actions
        if isinstance(action, PublishItem) and action.former is not None and action.before is None
    )


def is_rest_of_rename(action: Action, renamed: frozenset[Rename]) -> bool:
    """Whether it only retracts what a rename in `renamed` leaves behind."""
    return (
        isinstance(action, RetractItem)
        and action.successor is not None
        and (action.node, action.key, action.successor) in renamed
    )


def is_quiet(action: Action) -> bool:
    """Whether it is a record that says no more than the other actions on its object."""
    return isinstance(action, RecordOwnership) and not action.why.consequences


def counted(actions: Sequence[Action]) -> list[Action]:
    """`actions` without the rest of a rename, and without records that say no more than others."""
    renamed = renames(actions)
    return [each for each in actions if not is_rest_of_rename(each, renamed) and not is_quiet(each)]

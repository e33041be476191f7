"""What has to be known of an apply before it sends anything: what it gives, and what it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spaces_sync.model import ledger
from spaces_sync.model.state import EMPTY, Address, Owned, either
from spaces_sync.plan.actions import (
    Action,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Why,
    subject,
)
from spaces_sync.plan.ownership import config_values, given, names


def intended(actions: Iterable[Action]) -> Mapping[Address, Owned]:
    """What has to be known before `actions` are sent: of each object what it gets, and what goes.

    An object that goes as a whole is doubtful itself.
    """
    actions = tuple(actions)
    gets = all_given(actions, actions)
    takes = _all_taken(actions)
    return {
        about: Owned(
            gets.get(about, EMPTY),
            protect=record.after is not None and record.after.protect,
            copies=record.copies,
            doubtful=frozenset(gets.get(about, ())),
            uncertain=True,
            leaves=takes.get(about, EMPTY),
        )
        for about, record in ((a.about, a) for a in actions if isinstance(a, RecordOwnership))
    }


def all_given(
    actions: Iterable[Action], plan: Iterable[Action]
) -> Mapping[Address, Mapping[str, str]]:
    """What those `actions` of a plan put there, by object.

    What several of them write may have either value. Of what a rename copies only what the source
    owns afterwards: the rest stays whose it was, so that no cut makes it what left the file.
    """
    records = {each.about: each.after for each in plan if isinstance(each, RecordOwnership)}
    gets: dict[Address, dict[str, str]] = {}
    for action in actions:
        found, after = gets.setdefault(subject(action), {}), records.get(subject(action))
        owns = after.applied if after is not None else EMPTY
        for name, value in given(action).items():
            if name in owns or not _is_copied(action):
                found[name] = either(found[name], value) if name in found else value
    return gets


def _is_copied(action: Action) -> bool:
    """Whether an action puts into a space what was in it under its earlier name."""
    match action:
        case PublishItem(former=None, why=Why(reason="rename")):
            return True
        case SetAffiliation(why=Why(reason="rename")):
            return True
        case _:
            return False


def _all_taken(actions: Iterable[Action]) -> Mapping[Address, Mapping[str, str]]:
    takes: dict[Address, dict[str, str]] = {}
    for action in actions:
        takes.setdefault(subject(action), {}).update(_taken(action))
    return takes


def _taken(action: Action) -> Mapping[str, str]:
    """What an action takes away, each with the value that it has until then.

    Of an object as a whole the configuration is enough to know it again.
    """
    match action:
        case RetractItem(before=item):
            value = ledger.payload_value(item.payloads[0]) if len(item.payloads) == 1 else ""
            return dict.fromkeys(names(action), value)
        case SetAffiliation(before=word, after="none") | SetSubscription(before=word, after="none"):
            return dict.fromkeys(names(action), ledger.values_value((word,)))
        case DeleteNode(before=live) | DestroyRoom(before=live):
            config = {var: field.values for var, field in live.config.items()}
            return {**config_values(config), ledger.WHOLE: ""}
        case _:
            return EMPTY

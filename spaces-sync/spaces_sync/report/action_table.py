"""How every report speaks of an action: one row each for its sign, noun, verb and risk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from spaces_sync.model.ranks import rank
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
)
from spaces_sync.plan.effects import costs, field_effects
from spaces_sync.profile import SPACE, TYPE, is_space
from spaces_sync.report.words import Sign, child_kind, target

Verb: TypeAlias = Literal[
    "create",
    "configure",
    "publish",
    "rename",
    "retract",
    "marker",
    "record",
    "affiliation",
    "subscription",
    "delete",
]
Risk: TypeAlias = Literal[
    "removal", "data loss", "access change", "new owner", "right taken away", "unsubscription"
]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """`sign`: what begins its line. `noun_and_identity`: what it is about on its node or room, and
    which of several with that noun; raw text, the second "" where there is one. `verb`: what it
    counts as. `risk`: what a reader must not miss, None for most.
    `whole_object`: its reason and consequences are those of the whole node or room.

    The functions take an action of the row's own type.
    """

    sign: Callable[[Any], Sign]
    noun_and_identity: Callable[[Any], tuple[str, str]]
    verb: Callable[[Any], Verb]
    risk: Callable[[Any], Risk | None]
    whole_object: bool = False


def _always(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _create_sign(action: CreateNode | CreateRoom) -> Sign:
    return "+" if action.former is None else "→"


def _publish_sign(action: PublishItem) -> Sign:
    if action.before is not None:
        return "~"
    return "+" if action.former is None else "→"


def _publish_verb(action: PublishItem) -> Verb:
    return "rename" if action.former is not None and action.before is None else "publish"


def _child(action: PublishItem | RetractItem) -> tuple[str, str]:
    return child_kind(action.key), target(action.key, action.node)


def _new_node(action: CreateNode) -> tuple[str, str]:
    return "space" if action.config.get(TYPE) == (SPACE,) else "node", ""


def _old_node(action: DeleteNode) -> tuple[str, str]:
    return "space" if is_space(action.before.config) else "node", ""


def _marker_sign(action: WriteMarker) -> Sign:
    return "-" if action.after is None else "+" if action.before is None else "~"


def _marker_noun(action: WriteMarker) -> tuple[str, str]:
    return "marker", "" if action.after is None else action.after.source


def _record_sign(action: RecordOwnership) -> Sign:
    return "-" if action.after is None else "+" if action.before is None else "~"


def _word_sign(action: SetAffiliation | SetSubscription) -> Sign:
    return "+" if action.before == "none" else "-" if action.after == "none" else "~"


def _fields_risk(action: ConfigureNode | ConfigureRoom) -> Risk | None:
    """The worst that its fields do: one action counts once."""
    found = {each.effect for _, each in field_effects(action)}
    if "ends it" in found:
        return "removal"
    items, _ = costs(action)
    if items:
        return "data loss"
    return "access change" if found & {"opens", "shuts out"} else None


def _affiliation_risk(action: SetAffiliation) -> Risk | None:
    return "right taken away" if rank(action.after) < rank(action.before) else None


def _subscription_risk(action: SetSubscription) -> Risk | None:
    return "unsubscription" if action.after == "none" else None


def _retraction_risk(action: RetractItem) -> Risk | None:
    """What moves to another node is there then."""
    return "removal" if action.moved_to is None else None


_NO_RISK: Final = _always(None)
_REMOVAL: Final = _always("removal")

ACTION_TABLE: Final[Mapping[type[Action], ActionRow]] = {
    CreateNode: ActionRow(_create_sign, _new_node, _always("create"), _NO_RISK, whole_object=True),
    ConfigureNode: ActionRow(
        _always("~"), _always(("configuration", "")), _always("configure"), _fields_risk
    ),
    DeleteNode: ActionRow(_always("-"), _old_node, _always("delete"), _REMOVAL, whole_object=True),
    PublishItem: ActionRow(_publish_sign, _child, _publish_verb, _NO_RISK),
    RetractItem: ActionRow(_always("-"), _child, _always("retract"), _retraction_risk),
    WriteMarker: ActionRow(_marker_sign, _marker_noun, _always("marker"), _NO_RISK),
    RecordOwnership: ActionRow(_record_sign, _always(("record", "")), _always("record"), _NO_RISK),
    SetAffiliation: ActionRow(
        _word_sign, lambda a: ("affiliation", a.jid), _always("affiliation"), _affiliation_risk
    ),
    SetSubscription: ActionRow(
        _word_sign, lambda a: ("subscription", a.jid), _always("subscription"), _subscription_risk
    ),
    CreateRoom: ActionRow(
        _create_sign, _always(("room", "")), _always("create"), _NO_RISK, whole_object=True
    ),
    ConfigureRoom: ActionRow(
        _always("~"), _always(("configuration", "")), _always("configure"), _fields_risk
    ),
    DestroyRoom: ActionRow(
        _always("-"), _always(("room", "")), _always("delete"), _REMOVAL, whole_object=True
    ),
}


def sign(action: Action) -> Sign:
    """What its line begins with."""
    return ACTION_TABLE[type(action)].sign(action)


def noun_and_identity(action: Action) -> tuple[str, str]:
    """What it is about, and which of several; raw text, the second "" where there is one."""
    return ACTION_TABLE[type(action)].noun_and_identity(action)


def verb(action: Action) -> Verb:
    """What it counts as in a summary."""
    return ACTION_TABLE[type(action)].verb(action)


def risk(action: Action) -> Risk | None:
    """What a reader must not miss about it; None for most."""
    return ACTION_TABLE[type(action)].risk(action)


def is_of_whole_object(action: Action) -> bool:
    """Whether its reason and consequences belong to the whole node or room."""
    return ACTION_TABLE[type(action)].whole_object

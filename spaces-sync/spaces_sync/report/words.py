"""How reports call fields, values and children, as raw text for a format to escape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias, assert_never

from spaces_sync.fields import LABELS
from spaces_sync.model.addresses import Jid, NodeAddress, domain_of
from spaces_sync.model.children import BY_NAME, address_of, without_secrets
from spaces_sync.model.state import Address, Key
from spaces_sync.model.xml import Xml
from spaces_sync.plan.actions import (
    Action,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RetractItem,
    Why,
)
from spaces_sync.plan.losses import why_it_goes

Sign: TypeAlias = Literal["+", "~", "-", "→", "·"]

PEOPLE: Final = ("affiliation", "subscription")
"""The nouns of what people have with a node or room."""

HIDDEN: Final = "(secret)"
"""What stands for a password that somebody put into an item."""
_PREFIXES: Final = ("pubsub#", "muc#roomconfig_")


def label(var: str) -> str:
    """A form field in the words of the language: `pubsub#access_model` is `access model`."""
    if var in LABELS:
        return LABELS[var]
    for prefix in _PREFIXES:
        if var.startswith(prefix) and var != prefix:
            return var.removeprefix(prefix).replace("_", " ")
    return var


def value_text(value: Any) -> str | None:
    """A field's value as text; None where there is none, which an empty string is not."""
    match value:
        case None | ():
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return value or '""'
        case tuple():
            return _joined(value)
        case frozenset():
            return _joined(sorted(value, key=repr)) or "nothing"
        case Xml():
            return str(without_secrets(value, HIDDEN))
        case _:
            return str(value)


def _joined(values: Iterable[Any]) -> str:
    return ", ".join(_one_value(each) for each in values)


def _one_value(value: Any) -> str:
    """One of several values; a pair is an attribute of a picture."""
    match value:
        case (str(name), str(text)):
            return f"{name}={text}"
        case tuple():
            return " ".join(_one_value(each) for each in value)
        case _:
            return value_text(value) or ""


def short_name(address: Address) -> str:
    """A node by its id, a room by its JID; the service is said once, above."""
    return address.node if isinstance(address, NodeAddress) else address


def service_of(address: Address) -> Jid:
    """The pubsub service that a node is on, or the domain of a room."""
    if isinstance(address, NodeAddress):
        return address.service
    return domain_of(address)


def target(key: Key, about: Address) -> str:
    """What a child points at; a node of the space's own service by its id alone."""
    try:
        found = address_of(key)
    except ValueError:
        return key.target
    if not isinstance(found, NodeAddress) or not isinstance(about, NodeAddress):
        return key.target
    return found.node if found.service == about.service else key.target


def child_kind(key: Key) -> str:
    """What a child is called; one of a kind that we do not know is an item."""
    return key.kind if key.kind in BY_NAME else "item"


def reason_text(action: Action) -> str:
    """Why, in words; nothing where the place in the file says it."""
    why: Why = action.why
    match why.reason:
        case "file":
            if isinstance(action, DeleteNode | DestroyRoom):
                return why_it_goes(action)
            return _why_retracted(action) if isinstance(action, RetractItem) else ""
        case "drift":
            by = f" by {why.by}" if why.by else ""
            if isinstance(action, CreateNode | CreateRoom):
                return "deleted on the service since the last apply"
            return f"changed on the service since the last apply{by}"
        case "default":
            return "it has the service's default"
        case "required":
            return "XEP-0503 asks for it"
        case "rename":
            return "" if _is_rename(action) or _ends_whole_object(action) else "renamed"
        case "takeover":
            return "taken over"
        case _:
            assert_never(why.reason)


def _why_retracted(action: RetractItem) -> str:
    """Nothing where a place in the file says it. What a child points at may be declared yet."""
    if action.moved_to is not None:
        return f"moves to {short_name(action.moved_to)}"
    return "" if action.why.place else "not listed any more"


def _ends_whole_object(action: Action) -> bool:
    """Whether its object goes: what takes a rename back removes the copy that the rename made."""
    return isinstance(action, DeleteNode | DestroyRoom)


def _is_rename(action: Action) -> bool:
    """Whether the sign of its line says so already."""
    if isinstance(action, CreateNode | CreateRoom):
        return action.former is not None
    return isinstance(action, PublishItem) and action.before is None and action.former is not None

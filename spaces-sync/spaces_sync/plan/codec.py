"""How actions and what else belongs to a plan stand in JSON; `CODEC` is also that of outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, NewType

from spaces_sync.codec import MODEL, Codec, DataError, Notation, Tagged
from spaces_sync.codec.errors import inside
from spaces_sync.codec.fields import dashed
from spaces_sync.codec.notations import as_it_is, enumeration, text, version
from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid
from spaces_sync.model.children import decode
from spaces_sync.model.state import Form, Item, Node, Service
from spaces_sync.model.xml import Xml, parse
from spaces_sync.plan.actions import Action, Value
from spaces_sync.plan.stages import Stage

FORMAT_VERSION: Final = "4.0"
FormatVersion = NewType("FormatVersion", str)
Digest = NewType("Digest", str)
"""SHA-256 in hex of a plan file but for the digest itself."""

MAX_DEPTH: Final = 32  # of lists in each other in a field of a child; our own need two


@dataclass(frozen=True, slots=True)
class HeldNode:
    """A pubsub node with all that it holds."""

    config: Annotated[Form, "Its configuration."]
    items: Annotated[tuple[Item, ...], "Its items."]
    affiliations: Annotated[Mapping[Jid, str], "Who may do what with it."]
    subscriptions: Annotated[Mapping[Jid, str], "Who is subscribed to it."]


@dataclass(frozen=True, slots=True)
class ReadService:
    """A service as it describes itself."""

    name: Annotated[str, "The name of its identity."]
    features: Annotated[frozenset[str], "The features of its disco#info."]
    default_config: Annotated[Form, "The configuration of a new node."]
    default_failed: Annotated[str, "Why it could not be asked for that; empty: it could."] = ""


def _held(node: Node) -> HeldNode:
    people = node.affiliations or {}, node.subscriptions or {}
    affiliations, subscriptions = (dict(sorted(each.items())) for each in people)
    return HeldNode(node.config, tuple(node.items), affiliations, subscriptions)


def _node(held: HeldNode) -> Node:
    children, found = decode(held.items), marker.find(held.items)
    return Node(held.config, children, held.affiliations, held.subscriptions, marker=found)


def _read_services(services: Mapping[Jid, Service]) -> Mapping[Jid, ReadService]:
    return {
        jid: ReadService(each.name, each.features, each.default_config, each.default_failed)
        for jid, each in services.items()
    }


def _services(read: Mapping[Jid, ReadService]) -> Mapping[Jid, Service]:
    return {
        jid: Service(jid, each.name, each.features, each.default_config, each.default_failed)
        for jid, each in read.items()
    }


def _stage(stage: Stage) -> str:
    return dashed(stage.name)


def _value_to(value: Any) -> Any:
    """Text, truth and nothing as they are; a tuple as a list; what JSON lacks under its name."""
    match value:
        case None | bool() | str():
            return value
        case Xml():
            return {"xml": str(value)}
        case tuple():
            return [_value_to(each) for each in value]
        case frozenset():
            return {"set": sorted((_value_to(each) for each in value), key=repr)}
        case _:
            raise TypeError(f"a field cannot hold a {type(value).__name__}")


def _value_back(data: Any, depth: int = 0) -> Any:
    match data:
        case None | bool():
            return data
        case str():
            return text(data)
        case list():
            return tuple(_listed(data, depth))
        case {"xml": element}:
            with inside(".xml"):
                return parse(text(element))
        case {"set": list(members)}:
            with inside(".set"):
                return frozenset(_listed(members, depth))
        case _:
            raise DataError("should be text, truth, nothing, a list, an element or a set")


def _listed(values: Sequence[Any], depth: int) -> Iterator[Any]:
    if depth >= MAX_DEPTH:
        raise DataError(f"is nested more than {MAX_DEPTH} deep")
    for index, value in enumerate(values):
        with inside(f"[{index}]"):
            yield _value_back(value, depth + 1)


_NESTED: Final = {"type": "array", "items": {"$ref": "#/$defs/value"}}
_ELEMENT: Final = {"description": "An element.", "$ref": "#/$defs/xml"}
_VALUES: Final = [
    {"type": ["string", "boolean", "null"]},
    _NESTED,
    {"type": "object", "required": ["xml"], "properties": {"xml": _ELEMENT}},
    {
        "type": "object",
        "required": ["set"],
        "properties": {"set": {"description": "Values without an order.", **_NESTED}},
    },
]

ACTION: Final = Tagged(
    name="action",
    type=Action,
    description="One thing that is done. `do` says what, and which other keys there are.",
    tag="do",
    tag_description="What is done.",
    unknown="{name!r} is nothing that this version of spaces-sync can do",
)

CODEC: Final = Codec(
    (
        *MODEL,
        version("version", FormatVersion, FORMAT_VERSION),
        Notation(
            "digest",
            Digest,
            str,
            as_it_is,
            Digest,
            "SHA-256 in hex of a plan file but for the digest itself.",
            {"pattern": "^[0-9a-f]{64}$"},
        ),
        enumeration("stage", Stage, Stage, _stage, "A part of sending; they stand in their order."),
        Notation(
            "value",
            Value,
            Any,
            _value_to,
            _value_back,
            "A field of a child: text, true or false, nothing, a list, an element or a set.",
            {"anyOf": _VALUES},
        ),
        Notation("deleted-node", Node, HeldNode, _held, _node),
        Notation(
            "services",
            Mapping[Jid, Service],
            Mapping[Jid, ReadService],
            _read_services,
            _services,
        ),
    ),
    (ACTION,),
)

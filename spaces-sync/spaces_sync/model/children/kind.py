"""What there is to know about a kind of child; no other module knows a kind by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Place
from spaces_sync.model.problems import Problem
from spaces_sync.model.shapes import Schema, keyed, mapping, previously
from spaces_sync.model.state import Address, Fields, nothing
from spaces_sync.model.xml import Name, Xml

PlaceAt: TypeAlias = Callable[..., Place]
"""Where an entry stands in its file, or with a path of keys and indices, a value inside it."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the names in a document stand for. The functions raise `ValueError`.

    room: a room, by its JID, which may hold variables of the environment.
    node: a node, by its id on the service of the space that lists it, or by XMPP URI.
    room_names: the `name` of each room that the document runs.
    """

    room: Callable[[str], Jid]
    node: Callable[[str], NodeAddress]
    room_names: Mapping[Jid, str]


def as_written(entry: Any, _: str, __: Names) -> Fields:
    """For a kind whose entries are their fields."""
    fields: Fields = entry
    return fields


def as_fields(fields: Fields) -> Mapping[str, Any]:
    """For a kind whose entries are their fields: those that say something."""
    return {name: value for name, value in fields.items() if value not in (False, "")}


def no_address(_: str) -> Address | None:
    """For a kind that points at neither a room nor a node."""
    return None


def nothing_wrong(_: str, __: Any, ___: PlaceAt) -> Iterable[Problem]:
    """For a kind of which the schema says all."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of child: how it is written in YAML and in XML, and what a plan may do with it.

    A *section* is a key of a space under which children of one kind stand. Each child has an
    *entry* there, a mapping of `properties`, under a key that says what it points at: its
    *target*. What the entry says, and what a payload holds, are *fields*, by the properties'
    names.
    """

    name: str  # in `Key`, in saved plans, and for people

    # --- YAML ---
    sections: Mapping[str, str]  # each with what stands there, in a sentence
    # Two examples of an entry's key, now and before a rename. Without them each section is one
    # child, whose target is the section's name and whose value is one entry or a list of them.
    keys: tuple[str, ...] = ()
    entry: str = ""  # what an entry is, in a sentence, where a section is one child
    properties: Mapping[str, Schema]  # each with a description and an example
    required: tuple[str, ...] = ()
    short: str | None = None  # the property that a text instead of a mapping stands for
    rejected: Mapping[str, str] = field(default_factory=nothing)  # no properties, and why not
    xml: tuple[str, ...] = ()  # the properties that hold XML: a text, or a list of texts
    # The target of an entry's key. Raises `ValueError`.
    identify: Callable[[str, Names], str]
    # What is wrong with an entry beyond the schema, by its target and itself. It is a fresh dict
    # without `x-` keys and `previously`, in which XML is elements: None where it is no such.
    check: Callable[[str, Any, PlaceAt], Iterable[Problem]] = nothing_wrong
    # The fields of an entry of which nothing is wrong, by itself and its target.
    from_yaml: Callable[[Any, str, Names], Fields] = as_written
    # The other way: the entry that says what a live child is, in which XML is text.
    to_yaml: Callable[[Fields], Any] = as_fields

    # --- XML ---
    element: Name | None  # of the payload; None: any that is of no other kind
    # The id of the item that is made for a target.
    item_id: Callable[[str], str]
    # What a payload calls its target; "": the item's id says what it points at.
    target_name: str = ""
    reserved_ids: frozenset[str] = frozenset()  # that are for this kind alone
    # What a live item points at, by its id and payload; None: it is malformed for this kind.
    target: Callable[[str, Xml], str | None]
    # What the payload of a live item says.
    fields: Callable[[Xml], Fields]
    # Changes in a live payload what it points at and what fields say, and nothing else: the very
    # same object where nothing differs. From None it makes a new payload.
    overlay: Callable[[Xml | None, str, Fields], Xml]
    # Elements that no payload of a document may hold, at any depth, and why not.
    secrets: Mapping[Name, str] = field(default_factory=nothing)

    # --- plans ---
    # The room or node that a target is.
    address: Callable[[str], Address | None] = no_address
    # What a plan may remove that the file does not list: nothing, what its source put there, or
    # with `prune: all` also what others put there.
    prune: Literal["nothing", "ours", "all"] = "all"
    unpruned: str = ""  # why it is not `all`


def section_schema(kind: Kind, section: str) -> Schema:
    """The JSON Schema of the key `section` of a space."""
    about = f"{kind.sections[section]} Absent: left alone."
    examples = {name: each["examples"][0] for name, each in kind.properties.items()}
    if not kind.keys:
        one = mapping(kind.entry, kind.properties, examples, required=kind.required)
        shape = {"type": ["object", "array"], "items": one, "minItems": 1, "description": about}
        return {**one, **shape}
    key, former = kind.keys
    properties = {**kind.properties, "previously": previously("child", former)}
    value = dict(list(examples.items())[:1])
    words = f"One entry under `{section}`."
    entry = mapping(words, properties, value, required=kind.required, short=kind.short)
    return keyed(f"{about} `{{}}`: none of ours.", entry, {key: value})

"""The rules by which values are JSON data, on small types: written, read, refused, described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, NewType

import pytest
from jsonschema import Draft202012Validator

from spaces_sync.codec import MODEL, Codec, DataError, Format, Notation, Tagged, read, schema, write
from spaces_sync.codec.notations import enumeration, version
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.annotations import INLINE, REQUIRED
from spaces_sync.model.state import Address, Secret, nothing
from spaces_sync.model.xml import Xml, element

SERVICE = Jid("pubsub.example")
DEV = NodeAddress(SERVICE, "dév")
Version = NewType("Version", str)


class Point(NamedTuple):
    """Where."""

    row: int
    column: int = 1


@dataclass(frozen=True)
class Size:
    """How big."""

    wide: int
    high: int = 1


@dataclass(frozen=True)
class Box:
    """A box."""

    name: Annotated[str, "What it is called."]
    size: Annotated[Size, INLINE]
    lid: Annotated[bool, "Whether it has one."] = False
    kind: Annotated[Literal["big", "small"], "What it is.", REQUIRED] = "big"
    places: Annotated[tuple[Point, ...], "Where it has been."] = ()
    label: Annotated[str | None, "What stands on it."] = None
    weight: Annotated[int | None, "What it weighs; null: nobody knows.", REQUIRED] = None
    owners: Annotated[Mapping[Jid, str] | None, "Whose; null: secret."] = field(
        default_factory=nothing
    )


@dataclass(frozen=True)
class OpenBox:
    """Opens one."""

    name: str
    size: Annotated[Size, INLINE] = Size(1)


@dataclass(frozen=True)
class ShutBox:
    """Shuts one."""

    name: str
    gently: Annotated[bool, "Whether without a sound."] = True
    size: Annotated[Size, INLINE] = Size(1)


Act = OpenBox | ShutBox
ACT = Tagged("act", Act, "What is done.", "do", "What.", "nobody can {name!r}")
CODEC = Codec(MODEL, (ACT,))
SMALL: dict[str, Any] = {"name": "a", "kind": "big", "weight": None, "wide": 3}
WHOLE = Box(
    "b", Size(3, 4), True, "small", (Point(1), Point(2, 3)), "x", 7, {Jid("eve@example"): "half"}
)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (Box("a", Size(3)), SMALL),
        (
            WHOLE,
            {
                "name": "b",
                "lid": True,
                "kind": "small",
                "places": [{"row": 1}, {"row": 2, "column": 3}],
                "label": "x",
                "weight": 7,
                "owners": {"eve@example": "half"},
                "wide": 3,
                "high": 4,
            },
        ),
        (Box("a", Size(3), owners=None), SMALL | {"owners": None}),
        (ShutBox("a"), {"do": "shut-box", "name": "a", "wide": 1}),
    ],
)
def test_a_value_and_its_data(value: Any, data: Any) -> None:
    type_: Any = type(value) if isinstance(value, Box) else Act
    assert write(CODEC, value, type_) == data
    assert read(CODEC, data, type_) == value


@pytest.mark.parametrize(
    ("type_", "value", "data"),
    [
        (Jid, SERVICE, "pubsub.example"),
        (NodeAddress, DEV, "xmpp:pubsub.example?;node=d%C3%A9v"),
        (Address, DEV, "xmpp:pubsub.example?;node=d%C3%A9v"),
        (Address, SERVICE, "pubsub.example"),
        (Xml, element("urn:a", "a"), "<a xmlns='urn:a'/>"),
        (frozenset[Address], frozenset({SERVICE, DEV}), [SERVICE, DEV.uri]),
        (Mapping[NodeAddress, tuple[str, ...]], {DEV: ("a",)}, {DEV.uri: ["a"]}),
    ],
)
def test_what_has_a_notation(type_: Any, value: Any, data: Any) -> None:
    assert write(CODEC, value, type_) == data
    assert read(CODEC, data, type_) == value


def test_keys_stand_in_the_order_of_the_fields_and_those_of_inline_fields_last() -> None:
    assert list(write(CODEC, Box("a", Size(3, 4), lid=True), Box)) == [
        *("name", "lid", "kind", "weight", "wide", "high")
    ]


def test_of_a_secret_only_the_origin_is_written() -> None:
    assert write(CODEC, Secret("hunter2", "env:X"), Secret) == "env:X"
    assert read(CODEC, "env:X", Secret) == Secret("", "env:X")


REFUSED: list[tuple[Any, Any, str]] = [
    (Box, [], "$: should be a mapping"),
    (Box, {}, "$: 'name' is missing"),
    (Box, SMALL | {"name": 7}, "$.name: should be a string"),
    (Box, SMALL | {"name": "\ud800"}, "$.name: holds half of a surrogate pair"),
    (Box, SMALL | {"lid": 1}, "$.lid: should be true or false"),
    (Box, SMALL | {"lid": None}, "$.lid: should be true or false"),
    (Box, SMALL | {"label": None}, "$.label: should be a string"),
    (Box, SMALL | {"kind": "odd"}, "$.kind: should be one of big, small"),
    (Box, SMALL | {"kind": ["big"]}, "$.kind: should be one of big, small"),
    (Box, {k: v for k, v in SMALL.items() if k != "kind"}, "$: 'kind' is missing"),
    (Box, {k: v for k, v in SMALL.items() if k != "wide"}, "$: 'wide' is missing"),
    (Box, SMALL | {"wide": True}, "$.wide: should be a whole number"),
    (Box, SMALL | {"wide": 1.0}, "$.wide: should be a whole number"),
    (Box, SMALL | {"places": {"a": 1}}, "$.places: should be a list"),
    (Box, SMALL | {"places": [{"row": 1}, {}]}, "$.places[1]: 'row' is missing"),
    (Box, SMALL | {"places": [{"row": "1"}]}, "$.places[0].row: should be a whole number"),
    (Box, SMALL | {"owners": {"a b": "x"}}, "$.owners[\"a b\"]: ' ' cannot stand in a JID"),
    (Box, SMALL | {"owners": {"a@b": 1}}, '$.owners["a@b"]: should be a string'),
    (Box, SMALL | {"owners": {"a@b": "1", "A@b": "2"}}, "$.owners: two of its keys mean the same"),
    (tuple[Xml, ...], ["<a/>", "<a>"], "$[1]: no element found"),
    (frozenset[Jid], ["a", "@"], "$[1]: '@' has nothing before the '@'"),
    (Act, {"name": "a"}, "$: 'do' is missing"),
    (Act, {"do": "burn"}, "$.do: nobody can 'burn'"),
    (Act, {"do": []}, "$.do: should be a string"),
    (tuple[Act, ...], [{"do": "open-box", "name": 1, "wide": 1}], "$[0].name: should be a string"),
]


@pytest.mark.parametrize(("type_", "data", "message"), REFUSED)
def test_what_is_wrong_is_said_with_its_place(type_: Any, data: Any, message: str) -> None:
    with pytest.raises(DataError) as refused:
        read(CODEC, data, type_)
    assert str(refused.value).startswith(message)


def test_unknown_keys_are_ignored_or_refused_where_they_stand() -> None:
    closed = Codec(MODEL, rejects_unknown=True)
    data = SMALL | {"places": [{"row": 1, "colour": "red"}], "high": 2}
    assert read(CODEC, data | {"size": "s"}, Box) == Box("a", Size(3, 2), places=(Point(1),))
    with pytest.raises(DataError, match=r"^\$\.places\[0\]\.colour: this key means nothing here"):
        read(closed, data, Box)
    assert read(closed, SMALL | {"high": 2}, Box) == Box("a", Size(3, 2))


def test_mappings_are_written_as_they_are_or_in_order() -> None:
    mapping = {"b": 1, "a": 2}
    assert list(write(CODEC, mapping, Mapping[str, int])) == ["b", "a"]
    assert list(write(Codec((), ordered=True), mapping, Mapping[str, int])) == ["a", "b"]


def test_a_type_with_few_values_is_written_by_a_word() -> None:
    codec = Codec(
        (enumeration("size", Size, (Size(1), Size(2)), lambda s: f"w{s.wide}", "Which."),)
    )
    assert write(codec, Size(2), Size) == "w2"
    assert read(codec, "w1", Size) == Size(1)
    with pytest.raises(DataError, match=r"^\$: should be one of w1, w2$"):
        read(codec, "w3", Size)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("2.7", ""),
        ("3.0", "$: is 3.0, and this version of spaces-sync reads 2.x"),
        ("2", "$: should be a version such as '2.0'"),
        ("٢.0", "$: should be a version such as '2.0'"),
    ],
)
def test_the_version_of_a_format(data: str, message: str) -> None:
    codec = Codec((version("version", Version, "2.0"),))
    if not message:
        assert read(codec, data, Version) == data
        return
    with pytest.raises(DataError) as refused:
        read(codec, data, Version)
    assert str(refused.value) == message


def test_a_fault_of_the_program_is_not_blamed_on_the_data() -> None:
    def broken(_: object) -> Size:
        raise ZeroDivisionError

    codec = Codec((Notation("size", Size, str, str, broken),))
    with pytest.raises(ZeroDivisionError):
        read(codec, ["a"], tuple[Size, ...])


def test_the_schema_of_a_format() -> None:
    made = schema(Format(CODEC, Box, "urn:box", "A box"))
    assert made["$id"] == "urn:box"
    assert made["description"] == "A box."
    assert made["required"] == ["name", "kind", "weight", "wide"]
    assert made["properties"]["weight"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]
    assert made["properties"]["owners"]["anyOf"][1] == {"type": "null"}
    assert made["properties"]["label"] == {"description": "What stands on it.", "type": "string"}
    assert made["properties"]["places"]["items"] == {"$ref": "#/$defs/point"}
    assert made["$defs"]["point"]["required"] == ["row"]
    check = Draft202012Validator(made)
    assert check.is_valid(write(CODEC, WHOLE, Box))
    assert not check.is_valid(SMALL | {"kind": "odd"})


@dataclass(frozen=True)
class Acts:
    """What was done."""

    acts: Annotated[tuple[Act, ...], "In this order."]


def test_the_schema_of_a_tagged_union_says_what_all_share_and_then_what_each_has() -> None:
    made = schema(Format(CODEC, Acts, "urn:acts", "Acts"))["$defs"]["act"]
    assert list(made["properties"]) == ["do", "name", "wide", "high"]
    assert made["required"] == ["do", "name", "wide"]
    gently = {"gently": {"description": "Whether without a sound.", "type": "boolean"}}
    opening, shutting = made["allOf"]
    assert opening["if"] == {"properties": {"do": {"const": "open-box"}}}
    assert opening["then"] == {"description": "Opens one.", "properties": {}}
    assert shutting["then"] == {"description": "Shuts one.", "properties": gently}


def test_what_another_schema_describes_is_referred_to() -> None:
    made = schema(Format(CODEC, Acts, "urn:acts", "Acts", {Act: "urn:other#/$defs/act"}))
    assert made["properties"]["acts"]["items"] == {"$ref": "urn:other#/$defs/act"}
    assert made["$defs"] == {}


def test_a_type_that_nothing_says_how_to_write_has_no_schema() -> None:
    @dataclass(frozen=True)
    class Odd:
        when: complex

    with pytest.raises(TypeError, match="complex"):
        schema(Format(CODEC, Odd, "urn:odd", "Odd"))

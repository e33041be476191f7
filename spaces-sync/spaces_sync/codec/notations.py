"""The one table of types that are written as something simpler: to JSON, from JSON, its schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from spaces_sync.codec.errors import DataError
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid, node_uri
from spaces_sync.model.state import Address, Secret, nothing
from spaces_sync.model.xml import Xml, parse

_HALF: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, eq=False)
class Notation:
    """How the values of `type` are written: as values of the type `written`.

    `write` makes the written value. `read` reads one, and raises `ValueError` with the reason in
    words. What has a `description` is defined under its `name` in a JSON Schema.
    """

    name: str
    type: Any
    written: Any  # Any: JSON data as it is
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    description: str = ""
    schema: Mapping[str, Any] = field(default_factory=nothing)  # more of its keywords


@dataclass(frozen=True, slots=True, eq=False)
class Tagged:
    """A union of dataclasses: the key `tag` of an object names its type, in lower case.

    `unknown` says what is wrong with a name that is none of them, `{name!r}` in it.
    """

    name: str
    type: Any
    description: str
    tag: str
    tag_description: str
    unknown: str


def text(value: Any, _: Any = None) -> str:
    """`value`, if it is text without half of a surrogate pair. Raises `DataError`."""
    if not isinstance(value, str):
        raise DataError("should be a string")
    if not value.isascii() and _HALF.search(value):
        raise DataError("holds half of a surrogate pair, which is no character")
    return value


def number(value: Any, _: Any = None) -> int:
    """`value`, if it is a whole number; true and false are none. Raises `DataError`."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise DataError("should be a whole number")
    return value


def boolean(value: Any, _: Any = None) -> bool:
    """`value`, if it is true or false. Raises `DataError`."""
    if not isinstance(value, bool):
        raise DataError("should be true or false")
    return value


PLAIN: Final[Mapping[type, tuple[Callable[[Any, Any], Any], str]]] = {
    str: (text, "string"),
    int: (number, "integer"),
    bool: (boolean, "boolean"),
}
"""What JSON has itself: how it is checked, and its name in JSON Schema."""


def as_it_is(value: Any) -> Any:
    """`value`: for a type that is written as the type below it."""
    return value


def _address_to(address: Address) -> str:
    return address.uri if isinstance(address, NodeAddress) else address


def _address_back(written: str) -> Address:
    return node_uri(written) if written.startswith("xmpp:") else bare_jid(written)


MODEL: Final[tuple[Notation, ...]] = (
    Notation("jid", Jid, str, as_it_is, bare_jid, "A bare JID, normalised.", {"minLength": 1}),
    Notation(
        "node",
        NodeAddress,
        str,
        lambda address: address.uri,
        node_uri,
        "A pubsub node as its XMPP URI (RFC 5122).",
        {"pattern": "^[xX][mM][pP][pP]:.+[?;]node="},
    ),
    Notation(
        "address",
        Address,
        str,
        _address_to,
        _address_back,
        "A node as its XMPP URI, or a room as its JID.",
        {"minLength": 1},
    ),
    Notation("xml", Xml, str, str, parse, "One XML element with its namespace.", {"minLength": 1}),
    Notation(
        "secret",
        Secret,
        str,
        lambda secret: secret.origin,
        lambda origin: Secret("", origin),  # whoever needs the value fetches it from there
        "Where a password comes from (`env:NAME`, `file:PATH`; `none`: there is none). It is "
        "never written itself.",
    ),
)
"""The types of `model/`."""


def enumeration(
    name: str, type_: Any, values: Iterable[Any], name_of: Callable[[Any], str], description: str
) -> Notation:
    """The notation of a type with the `values`, each written as its name.

    Two values must not have the same name. `description`: for the JSON Schema.
    """
    known = {name_of(value): value for value in values}

    def read(written: str) -> Any:
        if written not in known:
            raise DataError(f"should be one of {', '.join(known)}")
        return known[written]

    return Notation(name, type_, str, name_of, read, description, {"enum": list(known)})


def version(name: str, type_: Any, current: str) -> Notation:
    """The notation of the version of a format, `MAJOR.MINOR`.

    We write the version `current`, and read all with its major number.
    """
    ours = current.partition(".")[0]

    def read(written: str) -> str:
        found = re.fullmatch(r"([0-9]{1,9})\.[0-9]{1,9}", written)
        if found is None:
            raise DataError(f"should be a version such as {current!r}")
        if found[1] != ours:
            raise DataError(f"is {written}, and this version of spaces-sync reads {ours}.x")
        return written

    return Notation(
        name,
        type_,
        str,
        as_it_is,
        read,
        "Of this format; a new minor number adds keys, a new major number breaks readers.",
        {"pattern": f"^{ours}\\.[0-9]+$"},
    )

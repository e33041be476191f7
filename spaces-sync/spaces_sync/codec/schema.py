"""The JSON Schema of a format, from the same types and the same table that read and write it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args, get_origin

from spaces_sync.codec.codec import Codec
from spaces_sync.codec.fields import RecordKey, dashed, is_record, written_keys
from spaces_sync.codec.notations import PLAIN, Notation, Tagged
from spaces_sync.model.state import nothing

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """A kind of file that we publish the schema of: what its data stands for, and its names.

    `elsewhere`: types that the schema of another format describes, with its reference to them.
    """

    codec: Codec
    type: type
    id: str
    title: str
    elsewhere: Mapping[Any, str] = field(default_factory=nothing)


def schema(format_: Format) -> dict[str, Any]:
    """The whole schema, its definitions in the order of their names."""
    definitions: dict[str, Any] = {}
    walk = _Walk(format_, definitions)
    head = {"$schema": DIALECT, "$id": format_.id, "title": format_.title}
    whole = {**head, **_record(format_.type, walk)}
    return {**whole, "$defs": dict(sorted(definitions.items()))}


def reference(format_: Format, name: str) -> str:
    """To a definition in the schema of `format_`, from the schema of another one."""
    return f"{format_.id}#/$defs/{name}"


@dataclass(frozen=True, slots=True)
class _Walk:
    format: Format
    definitions: dict[str, Any]


def _of(type_: Any, walk: _Walk) -> dict[str, Any]:
    """The schema of a type; what has a name is defined once, and referred to."""
    if type_ in walk.format.elsewhere:
        return {"$ref": walk.format.elsewhere[type_]}
    for union in walk.format.codec.unions:
        if type_ == union.type:
            return _defined(union.name, union, walk)
    for row in walk.format.codec.notations:
        if type_ == row.type:
            return _defined(row.name, row, walk) if row.description else _of(row.written, walk)
    if is_record(type_):
        return _defined(dashed(type_.__name__), type_, walk)
    return _plain(type_, walk)


def _plain(type_: Any, walk: _Walk) -> dict[str, Any]:
    inner = get_args(type_)
    match get_origin(type_) or type_:
        case _ if type_ in PLAIN:
            return {"type": PLAIN[type_][1]}
        case generic if generic is Literal:
            return {"enum": list(inner)}
        case generic if generic in (tuple, frozenset):
            return {"type": "array", "items": _of(inner[0], walk)}
        case generic if generic is Mapping:
            names = {} if inner[0] is str else {"propertyNames": _of(inner[0], walk)}
            return {"type": "object", **names, "additionalProperties": _of(inner[1], walk)}
        case _:
            raise TypeError(f"nothing says how a {type_} is written")


def _defined(name: str, what: Any, walk: _Walk) -> dict[str, Any]:
    if name not in walk.definitions:
        walk.definitions[name] = {}  # before it is walked, for what refers to itself
        match what:
            case Notation():
                walk.definitions[name] = _notation(what, walk)
            case Tagged():
                walk.definitions[name] = _union(what, walk)
            case _:
                walk.definitions[name] = _record(what, walk)
    return {"$ref": f"#/$defs/{name}"}


def _notation(notation: Notation, walk: _Walk) -> dict[str, Any]:
    written = {} if notation.written is Any else _of(notation.written, walk)
    return {"description": notation.description, **written, **notation.schema}


def _record(record: Any, walk: _Walk) -> dict[str, Any]:
    keys = written_keys(record)
    return {
        "description": _docstring(record),
        "type": "object",
        **_required(keys),
        "properties": {each.name: _key(each, walk) for each in keys},
        **({"additionalProperties": False} if walk.format.codec.rejects_unknown else {}),
    }


def _required(keys: Iterable[RecordKey]) -> dict[str, Any]:
    names = [each.name for each in keys if each.required]
    return {"required": names} if names else {}


def _key(key: RecordKey, walk: _Walk) -> dict[str, Any]:
    found = _of(key.type, walk)
    defined = walk.definitions.get(found.get("$ref", "").rpartition("/")[2], {})
    text = key.description or defined.get("description", "")
    if key.nullable:
        found = {"anyOf": [found, {"type": "null"}]}
    return {"description": text, **found}


def _docstring(record: Any) -> str:
    """What its docstring begins with; a dataclass without one is given its signature there."""
    text = " ".join((inspect.getdoc(record) or "").partition("\n\n")[0].split())
    return "" if text.startswith(f"{record.__name__}(") else text


def _union(union: Tagged, walk: _Walk) -> dict[str, Any]:
    """What all types share stands first; what else there is follows from the tag."""
    records = {dashed(each.__name__): each for each in get_args(union.type)}
    keys = {name: written_keys(record) for name, record in records.items()}
    first, *others = keys.values()
    shared = [key for key in first if all(key in other for other in others)]
    tag = {"description": union.tag_description, "enum": list(records)}
    return {
        "description": union.description,
        "type": "object",
        "required": [union.tag, *(each.name for each in shared if each.required)],
        "properties": {union.tag: tag, **{each.name: _key(each, walk) for each in shared}},
        "allOf": [
            _branch(union.tag, name, record, shared, walk) for name, record in records.items()
        ],
    }


def _branch(
    tag: str, name: str, record: Any, shared: list[RecordKey], walk: _Walk
) -> dict[str, Any]:
    keys = [each for each in written_keys(record) if each not in shared]
    then = {
        "description": _docstring(record),
        **_required(keys),
        "properties": {each.name: _key(each, walk) for each in keys},
    }
    return {"if": {"properties": {tag: {"const": name}}}, "then": then}

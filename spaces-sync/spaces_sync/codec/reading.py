"""cattrs' hooks that read: each takes JSON data and its type, and raises `ValueError`."""

from __future__ import annotations

from types import GenericAlias
from typing import Any, Final, get_args

from cattrs import Converter, cols, gen
from cattrs.dispatch import StructureHook

from spaces_sync.codec.errors import DataError, step
from spaces_sync.codec.fields import RecordKey, dashed, record_keys, written_keys
from spaces_sync.codec.notations import PLAIN, Notation, Tagged

_ABSENT: Final = object()
"""Stands for a key that is not there, where the class itself has no default for it."""


def literals(type_: Any) -> StructureHook:
    """The hook of a `Literal` of texts."""
    allowed = get_args(type_)

    def hook(value: Any, _: Any) -> Any:
        if value not in allowed:
            raise DataError(f"should be one of {', '.join(allowed)}")
        return value

    return hook


def tuples(type_: Any, converter: Converter) -> StructureHook:
    """The hook of a tuple of as many values of one type as there are, from a list."""
    inner = cols.list_structure_factory(type_, converter)
    return _only(list, lambda value, _: tuple(inner(value, type_)))


def sets(type_: Any, converter: Converter) -> StructureHook:
    """The hook of a set of as many different values of one type as there are, from a list."""
    listed: Any = GenericAlias(tuple, (*get_args(type_), ...))
    inner = converter.get_structure_hook(listed)
    return lambda value, _: frozenset(inner(value, listed))


def mappings(type_: Any, converter: Converter) -> StructureHook:
    """The hook of a mapping, from an object, two keys of which must not mean the same."""
    inner = cols.mapping_structure_factory(type_, converter)

    def hook(value: Any, _: Any) -> Any:
        made = inner(value, type_)
        if len(made) < len(value):
            raise DataError("two of its keys mean the same")
        return made

    return _only(dict, hook)


def _only(kind: type, inner: StructureHook) -> StructureHook:
    """`inner` for values of `kind` alone: cattrs takes whatever can be iterated."""
    should = f"should be a {'list' if kind is list else 'mapping'}"

    def hook(value: Any, type_: Any) -> Any:
        if not isinstance(value, kind):
            raise DataError(should)
        return inner(value, type_)

    return hook


def records(record: type, converter: Converter, *, rejects_unknown: bool) -> StructureHook:
    """The hook of a dataclass or a named tuple, from an object.

    rejects_unknown: whether a key that it does not have is an error.
    """
    keys = record_keys(record)
    hooks = {each.name: gen.override(struct_hook=_key(each, converter)) for each in keys}
    make: Any = gen.make_dict_structure_fn
    if cols.is_namedtuple(record):
        make = cols.namedtuple_dict_structure_factory
    inner = make(record, converter, **hooks)
    required = [each.name for each in keys if each.required and not each.inline]
    inline = {each.name: _names(each.type) for each in keys if each.inline}
    absent = {each.name: _ABSENT for each in keys if each.optional and each.default is None}
    known = _names(record)

    def hook(value: dict[str, Any], _: Any) -> Any:
        for name in required:
            if name not in value:
                raise DataError(f"{name!r} is missing")
        parts = {name: {k: value[k] for k in value if k in own} for name, own in inline.items()}
        made = inner({**absent, **value, **parts}, record)
        if rejects_unknown and (unknown := value.keys() - known):
            raise DataError("this key means nothing here", f"${step(min(unknown))}")
        return made

    return _only(dict, hook)


def _names(record: type) -> frozenset[str]:
    return frozenset(each.name for each in written_keys(record))


def _key(key: RecordKey, converter: Converter) -> StructureHook:
    inner = converter.get_structure_hook(key.type)

    def hook(value: Any, _: Any) -> Any:
        if value is _ABSENT or (value is None and key.nullable):
            return None
        return inner(value, key.type)

    return hook if key.optional else lambda value, _: inner(value, key.type)


def tagged(union: Tagged, converter: Converter) -> StructureHook:
    """The hook of a union, whose tag says which of its types an object is."""
    types = {dashed(each.__name__): each for each in get_args(union.type)}

    def hook(value: Any, _: Any) -> Any:
        if union.tag not in value:
            raise DataError(f"{union.tag!r} is missing")
        rest = dict(value)
        name = rest.pop(union.tag)
        if not isinstance(name, str):
            raise DataError("should be a string", f"${step(union.tag)}")
        if name not in types:
            raise DataError(union.unknown.format(name=name), f"${step(union.tag)}")
        return converter.get_structure_hook(types[name])(rest, types[name])

    return _only(dict, hook)


def notation(row: Notation, converter: Converter) -> StructureHook:
    """The hook of the type that a row of the table is about."""
    read, written = row.read, row.written
    if written is Any:
        return lambda value, _: read(value)
    if written in PLAIN:
        check, _ = PLAIN[written]
        return lambda value, _: read(check(value, written))
    return lambda value, _: read(converter.structure(value, written))

"""cattrs' hooks that write: each takes a value and makes JSON data of it."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, get_args

from cattrs import Converter
from cattrs.dispatch import UnstructureHook

from spaces_sync.codec.fields import NO_DEFAULT, RecordKey, dashed, record_keys
from spaces_sync.codec.notations import PLAIN, Notation, Tagged


def tuples(type_: Any, converter: Converter) -> UnstructureHook:
    """The hook of a tuple of values of one type: a list."""
    each = converter.get_unstructure_hook(get_args(type_)[0])
    return lambda values: [each(value) for value in values]


def sets(type_: Any, converter: Converter) -> UnstructureHook:
    """The hook of a set: a list in the order of what its values are written as."""
    each = converter.get_unstructure_hook(get_args(type_)[0])
    return lambda values: sorted(each(value) for value in values)


def mappings(type_: Any, converter: Converter, *, ordered: bool) -> UnstructureHook:
    """The hook of a mapping: an object. `ordered`: in the order of its keys."""
    key, value = map(converter.get_unstructure_hook, get_args(type_))

    def hook(mapping: Mapping[Any, Any]) -> dict[str, Any]:
        pairs = ((key(each), value(held)) for each, held in mapping.items())
        return dict(sorted(pairs, key=itemgetter(0)) if ordered else pairs)

    return hook


def records(record: type, converter: Converter) -> UnstructureHook:
    """The hook of a dataclass or a named tuple: an object, keys in the order of the fields.

    The keys of fields that are inline stand last.
    """
    keys = [(each, _key(each, converter)) for each in record_keys(record)]
    own = [(each.name, inner, each.default) for each, inner in keys if not each.inline]
    inline = [(each.name, inner) for each, inner in keys if each.inline]

    def hook(value: Any) -> dict[str, Any]:
        written = {}
        for name, inner, default in own:
            held = getattr(value, name)
            if default is NO_DEFAULT or held != default:
                written[name] = inner(held)
        for name, inner in inline:
            written.update(inner(getattr(value, name)))
        return written

    return hook


def _key(key: RecordKey, converter: Converter) -> UnstructureHook:
    inner = converter.get_unstructure_hook(key.type)
    return (lambda value: None if value is None else inner(value)) if key.optional else inner


def tagged(union: Tagged, converter: Converter) -> UnstructureHook:
    """The hook of a union: the object of the value, its tag first."""
    names = {each: dashed(each.__name__) for each in get_args(union.type)}

    def hook(value: Any) -> dict[str, Any]:
        record = type(value)
        return {union.tag: names[record], **converter.get_unstructure_hook(record)(value)}

    return hook


def notation(row: Notation, converter: Converter) -> UnstructureHook:
    """The hook of the type that a row of the table is about."""
    write, written = row.write, row.written
    if written is Any or written in PLAIN:
        return write
    return lambda value: converter.unstructure(write(value), written)

"""Values to JSON data and back, over a cattrs converter that is made from a `Codec`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter
from types import GenericAlias
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args, get_origin

import cattrs
from cattrs import cols, gen

from spaces_sync.codec.errors import DataError, raise_first, step
from spaces_sync.codec.fields import NOTHING, Entry, dashed, entries, is_record
from spaces_sync.codec.notations import PLAIN, Notation, Tagged, as_it_is

T = TypeVar("T")
Reader: TypeAlias = Callable[[Any, Any], Any]
"""cattrs' structure hook: JSON data and the type that is wanted of it. Raises `ValueError`."""
Writer: TypeAlias = Callable[[Any], Any]

_ABSENT: Final = object()
"""Stands for a key that is not there, where the class itself has no default for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """What a family of formats adds to the rules of this package.

    Make one as a constant: the functions that it takes to read and write are kept with it.
    """

    notations: tuple[Notation, ...]
    unions: tuple[Tagged, ...] = ()
    closed: bool = False  # unknown keys are refused
    ordered: bool = False  # mappings are written in the order of their keys, for people and diffs


def write(codec: Codec, value: Any, type_: Any) -> Any:
    """`value`, which is of `type_`, as JSON data."""
    return _converter(codec).unstructure(value, type_)


def read(codec: Codec, data: Any, type_: type[T]) -> T:
    """The value of `type_` that JSON data stands for. Raises `DataError`."""
    try:
        return _converter(codec).structure(data, type_)
    except Exception as error:  # noqa: BLE001 - what is no fault of the data is raised again
        raise_first(error)


@cache
def _converter(codec: Codec) -> cattrs.Converter:
    """Of several hooks for a type the one that was registered last counts."""
    made = cattrs.Converter(detailed_validation=True)
    for plain, (check, _) in PLAIN.items():
        _register(made, plain, check, as_it_is)
    made.register_structure_hook_factory(_is(Literal), _literal_reader)
    made.register_unstructure_hook_func(_is(Literal), as_it_is)
    made.register_structure_hook_factory(_is(tuple), _tuple_reader)
    made.register_unstructure_hook_factory(_is(tuple), _list_writer)
    made.register_structure_hook_factory(_is(frozenset), _set_reader)
    made.register_unstructure_hook_factory(_is(frozenset), _set_writer)
    made.register_structure_hook_factory(_is(Mapping), _mapping_reader)
    mapping_writer = partial(_mapping_writer, ordered=codec.ordered)
    made.register_unstructure_hook_factory(_is(Mapping), mapping_writer)
    made.register_structure_hook_factory(is_record, partial(_record_reader, closed=codec.closed))
    made.register_unstructure_hook_factory(is_record, _record_writer)
    for union in codec.unions:
        _register(made, union.type, _union_reader(union, made), _union_writer(union, made))
    for notation in codec.notations:
        reader, writer = _notation_reader(notation, made), _notation_writer(notation, made)
        _register(made, notation.type, reader, writer)
    return made


def _register(converter: cattrs.Converter, type_: Any, reader: Reader, writer: Writer) -> None:
    """A hook for a class beats those for what a predicate says; other types have only these."""
    if isinstance(type_, type):
        converter.register_structure_hook(type_, reader)
        converter.register_unstructure_hook(type_, writer)
    else:
        converter.register_structure_hook_func(lambda other: bool(other == type_), reader)
        converter.register_unstructure_hook_func(lambda other: bool(other == type_), writer)


def _is(generic: Any) -> Callable[[Any], bool]:
    return lambda type_: get_origin(type_) is generic


def _literal_reader(type_: Any) -> Reader:
    words = get_args(type_)

    def reader(value: Any, _: Any) -> Any:
        if value not in words:
            raise DataError(f"should be one of {', '.join(words)}")
        return value

    return reader


# --- collections ----------------------------------------------------------------------------


def _tuple_reader(type_: Any, converter: cattrs.Converter) -> Reader:
    return _only(list, cols.homogenous_tuple_structure_factory(type_, converter))


def _set_reader(type_: Any, converter: cattrs.Converter) -> Reader:
    listed: Any = GenericAlias(tuple, (*get_args(type_), ...))
    reader = converter.get_structure_hook(listed)
    return lambda value, _: frozenset(reader(value, listed))


def _mapping_reader(type_: Any, converter: cattrs.Converter) -> Reader:
    build = cols.mapping_structure_factory(type_, converter)

    def reader(value: Any, _: Any) -> Any:
        made = build(value, type_)
        if len(made) < len(value):
            raise DataError("two of its keys mean the same")
        return made

    return _only(dict, reader)


def _only(kind: type, reader: Any) -> Reader:
    """`reader` for values of `kind` alone: cattrs takes whatever can be iterated."""
    should = f"should be a {'list' if kind is list else 'mapping'}"

    def checked(value: Any, type_: Any) -> Any:
        if not isinstance(value, kind):
            raise DataError(should)
        return reader(value, type_)

    return checked


def _list_writer(type_: Any, converter: cattrs.Converter) -> Writer:
    each = converter.get_unstructure_hook(get_args(type_)[0])
    return lambda values: [each(value) for value in values]


def _set_writer(type_: Any, converter: cattrs.Converter) -> Writer:
    each = converter.get_unstructure_hook(get_args(type_)[0])
    return lambda values: sorted(each(value) for value in values)


def _mapping_writer(type_: Any, converter: cattrs.Converter, *, ordered: bool) -> Writer:
    key, value = map(converter.get_unstructure_hook, get_args(type_))

    def writer(mapping: Mapping[Any, Any]) -> dict[str, Any]:
        pairs = ((key(each), value(held)) for each, held in mapping.items())
        return dict(sorted(pairs, key=itemgetter(0)) if ordered else pairs)

    return writer


# --- objects --------------------------------------------------------------------------------


def _record_reader(record: type, converter: cattrs.Converter, *, closed: bool) -> Reader:
    keys = entries(record)
    hooks = {each.name: gen.override(struct_hook=_reader(each, converter)) for each in keys}
    make: Any = gen.make_dict_structure_fn
    if cols.is_namedtuple(record):
        make = cols.namedtuple_dict_structure_factory
    build = make(record, converter, **hooks)
    required = [each.name for each in keys if each.required and not each.inline]
    inline = [each.name for each in keys if each.inline]
    absent = {each.name: _ABSENT for each in keys if each.optional and each.default is None}
    known = _names(record)

    def reader(value: dict[str, Any], _: Any) -> Any:
        for name in required:
            if name not in value:
                raise DataError(f"{name!r} is missing")
        made = build({**absent, **value, **dict.fromkeys(inline, value)}, record)
        if closed and (unknown := value.keys() - known):
            raise DataError("this key means nothing here", f"${step(min(unknown))}")
        return made

    return _only(dict, reader)


def _names(record: type) -> frozenset[str]:
    names: set[str] = set()
    for each in entries(record):
        names |= _names(each.type) if each.inline else {each.name}
    return frozenset(names)


def _reader(entry: Entry, converter: cattrs.Converter) -> Reader:
    hook = converter.get_structure_hook(entry.type)
    if not entry.optional:
        return lambda value, _: hook(value, entry.type)

    def reader(value: Any, _: Any) -> Any:
        if value is _ABSENT or (value is None and entry.nullable):
            return None
        return hook(value, entry.type)

    return reader


def _record_writer(record: type, converter: cattrs.Converter) -> Writer:
    """In the order of the fields, what is inline last."""
    keys = [
        (each.name, _writer(each, converter), each.default)
        for each in entries(record)
        if not each.inline
    ]
    inline = [
        (each.name, converter.get_unstructure_hook(each.type))
        for each in entries(record)
        if each.inline
    ]

    def writer(value: Any) -> dict[str, Any]:
        written = {}
        for name, hook, default in keys:
            held = getattr(value, name)
            if default is NOTHING or held != default:
                written[name] = hook(held)
        for name, hook in inline:
            written.update(hook(getattr(value, name)))
        return written

    return writer


def _writer(entry: Entry, converter: cattrs.Converter) -> Writer:
    hook = converter.get_unstructure_hook(entry.type)
    if not entry.optional:
        return hook
    return lambda value: None if value is None else hook(value)


def _union_reader(union: Tagged, converter: cattrs.Converter) -> Reader:
    types = {dashed(each.__name__): each for each in get_args(union.type)}

    def reader(value: Any, _: Any) -> Any:
        if union.tag not in value:
            raise DataError(f"{union.tag!r} is missing")
        rest = dict(value)
        name = rest.pop(union.tag)
        if not isinstance(name, str) or name not in types:
            known = isinstance(name, str)
            reason = union.unknown.format(name=name) if known else "should be a string"
            raise DataError(reason, f"${step(union.tag)}")
        return converter.get_structure_hook(types[name])(rest, types[name])

    return _only(dict, reader)


def _union_writer(union: Tagged, converter: cattrs.Converter) -> Writer:
    names = {each: dashed(each.__name__) for each in get_args(union.type)}

    def writer(value: Any) -> dict[str, Any]:
        record = type(value)
        return {union.tag: names[record], **converter.get_unstructure_hook(record)(value)}

    return writer


# --- notations ------------------------------------------------------------------------------


def _notation_reader(notation: Notation, converter: cattrs.Converter) -> Reader:
    back, written = notation.back, notation.written
    if written is Any:
        return lambda value, _: back(value)
    if written in PLAIN:
        check, _ = PLAIN[written]
        return lambda value, _: back(check(value, written))
    return lambda value, _: back(converter.structure(value, written))


def _notation_writer(notation: Notation, converter: cattrs.Converter) -> Writer:
    to, written = notation.to, notation.written
    if written is Any or written in PLAIN:
        return to
    return lambda value: converter.unstructure(to(value), written)

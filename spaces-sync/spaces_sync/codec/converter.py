"""The cattrs converter of a codec, and what is wrong with data as cattrs says it.

The one module that imports cattrs when it is needed first, with the hooks beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Literal, NoReturn, TypeVar, get_origin

from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    Converter,
    IterableValidationNote,
)
from cattrs.dispatch import StructureHook, UnstructureHook

from spaces_sync.codec import reading, writing
from spaces_sync.codec.codec import Codec
from spaces_sync.codec.errors import DataError, step
from spaces_sync.codec.fields import is_record, record_keys
from spaces_sync.codec.notations import PLAIN, as_it_is

T = TypeVar("T")


def write(codec: Codec, value: Any, type_: Any) -> Any:
    """As `codec.write`."""
    return _converter(codec).unstructure(value, type_)


def read(codec: Codec, data: Any, type_: type[T]) -> T:
    """As `codec.read`."""
    try:
        return _converter(codec).structure(data, type_)
    except (BaseValidationError, ValueError) as error:
        _raise_first(error)


@cache
def _converter(codec: Codec) -> Converter:
    """Of several hooks for a type the one that was registered last counts."""
    made = Converter(detailed_validation=True)
    for plain, (check, _) in PLAIN.items():
        _register(made, plain, check, as_it_is)
    made.register_structure_hook_factory(_is(Literal), reading.literals)
    made.register_unstructure_hook_func(_is(Literal), as_it_is)
    made.register_structure_hook_factory(_is(tuple), reading.tuples)
    made.register_unstructure_hook_factory(_is(tuple), writing.tuples)
    made.register_structure_hook_factory(_is(frozenset), reading.sets)
    made.register_unstructure_hook_factory(_is(frozenset), writing.sets)
    made.register_structure_hook_factory(_is(Mapping), reading.mappings)
    mappings = partial(writing.mappings, ordered=codec.ordered)
    made.register_unstructure_hook_factory(_is(Mapping), mappings)
    records = partial(reading.records, rejects_unknown=codec.rejects_unknown)
    made.register_structure_hook_factory(is_record, records)
    made.register_unstructure_hook_factory(is_record, writing.records)
    for union in codec.unions:
        _register(made, union.type, reading.tagged(union, made), writing.tagged(union, made))
    for row in codec.notations:
        _register(made, row.type, reading.notation(row, made), writing.notation(row, made))
    return made


def _is(generic: Any) -> Callable[[Any], bool]:
    return lambda type_: get_origin(type_) is generic


def _register(made: Converter, type_: Any, reads: StructureHook, writes: UnstructureHook) -> None:
    """A hook for a class beats those for what a predicate says; other types have only these."""
    if isinstance(type_, type):
        made.register_structure_hook(type_, reads)
        made.register_unstructure_hook(type_, writes)
    else:
        made.register_structure_hook_func(lambda other: bool(other == type_), reads)
        made.register_unstructure_hook_func(lambda other: bool(other == type_), writes)


def _raise_first(error: Exception) -> NoReturn:
    """Raises the first of the errors in cattrs' group as a `DataError` with its whole path.

    A `DataError` in it has a path from where it was raised; a plain `ValueError` has none. Any
    other exception is no fault of the data, and is raised as it is.
    """
    path = "$"
    while isinstance(error, BaseValidationError):
        first = error.exceptions[0]
        path += _step(error.cl, first)
        error = first
    if isinstance(error, DataError):
        raise DataError(error.reason, path + error.path.removeprefix("$")) from None
    if isinstance(error, ValueError):
        raise DataError(str(error), path) from None
    raise error


def _step(read: Any, error: Exception) -> str:
    """From the type that was being read to the part of it where `error` was raised."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            inline = any(each.inline and each.name == note.name for each in record_keys(read))
            return "" if inline else step(note.name)
        if isinstance(note, IterableValidationNote):
            return f"[{note.index}]" if isinstance(note.index, int) else step(note.index)
    return ""

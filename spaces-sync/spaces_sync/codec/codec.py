"""Values to JSON data and back, over a cattrs converter that is made from a `Codec`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal, TypeVar, get_origin

from cattrs import BaseValidationError, Converter
from cattrs.dispatch import StructureHook, UnstructureHook

from spaces_sync.codec import reading, writing
from spaces_sync.codec.errors import raise_first
from spaces_sync.codec.fields import is_record
from spaces_sync.codec.notations import PLAIN, Notation, Tagged, as_it_is

T = TypeVar("T")


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
    """`value`, which is of `type_`, as JSON data: dicts, lists, str, int, bool, None."""
    return _converter(codec).unstructure(value, type_)


def read(codec: Codec, data: Any, type_: type[T]) -> T:
    """The value of `type_` that JSON data stands for. Raises `DataError`."""
    try:
        return _converter(codec).structure(data, type_)
    except (BaseValidationError, ValueError) as error:
        raise_first(error)


@cache
def _converter(codec: Codec) -> Converter:
    """Of several hooks for a type the one that was registered last counts."""
    made = Converter(detailed_validation=True)
    for plain, (check, _) in PLAIN.items():
        _register(made, plain, check, as_it_is)
    made.register_structure_hook_factory(_is(Literal), reading.words)
    made.register_unstructure_hook_func(_is(Literal), as_it_is)
    made.register_structure_hook_factory(_is(tuple), reading.tuples)
    made.register_unstructure_hook_factory(_is(tuple), writing.tuples)
    made.register_structure_hook_factory(_is(frozenset), reading.sets)
    made.register_unstructure_hook_factory(_is(frozenset), writing.sets)
    made.register_structure_hook_factory(_is(Mapping), reading.mappings)
    mappings = partial(writing.mappings, ordered=codec.ordered)
    made.register_unstructure_hook_factory(_is(Mapping), mappings)
    records = partial(reading.records, closed=codec.closed)
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

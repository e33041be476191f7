"""What a codec is, and the two things that can be done with one: `write` and `read`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from spaces_sync.codec.notations import Notation, Tagged

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """What a family of formats adds to the rules of this package.

    Make one as a constant: the functions that it takes to read and write are kept with it.
    """

    notations: tuple[Notation, ...]
    unions: tuple[Tagged, ...] = ()
    rejects_unknown: bool = False  # whether an unknown key is an error
    ordered: bool = False  # mappings are written in the order of their keys, for people and diffs


def write(codec: Codec, value: Any, type_: Any) -> Any:
    """`value`, which is of `type_`, as JSON data: dicts, lists, str, int, bool, None."""
    from spaces_sync.codec import converter  # noqa: PLC0415 - cattrs, which --help does not need

    return converter.write(codec, value, type_)


def read(codec: Codec, data: Any, type_: type[T]) -> T:
    """The value of `type_` that JSON data stands for. Raises `DataError`."""
    from spaces_sync.codec import converter  # noqa: PLC0415 - cattrs, which --help does not need

    return converter.read(codec, data, type_)

"""What a dataclass or a named tuple says of its keys: the one reading of its annotations."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from spaces_sync.model.annotations import INLINE, REQUIRED

NO_DEFAULT: Final = object()
"""The default of a key that has to be there."""


@dataclasses.dataclass(frozen=True, slots=True)
class RecordKey:
    """A key. `type` is without hints and without None; `optional`: the field takes None.

    A key with a default is left out where it holds it.
    """

    name: str
    type: Any
    description: str
    optional: bool
    default: Any
    inline: bool

    @property
    def required(self) -> bool:
        """Whether the key has to be there, and is always written."""
        return self.default is NO_DEFAULT

    @property
    def nullable(self) -> bool:
        """Whether None is written as null; elsewhere it is a key that is left out."""
        return self.optional and self.default is not None


def is_record(type_: Any) -> bool:
    """Whether its values are written as objects with a key a field."""
    return dataclasses.is_dataclass(type_) or _is_named_tuple(type_)


def _is_named_tuple(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, tuple) and hasattr(type_, "_fields")


@cache
def record_keys(record: type) -> tuple[RecordKey, ...]:
    """The keys of a record in the order of its fields, also those that are inline."""
    hints = get_type_hints(record, include_extras=True)
    return tuple(_entry(name, hints[name], default) for name, default in _defaults(record))


def written_keys(record: type) -> tuple[RecordKey, ...]:
    """All keys that stand in an object, in the order in which they are written."""
    own = [each for each in record_keys(record) if not each.inline]
    inline = [each for each in record_keys(record) if each.inline]
    return (*own, *(key for each in inline for key in written_keys(each.type)))


def _defaults(record: Any) -> Iterator[tuple[str, Any]]:
    if _is_named_tuple(record):
        given = record._field_defaults
        yield from ((name, given.get(name, NO_DEFAULT)) for name in record._fields)
        return
    for each in dataclasses.fields(record):
        if each.default_factory is not dataclasses.MISSING:
            yield each.name, each.default_factory()
        else:
            yield each.name, NO_DEFAULT if each.default is dataclasses.MISSING else each.default


def _entry(name: str, annotation: Any, default: Any) -> RecordKey:
    bare, *hints = get_args(annotation) if get_origin(annotation) is Annotated else [annotation]
    type_ = _without_none(bare)
    optional = type_ != bare
    if REQUIRED in hints:
        default = NO_DEFAULT
    elif optional and default is NO_DEFAULT:
        default = None
    description = next((hint for hint in hints if isinstance(hint, str)), "")
    return RecordKey(name, type_, description, optional, default, INLINE in hints)


def _without_none(annotation: Any) -> Any:
    """`X` for `X | None`, any other type as it is."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation
    kept = tuple(each for each in get_args(annotation) if each is not type(None))
    return Union[kept]  # noqa: UP007 - of as many types as there are


def dashed(name: str) -> str:
    """`create-node` for `CreateNode` and for `CREATE_NODE`."""
    if name.isupper():
        return name.lower().replace("_", "-")
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).removeprefix("-")

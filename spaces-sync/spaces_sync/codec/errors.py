"""What is wrong with data, and where: cattrs' groups of errors become one, with a JSON path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from cattrs import AttributeValidationNote, BaseValidationError, IterableValidationNote

from spaces_sync.codec.fields import entries


class DataError(ValueError):
    """Not the data that was wanted; `path` is the place in it, such as `$.actions[3].node`."""

    def __init__(self, reason: str, path: str = "$") -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path


def step(key: str) -> str:
    """`key` in a path: `.node`, or `["a b"]` where it could be taken for more than a key."""
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key, ensure_ascii=False)}]"


def raise_first(error: Exception) -> NoReturn:
    """Raises the first of the errors in `error` as a `DataError` with its whole path.

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
            inline = any(each.inline and each.name == note.name for each in entries(read))
            return "" if inline else step(note.name)
        if isinstance(note, IterableValidationNote):
            return f"[{note.index}]" if isinstance(note.index, int) else step(note.index)
    return ""


@contextmanager
def inside(step: str) -> Iterator[None]:
    """What is raised here as a `ValueError` is a `DataError` of the part that `step` leads to."""
    try:
        yield
    except DataError as error:
        raise DataError(error.reason, f"${step}{error.path.removeprefix('$')}") from None
    except ValueError as error:
        raise DataError(str(error), f"${step}") from None

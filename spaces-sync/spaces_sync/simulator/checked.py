"""JSON data with its place in the file, so that whatever is wrong is said with where it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")


class SnapshotError(ValueError):
    """Data that is no snapshot; `path` says where in the JSON, '' is the whole."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path


@dataclass(frozen=True, slots=True)
class Checked:
    """A value and its path. Each method takes it for one type or raises `SnapshotError`."""

    value: Any
    path: str = ""

    def fail(self, reason: str) -> NoReturn:
        raise SnapshotError(self.path, reason)

    def fields(self, required: frozenset[str], optional: frozenset[str]) -> dict[str, Checked]:
        """An object with these keys and no others."""
        found = dict(self.entries())
        for key in sorted(required - found.keys()):
            self.fail(f"{key!r} is missing")
        for key in sorted(found.keys() - required - optional):
            found[key].fail("this key means nothing here")
        return found

    def entries(self) -> Iterator[tuple[str, Checked]]:
        """An object's keys and values."""
        if not isinstance(self.value, dict):
            self.fail("an object is wanted")
        for key, value in self.value.items():
            step = f".{key}" if key.isidentifier() else f"[{json.dumps(key)}]"
            yield key, Checked(value, (self.path + step).removeprefix("."))

    def elements(self) -> Iterator[Checked]:
        if not isinstance(self.value, list):
            self.fail("a list is wanted")
        for index, value in enumerate(self.value):
            yield Checked(value, f"{self.path}[{index}]")

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.fail("a text is wanted")
        return str(self.value)

    def texts(self) -> tuple[str, ...]:
        return tuple(each.text() for each in self.elements())

    def number(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.fail("a whole number is wanted")
        return int(self.value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.fail("true or false is wanted")
        return bool(self.value)

    def read(self, reader: Callable[[str], T], text: str | None = None) -> T:
        """The value, or `text` that stands for its key, as `reader` understands it."""
        try:
            return reader(self.text() if text is None else text)
        except SnapshotError:
            raise
        except ValueError as error:
            self.fail(str(error))

"""A JSON value that knows where in its plan file it stands, and says so when it is not as asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

MAX_DEPTH = 32  # of lists and mappings in each other; our own files need half of it


class PlanFileError(ValueError):
    """Not a plan file; `path` is the place in it, such as `$.actions[3].node`."""

    def __init__(self, reason: str, path: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Cursor:
    """Each method raises `PlanFileError` where the value is not what it asks for."""

    value: Any
    path: str = "$"
    depth: int = 0

    def fail(self, reason: str) -> NoReturn:
        raise PlanFileError(reason, self.path)

    def __getitem__(self, key: str) -> Cursor:
        """What `key` holds, which has to be there."""
        found = self.get(key)
        return self.fail(f"{key!r} is missing") if found is None else found

    def get(self, key: str) -> Cursor | None:
        """What `key` holds, None where it is absent."""
        value = self._mapping()
        return self._inside(value[key], f".{key}") if key in value else None

    def pairs(self) -> Iterator[tuple[Cursor, Cursor]]:
        for key, value in self._mapping().items():
            yield self._inside(key, f".{key}"), self._inside(value, f".{key}")

    def each(self) -> Iterator[Cursor]:
        if not isinstance(self.value, list):
            self.fail("should be a list")
        for index, value in enumerate(self.value):
            yield self._inside(value, f"[{index}]")

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.fail("should be a string")
        if any("\ud800" <= character <= "\udfff" for character in self.value):
            self.fail("holds half of a surrogate pair, which is no character")
        return self.value

    def number(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.fail("should be a whole number")
        return self.value

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            self.fail("should be true or false")
        return self.value

    def one_of(self, *allowed: T) -> T:
        """One of the words `allowed`, typed as they are."""
        for word in allowed:
            if isinstance(self.value, str) and word == self.value:
                return word
        return self.fail(f"should be one of {', '.join(map(str, allowed))}")

    def read(self, function: Callable[[str], T]) -> T:
        """The text turned into something by `function`, which raises `ValueError`."""
        try:
            return function(self.text())
        except PlanFileError:
            raise
        except ValueError as error:
            return self.fail(str(error))

    def _mapping(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            self.fail("should be a mapping")
        return self.value

    def _inside(self, value: Any, step: str) -> Cursor:
        if self.depth >= MAX_DEPTH:
            self.fail(f"is nested more than {MAX_DEPTH} deep")
        return Cursor(value, self.path + step, self.depth + 1)

"""A JSON value that knows where in its file it stands, and says so when it is not as asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeVar

T = TypeVar("T")

MAX_DEPTH: Final = 32  # of lists and mappings in each other; our own files need half of it
_HALF: Final = re.compile("[\ud800-\udfff]")


class DataError(ValueError):
    """Not the data that was wanted; `path` is the place in it, such as `$.actions[3].node`."""

    def __init__(self, reason: str, path: str = "$") -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path


@dataclass(frozen=True, slots=True)
class Cursor:
    """Each method raises `DataError` where the value is not what it asks for."""

    value: Any
    path: str = "$"
    depth: int = 0

    def fail(self, reason: str) -> NoReturn:
        raise DataError(reason, self.path)

    def __getitem__(self, key: str) -> Cursor:
        """What `key` holds, which has to be there."""
        found = self.get(key)
        return self.fail(f"{key!r} is missing") if found is None else found

    def get(self, key: str) -> Cursor | None:
        """What `key` holds, None where it is absent."""
        value = self._mapping()
        return self._inside(value[key], _step(key)) if key in value else None

    def fields(self, required: frozenset[str], optional: frozenset[str]) -> dict[str, Cursor]:
        """What a mapping holds that has these keys and no others."""
        found = {key.value: value for key, value in self.pairs()}
        for key in sorted(required - found.keys()):
            self.fail(f"{key!r} is missing")
        for key in sorted(found.keys() - required - optional):
            found[key].fail("this key means nothing here")
        return found

    def pairs(self) -> Iterator[tuple[Cursor, Cursor]]:
        """A mapping's keys, each at the place of what it holds, and what they hold."""
        for key, value in self._mapping().items():
            step = _step(key)
            yield self._inside(key, step), self._inside(value, step)

    def each(self) -> Iterator[Cursor]:
        if not isinstance(self.value, list):
            self.fail("should be a list")
        for index, value in enumerate(self.value):
            yield self._inside(value, f"[{index}]")

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.fail("should be a string")
        if _HALF.search(self.value):
            self.fail("holds half of a surrogate pair, which is no character")
        return self.value

    def texts(self) -> tuple[str, ...]:
        return tuple(each.text() for each in self.each())

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
        text = self.text()
        try:
            return function(text)
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


def _step(key: str) -> str:
    """`key` in a path: `.node`, or `["a b"]` where it could be taken for more than a key."""
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key, ensure_ascii=False)}]"

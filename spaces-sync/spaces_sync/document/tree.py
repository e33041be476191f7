"""A document as a tree of plain values, in mappings and lists that know where each stands.

A position in a file is a *mark*: line and column in one number, which an array holds in eight
bytes. Whether a value is what its key takes is checked elsewhere (`check`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from spaces_sync.document.problems import shown
from spaces_sync.model.declaration import Place


def mark_of(line: int, column: int) -> int:
    """The mark of a position; `line` and `column` count from 0."""
    return (line + 1) << 32 | (column + 1)


def place_of(file: str, mark: int) -> Place:
    """The position that `mark` stands for, in `file`."""
    return Place(file, mark >> 32, mark & 0xFFFFFFFF)


class OddScalar(NamedTuple):
    """A plain scalar that YAML 1.1 reads as something that no key takes: a date, a float, `no`.

    text: as it is written. reads_as: what YAML 1.1 takes it for, in words.
    """

    text: str
    reads_as: str

    @property
    def is_boolean(self) -> bool:
        """Whether YAML 1.1 takes it for true or false."""
        return self.reads_as in ("true", "false")


class Map(dict[str, Any]):
    """A mapping with text keys.

    mark: where it begins. dropped: the keys of the file that are not here, their values or their
    names being wrong, and what was meant by the latter.
    """

    __slots__ = ("_index", "_marks", "dropped", "mark")

    def __init__(self, mark: int) -> None:
        super().__init__()
        self.mark = mark
        self.dropped: frozenset[str] = frozenset()
        self._marks = array("Q")  # of each key and value in turn
        self._index: dict[str, int] | None = None  # made when first asked for

    def add(self, key: str, value: Any, key_mark: int, value_mark: int) -> None:
        """Appends a key, which must be new, and its value, with the marks of both."""
        self[key] = value
        if self._index is not None:
            self._index[key] = len(self._marks) // 2
        self._marks.append(key_mark)
        self._marks.append(value_mark)

    def entries(self) -> Iterator[tuple[str, Any, int, int]]:
        """For each entry: the key, the value, the mark of the key, the mark of the value."""
        marks = self._marks
        for position, (key, value) in enumerate(self.items()):
            index = position if self._index is None else self._index[key]
            yield key, value, marks[2 * index], marks[2 * index + 1]

    def key_mark(self, key: str) -> int:
        """The mark of `key`. Raises `KeyError` where the mapping neither has nor had it."""
        return self._marks[2 * self._position(key)]

    def value_mark(self, key: str) -> int:
        """The mark of the value of `key`. Raises `KeyError` as `key_mark` does."""
        return self._marks[2 * self._position(key) + 1]

    def drop(self, key: str, meant: str = "") -> None:
        """Takes out `key` because its value or its name is wrong; the mapping still mentions it.

        meant: the key whose name it may be, mistyped, which is mentioned then.
        """
        self._index_all()  # while the order of the keys is still that of their marks
        self.pop(key)
        self.dropped |= {key, meant or key}

    def mentions(self, key: str) -> bool:
        """Whether the file has `key` here, mistyped or not, with a valid value or not."""
        return key in self or key in self.dropped

    def _position(self, key: str) -> int:
        return self._index_all()[key]

    def _index_all(self) -> dict[str, int]:
        if self._index is None:
            self._index = {key: position for position, key in enumerate(self)}
        return self._index


class Seq(list[Any]):
    """A list.

    mark: where it begins. marks: where each entry begins. dropped: whether the file has an
    entry that is not here, its value being wrong.
    """

    __slots__ = ("dropped", "mark", "marks")

    def __init__(self, mark: int) -> None:
        super().__init__()
        self.mark = mark
        self.dropped = False
        self.marks = array("Q")


def marks(root: Any, path: Iterable[str | int]) -> tuple[int, int]:
    """The marks of the key and of the value at `path` in the mapping or list `root`.

    An entry of a list has the same mark for both, and so has `root` itself (an empty path).
    """
    holder = root
    key_mark = value_mark = root.mark
    for step in path:
        if isinstance(holder, Map) and isinstance(step, str):
            key_mark, value_mark = holder.key_mark(step), holder.value_mark(step)
        elif isinstance(holder, Seq) and isinstance(step, int):
            key_mark = value_mark = holder.marks[step]
        holder = holder[step]
    return key_mark, value_mark


def yaml_trap(value: Any, written: str) -> str | None:
    """Why a scalar that was meant as text is none, in words; None where it is text or no scalar.

    `written`: how it stands in the file. It is used for true, false and null only, which have
    several spellings.
    """
    match value:
        case bool():
            read = f"YAML reads {written or 'this'} as {'true' if value else 'false'}"
        case int():
            read = f"YAML reads {value} as a number"
        case OddScalar():
            read = f"YAML reads {shown(value.text)[1:-1]} as {value.reads_as}"
        case None:
            read = f"YAML reads {written or 'this'} as null"
        case _:
            return None
    return f"{read}; quote it"

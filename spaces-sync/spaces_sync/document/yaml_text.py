"""Values as the text of a document: each scalar is read back as what it is, and seen as it is."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from spaces_sync.document.reader import resolved

Scalar: TypeAlias = str | bool | int
Plain: TypeAlias = "Scalar | Sequence[Plain] | Mapping[str, Plain]"
"""What an entry says, apart from the rows of a section."""

WIDTH: Final = 100  # columns of an entry in one line
_LONGEST_KEY: Final = 1000  # characters; beyond 1 024 YAML wants `? `
_WORDS: Final = re.compile(r"[^\W\d_](?:[\w .,@/+'!()&;=~%-]|:(?=\S))*(?<! )")
_ENDS_FLOW: Final = frozenset(":,")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


class Row(NamedTuple):
    """A key with its value. `about`: what its lines are about; None: what those around are."""

    key: str
    value: Plain
    about: Hashable = None


class Section(NamedTuple):
    """A key with rows below it; without any, with an empty mapping. `about`: as of `Row`."""

    key: str
    rows: tuple[Row | Section | Remark, ...]
    about: Hashable = None


class Remark(NamedTuple):
    """A comment, in a line of its own for each of its lines. `left_out`: on what is not there, as
    it stands in a list of such things; empty: it is on something else.
    """

    text: str
    left_out: str = ""


def left_out(name: str, why: str) -> Remark:
    """What is said of something that is not there, by its name, in one line."""
    name, why = in_one_line(name), in_one_line(why)
    return Remark(f"{name}: left out: {why}", f"{name}: {why}")


def in_one_line(text: str) -> str:
    """`text`, in which names of others may hold line breaks, after which no remark begins."""
    return text.replace("\n", "\\n")


Line: TypeAlias = Row | Section | Remark


class Written(NamedTuple):
    """The text of a document, what each of its lines is about, and how many remarks say that
    something is left out.
    """

    text: str
    about: tuple[Hashable, ...]
    left_out: int


def written(rows: Iterable[Line]) -> Written:
    """`rows` as the text of a document."""
    rows = tuple(rows)
    lines = list(_lines(rows, "", None))
    text = "".join(f"{line}\n" for line, _ in lines)
    return Written(text, tuple(about for _, about in lines), _left_out(rows))


def _left_out(rows: Iterable[Line]) -> int:
    return sum(
        _left_out(row.rows)
        if isinstance(row, Section)
        else isinstance(row, Remark) and bool(row.left_out)
        for row in rows
    )


def scalar(value: Scalar, *, flow: bool = False) -> str:
    """`value` in one line. `flow`: to stand inside braces or brackets."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    plain = _WORDS.fullmatch(value) and value.isprintable() and resolved(value) == value
    if plain and not (flow and _ENDS_FLOW & set(value)):
        return value
    for character, escape in _ESCAPES.items():
        value = value.replace(character, escape)
    return f'"{_visible(value)}"'


def _visible(text: str) -> str:
    """With an escape for each character that is not printable."""
    return text if text.isprintable() else "".join(map(_escape, text))


def _escape(character: str) -> str:
    code = ord(character)
    if character.isprintable():
        return character
    if code <= 0xFF:  # noqa: PLR2004 - what two hexadecimal digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits


def _lines(rows: Iterable[Line], indent: str, around: Hashable) -> Iterator[tuple[str, Hashable]]:
    for row in rows:
        match row:
            case Remark(text=text):
                for line in text.split("\n"):
                    yield f"{indent}# {_visible(line)}".rstrip(), around
            case Section(key, below, about):
                empty = not any(isinstance(each, Row | Section) for each in below)
                for line in _headed(key, " {}" if empty else "", indent):
                    yield line, about or around
                yield from _lines(below, f"{indent}  ", about or around)
            case Row(key, value, about):
                for line in _entry(key, value, indent):
                    yield line, about or around


def _headed(key: str, rest: str, indent: str) -> Iterator[str]:
    """A key, with what follows its colon."""
    text = scalar(key)
    if len(text) > _LONGEST_KEY:
        yield f"{indent}? {text}"
        yield f"{indent}:{rest}"
    else:
        yield f"{indent}{text}:{rest}"


def _entry(key: str, value: Plain, indent: str) -> Iterator[str]:
    deeper = f"{indent}  "
    if isinstance(value, str) and _is_block(value):
        yield from _headed(key, " |" if value.endswith("\n") else " |-", indent)
        for line in value.removesuffix("\n").split("\n"):
            yield f"{deeper}{line}" if line else ""
        return
    line = f" {flow(value, top=True)}"
    short = len(indent) + len(scalar(key)) + 1 + len(line) <= WIDTH
    if short or isinstance(value, Scalar) or not value:
        yield from _headed(key, line, indent)
        return
    yield from _headed(key, "", indent)
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _entry(name, each, deeper)
    else:
        yield from (f"{deeper}- {flow(each)}" for each in value)


def flow(value: Plain, *, top: bool = False) -> str:
    """`value` in one line, in braces or brackets. `top`: it stands in none itself."""
    if isinstance(value, Scalar):
        return scalar(value, flow=not top)
    if isinstance(value, Mapping):
        pairs = (f"{scalar(key, flow=True)}: {flow(each)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    return f"[{', '.join(map(flow, value))}]"


def _is_block(text: str) -> bool:
    """Whether a text can stand as it is, in lines of its own."""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and not text.startswith((" ", "\n"))
        and all(line.isprintable() and line == line.rstrip() for line in lines)
        and bool(lines[-1])
    )

"""YAML text into the parser's events: one parser on every machine, one limit of nesting.

PyYAML's own parser, which it falls back on where it was built without libyaml, takes other texts
for valid (`{xmpp:x?;node=y: Z}` is an error to it, a lone `!` is null), and so does a libyaml
before 0.2.5. A document would be valid on one machine and wrong on another, so neither is used.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import yaml

from spaces_sync.document.layout import (
    LONGEST_KEY,
    TAB,
    is_long_key,
    is_tab_in_indentation,
    odd_indentation,
)
from spaces_sync.document.tree import mark_of

MAX_DEPTH: Final = 64  # levels of nesting; the language itself has seven
_OLDEST: Final = (0, 2, 5)  # the first that takes '?' inside a flow mapping's plain scalar

_LONG_KEY: Final = (
    f"a key of more than {LONGEST_KEY} characters ends here; write it as '? KEY' and the rest, "
    "from its ':' on, in the next line, which JSON does not have"
)
_BEGINS: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class ParserError(Exception):
    """No YAML can be read on this machine; the text says what to install."""


class NotYaml(Exception):  # noqa: N818 - not an error of the program, but what a text is
    """Where a text stops being YAML as it is taken here (a mark), and in which words."""

    def __init__(self, mark: int, words: str) -> None:
        super().__init__(words)
        self.mark = mark
        self.words = words


def events(text: str) -> Iterator[yaml.Event]:
    """The events of `text` in order; raises `NotYaml` where there are no more.

    `text` holds only characters that YAML 1.1 takes (`files.py`). Raises `ParserError`.
    """
    loader = parser()(text)
    taken = depth = 0
    try:
        while loader.check_event():
            event = loader.get_event()
            if type(event) in _BEGINS:
                depth += 1
                if depth > MAX_DEPTH:
                    raise _too_deep(event)
            elif type(event) in _ENDS:
                depth -= 1
            taken += 1
            yield event
    except yaml.MarkedYAMLError as error:
        if not (found := _up_to_too_deep(error, text)):
            raise _syntax(error, text) from None
        yield from found[taken:-1]
        raise _too_deep(found[-1]) from None


def parser() -> Any:
    """The one parser that files are read with. Raises `ParserError`."""
    try:
        from yaml import _yaml  # noqa: PLC0415 - it may be missing, and --help does not need it
    except ImportError:
        found = "without libyaml"
    else:
        if _yaml.get_version() >= _OLDEST:
            return yaml.CSafeLoader
        found = f"with libyaml {_yaml.get_version_string()}"
    wanted = ".".join(map(str, _OLDEST))
    raise ParserError(
        f"PyYAML was built {found}, and files are read with libyaml {wanted} or later, so that "
        "they mean the same on every machine; install its wheel (pip install --force-reinstall "
        "--only-binary :all: PyYAML), or build it with that libyaml"
    )


def _up_to_too_deep(error: yaml.MarkedYAMLError, text: str) -> list[yaml.Event]:
    """The events up to the first that nests too deep; none where the text is wrong before that.

    libyaml reads up to 1024 characters of a line ahead of its events, and tells what it finds
    there in their place; from 0.2.6 on also that its own limit of 1000 levels is passed.
    """
    for mark in filter(None, (error.problem_mark, error.context_mark)):
        found: list[yaml.Event] = []
        depth = 0
        with contextlib.suppress(yaml.MarkedYAMLError):  # of the end that this cut makes
            for event in yaml.parse(text[: mark.index], Loader=parser()):
                found.append(event)
                depth += (type(event) in _BEGINS) - (type(event) in _ENDS)
                if depth > MAX_DEPTH:
                    return found
    return []


def _too_deep(event: yaml.Event) -> NotYaml:
    return NotYaml(_mark(event.start_mark), f"nested more than {MAX_DEPTH} deep")


def _syntax(error: yaml.MarkedYAMLError, text: str) -> NotYaml:
    """What was begun and never ended is told of where it begins, not at the end of the file."""
    if found := _layout(error, text):
        return found
    mark: Any = error.problem_mark or error.context_mark
    begun: Any = error.context_mark if error.context else None
    context = error.context
    if begun and not text[mark.index :].strip():
        mark, context = begun, f"{context} that begins here"
    elif begun and begun.line != mark.line:
        context = f"{context} that begins at line {begun.line + 1}"
    begin = _mark(mark) if mark else mark_of(0, 0)
    words = ", ".join(filter(None, (context, error.problem)))
    return NotYaml(begin, f"not YAML: {words}")


def _layout(error: yaml.MarkedYAMLError, text: str) -> NotYaml | None:
    """What the parser did not understand because of the layout around it; None: something else."""
    for mark in filter(None, (error.context_mark, error.problem_mark)):
        begin = text.rfind("\n", 0, mark.index) + 1
        if odd := odd_indentation(text[begin:].partition("\n")[0]):
            return NotYaml(mark_of(mark.line, odd[0]), odd[1])
    wrong: Any = error.problem_mark
    begin = text.rfind("\n", 0, wrong.index) + 1 if wrong else 0
    line = text[begin:].partition("\n")[0]
    if wrong and is_tab_in_indentation(line, wrong.column, error.problem or ""):
        return NotYaml(mark_of(wrong.line, line.index("\t")), TAB)
    if wrong and text[wrong.index : wrong.index + 1] == ":" and is_long_key(text[: wrong.index]):
        return NotYaml(_mark(wrong), _LONG_KEY)
    return None


def _mark(mark: Any) -> int:
    return mark_of(mark.line, mark.column)

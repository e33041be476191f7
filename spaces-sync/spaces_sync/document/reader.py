"""YAML text into a tree, from the parser's events: no YAML node outlives its reading."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import yaml

from spaces_sync.document.events import NotYaml, events
from spaces_sync.document.layout import odd_indentation
from spaces_sync.document.problems import shown
from spaces_sync.document.tree import Map, OddScalar, Seq, mark_of, yaml_trap
from spaces_sync.model.xml import unencodable
from spaces_sync.profile import SECRET

_REPEATS_FREE: Final = 10_000  # values that aliases may repeat in any file
_REPEATS_EACH: Final = 20  # and further ones for each value that is written

_TAG: Final = "tag:yaml.org,2002:"

# Neither names what it found: it may be a password that somebody forgot to quote.
_NO_ANCHOR: Final = "no anchor of this alias stands before it; quote a text that begins with '*'"
_NO_TAG: Final = "this YAML tag is not taken; remove it, or quote a text that begins with '!'"
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_LONG_INTEGER: Final = re.compile(r"-?[1-9][0-9]{18,}\Z")
_RESOLVERS: Final[dict[str, list[tuple[str, re.Pattern[str]]]]] = {
    first: [(tag.removeprefix(_TAG), pattern) for tag, pattern in rows]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_BOOLEANS: Final = {"true": True, "false": False}
_BOOLEANS_OF_1_1: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_SECRET_KEYS: Final = ("password", SECRET)

ReportProblem = Callable[[int, str, str], None]
"""Takes a mark, a code of `problems.CODES` and a message."""


def read(text: str, report: ReportProblem) -> Any:
    """The value of the one YAML document in `text`, None where it cannot be had.

    What is wrong goes to `report`: syntax, indentation, duplicate keys, keys that are no text,
    aliases and tags that are not taken, and characters that XML cannot carry. Raises
    `events.ParserError`.
    """
    reader = _Reader(text, report)
    try:
        for event in events(text):
            reader.take(event)
    except _Stop:
        return None
    except NotYaml as error:
        report(error.mark, "syntax", error.words)
        return None
    return None if reader.misaligned else reader.root


class _Stop(Exception):  # noqa: N818 - the rest of the text is not worth reading
    pass


class _Frame:
    """A mapping or list that is not closed yet."""

    __slots__ = ("anchor", "before", "key", "key_mark", "merged", "value")

    def __init__(self, value: Map | Seq, anchor: str | None, before: int) -> None:
        self.value = value
        self.anchor = anchor
        self.before = before  # values counted when it began
        self.key: object = _NO_KEY
        self.key_mark = 0
        self.merged: tuple[int, Any, int] | None = None


_NO_KEY: Final = object()  # a key comes next
_BAD_KEY: Final = object()  # the value that comes next is dropped
_MERGE: Final = object()
_BAD: Final = object()  # a scalar that nothing can be made of
_OPEN: Final = object()  # an anchor whose value is not complete


class _Reader:
    """Takes one event after the other; `root` is the document's value in the end."""

    def __init__(self, text: str, report: ReportProblem) -> None:
        self.root: Any = None
        self.misaligned = False  # whether the text has another structure than it looks
        self._text = text
        self._report = report
        self._documents = 0
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int, int]] = {}  # value, mark, size
        self._written = 0
        self._repeated = 0

    def take(self, event: yaml.Event) -> None:
        start: Any = event.start_mark  # which the parser never leaves out
        mark = mark_of(start.line, start.column)
        match event:
            case yaml.ScalarEvent():
                self._written += 1
                value = self._scalar(event, mark)
                if event.anchor:
                    self._anchors[event.anchor] = (value, mark, 1)
                plain = event.implicit[0] and event.tag is None
                self._put(_MERGE if plain and value == "<<" else value, mark, event.value)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._begin(event, mark)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case yaml.AliasEvent():
                self._alias(event.anchor, mark)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._fail(mark, "syntax", "a second YAML document begins; a file holds one")

    def _fail(self, mark: int, code: str, message: str) -> None:
        self._report(mark, code, message)
        raise _Stop

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, mark: int) -> None:
        mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", _TAG + ("map" if mapping else "seq")):
            self._report(mark, "syntax", _NO_TAG)
        self._written += 1
        if event.anchor:
            self._anchors[event.anchor] = (_OPEN, mark, 0)
        value = Map(mark) if mapping else Seq(mark)
        self._frames.append(_Frame(value, event.anchor, self._written + self._repeated))

    def _end(self) -> None:
        frame = self._frames.pop()
        value = frame.value
        if isinstance(value, Map) and frame.merged:
            self._merge(value, *frame.merged)
        if frame.anchor:
            size = self._written + self._repeated - frame.before + 1
            self._anchors[frame.anchor] = (value, value.mark, size)
        self._put(value, value.mark)

    def _alias(self, name: Any, mark: int) -> None:
        if name not in self._anchors:
            return self._fail(mark, "alias", _NO_ANCHOR)
        value, anchor_mark, size = self._anchors[name]
        if value is _OPEN:
            return self._fail(mark, "alias", f"the alias *{name} stands inside its own anchor")
        self._repeat(size, mark)
        # A wrong key is told of where it is used, a wrong value where it is written.
        takes_key = bool(self._frames) and self._frames[-1].key is _NO_KEY
        in_map = bool(self._frames) and isinstance(self._frames[-1].value, Map)
        return self._put(value, mark if in_map and takes_key else anchor_mark)

    def _repeat(self, size: int, mark: int) -> None:
        self._repeated += size
        if self._repeated > _REPEATS_FREE + _REPEATS_EACH * self._written:
            self._fail(mark, "alias", f"aliases repeat more than {self._repeated - size} values")

    def _put(self, value: Any, mark: int, written: str = "") -> None:
        if not self._frames:
            self.root = "<<" if value is _MERGE else None if value is _BAD else value
            return
        frame = self._frames[-1]
        holder = frame.value
        if isinstance(holder, Seq):
            if value is _BAD:
                holder.dropped = True
                return
            holder.append("<<" if value is _MERGE else value)
            holder.marks.append(mark)
        elif frame.key is _NO_KEY:
            frame.key, frame.key_mark = self._key(holder, frame, value, mark, written), mark
        else:
            if frame.key is _MERGE:
                frame.merged = (frame.key_mark, value, mark)
            elif isinstance(frame.key, str) and value is _BAD:
                holder.dropped |= {frame.key}
            elif isinstance(frame.key, str):
                holder.add(frame.key, "<<" if value is _MERGE else value, frame.key_mark, mark)
            frame.key = _NO_KEY

    def _key(self, holder: Map, frame: _Frame, key: Any, mark: int, written: str) -> object:
        if key is _BAD:
            pass
        elif key is _MERGE:
            if frame.merged is None:
                return _MERGE
            line = frame.merged[0] >> 32
            self._report(mark, "duplicate", f"'<<' is already given at line {line}; use a list")
        elif not isinstance(key, str):
            words = yaml_trap(key, written) or "a key is text, not a list or mapping"
            words = "a key is text; quote it" if self._secret() else words
            self._report(mark, "yaml-trap", words)
        elif key in holder:
            line = holder.key_mark(key) >> 32
            name = "this key" if self._secret() else shown(key)
            self._report(mark, "duplicate", f"{name} is already given at line {line}")
        else:
            return key
        return _BAD_KEY

    def _secret(self) -> bool:
        """Whether what comes next may be a password, which no message repeats."""
        return any(frame.key in _SECRET_KEYS for frame in self._frames)

    def _merge(self, into: Map, key_mark: int, value: Any, mark: int) -> None:
        """YAML 1.1's `<<`: the mapping's own keys count most, and earlier ones more than later."""
        for merged in value if isinstance(value, Seq) else (value,):
            if not isinstance(merged, Map):
                self._report(mark, "type", "'<<' wants a mapping, or a list of mappings")
                continue
            self._repeat(len(merged), key_mark)
            for key, each, first, second in merged.entries():
                if key not in into:
                    into.add(key, each, first, second)
            into.dropped |= merged.dropped - into.keys()

    def _scalar(self, event: yaml.ScalarEvent, mark: int) -> Any:
        text: str = event.value
        if not text.isprintable() and (bad := unencodable(text)) is not None:
            self._report(mark, "character", f"XML cannot carry the character U+{ord(bad):04X}")
            return _BAD
        if "\r" in text:  # only escapes bring it this far; services send it back as a line feed
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if event.implicit[0] and not text.isascii():
            self._check_indentation(event.start_mark)
        if event.tag in (None, "!"):
            return resolved(text) if event.implicit[0] else text
        name = event.tag.removeprefix(_TAG)
        if name == "str":
            return text
        value = resolved(text)
        fits = {"bool": bool, "int": int, "null": type(None)}.get(name)
        if fits is None or type(value) is not fits:
            self._report(mark, "syntax", _NO_TAG)
        return value

    def _check_indentation(self, start: Any) -> None:
        """Of a plain scalar: whether it begins where blanks were meant that are none."""
        begin = self._text.rfind("\n", 0, start.index) + 1
        found = odd_indentation(self._text[begin : start.index + 1])
        if found and found[0] == start.column:
            self.misaligned = True
            self._report(mark_of(start.line, start.column), "syntax", found[1])


def resolved(text: str) -> Any:
    """What YAML 1.1 takes an untagged plain scalar for; booleans are those of YAML 1.2, too."""
    for kind, pattern in _RESOLVERS.get(text[:1], ()):
        if not pattern.match(text):
            continue
        match kind:
            case "bool":
                lower = text.lower()
                if lower in _BOOLEANS:
                    return _BOOLEANS[lower]
                return OddScalar(text, _BOOLEANS_OF_1_1[lower])
            case "null":
                return None
            case "int" if _INTEGER.match(text):
                return int(text)
            case "int" if _LONG_INTEGER.match(text):
                return OddScalar(text, "a number of more than 18 digits")
            case "int" | "float":
                return OddScalar(text, "a number")
            case "timestamp":
                return OddScalar(text, "a date")
            case _:
                return text
    return text

"""A stream's bytes into stanzas: expat with a separator that no namespace can contain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from xml.parsers import expat

from spaces_sync.model.bounds import LEVELS, STANZA, STANZA_PARTS, Bound
from spaces_sync.model.xml import SEPARATOR, Name, Xml, expat_attributes

PAYLOAD_LEVEL: Final = 5  # stream, iq 1, pubsub 2, items 3, item 4, payload 5
_BUFFER: Final = 1 << 16


class NotXmppError(Exception):
    """Bytes that are no XMPP stream; the text says why."""


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """The stream's opening tag."""

    ns: str
    name: str
    attributes: Mapping[Name, str]


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """The stream's closing tag."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A stanza that is beyond `bound`, of which only the first tag is kept; the rest is skipped."""

    head: Xml
    bound: Bound


Event: TypeAlias = StreamOpened | Xml | TooLarge | StreamClosed


class StreamParser:
    """One stream; a new one begins after STARTTLS and after SASL (RFC 6120 4.3.3).

    A payload that nests deeper than `LEVELS` is left out of its item, which is then malformed. Of
    a stanza that is larger than `STANZA` or `STANZA_PARTS` nothing is kept but its head.
    """

    def __init__(self) -> None:
        parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        parser.buffer_text = True
        parser.buffer_size = _BUFFER
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = _refuse_doctype
        if hasattr(parser, "SetReparseDeferralEnabled"):
            # Since expat 2.6 a stanza's end may wait for the next bytes, which here never come.
            parser.SetReparseDeferralEnabled(False)
        self._expat = parser
        self._events: list[Event] = []
        self._level = -1  # of the innermost open element; the stream's own is 0
        self._levels_too_deep = 0  # open elements below LEVELS.most
        self._payload_too_deep = False  # of the payload in progress
        self._open: list[tuple[str, list[str], list[Xml | str]]] = []
        self._text: list[str] = []
        self._bytes = 0  # of the stanza in progress, or of what was skipped of it
        self._parts = 0
        self._skipping = False

    def feed(self, data: bytes) -> list[Event]:
        """What became complete with `data`. Raises `NotXmppError`."""
        self._bytes += len(data)
        try:
            self._expat.Parse(data, False)
        except expat.ExpatError as error:
            raise NotXmppError(expat.ErrorString(error.code)) from None
        self._check_bounds()
        events, self._events = self._events, []
        return events

    def _check_bounds(self) -> None:
        counts = ((STANZA, self._bytes), (STANZA_PARTS, self._parts))
        beyond = next((bound for bound, count in counts if count > bound.most), None)
        if beyond is None:
            return
        if self._level < 1 or self._skipping:
            raise NotXmppError(f"more than {beyond}, without an end")
        self._skip(beyond)

    def _skip(self, bound: Bound) -> None:
        """Keeps nothing of the stanza in progress; as much again may follow until it ends."""
        tag, flat, _ = self._open[0]
        ns, _, name = tag.rpartition(SEPARATOR)
        self._events.append(TooLarge(Xml(ns, name, expat_attributes(flat), ()), bound))
        self._open.clear()
        self._text.clear()
        self._level += self._levels_too_deep
        self._levels_too_deep, self._payload_too_deep = 0, False
        self._bytes = self._parts = 0
        self._skipping = True

    def _start(self, tag: str, attributes: list[str]) -> None:
        if self._skipping:
            self._level += 1
            return
        if self._levels_too_deep or self._level == LEVELS.most:
            self._levels_too_deep += 1
            self._payload_too_deep = True
            return
        self._parts += 1 + len(attributes) // 2
        self._level += 1
        if self._level:
            if self._text:
                self._flush_text()
            self._open.append((tag, attributes, []))
        else:
            ns, _, name = tag.rpartition(SEPARATOR)
            self._events.append(StreamOpened(ns, name, dict(expat_attributes(attributes))))

    def _data(self, text: str) -> None:
        if self._open and not self._levels_too_deep:
            self._text.append(text)
        elif not self._level:
            self._bytes = 0  # blanks between stanzas

    def _flush_text(self) -> None:
        self._open[-1][2].append("".join(self._text))
        self._text.clear()

    def _end(self, _: str) -> None:
        if self._levels_too_deep:
            self._levels_too_deep -= 1
            return
        self._level -= 1
        if self._level < 0:
            self._events.append(StreamClosed())
            return
        if not self._level:
            self._bytes = self._parts = 0
        if self._skipping:
            self._skipping = self._level > 0
            return
        if self._text:
            self._flush_text()
        tag, flat, content = self._open.pop()
        if self._payload_too_deep and self._level == PAYLOAD_LEVEL - 1:
            self._payload_too_deep = False
            return
        ns, _, name = tag.rpartition(SEPARATOR)
        made = Xml(ns, name, expat_attributes(flat), tuple(content))
        if self._open:
            self._open[-1][2].append(made)
        else:
            self._events.append(made)


def _refuse_doctype(*_: object) -> None:
    raise NotXmppError("a document type declaration, which XMPP forbids")

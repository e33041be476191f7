"""Where the parts of a document stand in its text, from the parser's events, aliases included.

A node that the library composes stands, where an alias means it, at its anchor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from spaces_sync.document.events import events


@dataclass(eq=False, slots=True)
class Span:
    """A key or a value, from `start` to `end` of the text.

    line, column: of `start`, where its anchor and its tag stand, too. inside: where what is in a
    mapping or a list begins, behind a brace; the keys of a mapping without braces stand in that
    `inside_column`. end: behind all that it says, and before comments. text: of a scalar.
    anchored: what an alias means.
    """

    start: int
    line: int
    column: int
    inside: int
    inside_column: int
    end: int
    text: str | None = None
    is_mapping: bool = False
    in_braces: bool = False
    anchored: Span | None = None
    parts: list[Span] = field(default_factory=list)

    @property
    def pairs(self) -> Iterator[tuple[Span, Span]]:
        """The keys and values of a mapping; of anything else none."""
        if self.is_mapping:
            yield from zip(self.parts[::2], self.parts[1::2], strict=True)


def root_of(text: str) -> Span:
    """The whole of `text`, a valid document."""
    top = Span(0, 0, 0, 0, 0, len(text))
    holders, anchors = [top], dict[str, Span]()
    for event in events(text):
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed, end = holders.pop(), _index(event.end_mark)
            closed.end = end if closed.in_braces else closed.parts[-1].end
        elif isinstance(event, yaml.NodeEvent):
            made = _span(event, anchors)
            if event.anchor and not isinstance(event, yaml.AliasEvent):
                anchors[event.anchor] = made
            holders[-1].parts.append(made)
            if isinstance(event, yaml.CollectionStartEvent):
                holders.append(made)
    return top.parts[0]


def last(span: Span) -> Span:
    """What stands at its very end."""
    while span.parts:
        span = span.parts[-1]
    return span


def anchored(root: Span) -> frozenset[Span]:
    """What aliases mean, and all that is in it."""
    found, waiting, within = set[Span](), [root], list[Span]()
    while waiting:
        span = waiting.pop()
        waiting.extend(span.parts)
        within.extend([span.anchored] if span.anchored else [])
    while within:
        span = within.pop()
        if span not in found:
            found.add(span)
            within.extend(span.parts)
    return frozenset(found)


def _span(event: Any, anchors: Mapping[str, Span]) -> Span:
    start, end = event.start_mark, event.end_mark
    made = Span(start.index, start.line, start.column, end.index, end.column, end.index)
    if isinstance(event, yaml.AliasEvent):
        name: Any = event.anchor  # which the parser never leaves out
        made.anchored = anchors[name]
        made.text = made.anchored.text
        return made
    if isinstance(event, yaml.ScalarEvent):
        made.text = event.value
    else:
        made.is_mapping = isinstance(event, yaml.MappingStartEvent)
        made.in_braces = bool(event.flow_style)
    return made


def _index(mark: Any) -> int:
    index: int = mark.index
    return index

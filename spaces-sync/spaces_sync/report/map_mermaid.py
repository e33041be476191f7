"""A map as a Mermaid flowchart, which forges draw in Markdown.

A label is a quoted string of letters, digits and a few harmless signs; anything else in it is a
numeric entity, so that no text of others is a word of the grammar, Markdown or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.report.map_graph import Arrow, Box, Graph, Shape, graph
from spaces_sync.report.picture import Picture, PlanSign
from spaces_sync.report.style import Style

_SHAPES: Final[Mapping[Shape, tuple[str, str]]] = {
    "space": ("[", "]"),
    "node": ("[/", "/]"),
    "room": ("(", ")"),
    "link": ("([", "])"),
}
_CLASSES: Final[Mapping[PlanSign, tuple[str, str]]] = {
    "+": ("created", "stroke:#15803d,stroke-width:3px"),
    "~": ("changed", "stroke:#a16207,stroke-width:3px"),
    "-": ("removed", "stroke:#b91c1c,stroke-width:3px,stroke-dasharray:6 4"),
    "→": ("renamed", "stroke:#1d4ed8,stroke-width:3px"),
}
# A dot or a dash within a word is none of a list in Markdown. Mermaid itself makes of `#35;` what
# begins with a ligature, and back again.
_ENTITY: Final = re.compile(
    "(?<![A-Za-z0-9])[.-]|[.-](?![A-Za-z0-9])"
    "|[^-.A-Za-z0-9 @_\u00a0-\uffff\U00010000-\U0010ffff]|\ufb02"
)


def render(picture: Picture, _: Style) -> str:
    """One flowchart; an empty picture is one without boxes."""
    return "".join(f"{line}\n" for line in lines_of(graph(picture)))


def lines_of(content: Graph) -> Iterator[str]:
    """The lines of the document, of a graph whose texts are printable."""
    yield "flowchart LR"
    for group in content.groups:
        yield f"  subgraph {group.id}[{_quoted((group.title,))}]"
        yield "    direction LR"
        yield from (f"    {_box(box)}" for box in group.boxes)
        yield "  end"
    yield from (f"  {_arrow(arrow)}" for arrow in content.arrows)
    for sign, (name, style) in _CLASSES.items():
        signed = [b.id for group in content.groups for b in group.boxes if b.sign == sign]
        if signed:
            yield f"  classDef {name} {style}"
            yield f"  class {','.join(signed)} {name}"


def _box(box: Box) -> str:
    left, right = _SHAPES[box.shape]
    first, *more = box.lines or ("",)
    return f"{box.id}{left}{_quoted((f'{box.sign} {first}'.strip(), *more))}{right}"


def _arrow(arrow: Arrow) -> str:
    label = " ".join(filter(None, (arrow.sign, arrow.label)))
    said = f"|{_quoted((label,))}|" if label else ""
    return f"{arrow.tail} {'-.->' if arrow.broken else '-->'}{said} {arrow.head}"


def _quoted(lines: tuple[str, ...]) -> str:
    return f'"{"<br/>".join(_ENTITY.sub(_entity, line) for line in lines)}"'


def _entity(found: re.Match[str]) -> str:
    return f"#{ord(found[0])};"

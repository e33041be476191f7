r"""A map in the language of Graphviz.

A label is a quoted string: `"` and `\` have a backslash before them, and `&` is an entity, as
Graphviz takes HTML's in any label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.report.map_graph import Arrow, Box, Graph, Shape, graph
from spaces_sync.report.picture import Picture, PlanSign
from spaces_sync.report.style import Style

_SHAPES: Final[Mapping[Shape, str]] = {
    "space": "shape=box, style=bold",
    "node": "shape=note",
    "room": "shape=box, style=rounded",
    "link": "shape=plain",
}
_COLOURS: Final[Mapping[PlanSign, str]] = {
    "": "",
    "+": ', color="#15803d"',
    "~": ', color="#a16207"',
    "-": ', color="#b91c1c"',
    "→": ', color="#1d4ed8"',
}


def render(picture: Picture, _: Style) -> str:
    """One directed graph; an empty picture is one without nodes."""
    return "".join(f"{line}\n" for line in lines_of(graph(picture)))


def lines_of(content: Graph) -> Iterator[str]:
    """The lines of the document, of a graph whose texts are printable."""
    yield "digraph spaces {"
    yield "  graph [rankdir=LR, compound=true];"
    yield '  node [fontname="sans-serif", fontsize=11];'
    yield '  edge [fontname="sans-serif", fontsize=9];'
    for group in content.groups:
        yield f"  subgraph cluster_{group.id} {{"
        yield f"    label={_quoted((group.title,))};"
        yield from (f"    {_box(box)}" for box in group.boxes)
        yield "  }"
    yield from (f"  {_arrow(arrow)}" for arrow in content.arrows)
    yield "}"


def _box(box: Box) -> str:
    first, *more = box.lines or ("",)
    label = _quoted((f"{box.sign} {first}".strip(), *more))
    return f"{box.id} [label={label}, {_SHAPES[box.shape]}{_COLOURS[box.sign]}];"


def _arrow(arrow: Arrow) -> str:
    label = " ".join(filter(None, (arrow.sign, arrow.label)))
    dashed = ", style=dashed" if arrow.broken else ""
    return (
        f"{arrow.tail} -> {arrow.head} [label={_quoted((label,))}{dashed}{_COLOURS[arrow.sign]}];"
    )


def _quoted(lines: tuple[str, ...]) -> str:
    joined = r"\n".join(map(_escaped, lines))
    return f'"{joined}"'


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')

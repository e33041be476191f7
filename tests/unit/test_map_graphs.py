"""Mermaid and Graphviz take what we write, whatever names are in it: by small strict parsers."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from hypothesis import given

import strategies
from pictured import PICTURES
from spaces_sync.report import map_dot, map_mermaid
from spaces_sync.report.map_dot import lines_of as dot_lines
from spaces_sync.report.map_graph import Arrow, Box, Graph, Group, graph
from spaces_sync.report.map_mermaid import lines_of as mermaid_lines
from spaces_sync.report.picture import Picture
from spaces_sync.report.style import Style
from spaces_sync.report.visible import visible

PICTURE = pytest.mark.parametrize("drawn", PICTURES.values(), ids=PICTURES)
# A quoted string of Mermaid: no character that is a word of its grammar, of HTML or of Markdown.
WORD = r"(?:[A-Za-z0-9 @_]|(?<=[A-Za-z0-9])[.-](?=[A-Za-z0-9])|#\d+;|<br/>|[^\x00-\xa0\ufb02])*"
MERMAID = [
    re.compile(pattern)
    for pattern in (
        r"flowchart LR",
        rf'  subgraph (?:s\d+|links)\["{WORD}"\]',
        r"    direction LR",
        rf'    [nl]\d+(?:\["{WORD}"\]|\[/"{WORD}"/\]|\("{WORD}"\)|\(\["{WORD}"\]\))',
        r"  end",
        rf'  n\d+ (?:-->|-\.->)(?:\|"{WORD}"\|)? [nl]\d+',
        r"  classDef [a-z]+ [a-z0-9:#, -]+",
        r"  class n\d+(?:,[nl]\d+)* [a-z]+",
    )
]
# A quoted string of DOT ends at the first quote without a backslash before it.
STRING = r'"((?:[^"\\\n]|\\.)*)"'
COLOUR = r'(?:, color="#[0-9a-f]{6}")?'
DOT = [
    re.compile(pattern)
    for pattern in (
        r"digraph spaces \{",
        r"  graph \[[a-zA-Z=, ]+\];",
        r"  (?:node|edge) \[[a-z=\", 0-9-]+\];",
        r"  subgraph cluster_(?:s\d+|links) \{",
        rf"    label={STRING};",
        rf"    [nl]\d+ \[label={STRING}, shape=[a-z]+(?:, style=[a-z]+)?{COLOUR}\];",
        r"  \}",
        rf"  n\d+ -> [nl]\d+ \[label={STRING}(?:, style=dashed)?{COLOUR}\];",
        r"\}",
    )
]


def unlike(text: str, grammar: list[re.Pattern[str]]) -> list[str]:
    """The lines that are none of the grammar."""
    lines = text.removesuffix("\n").split("\n")
    return [line for line in lines if not any(each.fullmatch(line) for each in grammar)]


def mermaid_text(label: str) -> list[str]:
    """What is seen of a label."""
    return [
        re.sub(r"#(\d+);", lambda found: chr(int(found[1])), line) for line in label.split("<br/>")
    ]


def dot_text(label: str) -> list[str]:
    parts = re.findall(r"\\.|[^\\]", label)
    shown = ("\n" if part == r"\n" else part[-1] for part in parts)
    return [unescape(line) for line in "".join(shown).split("\n")]


@PICTURE
def test_mermaid_is_of_its_grammar(drawn: Callable[[], Picture]):
    assert unlike(map_mermaid.render(drawn(), Style()), MERMAID) == []


@PICTURE
def test_dot_is_of_its_grammar(drawn: Callable[[], Picture]):
    assert unlike(map_dot.render(drawn(), Style()), DOT) == []


def one(text: str) -> Graph:
    boxes = (Box("n1", "space", (text, "second")), Box("n2", "room", (text,)))
    return Graph((Group("s1", text, boxes),), (Arrow("n1", "n2", text),))


@given(strategies.texts().map(visible))
def test_any_text_is_seen_as_it_is_in_mermaid(text: str):
    lines = [*mermaid_lines(one(text))]

    assert unlike("\n".join(lines), MERMAID) == []
    (label,) = re.findall(r'n1\["(.*)"\]', "\n".join(lines))
    assert mermaid_text(label) == [text.strip(), "second"]


@given(strategies.texts().map(visible))
def test_any_text_is_seen_as_it_is_in_dot(text: str):
    lines = [*dot_lines(one(text))]

    assert unlike("\n".join(lines), DOT) == []
    label = next(
        found[1] for line in lines if (found := re.match(rf"    n1 \[label={STRING},", line))
    )
    assert dot_text(label) == [text.strip(), "second"]


def test_what_is_not_listed_is_drawn_as_a_broken_arrow():
    drawn = graph(PICTURES["map-company"]())
    broken = [each.label for each in drawn.arrows if each.broken]

    assert broken == ["names it, is not listed", "names it, is not listed"]


@PICTURE
def test_each_arrow_has_both_ends(drawn: Callable[[], Picture]):
    made = graph(drawn())
    ids = [box.id for group in made.groups for box in group.boxes]

    assert len(ids) == len(set(ids))
    assert {end for each in made.arrows for end in (each.tail, each.head)} <= {*ids}

"""Markdown as GitHub's own renderer makes HTML of it, and what a reader finds in that."""

import re
from collections import Counter
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

# All that the templates of reports are made of.
ELEMENTS = {"h3", "h4", "p", "table", "thead", "tbody", "tr", "th", "td"}
ELEMENTS |= {"code", "strong", "details", "summary", "blockquote", "ul", "li"}
# What a forge makes links or people of, where it stands outside of a code span.
SPECIAL = re.compile(
    r"[@#<>&\[\]`*_\\|$^%]|\b(?:GH|gh)-\d|\b[0-9A-Fa-f]{7,}\b|www\.|\w:\w|//|\w\.[^\W\d_]|\w/\w"
)
ALERT = re.compile(r"\[!(?:CAUTION|WARNING)\]")


def html(markdown: str) -> str:
    """With the extensions of GitHub, and with the HTML that stands in it."""
    shown: str = cmarkgfm.github_flavored_markdown_to_html(
        markdown, options=Options.CMARK_OPT_UNSAFE
    )
    return shown


class Reading(HTMLParser):
    """`elements`: how many there are of each; `prose`: the text outside of code spans."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.attributes: set[tuple[str, str]] = set()
        self.comments: list[str] = []
        self.prose: list[str] = []
        self.code: list[str] = []
        self.open: list[str] = []
        self.feed(html(markdown))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements[tag] += 1
        self.attributes.update((tag, name) for name, _ in attrs)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        self.comments.append(data)

    def handle_data(self, data):
        (self.code if "code" in self.open else self.prose).append(data)


def assert_harmless(markdown: str) -> Reading:
    """Nothing but the template's own elements, as many as it wrote, and no word that pings."""
    found = Reading(markdown)
    assert found.open == []
    assert set(found.elements) <= ELEMENTS
    assert {name for _, name in found.attributes} <= {"align", "open"}
    assert len(found.comments) == markdown.startswith("<!-- ")
    lines = markdown.splitlines()
    assert found.elements["table"] == sum(line.startswith("|---") for line in lines)
    assert found.elements["details"] == sum(line.startswith("<details>") for line in lines)
    assert found.elements["blockquote"] == sum(line.startswith("> [!") for line in lines)
    assert found.elements["h3"] == sum(line.startswith("### ") for line in lines)
    rows = sum(line.startswith("| ") for line in lines)
    assert found.elements["tr"] == rows
    assert found.elements["td"] + found.elements["th"] == sum(map(_cells, lines))
    prose = ALERT.sub("", " ".join(found.prose))
    assert not SPECIAL.findall(prose), SPECIAL.findall(prose)
    return found


def _cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) - 1 if line.startswith("| ") else 0

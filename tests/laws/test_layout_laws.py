"""No line is wider than asked for, on whatever terminal, and no character is cut in two."""

import re

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from laws.test_visible_laws import mixed
from spaces_sync.report.cells import head, tail, width_of
from spaces_sync.report.layout import fold, shorten
from spaces_sync.report.visible import printable

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
# What is one character to its reader, and takes a column or more.
WHOLE = (
    *"ab 日",
    "e\u0301",
    "\u0915\u094d\u200d\u0937",
    FAMILY,
    SCOTLAND,
    "\u2764\ufe0f",
    "1\ufe0f\u20e3",
    "\U0001f44d\U0001f3fd",
    "\U0001f1e9\U0001f1ea",
    "\U0001f1eb\U0001f1f7",
)
PARTS = re.compile("|".join(map(re.escape, WHOLE)))


def shown() -> st.SearchStrategy[str]:
    return mixed().map(printable)


def whole() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WHOLE), max_size=12).map("".join)


@given(shown())
@example(FAMILY)
def test_no_terminal_needs_more_columns(text: str) -> None:
    seen = re.sub("[\U000e0020-\U000e007f]", "", text)  # which an old rich takes for wide
    assert cell_len(seen) <= width_of(text)
    assert sum(map(cell_len, seen.replace("\u200d", ""))) <= width_of(text)


@given(shown(), st.integers(0, 30))
def test_what_is_shortened_fits(text: str, width: int) -> None:
    assert width_of(shorten(text, width)) <= width
    assert width_of(head(text, width)) <= width
    assert width_of(tail(text, width)) <= width


@given(shown(), st.integers(8, 30))
def test_what_is_folded_fits_and_is_all_there(text: str, width: int) -> None:
    lines = fold(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_of(line) <= width for line in lines)


@given(whole(), st.integers(8, 20))
def test_no_character_is_cut(text: str, width: int) -> None:
    begin, *more = shorten(text, width).split("…")
    for part in (begin, *more, *fold(text, width), head(text, width), tail(text, width)):
        assert PARTS.sub("", part) == ""
    assert text.startswith(head(text, width))
    assert text.endswith(tail(text, width))

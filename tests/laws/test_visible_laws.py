"""What is shown of foreign text neither steers a terminal nor hides anything, and is read back."""

import re
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from spaces_sync.report.visible import printable, visible

# What text is made of where this matters: letters that join, marks, joiners, emoji and their parts,
# directions, and what nothing is seen of.
PIECES = (
    *"aZ9#*\\ \n\x1b",
    *"\u0645\u06cc\u0627\u060c\u0651",  # Arabic: letters, a comma, a mark
    *"\u0915\u094d\u0937\u09b0\u09cd\u0dca\u0d28\u0d4d",  # of India: letters and viramas
    *"\u17b4\u180b\u1820",  # of which the first two are not seen
    *"\u200c\u200d\ufe0e\ufe0f\u20e3\u0301",
    *"\u202e\u2066\u200e\u061c\u00ad\u2800",
    *"\u2764\U0001f600\U0001f469\U0001f3fd\U0001f3f4\U0001f1e9\U0001f525",
    *"\U000e0067\U000e0062\U000e0065\U000e006e\U000e007f",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
UNSEEN = re.compile("[\u200c\u200d\ufe0f\U000e0020-\U000e007f]")
# A seen character beside a joiner: no space, no sign of ours.
SEEN = re.compile(r"[^\W\d_a-zA-Z]|[\u0300-\u1fff\u2190-\u33ff\ufe0f]|[\U0001f000-\U000e007f]")


def mixed() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(PIECES), max_size=10).map("".join) | st.text(max_size=10)


@given(mixed())
@example("\u0645\u200c\u17b4")
@example("\u094d\u200d\u0915")
def test_what_is_printable_stays_so(text: str) -> None:
    once = printable(text)
    assert printable(once) == once


@given(mixed())
def test_what_is_not_seen_stands_only_where_it_belongs(text: str) -> None:
    shown = re.sub("[0-9#*]\ufe0f\u20e3", " ", printable(text))
    for found in UNSEEN.finditer(shown):
        at = found.start()
        assert at > 0
        assert SEEN.match(shown[at - 1])
        if found[0] == "\u200c":
            assert SEEN.match(shown[at + 1])
    assert not re.search("[\u200c\u200d\ufe0f]{2}", shown.replace("\ufe0f\u200d", ""))
    assert UNSEEN.sub("", shown).isprintable()


@given(mixed())
def test_no_mark_changes_what_is_ours(text: str) -> None:
    shown = visible(text)
    for ours in re.finditer(r"^|\\(?:\\|[ntr]|x..|u.{4}|U.{8})", shown):
        after = shown[ours.end() : ours.end() + 1]
        assert ours[0] == r"\\" or not after or not unicodedata.category(after).startswith("M")


@given(mixed())
def test_nothing_is_lost(text: str) -> None:
    assert visible(text).encode("latin-1", "backslashreplace").decode("unicode_escape") == text


@given(mixed(), mixed())
def test_what_differs_is_shown_differently(one: str, other: str) -> None:
    assert (visible(one) == visible(other)) == (one == other)

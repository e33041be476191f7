"""What differs between two texts is seen, however little of them fits."""

from hypothesis import assume, example, given
from hypothesis import strategies as st

from laws.test_layout_laws import whole
from laws.test_visible_laws import mixed
from spaces_sync.report.cells import width_of
from spaces_sync.report.visible import printable, visible
from spaces_sync.report.word_diff import plain, shortened, word_diff

LONG = "The quick brown fox jumps over the lazy dog near the bank of the river Thames " * 2


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts that have something in common, mostly."""
    words = st.lists(st.sampled_from(("alpha", "beta ", "日本語", "-", "ok. ", "z" * 40)) | whole())
    texts = words.map("".join) | mixed() | st.sampled_from((LONG, LONG.replace("lazy", "old")))
    start, end = draw(texts), draw(texts)
    return visible(start + draw(texts) + end), visible(start + draw(texts) + end)


@given(pairs())
def test_what_does_not_differ_is_the_same_in_both(
    pair: tuple[str, str],
) -> None:
    before, after = pair
    found = word_diff(before, after)
    assert (plain(found.before), plain(found.after)) == pair
    same = [[part.text for part in parts if not part.differs] for parts in found]
    assert "".join(same[0]) == "".join(same[1])
    assert any(part.differs for parts in found for part in parts) == (before != after)


@given(pairs(), st.integers(20, 90))
@example(("a " * 80, "a " * 81), 30)
@example((LONG, LONG.replace("lazy", "old")), 40)
def test_what_differs_is_seen_and_fits(pair: tuple[str, str], width: int) -> None:
    before, after = pair
    assume(before != after)
    found = shortened(before, after, width)
    left, right = plain(found.before), plain(found.after)
    assert width_of(left) <= width
    assert width_of(right) <= width
    assert left != right
    for shown in (left, right):
        assert printable(shown) == shown
    if width_of(before) <= width >= width_of(after):
        assert (left, right) == pair

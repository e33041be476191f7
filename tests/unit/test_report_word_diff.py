"""Words that differ, and what is left of two long texts around them."""

import pytest

from spaces_sync.report.word_diff import Part, plain, shortened, word_diff

PROSE = (
    "A place for everyone who builds, sells or mends ERP 3000: ask before you deploy on a Friday, "
    "write down what you did, and bring cake on the day after it all went wrong once more"
)
X = "x" * 40
GIRL, BOY = "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👦"


def marked(parts: tuple[Part, ...]) -> str:
    return "".join(f"[{part.text}]" if part.differs else part.text for part in parts)


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("Ops", "Operations", "[Ops]", "[Operations]"),
        ("the old room", "the new room", "the [old] room", "the [new] room"),
        ("one two", "one and two", "one []two", "one [and ]two"),
        ("old@muc.example", "new@muc.example", "[old]@muc.example", "[new]@muc.example"),
        (r"a\x1bb", r"a\x1cb", r"a[\x1b]b", r"a[\x1c]b"),
        ("東京の部屋", "大阪の部屋", "[東京]の部屋", "[大阪]の部屋"),
        (f"see {GIRL}", f"see {BOY}", f"see [{GIRL}]", f"see [{BOY}]"),
        (f"{X}a{X}", f"{X}bc{X}", f"{X}[a]{X}", f"{X}[bc]{X}"),
        ("same", "same", "same", "same"),
        ("", "new", "[]", "[new]"),
    ],
)
def test_words(before: str, after: str, left: str, right: str) -> None:
    found = word_diff(before, after)
    assert (marked(found.before), marked(found.after)) == (left, right)


def test_whether_there_is_anything_in_common():
    assert word_diff("the old room", "the new room").alike
    assert not word_diff("open", "whitelist").alike
    assert not word_diff("a b", "c d").alike


def test_one_word_inside_a_long_text():
    found = shortened(PROSE, PROSE.replace("Friday", "Monday"), 40)
    assert marked(found.before) == "…you deploy on a [Friday], write down wha…"
    assert marked(found.after) == "…you deploy on a [Monday], write down wha…"


def test_several_words_share_the_room():
    found = shortened(PROSE, PROSE.replace("mends", "rents").replace("cake", "tea"), 60)
    assert (
        marked(found.before) == "…uilds, sells or [mends] ERP 300…d bring [cake] on the day afte…"
    )
    assert len(plain(found.after)) <= 60


def test_texts_that_would_look_alike_say_how_long_they_are():
    found = shortened("a " * 80, "a " * 81, 30)
    assert plain(found.before).endswith(" (160 characters)")
    assert plain(found.after).endswith(" (162 characters)")


def test_a_text_of_a_million_words_takes_no_longer_than_it_takes_to_read():
    before = "word " * 1_000_000
    found = word_diff(before, f"{before}more")
    assert found.before[-1].text == before[-1] or plain(found.before) == before
    assert found.after[-1] == Part("more", differs=True)

"""What strangers write cannot steer a terminal, and reads as what it is."""

import pytest

from spaces_sync.report.visible import printable, visible


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("", ""),
        ("Café 日本 🇩🇪 ✓", "Café 日本 🇩🇪 ✓"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x00\x07\x7f\x9b", r"\x00\x07\x7f\x9b"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2066\u2069\u200e\u200f\u061c", r"\u2066\u2069\u200e\u200f\u061c"),
        ("a\u200bb\u2060c\ufeffd\u00ade", r"a\u200bb\u2060c\ufeffd\xade"),
        ("\u2028\u2029\u00a0\u3000", r"\u2028\u2029\xa0\u3000"),
        ("\U000e0041\U0001d173", r"\U000e0041\U0001d173"),
        ("\u3164\u2800", r"\u3164\u2800"),
        ("\ud800", r"\ud800"),
        (r"C:\x1b", r"C:\\x1b"),
        ("e\u0301", "e\u0301"),
        ("\u0301e", r"\u0301e"),
    ],
)
def test_visible(foreign: str, shown: str) -> None:
    assert visible(foreign) == shown


@pytest.mark.parametrize("text", [r"C:\x", "a\x1b[31m", "\u0301e", "fine", "a\nb"])
def test_a_sentence_of_ours_can_be_made_printable_twice(text: str) -> None:
    once = printable(text)
    assert once.isprintable()
    assert printable(once) == once
    assert visible(text) == printable(text.replace("\\", "\\\\"))

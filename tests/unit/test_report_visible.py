"""What strangers write cannot steer a terminal, and reads as what it is."""

import pytest

from spaces_sync.report.visible import printable, visible

SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


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
        ("می\u200cشود", "می\u200cشود"),
        ("ක්\u200dෂ र्\u200dय ന്\u200d", "ක්\u200dෂ र्\u200dय ന്\u200d"),
        ("র\u200d্যাব", "র\u200d্যাব"),
        ("a\u200db \u200dم م\u200c", r"a\u200db \u200dم م\u200c"),
        (
            "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👩🏽\u200d💻",
            "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👩🏽\u200d💻",
        ),
        ("🇩🇪 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈", "🇩🇪 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈"),
        (SCOTLAND, SCOTLAND),
        ("🏴\U000e0078\U000e007f", r"🏴\U000e0078\U000e007f"),
        ("😀\ufe0f 😀\u200d x\ufe0f", r"😀\ufe0f 😀\u200d x\ufe0f"),
        ("😀\u200d\u200d😀", r"😀\u200d\u200d😀"),
        ("e\u0301", "e\u0301"),
        ("\n\u0301\u0301e", r"\n\u0301\u0301e"),
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

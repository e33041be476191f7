"""Where characters that nothing is seen of belong to what is seen: in words and in emoji.

Persian and the scripts of India write words with joiners (U+200C, U+200D); an emoji may be several
with joiners, a selector and tags. Anywhere else these characters hide something.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

ZWNJ: Final = "\u200c"
ZWJ: Final = "\u200d"
SELECTOR: Final = "\ufe0f"
"""Asks for the picture where a character is text by default (UTS 51 1.4.3)."""
SKIN_TONES: Final = "\U0001f3fb-\U0001f3ff"
TAGS: Final = "\U000e0020-\U000e007f"
REGIONS: Final = "\U0001f1e6-\U0001f1ff"

# Blocks of scripts whose letters join or stack: Arabic to Arabic Extended, those of India, of
# Tibet and Myanmar, Khmer and Mongolian (without what is not seen there), of Indonesia, and the
# later ones of India.
_JOINING: Final = (
    (0x0600, 0x08FF),
    (0x0900, 0x0DFF),
    (0x0F00, 0x109F),
    (0x1780, 0x17B3),
    (0x17B6, 0x180A),
    (0x1810, 0x18AF),
    (0x1A20, 0x1BFF),
    (0xA800, 0xABFF),
    (0x10AC0, 0x10FFF),
    (0x11000, 0x114FF),
)
_VIRAMA: Final = 9  # the combining class of what takes a letter's vowel (RFC 5892 A.1)

_EMOJI: Final = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf"
    "\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e"
    "\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2640"
    "\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e\u267f\u2692-\u2697\u2699"
    "\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8\u26ce"
    "\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d"
    "\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755"
    "\u2757\u2763\u2764\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50"
    "\u2b55\u3030\u303d\u3297\u3299\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f"
    "\U0001f18e\U0001f191-\U0001f19a\U0001f201\U0001f202\U0001f21a\U0001f22f\U0001f232-\U0001f23a"
    "\U0001f250\U0001f251\U0001f300-\U0001f321\U0001f324-\U0001f393\U0001f396\U0001f397"
    "\U0001f399-\U0001f39b\U0001f39e-\U0001f3f0\U0001f3f3-\U0001f3f5\U0001f3f7-\U0001f3fa"
    "\U0001f400-\U0001f4fd\U0001f4ff-\U0001f53d\U0001f549-\U0001f54e\U0001f550-\U0001f567\U0001f56f"
    "\U0001f570\U0001f573-\U0001f57a\U0001f587\U0001f58a-\U0001f58d\U0001f590\U0001f595\U0001f596"
    "\U0001f5a4\U0001f5a5\U0001f5a8\U0001f5b1\U0001f5b2\U0001f5bc\U0001f5c2-\U0001f5c4"
    "\U0001f5d1-\U0001f5d3\U0001f5dc-\U0001f5de\U0001f5e1\U0001f5e3\U0001f5e8\U0001f5ef\U0001f5f3"
    "\U0001f5fa-\U0001f64f\U0001f680-\U0001f6c5\U0001f6cb-\U0001f6d2\U0001f6d5-\U0001f6d7"
    "\U0001f6dc-\U0001f6e5\U0001f6e9\U0001f6eb\U0001f6ec\U0001f6f0\U0001f6f3-\U0001f6fc"
    "\U0001f7e0-\U0001f7eb\U0001f7f0\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001f9ff"
    "\U0001fa70-\U0001faff"
)
"""The characters that are emoji (emoji-data.txt of Unicode 15.1), but for digits and skin tones."""

_COUNTRIES: Final = ("gbeng", "gbsct", "gbwls")
"""The only flags written with tags (UTS 51 B.3); any other tags would be a text within a text."""


def belonging(text: str) -> Iterator[int]:
    """Where in `text` an invisible character stands that belongs to what is seen around it."""
    for found in _emoji_sequences().finditer(text):
        for at in range(found.start(), found.end()):
            if text[at] in (ZWJ, SELECTOR) or "\U000e0020" <= text[at] <= "\U000e007f":
                yield at
    yield from (found.start() for found in _JOINERS.finditer(text) if _in_word(text, found.start()))


_JOINERS: Final = re.compile(f"[{ZWNJ}{ZWJ}]")


def _in_word(text: str, at: int) -> bool:
    """Whether the joiner there stands between letters that join, or ends a letter without vowel."""
    base = at - 1
    while base >= 0 and _is_mark(text[base]) and _joins(text[base]):
        base -= 1
    if base < 0 or not (_joins(text[base]) and _is_letter(text[base])):
        return False
    if text[at] == ZWJ and unicodedata.combining(text[at - 1]) == _VIRAMA:
        return True
    after = text[at + 1 : at + 2]
    return bool(after) and _joins(after) and (_is_letter(after) or _is_mark(after))


def _joins(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _JOINING)


def _is_letter(character: str) -> bool:
    return unicodedata.category(character).startswith("L")


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


@cache
def _emoji_sequences() -> re.Pattern[str]:
    """Emoji of several characters: a key, a flag, or emoji with joiners between them.

    A selector stands where it changes something: behind what is text by default, which is narrow.
    """
    known = re.compile(f"[{_EMOJI}]")
    characters = [c for c in map(chr, range(0xA9, 0x1FB00)) if known.match(c) and c.isprintable()]
    text = "".join(c for c in characters if unicodedata.east_asian_width(c) != "W")
    tags = ("".join(chr(0xE0000 + ord(letter)) for letter in name) for name in _COUNTRIES)
    flags = f"\U0001f3f4(?:{'|'.join(tags)})\U000e007f"
    one = f"(?:{flags}|[{text}]{SELECTOR}|[{''.join(characters)}][{SKIN_TONES}]?)"
    return re.compile(f"[0-9#*]{SELECTOR}\u20e3|{one}(?:{ZWJ}{one})*")

"""Makes the invisible characters of foreign text visible, so that it cannot steer a terminal.

Joiners inside words and the parts of an emoji stay as they are (joiners.py): without them another
text would be seen.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from spaces_sync.report.joiners import belonging

# Unicode's default ignorable code points and the blank of Braille: printable by their category,
# and yet nothing is seen of them.
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    r"""`text` on one line and printable: `\n`, `\x1b`, `\u202e` stand for what is not seen.

    A backslash is doubled, so that what the text itself says differs from what we say of it.
    """
    return printable(text.replace("\\", "\\\\"))


def printable(text: str) -> str:
    """As `visible`, with each backslash as it is: for a sentence of ours that quotes foreign text.

    `printable(printable(text)) == printable(text)`.
    """
    if text.isascii() and text.isprintable():
        return text
    if text.translate(_ESCAPES) == text and not _combines(text[:1]):
        return text
    return "".join(_shown(text))


def _shown(text: str) -> list[str]:
    """Each character as it is shown; no mark may change one of ours before it."""
    kept = frozenset(belonging(text))
    shown: list[str] = []
    ours = True
    for at, character in enumerate(text):
        stays = at in kept or (_ESCAPES[ord(character)] == character)
        ours = not stays or (ours and _combines(character))
        shown.append(_escape(character) if ours else character)
    return shown


def _combines(character: str) -> bool:
    """Whether it would change the character before it."""
    return bool(character) and unicodedata.category(character).startswith("M")


_SHORT: Final = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def _escape(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code <= 0xFF:  # noqa: PLR2004 - what two hexadecimal digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits


class _Escapes(dict[int, str]):
    """What is shown of each character by its code, found out when it is met first."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        seen = character.isprintable() and not _UNSEEN.match(character)
        self[code] = character if seen else _escape(character)
        return self[code]


_ESCAPES: Final = _Escapes()

"""How servers prepare the parts of a JID: nodeprep (RFC 6122 A) and nameprep (RFC 3491).

RFC 7622 has replaced them; Prosody and ejabberd have not. Both are profiles of stringprep (RFC
3454), whose tables are those of Unicode 3.2.
"""

from __future__ import annotations

import stringprep
from collections.abc import Callable
from typing import Final
from unicodedata import ucd_3_2_0

_PROHIBITED: Final[tuple[Callable[[str], bool], ...]] = (
    stringprep.in_table_c11_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


class AddressError(ValueError):
    """Text that is no address. `quoted`: the text, or the part of it, that the message quotes."""

    def __init__(self, message: str, quoted: str | None = None) -> None:
        super().__init__(message)
        self.quoted = quoted


def named(character: str) -> str:
    """A character as a message names it: as it is, by its number where it may not show."""
    if character.isascii():
        return repr(character)
    number = f"U+{ord(character):04X}"
    return f"{character!r} ({number})" if character.isprintable() else number


def prepared(text: str, forbidden: frozenset[str] = frozenset()) -> str:
    """`text` by RFC 3454: mapped (tables B.1, B.2), normalised (4), prohibited (5), bidi (6).

    forbidden: characters that may not stand in the result either. Characters that Unicode 3.2 did
    not have stay as they are (RFC 3454 7, "queries"), as Prosody leaves them.

    Raises `AddressError`.
    """
    for character in text:
        if character <= " " or character == "\x7f":
            raise AddressError(f"{named(character)} cannot stand in a JID", character)
    if text.isascii():
        return text.lower()
    found = ucd_3_2_0.normalize("NFKC", "".join(map(_mapped, text)))
    for character in found:
        if character in forbidden or any(holds(character) for holds in _PROHIBITED):
            raise _refused(character, text)
    _check_direction(found)
    return found


def newer_character(text: str) -> str | None:
    """The first character of `text` that Unicode 3.2 did not have (RFC 3454, table A.1)."""
    if text.isascii():
        return None
    return next(filter(stringprep.in_table_a1, text), None)


def _mapped(character: str) -> str:
    """By tables B.1 and B.2. Python makes B.2 of today's Unicode, which has more small letters."""
    if stringprep.in_table_b1(character):
        return ""
    found = stringprep.map_table_b2(character)
    return character if newer_character(character + found) else found


def _refused(character: str, written: str) -> AddressError:
    """That `character`, which `written` has come to, cannot stand there."""
    if character not in written:
        for each in written:  # which of those has come to it
            if character in ucd_3_2_0.normalize("NFKC", _mapped(each)):
                words = f"{named(each)} stands for {named(character)}, which cannot stand in a JID"
                return AddressError(words, each)
    return AddressError(f"{named(character)} cannot stand in a JID", character)


def _check_direction(text: str) -> None:
    """Raises `AddressError` by RFC 3454 6; ejabberd and Prosody hold it against a whole domain."""
    if not any(map(stringprep.in_table_d1, text)):
        return
    if any(map(stringprep.in_table_d2, text)):
        raise AddressError(
            f"{text!r} mixes letters that are written from right to left with others", text
        )
    for end in (text[0], text[-1]):
        if not stringprep.in_table_d1(end):
            raise AddressError(
                f"{text!r} is written from right to left and so cannot begin or end with "
                f"{named(end)}",
                text,
            )

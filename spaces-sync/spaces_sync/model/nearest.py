"""What somebody may have meant by a word that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_LIKE: Final = 0.6  # of 1: how alike two words are at least
_LONGEST: Final = (
    64  # characters of a word that are compared; more take long, and are no typing error
)


def nearest(word: str, known: Iterable[str]) -> str:
    """The word among `known` that is most like `word`; empty where none is like it."""
    near = difflib.get_close_matches(word[:_LONGEST].lower(), list(known), 1, _LIKE)
    return near[0] if near else ""


def did_you_mean(word: str, known: Iterable[str], also: Mapping[str, str] = _NONE) -> str:
    """The end of a message that names it: `; did you mean 'plan'?`; empty where there is none.

    also: what some words mean that are like none, such as `md` for `markdown`.
    """
    known = tuple(known)
    meant = also.get(word.lower())
    near = meant if meant in known else nearest(word, known)
    return f"; did you mean '{near}'?" if near else ""

"""What is wrong with how YAML is laid out, where the parser's words would mislead."""

from __future__ import annotations

import re
from typing import Final

# Blanks to the eye, and letters to YAML.
_ODD_BLANKS: Final = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"
_ODD: Final = re.compile(f"[ \t]*([{_ODD_BLANKS}])")
TAB: Final = "a tab stands in the indentation; YAML takes blanks only"
_NAMES: Final = {"\u00a0": "a no-break space", "\u3000": "an ideographic space"}

LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where YAML 1.1 begins a new line
LONGEST_KEY: Final = 1024  # characters of a key without '?' before it (YAML 1.1, 9.2)


def odd_indentation(line: str) -> tuple[int, str] | None:
    """The column (from 0) of what is no blank in a line's indentation, and words about it."""
    found = _ODD.match(line)
    if found is None:
        return None
    character = found[1]
    name = _NAMES.get(character, "a character that looks like no more than a blank")
    words = f"{name} (U+{ord(character):04X}) stands in the indentation; YAML takes blanks only"
    return found.start(1), words


def is_tab_in_indentation(line: str, column: int, words: str) -> bool:
    """Whether a tab in the indentation is why the parser says `words` of the line at `column`.

    Inside brackets, and behind blanks that are no indentation, tabs are allowed.
    """
    ahead = line[: len(line) - len(line.lstrip(" \t"))]
    if "\t" not in ahead:
        return False
    return line[column : column + 1] == "\t" or words.startswith("mapping values are not allowed")


def is_long_key(before: str) -> bool:
    """Whether the text `before` a ':' that the parser does not want ends with too long a key.

    The key is taken to be in quotes, or without blanks, as URLs and JIDs are.
    """
    if before.endswith(("'", '"')):
        begin = before.rfind(before[-1], 0, -1)
    else:
        begin = max(before.rfind(blank) for blank in " \t\n\r") + 1
    return len(before) - begin > LONGEST_KEY

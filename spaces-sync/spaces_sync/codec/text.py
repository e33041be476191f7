"""Text that is none for every reader of JSON: halves of surrogate pairs."""

from __future__ import annotations

from typing import Any


def without_surrogates(value: Any) -> Any:
    """JSON data in which an escape such as `udcff` behind a backslash stands for each half.

    The name of a file may hold bytes that are no text: half a surrogate pair stands for each.
    """
    match value:
        case str():
            return value if value.isascii() else value.encode(errors="backslashreplace").decode()
        case dict():
            return {
                without_surrogates(key): without_surrogates(inner) for key, inner in value.items()
            }
        case list() | tuple():
            return [without_surrogates(each) for each in value]
        case _:
            return value

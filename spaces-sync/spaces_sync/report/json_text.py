"""The one way in which reports write JSON."""

from __future__ import annotations

import json
from typing import Any


def dump(data: Any) -> str:
    """ASCII, which every locale can say, and which can be read back; it ends in a line feed."""
    text = json.dumps(data, indent=2)
    # The name of a file may hold bytes that are no text: half a surrogate pair stands for each.
    return (json.dumps(_without_surrogates(data), indent=2) if "\\ud" in text else text) + "\n"


def _without_surrogates(value: Any) -> Any:
    match value:
        case str():
            return value.encode(errors="backslashreplace").decode()
        case dict():
            return {
                _without_surrogates(key): _without_surrogates(inner) for key, inner in value.items()
            }
        case list() | tuple():
            return [_without_surrogates(each) for each in value]
        case _:
            return value

"""Small pieces of JSON Schema: a key's type, what it means, and an example of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

_IGNORED: Final = "x-"  # keys for anchors and remarks begin so, in every mapping


def ignored(key: str) -> bool:
    """Whether `key` is for anchors and remarks, which every mapping may hold."""
    return key.startswith(_IGNORED)


def text(description: str, *examples: str, **more: Any) -> Schema:
    return {"type": "string", **more, "description": description, "examples": list(examples)}


def flag(description: str, *, example: bool = True) -> Schema:
    return {"type": "boolean", "description": description, "examples": [example]}


def choice(description: str, *words: str) -> Schema:
    return {"enum": list(words), "description": description, "examples": [words[0]]}


def count(description: str, example: int) -> Schema:
    """A number from 1 up."""
    return {
        "type": "integer",
        "minimum": 1,
        "description": description,
        "examples": [example],
    }


def count_or(word: str, description: str) -> Schema:
    """A number from 1 up, or the one word that stands for no limit."""
    return {
        "type": ["integer", "string"],
        "minimum": 1,
        "pattern": rf"^{word}(?!\n)$",
        "patternErrorMessage": f"a whole number or {word!r} is wanted",
        "description": description,
        "examples": [word, 250],
    }


def texts(description: str, *examples: str) -> Schema:
    return {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "description": description,
        "examples": [list(examples)],
    }


def previously(of: str, example: str) -> Schema:
    """Earlier names of a space, node, room or child (`of`); `example` is one of them."""
    return texts(
        f"What this was called before. The plan then shows a move, not a removal and a new {of}.",
        example,
    )


def mapping(
    description: str,
    properties: Mapping[str, Mapping[str, Any]],
    example: Any,
    *,
    required: tuple[str, ...] = (),
    short: str | None = None,
) -> Schema:
    """A mapping with known keys; `short` is the key that a plain string stands for."""
    schema: Schema = {
        "type": ["object", "string"] if short else "object",
        "properties": {key: dict(each) for key, each in properties.items()},
        "patternProperties": {f"^{_IGNORED}": {}},
        "additionalProperties": False,
        "description": description,
        "examples": [example],
    }
    if required:
        schema["required"] = list(required)
    return schema


def keyed(description: str, entry: Schema, example: Any) -> Schema:
    """A mapping whose keys are the user's own: node ids, JIDs, URLs."""
    return {
        "type": "object",
        "patternProperties": {f"^{_IGNORED}": {}},
        "additionalProperties": entry,
        "description": description,
        "examples": [example],
    }

"""Pieces of JSON Schema (2020-12): what a key takes, what it means, and examples.

`patternErrorMessage` is our own keyword: what to tell where the `pattern` does not match.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

ONE_LINE: Final = r"^[^\t\n\r]*(?!\n)$"
_NOT_ONE_LINE: Final = (
    "this is one line of text, without a line break or a tab; in YAML '|' and '>' end with a line "
    "break, '|-' and '>-' do not"
)

_IGNORED: Final = "x-"  # keys for anchors and remarks begin so, in every mapping


def is_remark(key: str) -> bool:
    """Whether `key` is one for anchors and remarks, which every mapping may have."""
    return key.startswith(_IGNORED)


def text(description: str, *examples: str, **more: Any) -> Schema:
    """A text. more: further keywords, such as `minLength`."""
    return {"type": "string", **more, "description": description, "examples": list(examples)}


def line(description: str, *examples: str, **more: Any) -> Schema:
    """A text that is shown in one line, or stands in an attribute. more: as for `text`."""
    wanted = {"pattern": ONE_LINE, "patternErrorMessage": _NOT_ONE_LINE}
    return text(description, *examples, **wanted, **more)


def flag(description: str, *, example: bool = True) -> Schema:
    """True or false."""
    return {"type": "boolean", "description": description, "examples": [example]}


def choice(description: str, *values: str) -> Schema:
    """One of `values`, of which the first is the example."""
    return {"enum": list(values), "description": description, "examples": [values[0]]}


def count(description: str, example: int) -> Schema:
    """A number from 1 up."""
    return {
        "type": "integer",
        "minimum": 1,
        "description": description,
        "examples": [example],
    }


def count_or(unlimited: str, description: str) -> Schema:
    """A number from 1 up, or the text `unlimited`, which stands for no limit."""
    return {
        "type": ["integer", "string"],
        "minimum": 1,
        "pattern": rf"^{unlimited}(?!\n)$",
        "patternErrorMessage": f"a whole number or {unlimited!r} is wanted",
        "description": description,
        "examples": [unlimited, 250],
    }


def texts(description: str, *examples: str) -> Schema:
    """A list of texts; `examples` are the entries of one."""
    return {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "description": description,
        "examples": [list(examples)],
    }


def previously(of: str, example: str) -> Schema:
    """Earlier names of a space, node, room or child (`of`); `example` is one of them."""
    return texts(
        f"What this was called before. The plan then shows a rename, not a removal and a new {of}.",
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
    """A mapping with the keys of `properties`.

    short: the key that a text instead of the mapping stands for.
    """
    schema: Schema = {
        "type": ["object", "string"] if short else "object",
        "properties": {key: dict(each) for key, each in properties.items()},
        "patternProperties": {f"^{_IGNORED}": {}},
        "additionalProperties": False,
        "description": description,
        "examples": [example],
    }
    if short:
        schema["examples"].append(properties[short]["examples"][0])
        rules = ("pattern", "patternErrorMessage")
        schema |= {rule: properties[short][rule] for rule in rules if rule in properties[short]}
    if required:
        schema["required"] = list(required)
    return schema


def keyed(description: str, entry: Schema, example: Any) -> Schema:
    """A mapping whose keys are names (node ids, JIDs, URLs), each with a value like `entry`."""
    return {
        "type": "object",
        "patternProperties": {f"^{_IGNORED}": {}},
        "additionalProperties": entry,
        "description": description,
        "examples": [example],
    }

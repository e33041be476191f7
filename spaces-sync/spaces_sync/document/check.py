"""A tree against the schema: what does not fit becomes problems, and is taken out of the tree."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from spaces_sync.document.problems import Problem, shown
from spaces_sync.document.schema import schema
from spaces_sync.document.shapes import IGNORED
from spaces_sync.document.source import Source
from spaces_sync.document.tree import Map, Odd, Seq, place_of, trap

_TYPES: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
}
_NOT_HERE: Final = (
    "every subscriber of the space could read a password here; give it to the room under the "
    "top-level 'rooms'"
)
_NEITHER: Final = "fits neither exposure of XEP-0503; write open, authorize or whitelist"
_ELSEWHERE: Final = "a password is written {env: NAME} or {file: PATH}, never as it is"


def check(root: Map, source: Source) -> list[Problem]:
    """Reports what does not fit the schema and drops it, so that all that is left does fit."""
    errors = _errors(root)
    problems = [problem for error in errors for problem in _problems(root, error, source)]
    # Dropping a wrong value may leave its mapping without a key that it needs: look again.
    while sum(_drop(root, error) for error in errors):
        errors = _errors(root)
    return problems


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def _errors(root: Map) -> list[ValidationError]:
    return list(_validator().iter_errors(root))


def _problems(root: Map, error: ValidationError, source: Source) -> Iterator[Problem]:
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown(error, path, source)
        return
    key_mark, value_mark = _marks(root, path)
    if error.validator == "required":
        # Each missing key has an error of its own, which names it in its message only.
        message = error.message.replace("is a required property", "is missing")
        yield Problem(place_of(source.name, key_mark), message, "missing")
        return
    message, code = _words(error, path, value_mark, source)
    yield Problem(place_of(source.name, value_mark), message, code)


def _marks(root: Map, path: list[str | int]) -> tuple[int, int]:
    """Of the key (or of the list's entry) and of the value at `path`."""
    holder: Any = root
    key_mark = value_mark = root.mark
    for step in path:
        if isinstance(holder, Map) and isinstance(step, str):
            key_mark, value_mark = holder.key_mark(step), holder.value_mark(step)
        elif isinstance(holder, Seq) and isinstance(step, int):
            key_mark = value_mark = holder.marks[step]
        holder = holder[step]
    return key_mark, value_mark


def _unknown(error: ValidationError, path: list[str | int], source: Source) -> Iterator[Problem]:
    body, known = _body(error)
    for key in _unknown_keys(error):
        message = f"unknown key {shown(key)}{_nearest(key[:64], known)}"
        if key == "password" and path[:1] == ["spaces"] and path[2:3] == ["rooms"]:
            message = _NOT_HERE
        if path[:1] == ["rooms"] and path[2:3] == ["password"]:
            message = _ELSEWHERE  # the key may be the password itself, written {s3cret}
        yield Problem(place_of(source.name, body.key_mark(key)), message, "unknown-key")


def _unknown_keys(error: ValidationError) -> list[str]:
    body, known = _body(error)
    return [key for key in body if key not in known and not re.match(IGNORED, key)]


def _body(error: ValidationError) -> tuple[Map, tuple[str, ...]]:
    """The mapping that an error is about, and the keys that the schema knows for it."""
    body, rule = cast("tuple[Any, Any]", (error.instance, error.schema))
    return body, tuple(rule["properties"])


@lru_cache(maxsize=1024)
def _nearest(key: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(key.lower(), known, 1, 0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


def _words(
    error: ValidationError, path: list[str | int], mark: int, source: Source
) -> tuple[str, str]:
    """The message and its code. A password's own text is in none of them."""
    value: Any = error.instance
    name = path[-1] if path else ""
    if path[:1] == ["rooms"] and path[2:3] == ["password"]:
        return _secret_words(error), "secret"
    wanted: Any = error.validator_value
    match error.validator:
        case "type":
            return _type_words(value, wanted, mark, source)
        case "enum" if name == "access_model" and value in ("presence", "roster"):
            return f"'{value}' {_NEITHER}", "access"
        case "enum":
            listed = ", ".join(wanted)
            if not isinstance(value, str):
                types = "string" if source.written(mark) in wanted else "word"
                return _type_words(value, types, mark, source, f"one of {listed}")
            near = _nearest(value[:64], tuple(wanted))
            return f"{shown(value)} is not one of {listed}{near}", "value"
        case "const":
            return f"{wanted} is the only {name} that this program reads", "value"
        case "minimum":
            return f"{value} is too small; {wanted} is the least", "value"
        case "minLength" | "minItems":
            return "this must not be empty", "value"
        case _:
            words = f"{shown(value)} does not fit the pattern {wanted}"
            rule: Any = error.schema
            return rule.get("patternErrorMessage", words), "value"


def _secret_words(error: ValidationError) -> str:
    rule: Any = error.schema
    if error.validator == "pattern":
        return str(rule["patternErrorMessage"])
    return _ELSEWHERE


def _type_words(
    value: Any, wanted: str | list[str], mark: int, source: Source, instead: str = ""
) -> tuple[str, str]:
    types = [wanted] if isinstance(wanted, str) else wanted
    takes = instead or ", or ".join(_TYPES[each] for each in types)
    if value is None and not source.written(mark):
        return f"there is no value here; {takes} is wanted", "type"
    if isinstance(value, bool | int | Odd | None) and "string" in types:
        return f"{trap(value, source.written(mark))}", "yaml-trap"
    return f"{takes} is wanted here, not {_kind(value)}", "type"


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Map():
            return "a mapping"
        case Seq():
            return "a list"
        case str():
            return f"the text {shown(value)}"
        case int():
            return f"the number {value}"
        case Odd():
            return f"{value.reads_as} ({shown(value.text)[1:-1]})"
        case _:
            return "null"


def _drop(root: Map, error: ValidationError) -> bool:
    """Takes what is wrong out of its mapping; False where there is nothing (more) to take out.

    A list goes as a whole, or its other entries would move under the marks of their neighbours.
    """
    holder: Any = root
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        keys = _unknown_keys(error)
        for key in keys:
            _body(error)[0].drop(key)
        return bool(keys)
    for depth, step in enumerate(path):
        if step not in holder:
            return False
        if depth == len(path) - 1 or isinstance(holder[step], Seq):
            holder.drop(step)
            return True
        holder = holder[step]
    return False

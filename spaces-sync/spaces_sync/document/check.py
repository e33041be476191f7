"""A tree held against the schema: what does not fit is reported and taken out of the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from spaces_sync.document.files import DocumentFile
from spaces_sync.document.problems import Problem, shown
from spaces_sync.document.schema import TYPES, schema
from spaces_sync.document.tree import Map, OddScalar, Seq, marks, place_of, yaml_trap
from spaces_sync.fields import TABLES, FieldSpec
from spaces_sync.fields.rooms import ELSEWHERE, ONE_OF_TWO
from spaces_sync.model.children import SECTIONS
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.nearest import did_you_mean, nearest
from spaces_sync.model.shapes import ONE_LINE, is_remark

_OF_ENTRY: Final = 3  # section, name, key
_SECRET_FIELDS: Final = frozenset(
    var for table in TABLES.values() for row in table.rows if row.secret for var in row.vars
)
_NO_FIELD: Final = "a password is no raw field; write 'password: {env: NAME}', never as it is"


def check(root: Map, file: DocumentFile) -> list[Problem]:
    """The problems of `root`, from which all is dropped that does not fit the schema."""
    errors = _errors(root)
    first = [error for error in errors if not _is_secondary(error)]
    problems = dict.fromkeys(p for error in first for p in _problems(root, error, file))
    # Dropping a wrong value may leave its mapping without a key that it needs: look again.
    while sum(_drop(root, error) for error in errors):
        errors = _errors(root)
    return list(problems)


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def _errors(root: Map) -> list[ValidationError]:
    return list(_validator().iter_errors(root))


def _is_secondary(error: ValidationError) -> bool:
    """Whether an error is the result of another one, which is reported."""
    value: Any = error.instance
    match error.validator:
        case "required" if _is_secret(list(error.absolute_path)):
            return bool(value.dropped) or any(not is_remark(key) for key in value)
        case "required":
            return not _missing(error)
        case "minItems":
            return bool(value.dropped)
        case _:
            return False


def _missing(error: ValidationError) -> list[str]:
    """The required keys that the file does not have; jsonschema gives the error once for each."""
    body, keys = cast("tuple[Map, list[str]]", (error.instance, error.validator_value))
    rule = cast("Any", error.schema)
    known = tuple(rule.get("properties", ()))
    meant = {_nearest(key, known) for key in body if key not in known}
    return [key for key in keys if not body.mentions(key) and key not in meant]


def _problems(root: Map, error: ValidationError, file: DocumentFile) -> Iterator[Problem]:
    path = _path(error)
    if error.validator == "additionalProperties":
        yield from _unknown(error, path, file)
        return
    key_mark, value_mark = marks(root, path)
    if error.validator == "required" and not _is_secret(path):
        place = place_of(file.name, key_mark)
        yield from (Problem(place, f"'{key}' is missing", "missing") for key in _missing(error))
        return
    message, code = _words(error, path, value_mark, file)
    yield Problem(place_of(file.name, value_mark), message, code)


def _path(error: ValidationError) -> list[str | int]:
    """What it is about: of two keys that exclude each other (a schema `false`) their mapping,
    which versions of jsonschema name or the key in it.
    """
    path = list(error.absolute_path)
    return path[:_OF_ENTRY] if error.validator is None else path


def _unknown(
    error: ValidationError, path: list[str | int], file: DocumentFile
) -> Iterator[Problem]:
    body, known = _body(error)
    for key in _unknown_keys(error):
        message = f"unknown key {shown(key)}{did_you_mean(key, known)}"
        if kind := _kind(path):
            message = kind.rejected.get(key) or _of_the_object(path, key) or message
        if _is_secret(path):
            message = ELSEWHERE  # the key may be the password itself, written {s3cret}
        yield Problem(place_of(file.name, body.key_mark(key)), message, "unknown-key")


def _of_the_object(path: list[str | int], key: str) -> str:
    """What is said of a room or node where a space lists it, but is of the room or node itself."""
    section = _step(path, 2)
    if section not in TABLES or TABLES[section].row(key) is None:
        return ""
    what = section.removesuffix("s")
    return (
        f"{shown(key)} is of the {what} itself, which a space only lists; write it under the "
        f"{what}'s entry in the top-level '{section}'"
    )


def _row(path: list[str | int]) -> FieldSpec | None:
    """The row of the key of a space, node or room that `path` leads to or through, if any."""
    table = TABLES.get(_step(path, 0))
    return table.row(_step(path, 2)) if table is not None else None


def _kind(path: list[str | int]) -> Kind | None:
    """The kind of the child that `path` leads to or through, if any."""
    return SECTIONS.get(_step(path, 2)) if _step(path, 0) == "spaces" else None


def _step(path: list[str | int], depth: int) -> str:
    return str(path[depth]) if depth < len(path) else ""


@lru_cache(maxsize=1024)
def _nearest(key: str, known: tuple[str, ...]) -> str:
    return nearest(key, known)


def _is_secret(path: list[str | int]) -> bool:
    row = _row(path)
    return row is not None and row.secret


def _unknown_keys(error: ValidationError) -> list[str]:
    body, known = _body(error)
    return [key for key in body if key not in known and not is_remark(key)]


def _body(error: ValidationError) -> tuple[Map, tuple[str, ...]]:
    """The mapping that an error is about, and the keys that the schema knows for it."""
    body, rule = cast("tuple[Any, Any]", (error.instance, error.schema))
    return body, tuple(rule["properties"])


def _words(
    error: ValidationError, path: list[str | int], mark: int, file: DocumentFile
) -> tuple[str, str]:
    """The message and its code. None of them repeats the text of a password."""
    value: Any = error.instance
    row = _row(path)
    if row is not None and row.secret:
        return _secret_words(error), "secret"
    if row is not None and row.key == "config" and _SECRET_FIELDS.intersection(path[3:4]):
        return _NO_FIELD, "secret"
    wanted: Any = error.validator_value
    match error.validator:
        case "type" if row is not None and row.instead_of_list and isinstance(value, Seq):
            return row.instead_of_list, "type"
        case "type":
            return _type_words(error, mark, file)
        case "enum" if row is not None and isinstance(value, str) and value in row.rejected:
            return f"'{value}' {row.rejected[value]}", "access"
        case "enum":
            listed = ", ".join(wanted)
            if not isinstance(value, str):
                return _wanted(f"one of {listed} is wanted", value, mark, file), "type"
            near = did_you_mean(value, wanted)
            return f"{shown(value)} is not one of {listed}{near}", "value"
        case "const":
            return f"{wanted} is the only {path[-1]} that this program reads", "value"
        case "minimum":
            return f"{value} is too small; {wanted} is the least", "value"
        case "minLength" | "minItems":
            return "this must not be empty", "value"
        case _:  # a pattern, each of which has its words
            rule: Any = error.schema
            return rule["patternErrorMessage"], "value"


def _secret_words(error: ValidationError) -> str:
    rule: Any = error.schema
    match error.validator:
        case "pattern":
            return str(rule["patternErrorMessage"])
        case "required" | None:
            return ONE_OF_TWO
        case _:
            return ELSEWHERE


def _type_words(error: ValidationError, mark: int, file: DocumentFile) -> tuple[str, str]:
    value, rule, wanted = cast(
        "tuple[Any, Any, Any]", (error.instance, error.schema, error.validator_value)
    )
    types: list[str] = [wanted] if isinstance(wanted, str) else wanted
    written = file.written(mark)
    if isinstance(value, OddScalar) and value.is_boolean and "boolean" in types:
        words = f"YAML 1.1 reads {value.text} as {value.reads_as} and YAML 1.2 as text"
        quote = ", or quote it" if "string" in types else ""
        return f"{words}; write true or false{quote}", "yaml-trap"
    if "string" in types and (value is not None or written):
        text = _plain(value, written)
        if text is not None and re.search(rule.get("pattern", ""), text):
            return f"{yaml_trap(value, written)}", "yaml-trap"
    listed = ", or ".join(TYPES[each] for each in types)
    takes = f"{listed} is wanted"
    if rule.get("pattern") != ONE_LINE:
        takes = rule.get("patternErrorMessage", takes)
    return f"{_wanted(takes, value, mark, file)}{_as_entry(value, rule)}", "type"


def _as_entry(value: Any, rule: Mapping[str, Any]) -> str:
    """How an entry is written where a list stands in the place of a mapping of names."""
    if not isinstance(value, Seq) or not isinstance(rule.get("additionalProperties"), Mapping):
        return ""
    name, said = next(iter(rule["examples"][0].items()))
    text = said if isinstance(said, str) else "…"
    return f"; write an entry as '{name}: {text}', without a '-'"


def _plain(value: Any, written: str) -> str | None:
    """A plain scalar as text; None for any other value."""
    match value:
        case bool() | None:
            return written
        case int():
            return str(value)
        case OddScalar():
            return value.text
        case _:
            return None


def _wanted(takes: str, value: Any, mark: int, file: DocumentFile) -> str:
    if value is None and not file.written(mark):
        return f"there is no value here; {takes}"
    return f"{takes} here, not {_noun(value)}"


def _noun(value: Any) -> str:
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
        case OddScalar():
            return f"{value.reads_as} ({shown(value.text)[1:-1]})"
        case _:
            return "null"


def _drop(root: Map, error: ValidationError) -> bool:
    """Takes what an error is about out of its mapping. False where it is out already.

    A list is taken out as a whole: its other entries would get the marks of their neighbours.
    """
    holder: Any = root
    path = _path(error)
    if error.validator == "additionalProperties":
        keys = _unknown_keys(error)
        for key in keys:
            body, known = _body(error)
            body.drop(key, _nearest(key, known))
        return bool(keys)
    for depth, step in enumerate(path):
        if step not in holder:
            return False
        if depth == len(path) - 1 or isinstance(holder[step], Seq):
            holder.drop(step)
            return True
        holder = holder[step]
    return False

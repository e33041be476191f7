"""The published schemas are the code's, say what every key means, and fit every example.

`UPDATE_SCHEMAS=1 pytest tests/house/test_schema.py` writes them anew; git shows what that
changed.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from spaces_sync import codec
from spaces_sync.document import load, schema
from spaces_sync.report import check_format, json_formats, map_format
from spaces_sync.simulator.snapshot_format import SNAPSHOT

ROOT = Path(__file__).parents[2]
FILE = ROOT / "schema" / "spaces.schema.json"
PIPELINES = ROOT / "examples" / "ci"  # which are no documents, and have tests of their own
EXAMPLES = sorted({*(ROOT / "examples").rglob("*.yaml")} - {*PIPELINES.rglob("*")})
FORMATS = {
    "plan": json_formats.PLAN,
    "outcome": json_formats.OUTCOME,
    "list": json_formats.LIST,
    "event": json_formats.EVENT,
    "check": check_format.CHECK,
    "map": map_format.MAP,
    "snapshot": SNAPSHOT,
}
DOCUMENTS = [*sorted((ROOT / "examples").glob("*.yaml")), ROOT / "examples" / "company"]


def keys(part: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each key of the language with its schema."""
    for name, rule in part.get("properties", {}).items():
        yield f"{path}/{name}", rule
        yield from keys(rule, f"{path}/{name}")
    for word in ("additionalProperties", "items"):
        if isinstance(part.get(word), dict):
            yield from keys(part[word], f"{path}/*")


KEYS = dict(keys(schema()))


def test_the_published_schema_is_current() -> None:
    made = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SCHEMAS"):
        FILE.write_text(made)
    assert FILE.read_text() == made


def test_the_command_prints_the_published_schema(run) -> None:
    assert run("schema").stdout == FILE.read_text()


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["$id"]
    assert schema()["title"]
    assert len(KEYS) > 80


@pytest.mark.parametrize("path", KEYS)
def test_each_key_has_a_description_and_examples_that_fit(path: str) -> None:
    rule = KEYS[path]
    assert rule["description"].endswith(".")
    assert rule["examples"]
    for example in rule["examples"]:
        Draft202012Validator(rule).validate(example)


@pytest.mark.parametrize("path", KEYS)
def test_an_editor_shows_a_key_under_its_name_and_as_markdown(path: str) -> None:
    """Of yaml-language-server 1.25, which escapes a plain description."""
    rule = KEYS[path]
    assert rule["markdownDescription"] == rule["description"] or path.endswith("/*")
    assert rule["title"] == path.rpartition("/")[2] or path.endswith("/*")


def test_of_a_mistake_an_editor_has_one_message() -> None:
    """Of alternatives it would say one for each, and that they cannot all be met."""
    assert not re.findall(r'"(?:oneOf|anyOf|allOf|not)": ', json.dumps(schema()))
    password = KEYS["/rooms/*/password"]
    assert password["errorMessage"].startswith("a password is written {env: NAME} or ")
    assert KEYS["/rooms"]["errorMessage"] == "a mapping is wanted here"


def test_no_mapping_takes_unknown_keys() -> None:
    for path, rule in {"": schema(), **KEYS}.items():
        if "object" in rule.get("type", ""):
            assert "additionalProperties" in rule, path
            assert rule["patternProperties"] == {"^x-": {}}, path


def test_a_reader_cannot_change_the_schema() -> None:
    schema()["properties"].clear()
    assert schema()["properties"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_fit_the_published_schema(path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(FILE), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    first = path.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=../")
    named = (path.parent / first.partition("=")[2]).resolve()
    assert named == FILE


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_examples_load_without_warnings(path: Path) -> None:
    declaration = load([path], {"STAFF_ROOM_PASSWORD": "correct horse"})
    assert declaration.state.nodes
    assert declaration.source
    assert declaration.warnings == ()


# --- the schemas that follow from types -----------------------------------------------------


def test_every_schema_is_published() -> None:
    named = {f"{name}.schema.json" for name in FORMATS}
    assert {path.name for path in FILE.parent.iterdir()} == {FILE.name, *named}


@pytest.mark.parametrize("name", FORMATS)
def test_a_published_schema_is_that_of_the_types(name: str) -> None:
    path = FILE.with_name(f"{name}.schema.json")
    made = json.dumps(codec.schema(FORMATS[name]), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SCHEMAS"):
        path.write_text(made, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == made


@pytest.mark.parametrize("name", FORMATS)
def test_a_schema_of_types_describes_itself_each_object_and_each_key(name: str) -> None:
    made = codec.schema(FORMATS[name])
    Draft202012Validator.check_schema(made)
    assert made["$id"]
    assert made["title"]
    found = list(objects(made, "$"))
    assert len(found) > 1
    for path, each in found:
        assert each["description"].endswith("."), path
        for key, rule in each["properties"].items():
            assert rule["description"].endswith("."), f"{path}.{key}"


def objects(part: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object with keys, but not what an `if` asks for, nor what a leaf is written as."""
    if not isinstance(part, dict):
        for index, inner in enumerate(part if isinstance(part, list) else ()):
            yield from objects(inner, f"{path}[{index}]")
        return
    if isinstance(part.get("properties"), dict) and not path.endswith("]"):
        yield path, part
    for key, inner in part.items():
        if key != "if":
            yield from objects(inner, f"{path}.{key}")

"""The plan file: its schema, its versions, its errors, and that no secret is in it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

import strategies
from golden.plans import PLANS
from showing import as_shown
from spaces_sync.codec import DataError
from spaces_sync.model.state import Secret
from spaces_sync.plan.actions import CreateRoom
from spaces_sync.plan.file import digest, from_data, is_unchanged, to_data
from spaces_sync.plan.plan import Plan
from spaces_sync.report import plan_json
from spaces_sync.report.style import Style

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "schema" / "plan.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


def written(name: str) -> Any:
    return json.loads(plan_json.render(as_shown(PLANS[name]()), Style()))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@given(strategies.plans())
@settings(max_examples=50)
def test_every_plan_fits_the_schema(plan: Plan) -> None:
    VALIDATOR.validate(to_data(plan))
    VALIDATOR.validate(json.loads(plan_json.render(as_shown(plan), Style())))


def _closed() -> Draft202012Validator:
    """The schema, in which no key is allowed that it does not describe."""
    closed = json.loads(json.dumps(SCHEMA))
    common = closed["$defs"]["action"]["properties"]
    for schema in list(_objects(closed)):
        if "do" not in schema["properties"]:
            # A branch of an action stands beside the keys that all actions have.
            shared = schema["properties"].keys() | common.keys()
            schema["properties"] = dict.fromkeys(shared, True) | schema["properties"]
            schema["additionalProperties"] = False
    return Draft202012Validator(closed)


@given(strategies.plans())
@settings(max_examples=50)
def test_every_key_that_is_written_is_in_the_schema(plan: Plan) -> None:
    CLOSED.validate(json.loads(plan_json.render(as_shown(plan), Style())))


def test_every_key_of_the_schema_is_described() -> None:
    for schema in _objects(SCHEMA):
        for key, inner in schema["properties"].items():
            assert inner.get("description"), key


def _objects(schema: Any) -> Any:
    if isinstance(schema, dict):
        for key, inner in list(schema.items()):
            if key != "if":
                yield from _objects(inner)
        if "properties" in schema and isinstance(schema["properties"], dict):
            yield schema
    elif isinstance(schema, list):
        for inner in schema:
            yield from _objects(inner)


CLOSED = _closed()


def test_a_secret_is_written_by_its_origin_and_read_without_its_value() -> None:
    text = json.dumps(to_data(PLANS["everything"]()))
    assert "hunter2" not in text
    read = from_data(json.loads(text))
    passwords = [a.password for a in read.actions if isinstance(a, CreateRoom)]
    assert passwords == [Secret("", "env:OPS_PASSWORD")]


def test_the_digest_of_a_plan_does_not_change_unnoticed() -> None:
    made = PLANS["everyday"]()
    assert digest(made) == written("everyday")["digest"]
    assert digest(made)[:6] == "ddc103"


def test_reformatted_it_is_the_same_plan() -> None:
    data = written("everything")
    assert is_unchanged(json.loads(json.dumps(data, indent=7, sort_keys=True, ensure_ascii=False)))
    assert is_unchanged(dict(reversed(data.items())))


def test_a_plan_of_an_older_format_is_refused_by_its_version_not_by_its_digest() -> None:
    data = written("everyday") | {"format_version": "3.0"}
    with pytest.raises(DataError, match=r"is 3\.0, and this version of spaces-sync reads 4\.x"):
        from_data(data)


@pytest.mark.parametrize("version", ["1.0", "0.9", "20.0", "2", "", "1.0.0", "\u0661.0", 1.0, None])
def test_other_versions_are_refused(version: object) -> None:
    data = written("empty") | {"format_version": version}
    with pytest.raises(DataError, match=r"^\$\.format_version: "):
        from_data(data)


DAMAGE: list[tuple[str, Any, str]] = [
    ("do", "burn", r"$.actions[0].do: 'burn' is nothing that this version of spaces-sync can do"),
    (
        "reason",
        "fun",
        "$.actions[0].reason: should be one of file, drift, default, required, rename, takeover",
    ),
    ("node", "dev", "$.actions[0].node: 'dev' is no XMPP URI: it does not begin with 'xmpp:'"),
    ("node", 7, "$.actions[0].node: should be a string"),
    ("node", "\ud800", "$.actions[0].node: holds half of a surrogate pair, which is no character"),
    ("payload", "<a>", "$.actions[0].payload: no element found"),
    ("payload", "<a>" * 900, "$.actions[0].payload: elements are nested more than 200 deep"),
    (
        "payload",
        "<?xml version='1.0' encoding='no-such'?><a>",
        "$.actions[0].payload: no element found",
    ),
    ("before", {"payloads": []}, "$.actions[0].before: 'id' is missing"),
    (
        "place",
        {"file": "a", "line": True, "column": 1},
        "$.actions[0].place.line: should be a whole number",
    ),
    ("changes", {}, "$.actions[0].changes: should be a list"),
    ("consequences", ["fine", None], "$.actions[0].consequences[1]: should be a string"),
    ("key", [], "$.actions[0].key: should be a mapping"),
]


@pytest.mark.parametrize(("key", "value", "message"), DAMAGE)
def test_damage_is_named_with_its_path(key: str, value: Any, message: str) -> None:
    data = written("everyday")
    data["actions"] = [each for each in data["actions"] if each["do"] == "publish-item"]
    data["actions"][0][key] = value
    with pytest.raises(DataError) as caught:
        from_data(data)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("dev", "$.places.dev"),
        ('a "b".c', r'$.places["a \"b\".c"]'),
        ("\ud800", '$.places["\ud800"]'),
    ],
)
def test_an_odd_key_is_quoted_in_the_path(key: str, path: str) -> None:
    with pytest.raises(DataError) as caught:
        from_data(written("empty") | {"places": {key: None}})
    assert caught.value.path == path


def test_endless_nesting_is_refused() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    data = written("everyday")
    data["actions"] = [
        each | {"changes": [{"field": "name", "before": deep, "after": None}]}
        for each in data["actions"]
        if each["do"] == "publish-item"
    ]
    with pytest.raises(DataError, match="is nested more than 32 deep"):
        from_data(data)

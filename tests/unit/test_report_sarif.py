"""SARIF of `validate`: as its schema has it, and as code scanning of a forge reads it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

import strategies
from golden.validations import VALIDATIONS
from spaces_sync.document import CODES
from spaces_sync.model.declaration import Place
from spaces_sync.model.problems import Problem
from spaces_sync.report import validation_sarif
from spaces_sync.report.reportable import Validation
from spaces_sync.report.style import Style

# https://github.com/oasis-tcs/sarif-spec, sarif-2.1/schema/sarif-schema-2.1.0.json
SCHEMA = Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json"
VALIDATOR = Draft4Validator(
    json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=Draft4Validator.FORMAT_CHECKER
)


def rendered(*problems: Problem) -> dict:
    validation = Validation(problems, 0, 0, 0, 0, codes=CODES)
    data = json.loads(validation_sarif.render(validation, Style()))
    VALIDATOR.validate(data)
    return data["runs"][0]


@pytest.mark.parametrize("name", VALIDATIONS)
def test_it_fits_the_schema(name):
    VALIDATOR.validate(json.loads(validation_sarif.render(VALIDATIONS[name], Style())))


@given(
    st.lists(
        st.builds(
            Problem,
            st.builds(Place, strategies.texts(), st.integers(1, 10**6), st.integers(1, 10**6)),
            strategies.texts(),
            st.sampled_from([*CODES]),
            st.sampled_from(["error", "warning"]),
        ),
        max_size=4,
    )
)
def test_whatever_stands_in_a_file_it_fits(problems):
    run = rendered(*problems)

    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [*CODES]
    for problem, result in zip(problems, run["results"], strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == problem.code
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.isascii()
        assert not set(uri) & set(' <>"{}|\\^`#?[]')


def test_every_rule_says_what_it_means():
    for rule in rendered()["tool"]["driver"]["rules"]:
        assert rule["help"]["text"] == rule["fullDescription"]["text"] == CODES[rule["id"]]


def test_paths_are_relative_to_where_it_runs(tmp_path, monkeypatch):
    (tmp_path / "a folder").mkdir()
    monkeypatch.chdir(tmp_path)
    names = ["./spaces.yaml", f"{tmp_path}/a folder/ü%.yaml", "../x.yaml", "/etc/a b.yaml"]
    run = rendered(*(Problem(Place(name, 3, 7), "it", "value") for name in names))

    found = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    artifacts = [each["artifactLocation"] for each in found]
    assert [each["uri"] for each in artifacts] == [
        "spaces.yaml",
        "a%20folder/%C3%BC%25.yaml",
        "../x.yaml",
        "file:///etc/a%20b.yaml",
    ]
    assert [each.get("uriBaseId") for each in artifacts] == ["%SRCROOT%"] * 3 + [None]
    assert found[0]["region"] == {"startLine": 3, "startColumn": 7}


def test_a_message_holds_no_link_and_no_placeholder():
    (result,) = rendered(Problem(Place("a", 1, 1), "[x](https://y) {0}", "value"))["results"]

    assert result["message"]["text"] == "\\[x\\](https://y) {{0}}"


def test_a_problem_that_moves_is_the_same():
    first, second, other = rendered(
        Problem(Place("a", 1, 1), "it", "value"),
        Problem(Place("a", 9, 4), "it", "value"),
        Problem(Place("b", 1, 1), "it", "value"),
    )["results"]

    assert first["partialFingerprints"] == second["partialFingerprints"]
    assert first["partialFingerprints"] != other["partialFingerprints"]

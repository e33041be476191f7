"""Every COMPAT mark in the package (tests/compat.py) names a server, the versions that do so, and
a test that shows it; on other versions that test has to fail (tests/contract/conftest.py)."""

import ast
from pathlib import Path

import pytest

from compat import ROOT, Mark, Versions, marks_in, marks_of, modules, texts

MODULES = modules()
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
ALL_SERVERS = {"server", "start_server", "backend"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> dict[str, set[str]]:
    """The names of a module's tests, each with its arguments."""
    return {
        node.name: {each.arg for each in node.args.args}
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


FUNCTIONS = [(test, arguments) for path in TESTS for test, arguments in functions(path).items()]
MARKS = [(name(path), mark) for path in MODULES for mark in marks_of(path)]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_mark_has_its_form(path: Path) -> None:
    found = [text for text in texts(path.read_text()) if "COMPAT" in text]
    assert [text for text in found if len(marks_in(text)) != text.count("COMPAT")] == []


@pytest.mark.parametrize(("path", "mark"), MARKS)
def test_every_mark_names_a_test_on_the_real_server(path: str, mark: Mark) -> None:
    server, test = mark.versions.server, mark.test
    found = [arguments for each, arguments in FUNCTIONS if each == test]
    assert len(found) == 1, f"{path}: {test} is there {len(found)} times"
    fixtures = {each for each in found[0] if server in each or each in ALL_SERVERS}
    assert fixtures, f"{path}: {test} does not run on {server}"


def test_marks_that_name_one_test_agree_about_the_versions() -> None:
    said: dict[str, set[Versions]] = {}
    for _, mark in MARKS:
        said.setdefault(mark.test, set()).add(mark.versions)
    assert {test: versions for test, versions in said.items() if len(versions) > 1} == {}


def test_every_test_of_an_oddity_is_named_by_a_mark() -> None:
    shown = {mark.test for _, mark in MARKS}
    tests = {test for test, _ in FUNCTIONS if test.startswith("test_compat_")}
    assert tests - shown == set()


A = "test_a"


@pytest.mark.parametrize(
    ("source", "marks"),
    [
        (
            "# COMPAT(prosody 0.12.3): it lies. Shown by test_a.",
            [Mark(Versions("prosody", "0.12.3"), A)],
        ),
        (
            "# COMPAT(ejabberd 23.01 to 23.04): it\n# lies.\n# Shown by test_a.",
            [Mark(Versions("ejabberd", "23.01", "23.04"), A)],
        ),
        (
            "'''Does.\n\nCOMPAT(ejabberd 23.01): it\nlies. Shown by test_a.\n'''",
            [Mark(Versions("ejabberd", "23.01"), A)],
        ),
        ("# COMPAT(prosody 0.12.3): it lies.", []),
        ("# COMPAT(prosody 0.12.3 on): it lies. Shown by test_a.", []),
        ("# COMPAT(prosody): it lies. Shown by test_a.", []),
        ("# COMPAT(prosody 0.12.3): it lies.\nx = 1\n# Shown by test_a.", []),
    ],
)
def test_what_a_mark_looks_like(source: str, marks: list[Mark]) -> None:
    assert [mark for text in texts(source) for mark in marks_in(text)] == marks


@pytest.mark.parametrize(
    ("version", "inside"),
    [("0.12.2", False), ("0.12.3", True), ("13.0.1", True), ("13.0.7", False)],
)
def test_the_versions_of_a_mark(version: str, inside: bool) -> None:
    assert (version in Versions("prosody", "0.12.3", "13.0.1")) is inside

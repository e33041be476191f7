"""Every COMPAT mark in the package names the server, its version, and the test that shows it.

The form of a mark, in a comment or a docstring:
COMPAT(server version): what the server does, and what follows. Shown by test_name.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "spaces-sync" / "spaces_sync"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "COMPAT" in path.read_text())
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MARK = re.compile(r"COMPAT\((prosody|ejabberd) \d+(?:\.\d+)*\): \S.+?\. Shown by (test_\w+)\.")
ALL_SERVERS = {"server", "start_server", "backend"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def texts(source: str) -> Iterator[str]:
    """Each comment that spans adjacent lines, and each string, as one line."""
    lines: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield " ".join(lines)
                lines.clear()
            lines.append(token.string.lstrip("# "))
            last = token.start[0]
        elif token.type == tokenize.STRING:
            yield " ".join(token.string.split())
    yield " ".join(lines)


def functions(path: Path) -> dict[str, set[str]]:
    """The names of a module's tests, each with its arguments."""
    return {
        node.name: {each.arg for each in node.args.args}
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


FUNCTIONS = [(test, arguments) for path in TESTS for test, arguments in functions(path).items()]
MARKS = [
    (name(path), mark)
    for path in MODULES
    for text in texts(path.read_text())
    for mark in MARK.findall(text)
]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_mark_has_its_form(path: Path) -> None:
    found = [text for text in texts(path.read_text()) if "COMPAT" in text]
    assert [text for text in found if len(MARK.findall(text)) != text.count("COMPAT")] == []


@pytest.mark.parametrize(("path", "mark"), MARKS)
def test_every_mark_names_a_test_on_the_real_server(path: str, mark: tuple[str, str]) -> None:
    server, test = mark
    found = [arguments for each, arguments in FUNCTIONS if each == test]
    assert len(found) == 1, f"{path}: {test} is there {len(found)} times"
    fixtures = {each for each in found[0] if server in each or each in ALL_SERVERS}
    assert fixtures, f"{path}: {test} does not run on {server}"


def test_every_test_of_an_oddity_is_named_by_a_mark() -> None:
    shown = {test for _, (_, test) in MARKS}
    tests = {test for test, _ in FUNCTIONS if test.startswith("test_compat_")}
    assert tests - shown == set()


@pytest.mark.parametrize(
    ("source", "marks"),
    [
        ("# COMPAT(prosody 0.12.3): it lies. Shown by test_a.", [("prosody", "test_a")]),
        ("# COMPAT(ejabberd 23.01): it\n# lies.\n# Shown by test_a.", [("ejabberd", "test_a")]),
        (
            "'''Does.\n\nCOMPAT(ejabberd 23.01): it\nlies. Shown by test_a.\n'''",
            [("ejabberd", "test_a")],
        ),
        ("# COMPAT(prosody 0.12.3): it lies.", []),
        ("# COMPAT(prosody): it lies. Shown by test_a.", []),
        ("# COMPAT(prosody 0.12.3): it lies.\nx = 1\n# Shown by test_a.", []),
    ],
)
def test_what_a_mark_looks_like(source: str, marks: list[tuple[str, str]]) -> None:
    assert [mark for text in texts(source) for mark in MARK.findall(text)] == marks

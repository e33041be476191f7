"""docs/promises.md: each promise of the README is in it, and each test that it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISES = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PROMISES)))


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_test_that_holds_a_promise_is_there(file: str, name: str) -> None:
    assert name in functions(ROOT / file)


def test_each_promise_of_the_readme_has_its_tests() -> None:
    section = README[README.index("## What it promises") : README.index("## What may be removed")]
    promised = re.findall(r"^\* \*\*(.+?)\.?\*\*", section, re.MULTILINE)
    assert promised
    for promise in promised:
        assert re.search(rf"^\| \*\*{re.escape(promise)}\*\* \| `tests/", PROMISES, re.MULTILINE)


def test_no_row_is_without_a_test() -> None:
    rows = [line for line in PROMISES.splitlines() if line.startswith("| ")][1:]
    assert [row for row in rows if "`tests/" not in row] == []

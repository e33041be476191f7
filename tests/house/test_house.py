"""The packages of the house: who imports whom, where libraries live, what each module owes."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "spaces-sync" / "spaces_sync"
MODULES = sorted(PACKAGE.rglob("*.py"))
CHILDREN = sorted((PACKAGE / "model" / "children").glob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST = 350
LONGEST_FUNCTION = 60

# In the order of the house: a package imports only from those above it, and of those from these.
PACKAGES = {
    "__init__": set(),
    "inputs": set(),
    "names": set(),
    "model": set(),
    "profile": {"model"},
    "fields": {"model", "profile"},
    "ports": {"model"},
    "codec": {"model"},
    "document": {"inputs", "model", "profile", "fields"},
    "plan": {"model", "profile", "fields", "codec"},
    "engine": {"model", "profile", "plan", "ports"},
    "check": {"model", "profile", "ports", "engine"},
    "client": {"model", "profile", "ports"},
    "xmpp": {"model", "profile", "ports", "client"},
    "simulator": {"inputs", "model", "profile", "ports", "codec", "client"},
    "report": {"model", "profile", "fields", "codec", "plan", "check", "__version__"},
}
PACKAGES["cli"] = {*PACKAGES, "__version__"}
PACKAGES["__main__"] = {"cli"}

LIBRARIES = {
    "slixmpp": {"xmpp"},
    "yaml": {"document", "names"},
    "jsonschema": {"document"},
    "cattrs": {"codec"},
    "deepdiff": {"report"},
    "jinja2": {"report"},
    "rich": {"report"},
    "click": {"cli"},
}

SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)")
REASONED = re.compile(
    r"# noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* +(- |# )\S.*|# type: ignore\[[a-z, -]+\] +# \S.*"
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def package(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> Iterator[str]:
    """Dotted names, a `from` import down to the thing it takes."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}:{node.lineno}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_obey_the_packages(path: Path) -> None:
    here = package(path)
    assert here in PACKAGES, f"{here} is no package of the house: give it its place in PACKAGES"
    allowed = PACKAGES[here] | {here}
    inside = [parts for target in imported(path) if (parts := target.split("."))[0] == PACKAGE.name]
    assert [".".join(parts) for parts in inside if parts[1] not in allowed] == []


@pytest.mark.parametrize("path", CHILDREN, ids=name)
def test_a_kind_of_child_imports_no_other(path: Path) -> None:
    siblings = f"{PACKAGE.name}.model.children."
    others = {
        target.removeprefix(siblings).split(".")[0]
        for target in imported(path)
        if target.startswith(siblings)
    }
    assert path.stem == "__init__" or others <= {"kind"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_each_library_has_its_home(path: Path) -> None:
    roots = {target.split(".")[0] for target in imported(path)}
    foreign = roots - sys.stdlib_module_names - {PACKAGE.name}
    assert {
        library for library in foreign if package(path) not in LIBRARIES.get(library, ())
    } == set()


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=name)
def test_every_module_says_its_rule_at_its_head(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_is_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("path", [path for path in MODULES if package(path) != "cli"], ids=name)
def test_only_the_command_line_prints(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    lines = [call.lineno for call in calls if ast.unparse(call.func) == "print"]
    assert lines == []


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=name)
def test_every_silenced_check_names_its_code_and_reason(path: Path) -> None:
    silenced = [entry for entry in comments(path) if SILENCED.search(entry[1])]
    assert [entry for entry in silenced if not REASONED.search(entry[1])] == []


@pytest.mark.parametrize(
    ("comment", "reasoned"),
    [
        ("# noqa: S310 - http, made above", True),
        ("# type: ignore[arg-type]  # the stub is wrong", True),
        ("# noqa: S310", False),
        ("# noqa", False),
        ("# type: ignore[arg-type]", False),
        ("# type: ignore  # because", False),
    ],
)
def test_what_a_reason_looks_like(comment: str, reasoned: bool) -> None:
    assert bool(REASONED.fullmatch(comment)) is reasoned


@pytest.mark.parametrize(
    "path", [path for path in MODULES if package(path) in ("model", "plan", "fields")], ids=name
)
def test_values_and_decisions_do_no_io(path: Path) -> None:
    """They are the same wherever and whenever they are made."""
    roots = {target.split(".")[0] for target in imported(path)}
    assert roots & {"asyncio", "os", "pathlib", "random", "socket", "subprocess", "time"} == set()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_function_is_long(path: Path) -> None:
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lines = {(f.name, f.lineno): (f.end_lineno or 0) - f.lineno + 1 for f in functions}
    assert {each: count for each, count in lines.items() if count > LONGEST_FUNCTION} == {}


def test_contributing_names_each_match_that_a_new_action_needs():
    matches = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "assert_never(action)" in path.read_text()
    }
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert "a case in nine matches" in text
    assert len(matches) == 9
    assert {each for each in matches if f"`{each}`" not in text} == set()


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_a_test_that_lacks_something_says_so_in_one_way(path: Path) -> None:
    """By `servers.starting.without`, which fails in CI where that was promised."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    skips = {"pytest.skip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.importorskip"}
    found = [node.lineno for node in calls if ast.unparse(node.func) in skips]
    assert found == [] or path.name == "starting.py"

"""The command line: one row a command and a format, and nothing is imported that is not used."""

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_type_hints

import click
import pytest

from spaces_sync.check.values import Checked
from spaces_sync.cli import group
from spaces_sync.cli.commands import COMMANDS
from spaces_sync.cli.options import SHARED
from spaces_sync.report import formats
from spaces_sync.report.picture import Picture
from spaces_sync.report.reportable import PlanOutcome, ShownPlan, SpaceSummary, Validation
from spaces_sync.report.style import Style

PACKAGE = Path(__file__).parents[2] / "spaces-sync" / "spaces_sync"
CLI = sorted((PACKAGE / "cli").glob("*.py"))
REPORT = sorted((PACKAGE / "report").glob("*.py"))

# The two that a command may do without, each behind a module of its own: 0.4 s and 0.1 s.
LATE = {
    ("connecting", "spaces_sync.cli.xmpp_session"),
    ("connecting", "spaces_sync.cli.simulator_session"),
}
HEAVY = {"slixmpp", "spaces_sync.xmpp", "spaces_sync.simulator", "deepdiff", "asyncio", "ssl"}

# What `--format` of a command chooses from; a command with the option is in this table.
RENDERERS = {
    "validate": formats.VALIDATIONS,
    "plan": formats.PLANS,
    "show": formats.PLANS,
    "apply": formats.OUTCOMES,
    "revert": formats.OUTCOMES,
    "list": formats.SPACES,
    "check": formats.CHECKS,
    "map": formats.MAPS,
}
# For all others it is the format for people.
OTHER_DEFAULTS = {"map": "html"}
SHOWN = {
    "plan": ShownPlan,
    "outcome": PlanOutcome,
    "spaces": Sequence[SpaceSummary],
    "validation": Validation,
    "check": Checked,
    "map": Picture,
}
CONNECTING = {
    "init",
    "plan",
    "apply",
    "revert",
    "import",
    "check",
    "list",
    "map",
    "snapshot",
    "unlock",
}
COLOURED = {"plan", "apply", "revert", "check", "list", "show"}
MODULE = pytest.mark.parametrize(
    "path", [*CLI, *REPORT], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
COMMAND = pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)


def late_imports(path: Path) -> list[tuple[str, str]]:
    """The module, and what a function of it imports."""
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    found = []
    for node in (inner for function in functions for inner in ast.walk(function)):
        if isinstance(node, ast.Import):
            found += [(path.stem, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(path.stem, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def imported(*arguments: object) -> set[str]:
    """The modules that a process has imported at the end of a command."""
    code = (
        "import sys; from spaces_sync import cli; code = cli.run(sys.argv[1:]); "
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(result.stderr.split())


def brought_by(library: str) -> set[str]:
    """The modules that importing `library` alone brings along."""
    code = f"import sys, {library}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def options(command: click.Command) -> dict[str, click.Option]:
    found = [each for each in command.params if isinstance(each, click.Option)]
    return {flag: option for option in found for flag in option.opts}


def test_only_what_connects_is_imported_late():
    assert {each for path in CLI for each in late_imports(path)} == LATE


@MODULE
def test_no_import_is_for_the_type_checker_alone(path: Path):
    assert "TYPE_CHECKING" not in path.read_text()


def test_only_two_modules_of_the_command_line_import_what_is_slow():
    slow = ("spaces_sync.xmpp", "spaces_sync.simulator")
    importing = {
        path.stem
        for path in CLI
        for node in ast.parse(path.read_text()).body
        if any(name in ast.unparse(node) for name in slow) or "import xmpp" in ast.unparse(node)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    # A snapshot is written as the simulator reads it, and only by the command of that name.
    assert importing == {"xmpp_session", "simulator_session", "snapshot"}


@pytest.mark.parametrize(
    "arguments", [["--help"], [], ["--version"]], ids=["help", "bare", "version"]
)
def test_help_imports_no_library_but_click(arguments: list[str]):
    modules = imported(*arguments)

    assert modules & {*HEAVY, "jsonschema", "yaml", "rich", "cattrs", "spaces_sync.plan"} == set()
    assert {name for name in modules if name.startswith("spaces_sync.cli.")} <= {
        f"spaces_sync.cli.{name}"
        for name in (
            "choices",
            "commands",
            "exits",
            "garbage",
            "habits",
            "options",
            "paths",
            "printing",
            "signals",
            "streams",
        )
    }


def test_validating_imports_no_network(tmp_path: Path):
    path = tmp_path / "spaces.yaml"
    path.write_text("version: 1\n")

    # Old versions of jsonschema import urllib.request, and with it ssl.
    modules = imported("validate", path) - brought_by("jsonschema")

    assert modules & {*HEAVY, "rich", "cattrs", "spaces_sync.engine"} == set()


def test_a_live_file_imports_no_xmpp(tmp_path: Path):
    path = tmp_path / "spaces.yaml"
    path.write_text("version: 1\n")
    modules = imported("plan", path, "--live", tmp_path / "live.json")

    assert "spaces_sync.simulator" in modules
    assert modules & {"slixmpp", "spaces_sync.xmpp"} == set()


@COMMAND
def test_a_row_is_a_command_of_that_name(row):
    command = row.load()

    assert isinstance(command, click.Command)
    assert command.name == row.name
    assert command.help
    assert row.summary.endswith(".")


def test_every_command_has_a_row():
    decorated = {
        path.stem
        for path in CLI
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        if any("click.command" in ast.unparse(each) for each in node.decorator_list)
    }
    assert decorated == {row.name for row in COMMANDS}
    assert list(group.commands) == [row.name for row in COMMANDS]


@COMMAND
def test_a_command_offers_the_formats_that_its_result_has(row):
    chosen = options(row.load()).get("--format")
    offered = list(chosen.type.choices) if isinstance(chosen, click.Option) else []

    assert offered == list(RENDERERS.get(row.name, ()))
    assert chosen is None or chosen.default == OTHER_DEFAULTS.get(row.name, formats.DEFAULT)


def test_a_format_is_one_row():
    names = [row.name for row in formats.FORMATS]

    assert len(set(names)) == len(names)
    for row in formats.FORMATS:
        assert any((row.plan, row.outcome, row.spaces, row.validation, row.check, row.map)), (
            row.name
        )
    # An apply shows its plan to people in the format of its outcome; the default is everywhere.
    assert formats.FOR_PEOPLE & set(formats.OUTCOMES) <= set(formats.PLANS)
    for command, renderers in RENDERERS.items():
        assert OTHER_DEFAULTS.get(command, formats.DEFAULT) in renderers
    assert formats.DEFAULT in formats.FOR_PEOPLE


@pytest.mark.parametrize("column", SHOWN)
@pytest.mark.parametrize("row", formats.FORMATS, ids=lambda row: row.name)
def test_a_renderer_takes_what_its_column_shows(row, column):
    """mypy does not see what a row names, as it is imported late."""
    if (late := getattr(row, column)) is not None:
        hints = list(get_type_hints(late.load()).values())
        assert hints == [SHOWN[column], Style, str]


@MODULE
def test_nobody_asks_for_a_format_by_its_name(path: Path):
    """Whoever compares names leaves a new format to fall through."""
    names = {row.name for row in formats.FORMATS}
    compared = [
        node.value
        for parent in ast.walk(ast.parse(path.read_text()))
        if isinstance(parent, ast.Compare | ast.match_case)
        for node in ast.walk(parent)
        if isinstance(node, ast.Constant)
    ]
    assert names.isdisjoint(compared)


@COMMAND
def test_a_command_has_the_shared_options_that_mean_something_to_it(row):
    shared = {option.flag for option in SHARED}
    connection = {*shared} - {"--color"}
    expected = connection if row.name in CONNECTING else set()
    expected |= {"--color"} if row.name in COLOURED else set()

    assert set(options(row.load())) & shared == expected

"""What the README claims: its commands, options, exit codes and libraries are those we have."""

import json
import os
import re
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import click
import pytest

from spaces_sync.cli.commands import COMMANDS
from spaces_sync.cli.exits import MEANINGS, Exit
from spaces_sync.cli.options import SHARED
from spaces_sync.report.ci_jobs import FORGE
from spaces_sync.report.explanations import ASKED_FOR

ROOT = Path(__file__).parents[2]
OPTION = re.compile(r"(?<![\w-])-{1,2}[a-z][a-z-]*")
SHARED_FLAGS = {flag for option in SHARED for flag in option.flags}
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table whose first header cell is `heading`."""
    lines = README[README.index(f"\n| {heading} |") + 1 :].splitlines()
    table = lines[: next(i for i, line in enumerate(lines) if not line.startswith("|"))]
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in table[2:]
    ]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_its_first_commands_are_the_two_that_set_up_everything():
    assert blocks("sh")[0].split("\n")[:2] == ["make demo", "make test"]


def test_the_commands_are_all_commands():
    named = {re.match(r"`(\w+)", row[0])[1] for row in rows("command")}

    assert named == {row.name for row in COMMANDS}


def test_the_shared_options_are_all_in_their_table():
    said = " ".join(row[0] for row in rows("option"))

    assert set(OPTION.findall(said)) == SHARED_FLAGS


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_option_of_a_command_is_in_its_row(row):
    options = [each for each in row.load().params if isinstance(each, click.Option)]
    flags = {flag for each in options for flag in (*each.opts, *each.secondary_opts)}
    (cell,) = (cells[2] for cells in rows("command") if re.match(rf"`{row.name}\b", cells[0]))

    assert set(OPTION.findall(cell)) == flags - SHARED_FLAGS
    for option in options:
        if isinstance(option.type, click.Choice) and option.opts[0] not in SHARED_FLAGS:
            choices = r"\|".join(option.type.choices)
            assert f"`{option.opts[0]} {choices}`" in cell


def test_options_stand_apart_by_commas_and_lines_of_prose_wrap():
    assert not [cells[2] for cells in rows("command") if "` `" in cells[2]]
    prose = (line for line in README.splitlines() if not line.startswith("|"))
    assert not [line for line in prose if len(line) > 138]


def test_the_environment_is_what_the_options_read():
    said = set(re.findall(r"SPACES_SYNC_\w+", " ".join(row[1] for row in rows("option"))))
    read = {option.settings["envvar"] for option in SHARED if "envvar" in option.settings}

    assert said - {"SPACES_SYNC_PASSWORD", "SPACES_SYNC_COMPONENT_SECRET"} == read


def test_the_exit_codes_are_those_that_are_explained():
    said = {int(row[0]): row[1] for row in rows("exit code")}

    assert said == {int(code): meaning for code, meaning in MEANINGS.items()}
    assert [*said] == sorted(map(int, Exit))


def test_what_has_to_be_allowed_is_what_is_explained():
    said = {re.match(r"`([a-z-]+)", row[0])[1]: row[1] for row in rows("`--allow`")}

    assert said == {guard: text for guard, text in ASKED_FOR.items() if guard != "protect"}


def test_the_libraries_are_the_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.match(r"[\w-]+", each)[0] for each in project["dependencies"]}

    assert {row[0] for row in rows("library")} == needed


def test_it_installs_as_it_says(tmp_path):
    """Without a network: what the package is built with and needs lies beside this Python."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the other way round
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    script = blocks("sh")[1] + "command -v spaces-sync && spaces-sync --version"
    command = ["bash", "-euc", script]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{tmp_path}/.local/share/spaces-sync/bin/spaces-sync\n" in done.stdout


def test_the_newcomer_begins_with_init():
    first = blocks("sh")[2].splitlines()

    commands = [line.split()[1] for line in first if line.startswith("spaces-sync ")]
    assert commands == ["init", "plan", "apply"]
    named = re.search(r"forge that it sees \((.*?)\)", README)[1].lower()
    assert set(re.split(r", | or ", named)) == set(FORGE)


def test_the_first_file_is_valid_and_goes_all_the_way(run, tmp_path):
    (tmp_path / "spaces.yaml").write_text(blocks("yaml")[0])

    for line in blocks("sh")[3].splitlines():
        command = line.partition("#")[0].split()
        if command[:1] == ["spaces-sync"] and ("--live" in command or "validate" in command):
            assert run(*command[1:]).returncode == 0
    assert "No changes." in run("plan", "spaces.yaml", "--live", "try.json").stdout


def test_rooms_and_nodes_of_the_file_are_made_only_with_an_entry_of_their_own(run, tmp_path):
    def live() -> str:
        assert run("apply", "spaces.yaml", "--live", "try.json", "--yes").returncode == 0
        return (tmp_path / "try.json").read_text()

    listing, own = blocks("yaml")
    (tmp_path / "spaces.yaml").write_text(listing)
    before = json.loads(live())
    (tmp_path / "spaces.yaml").write_text(listing + own)
    after = json.loads(live())

    assert before["rooms"] == {}
    assert list(after["rooms"]) == ["editors@conference.megacorp.example"]
    assert len(after["nodes"]) - len(before["nodes"]) == 1


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)h][^)]*)\)", README))
def test_its_links_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_each_footnote_leads_to_the_words_of_others_and_is_used():
    defined = re.findall(r"^\[\^([\w-]+)\]: <(.*)>$", README, re.MULTILINE)
    used = set(re.findall(r"\[\^([\w-]+)\](?!:)", README))

    assert used == {name for name, _ in defined}
    assert all(url.startswith("https://") for _, url in defined)
    table = README[README.index("### Beside others") : README.index("[^tofu-plan]: ")]
    for line in table.splitlines():
        if re.match(r"\| (?!spaces-sync)[a-z]", line):
            _, _, ours, *theirs, _ = (cell.strip() for cell in line.split("|"))
            assert ours != "-"
            assert "[^" not in ours
            assert all(cell == "-" or "[^" in cell for cell in theirs)

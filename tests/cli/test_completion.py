"""Completion in the shells themselves, as somebody types, and what it may never do to them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import forked
import installed
import terminal
from programs import program

SCRIPTS = Path(__file__).parents[2] / "docs" / "completions"
PROMPT = "ready> "
ODD = "odd $(touch x) *;"
SPACES = """\
version: 1
source: megacorp/spaces
service: pubsub.megacorp.example
spaces:
  dev:
    exposure: public
    rooms: {hall@rooms.megacorp.example: Hall}
  design: {exposure: public, service: other.megacorp.example}
  "odd $(touch x) *;": {exposure: public}
  "a\\nb": {exposure: public}
  "12": {exposure: public}
  "${WHO}": {exposure: public}
nodes: {news: {title: News}}
rooms:
  "vault@rooms.megacorp.example": {name: Vault}
"""
PLAN = {
    "actions": [
        {"do": "delete-node", "node": "xmpp:pubsub.megacorp.example?;node=left%20over"},
        {"do": "destroy-room", "room": "cellar@rooms.megacorp.example"},
        {"do": "create-node", "node": "xmpp:pubsub.megacorp.example?;node=new"},
    ]
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "spaces.yaml").write_text(SPACES)
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    return tmp_path


def found(line: str, folder: Path) -> list[str]:
    """What bash is told that `line` may go on with, up to its last break."""
    asked = {"_SPACES_SYNC_COMPLETE": "bash_complete", "COMP_LINE": line, "COMP_BREAKS": "=:"}
    done = forked.run(folder=folder, environment=installed.environment(asked))
    assert done.stderr == ""
    return [each for each in done.stdout.splitlines() if each]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sn", ["plain,snapshot"]),
        ("plan --det", ["plain,--detailed-exitcode"]),
        ("--tls d", ["plain,direct"]),
        ("plan --tls=d", ["plain,direct"]),
        ("show plan.json --format j", ["plain,json"]),
        ("plan ", ["file,"]),
        ("plan -o p", ["file,p"]),
        ("apply --allow remo", ["plain,remove", "plain,remove-owner"]),
        ("apply --allow delete-s", ["plain,delete-space="]),
        ("apply spaces.yaml --allow delete-space=de", ["plain,dev", "plain,design"]),
        ("apply . --allow=delete-space=de", ["plain,dev", "plain,design"]),
        ("apply --allow delete-node=", ["plain,news"]),
        ("apply --allow destroy-room=v", ["plain,vault@rooms.megacorp.example"]),
        ("apply plan.json --allow delete-space=", [r"plain,left\ over"]),
        ("apply plan.json --allow destroy-room=", ["plain,cellar@rooms.megacorp.example"]),
        ("apply --allow drop-items=", []),
        ("apply --allow delete-space=1", []),  # that is a number of spaces
        ("apply --allow delete-space=o", ["plain,odd\\ \\$\\(touch\\ x\\)\\ \\*\\;"]),
        ("plan spaces.yaml --space de", ["plain,dev", "plain,design"]),
        ("plan spaces.yaml --exclude n", ["plain,news"]),
        ("check spaces.yaml --space v", ["plain,vault@rooms.megacorp.example"]),
        ("list --space od", [r"plain,odd\ \$\(touch\ x\)\ \[\*\]\;"]),
        ("plan spaces.yaml --space ha", []),  # a space lists it; nothing is configured of it
        ("plan --only r", ["plain,rooms"]),
        ("plan spaces.yaml --report git", ["plain,gitlab="]),
        ("list ", ["plain,pubsub.megacorp.example", "plain,other.megacorp.example"]),
        ("check pub", ["plain,pubsub.megacorp.example", "file,pub"]),
        ("plan 'spaces", ["file,spaces"]),
    ],
)
def test_a_line_goes_on_with_what_the_command_takes(line: str, expected: list[str], folder: Path):
    assert found(f"spaces-sync {line}", folder) == expected


@pytest.mark.parametrize(
    "text",
    ["spaces: [", "- 1", "spaces: {a: 1", "\x00", "? [a]\n: b", "service: {a: b}", "[" * 5000, ""],
)
def test_of_a_broken_file_nothing_is_completed_and_nothing_said(text: str, tmp_path: Path):
    (tmp_path / "spaces.yaml").write_text(text)
    (tmp_path / "plan.json").write_text(text)
    for line in ("apply spaces.yaml --allow delete-space=", "apply plan.json --allow delete-node="):
        assert found(f"spaces-sync {line}", tmp_path) in ([], ["plain,a"])


def test_a_key_waits_for_nothing_that_is_slow(folder: Path):
    """What a command imports takes three times as long as the start of Python."""
    code = (
        "import sys; from spaces_sync import cli; cli.run(); print(*sys.modules, file=sys.stderr)"
    )
    asked = {
        "_SPACES_SYNC_COMPLETE": "bash_complete",
        "COMP_LINE": "spaces-sync apply spaces.yaml --allow delete-space=",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=installed.environment(asked),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    slow = {"slixmpp", "asyncio", "ssl", "jsonschema", "rich", "cattrs", "deepdiff"}
    ours = {name for name in done.stderr.split() if name.startswith("spaces_sync.")}
    assert set(done.stderr.split()) & slow == set()
    assert "spaces_sync.cli.completing" in ours
    assert not {
        name for name in ours if name.startswith(("spaces_sync.document", "spaces_sync.plan"))
    }


def typed(
    shell: list[str],
    begin: str,
    line: str,
    until: str,
    folder: Path,
    environment: Mapping[str, str],
) -> list[str]:
    """The words of `line` as the shell takes them when a tab has completed it."""
    session = terminal.run_program(
        *shell,
        answers=[
            (PROMPT, begin + "\n"),
            (PROMPT, line + "\t"),
            (until, "\x01printf '[%s]\\n' \n"),  # to the beginning of the line
            (PROMPT, "exit\n"),
        ],
        folder=folder,
        environment={"PATH": f"{installed.TOOL.parent}:{os.environ['PATH']}", **environment},
    )
    return [each[1:-1] for each in session.output.splitlines() if each.startswith("[")]


LINES = {
    "spaces-sync snap": ("hot", ["spaces-sync", "snapshot"]),
    "spaces-sync plan --detai": ("exitcode", ["spaces-sync", "plan", "--detailed-exitcode"]),
    "spaces-sync apply spaces.yaml --allow delete-space=des": (
        "ign",
        ["spaces-sync", "apply", "spaces.yaml", "--allow", "delete-space=design"],
    ),
    "spaces-sync apply spaces.yaml --allow delete-space=odd": (
        ";",
        ["spaces-sync", "apply", "spaces.yaml", "--allow", f"delete-space={ODD}"],
    ),
    "spaces-sync plan --tls=d": ("irect", ["spaces-sync", "plan", "--tls=direct"]),
    "spaces-sync apply spaces.yaml --allow=delete-space=des": (
        "ign",
        ["spaces-sync", "apply", "spaces.yaml", "--allow=delete-space=design"],
    ),
    "spaces-sync list oth": (
        "er.megacorp.example",
        ["spaces-sync", "list", "other.megacorp.example"],
    ),
    "spaces-sync plan spac": ("es.yaml", ["spaces-sync", "plan", "spaces.yaml"]),
}


@pytest.mark.parametrize("line", LINES)
def test_bash_completes_words_and_runs_none_of_them(line: str, folder: Path):
    until, words = LINES[line]
    begin = f"source {SCRIPTS}/spaces-sync.bash"
    shell = ["bash", "--norc", "--noprofile", "-i"]
    environment = {"PS1": PROMPT, "HISTFILE": "/dev/null"}
    assert typed(shell, begin, line, until, folder, environment) == words
    assert not (folder / "x").exists()


@pytest.mark.parametrize("line", LINES)
def test_zsh_completes_words_and_runs_none_of_them(line: str, folder: Path):
    until, words = LINES[line]
    shell = [program("zsh"), "-f", "-i"]
    begin = f"autoload -U compinit; compinit -D; source {SCRIPTS}/_spaces-sync"
    environment = {"PS1": PROMPT, "ZDOTDIR": str(folder)}
    assert typed(shell, begin, line, until, folder, environment) == words
    assert not (folder / "x").exists()


@pytest.mark.parametrize("line", LINES)
def test_fish_completes_words_and_runs_none_of_them(line: str, folder: Path):
    """`complete --escape` prints a word as fish would put it into the line."""
    _, words = LINES[line]
    code = f"source {SCRIPTS}/spaces-sync.fish; complete --escape --do-complete $argv[1]"
    done = subprocess.run(
        [program("fish"), "--no-config", "-c", code, line],
        env={
            "PATH": f"{installed.TOOL.parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "TERM": "xterm",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    (completed,) = (each.partition("\t")[0] for each in done.stdout.splitlines())
    taken = subprocess.run(
        [program("fish"), "--no-config", "-c", f"printf '[%s]\\n' {completed}"],
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert taken.stdout.splitlines() == [f"[{words[-1]}]"]
    assert not (folder / "x").exists()

"""Options and their variables: an option beats the environment, and what is wrong has its name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import installed

LIVE = ["--live", "live.json"]
ACCOUNT = ["--jid", "me@megacorp.example", "--connect", "127.0.0.1:1", "--tls", "none"]


@pytest.mark.parametrize("arguments", [["--tls", "none", "plan"], ["plan", "--tls", "none"]])
def test_a_wrong_variable_is_named_and_not_asked_where_an_option_is_given(run, document, arguments):
    environment = {"SPACES_SYNC_TLS": "starttls"}
    refused = run("plan", document, *LIVE, environment=environment)

    assert refused.returncode == 64
    assert "SPACES_SYNC_TLS, which the environment sets: 'starttls'" in refused.stderr
    assert run(*arguments, document, *LIVE, environment=environment).returncode == 0


def test_a_wrong_option_is_named_as_that(run, document):
    environment = {"SPACES_SYNC_TLS": "none"}
    refused = run("plan", document, "--tls", "starttls", environment=environment)

    assert "invalid value for '--tls': 'starttls'" in refused.stderr


@pytest.mark.parametrize("before", [True, False])
def test_a_password_file_that_is_named_beats_the_environment(run, document, before):
    option = ["--password-file", "nowhere"]
    words = [*option, "plan", document] if before else ["plan", document, *option]
    environment = {"SPACES_SYNC_PASSWORD": "secret"}
    result = run(*words, *ACCOUNT, environment=environment)

    assert result.returncode == 64
    assert "--password-file: nowhere: No such file" in result.stderr
    other = run(
        "plan", document, *ACCOUNT, environment={**environment, "SPACES_SYNC_PASSWORD_FILE": "no"}
    )
    assert other.returncode == 6  # the password was there, and nobody listens


def test_a_password_file_without_a_password_says_so(run, document, tmp_path: Path):
    file = tmp_path / "password"
    file.touch(mode=0o600)
    for text in ("", "\n"):
        file.write_text(text)
        result = run("plan", document, *ACCOUNT, "--password-file", file)
        assert result.returncode == 64
        assert f"{file} is empty" in result.stderr


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "0", "-1", "1e999", "soon"])
def test_a_timeout_is_a_time(run, document, value):
    result = run("plan", document, f"--timeout={value}", *LIVE)

    assert result.returncode == 64
    assert f"'{value}' is not a number of seconds above 0" in result.stderr


@pytest.mark.parametrize("value", ["::1", "::1:5222", "fe80::1"])
def test_an_address_with_colons_needs_brackets(run, document, value):
    environment = {"SPACES_SYNC_PASSWORD": "secret"}
    result = run("plan", document, "--jid", "a@b.c", "--connect", value, environment=environment)

    assert result.returncode == 64
    assert "[::1]:5222" in result.stderr


@pytest.mark.parametrize(
    "command", [["unlock", "a.example", "--source", "s"], ["snapshot", "a.example", "-o", "x"]]
)
def test_only_what_takes_a_snapshot_advises_one(run, document, command):
    assert "--live" not in run(*command).stderr
    assert "--live" in run("plan", document).stderr


def test_every_command_is_summed_up_in_one_line_and_has_help_for_its_options(run):
    listed = run("--help").stdout
    section = listed.partition("Commands:\n")[2].partition("\n\n")[0]
    commands = re.findall(r"^  (\w+) +(.+)$", section, re.MULTILINE)

    assert len(commands) >= 8
    for name, summary in commands:
        assert summary.endswith(".")
        assert not summary.endswith("...")
        if "--format" in (shown := run(name, "--help").stdout):
            assert "For people or for programs." in shown


OFFLINE = [["validate", "spaces.yaml"], ["schema"], ["show", "plan.json"]]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("command", OFFLINE, ids=lambda words: words[0])
def test_what_does_not_connect_refuses_options_about_the_connection(run, command, before):
    option = ["--jid", "me@megacorp.example"]
    result = run(*option, *command) if before else run(*command, *option)

    assert result.returncode == 64
    usage, *rest = result.stderr.splitlines()
    assert usage.startswith(f"Usage: spaces-sync {command[0]} ")
    assert rest == [
        f"Try 'spaces-sync {command[0]} --help' for help.",
        "",
        f"error: {command[0]} has no option --jid: it does not connect to a server",
    ]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("command", [["validate", "spaces.yaml"], ["schema"]], ids=str)
def test_what_has_no_colours_refuses_the_option(run, command, before):
    option = ["--color", "always"]
    result = run(*option, *command) if before else run(*command, *option)

    assert result.returncode == 64
    assert f"{command[0]} has no option --color: it prints nothing in colour" in result.stderr


def test_what_does_not_connect_does_not_read_the_environment(run, document):
    environment = {"SPACES_SYNC_TLS": "starttls", "SPACES_SYNC_TIMEOUT": "soon"}

    assert run("validate", document, environment=environment).returncode == 0
    assert run("schema", environment=environment).returncode == 0
    assert run("plan", document, *LIVE, environment=environment).returncode == 64


def test_of_two_the_option_after_the_name_counts(run, document):
    assert run("--tls", "never", "plan", document, *LIVE, "--tls", "none").returncode == 0
    result = run("--tls", "none", "plan", document, *LIVE, "--tls", "never")

    assert result.returncode == 64
    assert "invalid value for '--tls': 'never'" in result.stderr


def test_auto_is_a_window_before_and_after_the_name(run, document):
    assert run("--window", "auto", "plan", document, *LIVE).returncode == 0
    assert run("plan", document, *LIVE, "--window", "auto").returncode == 0


@pytest.mark.parametrize(
    "command", [[installed.TOOL], [sys.executable, "-m", "spaces_sync"]], ids=len
)
def test_without_arguments_it_prints_its_help(command):
    bare, helped = (
        subprocess.run(
            [*command, *words],
            capture_output=True,
            text=True,
            check=False,
            env=installed.environment(),
        )
        for words in ([], ["--help"])
    )
    assert (bare.returncode, bare.stderr) == (0, "")
    assert bare.stdout == helped.stdout
    assert bare.stdout.startswith("Usage: spaces-sync [OPTIONS] COMMAND [ARGS]...\n")


def test_options_without_a_command_are_wrong_usage(run):
    result = run("--jid", "me@megacorp.example")

    assert result.returncode == 64
    assert "error: missing command." in result.stderr


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_by_the_environment(run, document, environment, coloured):
    shown = run("plan", document, *LIVE, environment=environment).stdout

    assert ("\x1b[" in shown) is coloured

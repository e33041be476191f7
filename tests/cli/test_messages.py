"""Each kind of failure with the words that it has to hold: the thing, the place, the next step."""

import asyncio
import os
import pty
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

import installed
from compat import number
from faults import command
from faults.proxy import proxied
from servers import Server
from spaces_sync.cli.commands import COMMANDS
from spaces_sync.cli.habits import COMMANDS as HABITS
from spaces_sync.cli.habits import OPTIONS
from spaces_sync.report.explanations import explanations

USAGE, INVALID, UNAVAILABLE = 64, 3, 6
HEAD: Final = "version: 1\nservice: {service}\n"
SPACE: Final = "spaces:\n  {node}:\n    exposure: public\n"
LIVE: Final = ("--live", "live.json")


def said(text: str) -> str:
    return " ".join(text.split())


def written(folder: Path, node: str, service: str = "pubsub.megacorp.example") -> Path:
    file = folder / "spaces.yaml"
    file.write_text((HEAD + SPACE).format(service=service, node=node))
    return file


# --- before anything is asked -------------------------------------------------------------------


class Mistake(NamedTuple):
    words: str
    code: int
    message: str


MISTAKES: Final = (
    Mistake("plna spaces.yaml", USAGE, "no such command 'plna'; did you mean 'plan'?"),
    Mistake("destroy", USAGE, "'apply --allow delete-space=NAME' removes it"),
    Mistake("diff spaces.yaml", USAGE, "'plan' shows what would change"),
    Mistake("refresh", USAGE, "there is no state file"),
    Mistake("state list", USAGE, "there is no state file"),
    Mistake("spaces.yaml", USAGE, "'spaces-sync plan spaces.yaml' plans a file"),
    Mistake("pubsub.a.example", USAGE, "'spaces-sync list pubsub.a.example' lists the spaces"),
    Mistake("plan spaces.yaml --pasword-file x", USAGE, "did you mean '--password-file'?"),
    Mistake("plan spaces.yaml --password x", USAGE, "a password is never on the command line"),
    Mistake("apply --auto-approve spaces.yaml", USAGE, "here it is '--yes'"),
    Mistake("apply -auto-approve spaces.yaml", USAGE, "no such option '-auto-approve'; here it is"),
    Mistake("apply -yes spaces.yaml", USAGE, "no such option '-yes'; did you mean '--yes'?"),
    Mistake("plan --auto-approve spaces.yaml", USAGE, "plan has no option --yes: it asks nothing"),
    Mistake("--yes apply spaces.yaml", USAGE, "options of a command stand behind its name"),
    Mistake("plan -out=p.json spaces.yaml", USAGE, "no such option '-out'; here it is '-o'"),
    Mistake("plan -out p.json spaces.yaml", USAGE, "no such option '-out'; here it is '-o'"),
    Mistake("plan -o=p.json spaces.yaml", USAGE, "stands a blank: -o p.json"),
    Mistake("plan -o --live spaces.yaml", USAGE, "a file of that name is written ./--live"),
    Mistake("plan spaces.yaml -o a -o b", USAGE, "'-o' is given 2 times; it names one file"),
    Mistake("plan spaces.yaml -o .", USAGE, "is a directory"),
    Mistake("plan spaces.yaml -o spaces.yaml", USAGE, "this is among what the command reads"),
    Mistake("plan spaces.yaml -o pw --password-file pw", USAGE, "among what the command reads"),
    Mistake("plan spaces.yaml --format jsn", USAGE, "'jsn' is not one of text, "),
    Mistake("plan spaces.yaml --format jsn", USAGE, "did you mean 'json'?"),
    Mistake("plan spaces.yaml --format md", USAGE, "did you mean 'markdown'?"),
    Mistake("plan spaces.yaml --report md=x", USAGE, "did you mean 'markdown'?"),
    Mistake("plan spaces.yaml --report x.md", USAGE, "write FORMAT=PATH, as in markdown=x.md"),
    Mistake("plan spaces.yaml --report o/x", USAGE, "write FORMAT=PATH, as in text=o/x"),
    Mistake("validate spaces.yaml --report x.sarif", USAGE, "as in sarif=x.sarif"),
    Mistake("plan spaces.yaml --report jsn", USAGE, "did you mean 'json'?"),
    Mistake("list a.example --jid admin", USAGE, "'admin' is no account; write NAME@DOMAIN"),
    Mistake("list a.example --jid admin", USAGE, "error: --jid (or SPACES_SYNC_JID): "),
    Mistake("list a.example --component a@@b", USAGE, "error: --component: "),
    Mistake("plan space.yaml", INVALID, "space.yaml: error: this cannot be read: No such file"),
    Mistake("plan space.yaml", INVALID, "No such file or directory; did you mean 'spaces.yaml'?"),
    Mistake("plan folder/rest.yaml", INVALID, "folder/rest.yaml: error: this cannot be read"),
    Mistake("import spaces.yaml", USAGE, "is the name of a file, and a SERVICE is wanted"),
    Mistake("list ./spaces", USAGE, "a SERVICE is wanted, such as pubsub.example.org"),
    Mistake("plan spaces.yaml --tls requird", USAGE, "did you mean 'required'?"),
    Mistake("plan spaces.yaml --allow delete-spaces", USAGE, "did you mean 'delete-space'?"),
    Mistake("explain delete-spaces", USAGE, "did you mean 'delete-space'?"),
    Mistake("validate folder", INVALID, "; folder/teams does, and is named by itself"),
    Mistake("validate both", INVALID, "both/teams:1:1: error: this folder holds documents, and is"),
    Mistake("validate other", INVALID, "no *.yaml or *.yml file, but notes.txt"),
    Mistake("validate empty", INVALID, "no *.yaml or *.yml file, and nothing else"),
    Mistake("validate blank", INVALID, "blank/a.yaml:1:1: error: this file is empty"),
)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    written(tmp_path, "dev")
    (tmp_path / "pw").touch(mode=0o600)
    for name in ("folder/teams", "both/teams", "both/.git", "other", "empty", "blank"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("folder/teams", "both/teams", "both/.git"):
        written(tmp_path / name, "moved")
    (tmp_path / "both" / "rest.YAML").write_text("version: 1\nsource: t/x\n")
    (tmp_path / "other" / "notes.txt").touch()
    (tmp_path / "blank" / "a.yaml").touch()
    return tmp_path


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.words)
def test_a_mistake_is_named_with_what_was_meant(run: Any, folders: Path, mistake: Mistake) -> None:
    before = sorted(folders.rglob("*"))
    ended = run(*mistake.words.split())

    assert ended.returncode == mistake.code, ended.stderr
    assert mistake.message in said(ended.stderr)
    assert ended.stderr.count("error: ") >= 1
    assert "error: error:" not in ended.stderr.lower()
    assert sorted(folders.rglob("*")) == before  # nothing was written, such as a file `ut=p.json`


def test_what_is_below_a_folder_and_named_is_no_problem(run: Any, folders: Path) -> None:
    assert run("validate", "both", "both/teams").returncode == 0
    (folders / "both" / "teams" / "spaces.yaml").write_text("replicas: 3\nversion: 2\n")
    assert run("validate", "both").returncode == 0  # it is of another tool


@pytest.mark.parametrize("word", HABITS)
def test_no_word_of_others_is_a_command_of_ours(word: str) -> None:
    assert word not in {row.name for row in COMMANDS}


def test_no_option_of_others_is_one_of_ours() -> None:
    flags = {flag for row in COMMANDS for option in row.load().params for flag in option.opts}
    assert not flags & OPTIONS.keys()


def test_a_document_may_come_from_stdin(run: Any, tmp_path: Path) -> None:
    text = written(tmp_path, "dev").read_text()
    planned = run("plan", "-", *LIVE, stdin=text)
    assert (planned.returncode, "1 to create" in planned.stdout) == (0, True)
    bad = run("validate", "-", stdin=text + "colour: red\n")
    assert bad.returncode == INVALID
    assert "<stdin>:6:1: error: unknown key 'colour'" in bad.stderr
    asked = run("apply", "-", *LIVE, stdin=text)
    assert "no terminal to ask on, and no --yes" in asked.stderr


def test_a_name_that_allows_nothing_names_what_there_is(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "spaces.yaml"
    head = f"source: t/x\n{HEAD.format(service='pubsub.megacorp.example')}"
    file.write_text(f"{head}spaces:\n  dev: {{exposure: public}}\n  ops: {{exposure: public}}\n")
    assert run("apply", file, *LIVE, "--yes").returncode == 0
    file.write_text(head)
    for name, hint in {"dve": "; did you mean 'dev'?", "xyz": ", but to dev, ops"}.items():
        planned = run("plan", file, *LIVE, "--allow", f"delete-space={name}")
        warning = f"warning: --allow delete-space={name} allows nothing: the plan does that to no"
        assert f"{warning} object of this name{hint}\n" in planned.stderr


# --- the prefix -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "environment", "coloured"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        (["--color", "never"], {}, False),
        (["--color=always"], {"NO_COLOR": "1"}, True),
        ([], {"TERM": "dumb"}, False),
    ],
)
def test_an_error_is_red_on_a_terminal(
    document: Path, words: list[str], environment: Mapping[str, str], coloured: bool
) -> None:
    screen, terminal = pty.openpty()
    arguments = [str(installed.TOOL), "plan", *words, "--nonsense", str(document)]
    started = {"TERM": "xterm", **installed.environment(), **environment}
    child = os.posix_spawn(
        arguments[0], arguments, started, file_actions=[(os.POSIX_SPAWN_DUP2, terminal, 2)]
    )
    os.waitpid(child, 0)
    text = os.read(screen, 1 << 16).decode()
    os.close(terminal)
    os.close(screen)
    assert ("\x1b[1;31merror:\x1b[0m no such option" in text) is coloured
    assert ("error: no such option" in text) is not coloured


def test_the_place_stands_before_the_prefix_as_editors_read_it(run: Any, tmp_path: Path) -> None:
    file = written(tmp_path, "dev")
    file.write_text(file.read_text() + "colour: red\nx-a@b.example: 1\n")
    lines = run("validate", file).stderr.splitlines()
    assert lines[0] == f"{file}:6:1: error: unknown key 'colour'"
    assert lines[-1] == "error: 1 problem in the files"
    assert all(re.match(r"\S+:\d+:\d+: (error|warning): ", line) for line in lines[:-1])


def test_an_end_of_several_lines_has_one_prefix(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "spaces.yaml"
    head = f"source: t/x\n{HEAD.format(service='pubsub.megacorp.example')}"
    file.write_text(f"{head}spaces:\n  dev: {{exposure: public}}\n")
    assert run("apply", file, *LIVE, "--yes").returncode == 0
    file.write_text(f"{head}spaces:\n  dev: {{absent: true}}\n")
    first, *rest = run("apply", file, *LIVE, "--yes").stderr.splitlines()
    assert first == "error: nothing was sent: the plan is refused"
    assert rest[-1] == "    if that is meant: --allow delete-space=dev"
    assert not any("error:" in line for line in rest)


def test_of_warnings_that_differ_in_names_alone_a_plan_has_a_few(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "spaces.yaml"
    rooms = "".join(f"  r{n}@rooms.example: {{members_only: true}}\n" for n in range(5))
    file.write_text(f"{HEAD.format(service='pubsub.example')}rooms:\n{rooms}")
    assert run("validate", file).stderr.count("is members-only, and nobody is let into it") == 5
    said = run("plan", file, *LIVE).stderr
    assert said.count("is members-only, and nobody is let into it") == 3
    assert "warning: 2 more like it; spaces-sync validate names them all\n" in said


# --- on servers -------------------------------------------------------------------------------


class Connection(NamedTuple):
    """Variables of the environment, and what is said."""

    variables: Mapping[str, str]
    words: tuple[str, ...]


CONNECTIONS: Final = {
    "password": Connection(
        {"SPACES_SYNC_PASSWORD": "wrong"},
        ("refused the password of admin@megacorp.example", "(env:SPACES_SYNC_PASSWORD)"),
    ),
    "account": Connection(
        {"SPACES_SYNC_JID": "nobody@megacorp.example"},
        ("refused the password of nobody@megacorp.example", "check the account's name"),
    ),
    "domain": Connection(
        {"SPACES_SYNC_JID": "admin@megacrp.example"},
        ("does not serve the domain megacrp.example", "check the JID and the address"),
    ),
    "port": Connection(
        {"SPACES_SYNC_CONNECT": "127.0.0.1:1"},
        ("127.0.0.1:1 refuses the connection", "that the server is running"),
    ),
    "tls": Connection({"SPACES_SYNC_TLS": "direct"}, ("use '--tls direct' only for a port",)),
    "loopback": Connection(
        {"SPACES_SYNC_CONNECT": "nowhere.invalid:5222"},
        ("the password would cross the network", "leave '--tls none' out"),
    ),
}


@pytest.mark.parametrize("kind", CONNECTIONS)
def test_no_session_comes_about(run: Any, server: Server, document: Path, kind: str) -> None:
    variables, words = CONNECTIONS[kind]
    ended = run("plan", document, environment={**server.environment(), **variables})
    assert ended.returncode == UNAVAILABLE
    assert ended.stderr.startswith("error: ")
    assert all(each in said(ended.stderr) for each in words), ended.stderr


@pytest.mark.parametrize("service", ["pubub.megacorp.example", "rooms.megacorp.example"])
def test_what_is_no_service_names_those_that_are(
    run: Any, server: Server, tmp_path: Path, service: str
) -> None:
    file = written(tmp_path, "typo", service)
    environment = server.environment()
    planned, listed = (
        run(*words, environment=environment) for words in (("plan", file), ("list", service))
    )
    for ended in (planned, listed):
        assert ended.returncode == UNAVAILABLE
        assert f"your server offers {server.pubsub}" in ended.stderr
        assert service in ended.stderr
    assert planned.stderr.startswith(f"{file}:4:3: error: ")


def test_an_account_that_may_create_nothing_is_told_before_an_apply(
    run: Any, server: Server, tmp_path: Path, unique: Callable[[str], str]
) -> None:
    """Prosody before 13 shows it; of the others only an attempt tells."""
    file = written(tmp_path, unique("rights"))
    planned = run("plan", file, environment=server.environment("bob"))
    text = said(re.sub(r"\S+spaces.yaml:\d+", "", planned.stdout).replace("·", ""))
    shows = server.name == "prosody" and number(server.version) < (13,)
    assert planned.returncode == (UNAVAILABLE if shows else 0)
    assert "bob@megacorp.example may" in text
    assert server.pubsub in text
    assert ("not checked: whether bob@" in text) is not shows
    assert ("'admins'" if server.name == "prosody" else "'access_createnode'") in text


def to_service(stanza: bytes) -> bool:
    return b"<iq" in stanza and b"to='pubsub." in stanza


def to_anybody(stanza: bytes) -> bool:
    return b"<iq" in stanza and b" to='" in stanza


@pytest.mark.parametrize("silent", [to_service, to_anybody])
@pytest.mark.parametrize("words", [("plan",), ("list",)])
def test_where_no_answer_comes(
    server: Server,
    tmp_path: Path,
    unique: Callable[[str], str],
    silent: Callable[[bytes], bool],
    words: tuple[str, ...],
) -> None:
    file = written(tmp_path, unique("hush"))
    about = file if words == ("plan",) else server.pubsub

    async def work() -> command.Ended:
        async with proxied(server) as proxy:
            proxy.silent = silent
            begun = await command.begin(server, *words, about, "--timeout", "1", port=proxy.port)
            return await command.end(begun)

    ended = asyncio.run(work())
    text = said(re.sub(r"\S+spaces.yaml:4\n", "\n", ended.output) + ended.errors)  # the margin
    assert ended.code == UNAVAILABLE
    assert "error: " in ended.errors
    assert f"no answer from {server.pubsub} in 1 s" in text or "none to a ping" in text
    assert "--timeout gives more time" in text
    if words == ("plan",):
        assert "spaces.yaml:4" in ended.output + ended.errors


# --- explain ------------------------------------------------------------------------------------


def test_every_code_is_explained(run: Any) -> None:
    listed = run("explain").stdout
    for each in explanations():
        assert f"\n  {each.code} " in listed
        assert each.meaning.strip("…; ")
    assert "What to do: if that is meant: --allow remove=N" in run("explain", "remove").stdout
    assert run("explain", "r26").stdout.startswith("R26 (rule of check)\n")
    assert "another apply is at work" in run("explain", "5").stdout

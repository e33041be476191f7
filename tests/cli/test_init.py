"""`init` on a terminal, where it asks for what it lacks, and off it, where it names that."""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import installed
import terminal
from contract.backends import connection
from faults import command
from faults.proxy import proxied
from hand_made import make_space
from servers import Server
from servers.starting import Start
from spaces_sync.model.addresses import Jid
from spaces_sync.xmpp.session import writing_session

Run = Callable[..., Any]
CTRL_C = "\x03"
ENDED = "\x04"  # what a terminal makes the end of the input of


@pytest.fixture
def place(prosody: Server) -> dict[str, str]:
    """Where the server is, and nothing about an account."""
    known = prosody.environment()
    return {name: known[name] for name in ("SPACES_SYNC_CONNECT", "SPACES_SYNC_TLS")}


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_account_and_password_are_asked_for_and_the_password_stays_unseen(
    prosody: Server, place: dict[str, str], tmp_path: Path
):
    (tmp_path / ".github").mkdir()
    answers = [
        ("Account (JID): ", "nobody\n"),
        ("Account (JID): ", f"{prosody.jid()}\n"),
        (f"Password of {prosody.jid()}: ", "\n"),
        (f"Password of {prosody.jid()}: ", f"{prosody.password()}\n"),
    ]
    done = terminal.run("init", "--no-import", answers=answers, folder=tmp_path, environment=place)
    assert done.code == 0, done.screen
    assert "an account is NAME@DOMAIN" in done.screen
    assert f"{prosody.jid()} on {prosody.pubsub}" in done.screen
    assert f"    export SPACES_SYNC_JID={prosody.jid()}\n" in done.screen
    assert f"service: {prosody.pubsub}" in lines(tmp_path / "spaces.yaml")
    assert done.output.startswith("# .github/workflows/spaces.yaml, printed by")
    assert f'SPACES_SYNC_JID: "{prosody.jid()}"' in done.output
    everything = done.screen + done.output + (tmp_path / "spaces.yaml").read_text()
    assert prosody.password() not in everything


def test_what_the_environment_says_is_not_asked_for(prosody: Server, tmp_path: Path):
    done = terminal.run(
        *("init", "--no-import"), answers=[], folder=tmp_path, environment=prosody.environment()
    )
    assert done.code == 0, done.screen
    assert "assword" not in done.screen
    assert "no forge is seen here; --forge prints a job for one of forgejo," in done.screen
    assert done.output == ""


def test_who_answers_no_more_ends_it(place: dict[str, str], tmp_path: Path):
    asked = [("Account (JID): ", ENDED)]
    done = terminal.run("init", answers=asked, folder=tmp_path, environment=place)
    assert (done.code, [*tmp_path.glob("*.yaml")]) == (130, [])
    asked = [("Account (JID): ", "a@megacorp.example\n"), ("Password of", ENDED)]
    done = terminal.run("init", answers=asked, folder=tmp_path, environment=place)
    assert (done.code, [*tmp_path.glob("*.yaml")]) == (130, [])
    assert done.screen.endswith("\ninterrupted\n")


def test_what_is_typed_in_another_encoding_is_asked_for_again(
    prosody: Server, place: dict[str, str], tmp_path: Path
):
    odd, words = "\udce4\udcff\n", "that is no text as this terminal has it (UTF-8); once more"
    password = f"Password of {prosody.jid()}: "
    answers = [
        ("Account (JID): ", odd),
        ("Account (JID): ", f"{prosody.jid()}\n"),
        (password, odd),
        (password, f"{prosody.password()}\n"),
    ]
    environment = {**place, "PYTHONIOENCODING": "utf-8:strict", "PYTHONUTF8": "1"}
    done = terminal.run(
        "init", "--no-import", answers=answers, folder=tmp_path, environment=environment
    )
    assert (done.code, done.screen.count(words)) == (0, 2), done.screen
    assert f"service: {prosody.pubsub}" in lines(tmp_path / "spaces.yaml")


@pytest.mark.parametrize("source", ["", " ours", "o\x1b[31m", "o" * 201, "${HOME}"])
def test_a_source_that_no_file_can_have_is_not_written(
    run: Run, prosody: Server, source: str, tmp_path: Path
):
    done = run("init", "--no-import", "--source", source, environment=prosody.environment())
    assert (done.returncode, [*tmp_path.iterdir()]) == (3, [])
    assert "\nerror: nothing was written: " in done.stderr


def test_a_folder_with_a_long_name_gives_a_source(run: Run, prosody: Server, tmp_path: Path):
    folder = tmp_path / ("o" * 240)
    folder.mkdir()
    (folder / ".git").mkdir()
    file = folder / "spaces.yaml"
    done = subprocess.run(
        [installed.TOOL, "init"],
        cwd=folder,
        env=installed.environment(prosody.environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"source: {'o' * 100}" in lines(file)
    assert run("validate", file).returncode == 0


@pytest.mark.parametrize("asked", [0, 1])
def test_ctrl_c_at_a_question_ends_it(place: dict[str, str], asked: int, tmp_path: Path):
    answers = [("Account (JID): ", "a@megacorp.example\n"), ("Password of", "x")]
    answers = [*answers[:asked], (answers[asked][0], CTRL_C)]
    done = terminal.run("init", answers=answers, folder=tmp_path, environment=place)
    assert done.code == 130
    assert done.screen.endswith("\ninterrupted\n")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "no account: give --jid or set SPACES_SYNC_JID"),
        (
            {"SPACES_SYNC_JID": "a@megacorp.example"},
            "no password: set SPACES_SYNC_PASSWORD or give --password-file",
        ),
    ],
)
def test_off_a_terminal_what_is_missing_is_named_with_its_option_and_variable(
    run: Run, place: dict[str, str], given: dict[str, str], said: str, tmp_path: Path
):
    done = run("init", environment={**place, **given})
    assert (done.returncode, done.stderr, done.stdout) == (64, f"error: {said}\n", "")
    assert [*tmp_path.iterdir()] == []


def test_a_file_that_is_there_stays_without_force_and_the_job_is_printed(
    run: Run, prosody: Server, tmp_path: Path
):
    """As in `init`, then `init --forge gitlab > .gitlab-ci.yml`."""
    file = tmp_path / "spaces.yaml"
    file.write_text("mine")
    for option in ("--import", "--no-import"):
        done = run("init", option, "--forge", "gitlab", environment=prosody.environment())
        assert (done.returncode, file.read_text()) == (0, "mine"), done.stderr
        assert "\nspaces.yaml is there and stays; --force replaces it\n" in done.stderr
        assert "spaces-apply:" in done.stdout
        assert "    spaces-sync plan spaces.yaml\n" in done.stderr
        assert "written" not in done.stderr
        assert "spaces-sync import" not in done.stderr  # what is in the file, init does not say
    done = run("init", "--force", environment=prosody.environment())
    assert done.returncode == 0, done.stderr
    assert "version: 1" in lines(file)


def test_a_file_that_stays_is_not_asked_for(prosody: Server, tmp_path: Path):
    (tmp_path / "spaces.yaml").write_text("mine")
    done = terminal.run("init", answers=[], folder=tmp_path, environment=prosody.environment())
    assert (done.code, lines(tmp_path / "spaces.yaml")) == (0, ["mine"]), done.screen


def test_stdout_is_for_the_job(run: Run, prosody: Server):
    done = run("init", "-o", "-", environment=prosody.environment())
    assert done.returncode == 64
    assert "name a file" in done.stderr


@pytest.fixture
def two_services(start_prosody: Start, server_folder: Path) -> Iterator[Server]:
    """A Prosody with a second service for nodes, and what each of both holds is nothing."""
    more = 'Component "nodes.megacorp.example" "pubsub"\n'
    with start_prosody(server_folder, more=more) as server:
        yield server


def test_of_several_services_one_is_asked_for_or_named(
    run: Run, two_services: Server, tmp_path: Path
):
    environment = two_services.environment()
    done = run("init", environment=environment)
    assert done.returncode == 64
    names = "nodes.megacorp.example, pubsub.megacorp.example"
    assert done.stderr.endswith(f"several pubsub services: {names}; name one by --service\n")
    done = run("init", "--service", two_services.pubsub, "--import", environment=environment)
    assert done.returncode == 0, done.stderr
    assert "spaces.yaml: written, with a space as a comment\n" in done.stderr  # none is there
    question = "Which of the services for nodes: "
    done = run("init", "--forge", "gitlab", environment=environment)  # the file says which
    assert done.returncode == 0, done.stderr
    interrupted = [(question, CTRL_C)]
    done = terminal.run(
        "init", "--force", answers=interrupted, folder=tmp_path, environment=environment
    )
    assert (done.code, done.screen[-12:]) == (130, "interrupted\n")
    answers = [(question, "x\n"), (question, "nodes.megacorp.example\n")]
    done = terminal.run(
        "init", "--force", answers=answers, folder=tmp_path, environment=environment
    )
    assert done.code == 0, done.screen
    assert "service: nodes.megacorp.example" in lines(tmp_path / "spaces.yaml")


def test_a_server_without_a_service_is_told_so_and_nothing_is_written(
    run: Run, start_prosody: Start, server_folder: Path, tmp_path: Path
):
    with start_prosody(server_folder, services=False) as server:
        done = run("init", environment=server.environment())
    assert done.returncode == 6, done.stderr
    assert "megacorp.example lists no pubsub service; --service names one that" in done.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_service_that_is_none_is_told_with_those_that_there_are(run: Run, prosody: Server):
    environment = prosody.environment()
    done = run("init", "--service", prosody.rooms, environment=environment)
    assert done.returncode == 6
    assert f"megacorp.example offers {prosody.pubsub}" in done.stderr


def test_a_component_finds_the_services_of_its_server(run: Run, prosody: Server):
    environment = {
        "SPACES_SYNC_COMPONENT": prosody.component,
        "SPACES_SYNC_COMPONENT_SECRET": prosody.component_secret,
        "SPACES_SYNC_CONNECT": f"{prosody.host}:{prosody.component_port}",
        "SPACES_SYNC_TLS": "none",
    }
    done = run("init", "--forge", "gitlab", environment=environment)
    assert done.returncode == 0, done.stderr
    assert "    may create nodes: it is an admin of the service\n" in done.stderr
    assert f'SPACES_SYNC_COMPONENT: "{prosody.component}"' in done.stdout
    assert "Variables: SPACES_SYNC_COMPONENT_SECRET," in done.stdout


def test_a_service_that_answers_nothing_holds_nothing_up(prosody: Server, tmp_path: Path):
    async def work() -> command.Ended:
        async with proxied(prosody) as proxy:
            proxy.silent = lambda stanza: b"disco#info" in stanza and b"to='rooms." in stanza
            arguments = ("init", "--no-import", "--timeout", "1")
            begun = await command.begin(prosody, *arguments, port=proxy.port, cwd=tmp_path)
            return await command.end(begun)

    ended = asyncio.run(work())
    assert ended.code == 0, ended
    names = "ext.megacorp.example, rooms.megacorp.example"  # the first is not connected
    assert ended.errors.endswith(f"\n\nnot known, for it did not say what it is: {names}\n")
    assert "no answer" not in ended.errors
    assert "service: pubsub.megacorp.example" in lines(tmp_path / "spaces.yaml")


def test_names_of_others_steer_no_terminal(
    run: Run, start_prosody: Start, server_folder: Path, tmp_path: Path
):
    async def filled() -> None:
        async with writing_session(connection(server)) as session:
            service = Jid(server.pubsub)
            await make_space(session, service, "\u202eoof", "\u202ered\u2066", "open")

    with start_prosody(server_folder) as server:
        asyncio.run(filled())
        for user, option in (("bob", "--no-import"), ("admin", "--import")):
            done = run("init", "--force", option, environment=server.environment(user))
            assert done.returncode == 0, done.stderr
            assert done.stderr.replace("\n", "").isprintable()
            if user == "bob":
                assert "pubsub.megacorp.example/\\u202eoof: exists, but bob@" in done.stderr
    assert (tmp_path / "spaces.yaml").read_text().replace("\n", "").isprintable()

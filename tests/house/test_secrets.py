"""No password is ever said or written: not by a command that works, not by one that fails."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from contract.backends import real
from servers import Server
from spaces_sync import cli
from spaces_sync.cli import simulator_session
from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Room, Secret
from spaces_sync.plan.actions import ConfigureRoom, CreateRoom
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import Writer
from spaces_sync.xmpp import Connection

FROM_ENV, FROM_FILE = "canary-of-the-environment", "canary-of-the-file"
WRONG, PLAIN = "canary-that-is-wrong", "canary-in-the-document"
DEBUG = {"SPACES_SYNC_DEBUG": "1", "ROOM_PASSWORD": FROM_ENV}

DOCUMENT = """\
version: 1
source: megacorp/secrets
service: pubsub.megacorp.example
spaces:
  {name}:
    title: Secrets
    exposure: private
    rooms:
      {name}-env@rooms.megacorp.example: {{}}
      {name}-file@rooms.megacorp.example: {{}}
rooms:
  {name}-env@rooms.megacorp.example: {{name: Env, password: {{env: ROOM_PASSWORD}}}}
  {name}-file@rooms.megacorp.example: {{name: File, password: {{file: room.password}}}}
"""

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def name(unique: Callable[[str], str]) -> str:
    return unique("secrets")


@pytest.fixture
def document(tmp_path: Path, name: str) -> Path:
    (tmp_path / "room.password").write_text(FROM_FILE + "\n")
    path = tmp_path / "spaces.yaml"
    path.write_text(DOCUMENT.format(name=name))
    return path


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Say:
    """Runs a command, and holds all that it said and all that lies there now against the canaries;
    `secrets` are those that only this command knows."""
    monkeypatch.chdir(tmp_path)

    def say(*arguments: object, secrets: tuple[str, ...] = (), **environment: str):
        with monkeypatch.context() as context:
            for variable, value in {**DEBUG, **environment}.items():
                context.setenv(variable, value)
            code = cli.run([*map(str, arguments)])
        said = "".join(capfd.readouterr())
        kept = [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".password"]
        written = [path.read_bytes().decode(errors="replace") for path in kept]
        for canary in (FROM_ENV, FROM_FILE, WRONG, *secrets):
            assert canary not in said
            assert not [path for path, text in zip(kept, written, strict=True) if canary in text]
        assert "This is a bug" not in said
        return code, said

    return say


def password_file(folder: Path, text: str) -> str:
    path = folder / "account.password"
    path.touch(mode=0o600)
    path.write_text(text + "\n")
    return str(path)


def room_passwords(server: Server, name: str) -> set[str]:
    async def read(writer: Writer) -> set[str]:
        rooms = [Jid(f"{name}-{each}@rooms.megacorp.example") for each in ("env", "file")]
        forms = [await writer.room_config(room) for room in rooms]
        return {"".join(form["muc#roomconfig_roomsecret"].values) for form in forms}

    return real(server).run(read)


def everything(say: Say, document: Path, known: Mapping[str, str], *secrets: str) -> None:
    """Every command that connects, and those that show what it found."""
    saved = document.with_name("plan.json")

    def done(*arguments: object) -> str:
        code, said = say(*arguments, secrets=secrets, **known)
        assert code == 0, said
        return said

    done("init", "--forge", "gitlab", "-o", document.with_name("first.yaml"))
    document.with_name("first.yaml").unlink()
    done("validate", document)
    done("validate", "--format", "json", document)
    done("plan", document)
    assert "env:ROOM_PASSWORD" in done("plan", "--format", "json", "-o", saved, document)
    done("show", "--full", saved)
    done("show", "--format", "json", saved)
    done("apply", "--yes", saved)  # the passwords are looked up now
    done("apply", "--yes", "--format", "json", document)
    assert "No changes." in done("plan", "--full", document)
    done("list", "pubsub.megacorp.example")
    done("snapshot", "pubsub.megacorp.example", "-o", document.with_name("live.json"))
    done("plan", document, "--live", document.with_name("live.json"))


def test_with_a_password_from_the_environment(say: Say, document: Path, name: str, server: Server):
    everything(say, document, server.environment(), server.password())
    assert room_passwords(server, name) == {FROM_ENV, FROM_FILE}


def test_with_a_password_from_a_file(say: Say, document: Path, name: str, server: Server):
    known = server.environment()
    del known["SPACES_SYNC_PASSWORD"]
    known["SPACES_SYNC_PASSWORD_FILE"] = password_file(document.parent, server.password())
    everything(say, document, known, server.password())
    assert room_passwords(server, name) == {FROM_ENV, FROM_FILE}


def component(server: Server, secret: str) -> dict[str, str]:
    return {
        "SPACES_SYNC_COMPONENT": server.component,
        "SPACES_SYNC_COMPONENT_SECRET": secret,
        "SPACES_SYNC_CONNECT": f"{server.host}:{server.component_port}",
        "SPACES_SYNC_TLS": "none",
    }


def test_as_a_component(say: Say, document: Path, server: Server):
    known = component(server, server.component_secret)
    for command in (("plan", document), ("list", server.pubsub)):
        code, said = say(*command, secrets=(server.component_secret,), **known)
        assert code in (0, 6), said


def test_where_the_login_fails(say: Say, document: Path, server: Server):
    wrong = server.environment() | {"SPACES_SYNC_PASSWORD": WRONG}
    assert say("plan", document, **wrong)[0] == 6
    assert say("list", server.pubsub, **component(server, WRONG))[0] == 6
    del wrong["SPACES_SYNC_PASSWORD"]
    wrong["SPACES_SYNC_PASSWORD_FILE"] = password_file(document.parent, WRONG)
    assert say("apply", "--yes", document, **wrong)[0] == 6
    Path(wrong["SPACES_SYNC_PASSWORD_FILE"]).chmod(0o644)
    assert say("plan", document, **wrong)[0] == 64
    dead = server.environment() | {"SPACES_SYNC_CONNECT": "127.0.0.1:1"}
    assert say("plan", document, secrets=(server.password(),), **dead)[0] == 6


def test_on_the_simulator(say: Say, document: Path):
    live = document.with_name("live.json")
    for command in ("plan", "apply", "plan"):
        options = ("--yes",) if command == "apply" else ("--format", "json")
        assert say(command, document, "--live", live, *options)[0] == 0


@pytest.mark.parametrize(
    "written",
    [
        PLAIN,
        f"[{PLAIN}]",
        f"{{env: {PLAIN}, file: {PLAIN}}}",
        f"{{{PLAIN}}}",
        f"{{env: ROOM_PASSWORD, text: {PLAIN}}}",
        f"!secret {PLAIN}",
        f"|{PLAIN}",
        f"@{PLAIN}",
        f"'{PLAIN}",
        f"{PLAIN}: {PLAIN}",
    ],
)
def test_where_the_document_is_wrong(say: Say, document: Path, written: str):
    text = document.read_text().replace("{env: ROOM_PASSWORD}", written)
    document.write_text(text)
    for command in (("validate",), ("validate", "--format", "json"), ("plan", "--live", "l.json")):
        code, said = say(*command, document)
        assert code == 3, said
        assert PLAIN not in said


UNUSABLE = (
    "env: NOT_SET",
    "env: CONTROL",
    "env: EMPTY",
    "file: no.password",
    "file: binary.password",
)


@pytest.mark.parametrize("origin", UNUSABLE)
def test_a_password_that_cannot_be_had_is_an_error_where_it_is_sent(
    say: Say, document: Path, origin: str
):
    """Where it is neither sent nor compared nobody looks for it: a fork's pipeline has none."""
    (document.parent / "binary.password").write_bytes(b"\xff" + FROM_FILE.encode())
    document.write_text(document.read_text().replace("env: ROOM_PASSWORD", origin))
    given = {"CONTROL": f"{FROM_ENV}\x07", "EMPTY": ""}
    for command in (("validate",), ("validate", "--format", "json"), ("plan", "--live", "l.json")):
        assert say(*command, document, **given)[0] == 0
    code, said = say("apply", "--yes", "--live", "l.json", document, **given)
    assert code == 3, said
    assert origin.partition(": ")[2] in said


def test_a_saved_plan_whose_password_is_gone(say: Say, document: Path):
    saved, live = document.with_name("plan.json"), document.with_name("live.json")
    assert say("plan", document, "--live", live, "-o", saved)[0] == 0
    (document.parent / "room.password").write_bytes(b"\xff" + FROM_FILE.encode())
    code, said = say("apply", "--yes", saved, "--live", live)
    assert code == 3
    assert "room.password" in said
    assert not live.exists()


def test_in_the_trace_of_an_unexpected_error(
    document: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.chdir(document.parent)
    for variable, value in (DEBUG | {"SPACES_SYNC_PASSWORD": WRONG}).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(simulator_session, "load", broken)
    assert cli.run(["apply", str(document), "--live", "live.json", "--yes"]) == 1
    out, err = capfd.readouterr()
    assert "Traceback" in err
    assert not {canary for canary in (FROM_ENV, FROM_FILE, WRONG) if canary in out + err}


def test_in_the_repr_of_any_value():
    secret, room = Secret(WRONG, "env:X"), Jid("a@rooms.megacorp.example")
    create = CreateRoom(room, {}, secret)
    change = ConfigureRoom(room, {}, {}, secret)
    values = (
        secret,
        create,
        change,
        Plan(Jid("admin@megacorp.example"), (create, change)),
        Room({}, {}, secret),
        Connection("a@b.example", secret),
    )
    for value in values:
        assert WRONG not in f"{value!r} {value}"
        assert "env:X" in repr(value)

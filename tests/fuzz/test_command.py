"""The command with broken files and odd arguments: a documented exit code, words, no trace."""

import shutil
from pathlib import Path

import pytest

from spaces_sync import cli
from spaces_sync.cli import simulator_session
from spaces_sync.cli.exits import Exit
from spaces_sync.model.addresses import Jid
from spaces_sync.ports import MalformedAnswerError, NoAnswerError, ServiceError
from spaces_sync.simulator import Simulator

HERE = Path(__file__).parent
DEEP = b"[" * 100_000
FILES = {
    "binary.yaml": bytes(range(256)),
    "broken.yaml": b"version: 1\nspaces: {dev: {title: [",
    "deep.yaml": DEEP,
    "empty.yaml": b"",
    "latin.yaml": "version: 1 # é".encode("latin-1"),
    "list.yaml": b"- 1",
    "long.yaml": b"version: " + b"9" * 5000,
    "utf16.yaml": "version: 1".encode("utf-16"),
    "binary.json": bytes(range(256)),
    "broken.json": b'{"format_version": "1.0", "actions": [',
    "deep.json": DEEP,
    "empty.json": b"",
    "escape.json": b'{"format_version": "1.0", "\\u001b]0;x\\u0007": {}, "account": "\\u001b[31m"}',
    "half.json": b'{"format_version": "1.0", "services": {"a.example": {"name": "\\ud800"}}}',
    "list.json": b"[1, 2]",
    "long.json": b"[" + b"9" * 5000 + b"]",
    "nan.json": b'{"format_version": NaN, "services": -Infinity}',
    "utf16.json": "{}".encode("utf-16"),
    "version.json": b'{"format_version": "99.0"}',
    "odd.json": b'{"format_version": "1.0", "nodes": {"xmpp:a.example?;node=": {"config": {}}}}',
}
BROKEN_YAML = [name for name in FILES if name.endswith(".yaml")]
BROKEN_JSON = [name for name in FILES if name.endswith(".json") and name != "odd.json"]
LOST = ["--jid", "a@b.example", "--connect", "127.0.0.1:1", "--tls", "none"]

# Each line is one command; those without a code may end with any that is documented.
COMMANDS: list[tuple[str, int | None]] = [
    ("", Exit.DONE),
    ("nonsense", Exit.USAGE),
    ("plan", Exit.USAGE),
    ("plan good.yaml", Exit.USAGE),  # no account
    ("plan good.yaml --live", Exit.USAGE),
    ("plan good.yaml --live .", Exit.USAGE),
    ("plan good.yaml --live nowhere/live.json", Exit.DONE),
    ("plan good.yaml --live good.yaml", Exit.INVALID),
    ("plan good.yaml --live new.json -o nowhere/plan.json", Exit.USAGE),
    ("plan good.yaml --live new.json -o .", Exit.USAGE),
    ("plan good.yaml --live new.json --format xml", Exit.USAGE),
    ("plan good.yaml good.yaml --live new.json", Exit.DONE),
    ("plan good.yaml nowhere.yaml --live new.json", Exit.INVALID),
    ("plan . --live new.json", Exit.INVALID),
    ("plan /dev/null --live new.json", Exit.INVALID),
    ("plan -- -x.yaml --live", Exit.INVALID),
    ("plan \udc80 --live new.json", Exit.INVALID),  # a byte that is no UTF-8
    ("plan good.yaml --live \udc80", Exit.DONE),
    ("plan good.yaml --live odd.json", Exit.DONE),
    ("plan good.yaml --jid @ --live new.json", Exit.USAGE),
    ("plan good.yaml --jid a@b/\x1b[31m --live new.json", None),
    ("plan good.yaml --component a@b", Exit.USAGE),
    ("plan good.yaml --jid a@b.example --connect host", Exit.USAGE),
    ("plan good.yaml --jid a@b.example --connect host:0", Exit.USAGE),
    ("plan good.yaml --jid a@b.example --connect host:99999", Exit.USAGE),
    ("plan good.yaml --jid a@b.example --connect host:٣", None),
    ("plan good.yaml --jid a@b.example --connect :1", Exit.USAGE),
    ("plan good.yaml --jid a@b.example --tls none", Exit.UNAVAILABLE),
    ("plan good.yaml --jid a@b.example --password-file nowhere", None),
    ("plan good.yaml --jid a@b.example --password-file .", Exit.USAGE),
    ("plan good.yaml --jid a@b.example --ca-file nowhere --connect localhost:1", Exit.UNAVAILABLE),
    ("plan good.yaml --jid a@b.example --ca-file good.yaml --connect [::1]:1", Exit.UNAVAILABLE),
    ("plan good.yaml --timeout nan --live new.json", None),
    ("plan good.yaml --timeout inf --live new.json", None),
    ("plan good.yaml --timeout 1e999 --live new.json", None),
    ("plan good.yaml --window -1 --live new.json", Exit.USAGE),
    ("plan good.yaml --window ٣ --live new.json", None),
    ("plan good.yaml --window 99999999999999999999 --live new.json", Exit.USAGE),
    ("apply good.yaml --live new.json", Exit.REFUSED),
    ("apply good.yaml --live nowhere/live.json --yes", Exit.INVALID),
    ("apply good.yaml list.json --live new.json --yes", Exit.USAGE),
    ("apply nowhere.json --live new.json --yes", Exit.INVALID),
    ("show good.yaml", Exit.INVALID),
    ("show .", Exit.INVALID),
    ("list", Exit.USAGE),
    ("list @", Exit.USAGE),
    ("list \udc80", Exit.USAGE),
    (f"list pubsub.b.example {' '.join(LOST)}", Exit.UNAVAILABLE),
    (f"snapshot pubsub.b.example -o x.json {' '.join(LOST)}", Exit.UNAVAILABLE),
    ("snapshot pubsub.b.example", Exit.USAGE),
    ("schema --nonsense", Exit.USAGE),
    ("schema", Exit.DONE),
    ("--version", Exit.DONE),
    *((f"validate {name}", Exit.INVALID) for name in BROKEN_YAML),
    *((f"validate --format json {name}", Exit.INVALID) for name in BROKEN_YAML),
    *((f"apply {name} --live new.json --yes", Exit.INVALID) for name in BROKEN_JSON),
    *((f"show --format json {name}", Exit.INVALID) for name in BROKEN_JSON),
    *((f"plan good.yaml --live {name}", Exit.INVALID) for name in BROKEN_JSON),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    shutil.copy(HERE / "document.yaml", tmp_path / "good.yaml")
    for name in ("JID", "CONNECT", "TLS", "PASSWORD_FILE"):
        monkeypatch.delenv(f"SPACES_SYNC_{name}", raising=False)
    monkeypatch.setenv("SPACES_SYNC_PASSWORD", "hunter2-canary")
    return tmp_path


def run(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code and all that was said, of which nothing may steer a terminal."""
    code = cli.run(arguments)
    out, err = capfd.readouterr()
    assert code in set(Exit) - {Exit.UNEXPECTED}, err
    assert "Traceback" not in err
    assert "hunter2" not in out + err
    assert all(character.isprintable() or character == "\n" for character in out + err)
    assert code in (Exit.DONE, Exit.CHANGES) or out or err
    return code, err


def test_odd_commands(hammer, capfd: pytest.CaptureFixture[str]):
    commands = iter(COMMANDS)

    def case(_: object) -> None:
        line, wanted = next(commands)
        code, err = run(line.split(" ") if line else [], capfd)
        assert wanted is None or code == wanted, f"{line!r} ended with {code}: {err}"

    hammer("commands", len(COMMANDS), case)


TEXT = "no\x9b31m\u202e\nno"


@pytest.mark.parametrize(
    "error",
    [ServiceError("forbidden", "auth", TEXT), NoAnswerError(TEXT), MalformedAnswerError(TEXT)],
    ids=lambda error: type(error).__name__,
)
def test_what_a_service_says_cannot_steer_the_terminal(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    class Refusing(Simulator):
        async def service(self, _: Jid) -> None:  # type: ignore[override]  # it never answers
            raise error

    monkeypatch.setattr(simulator_session, "load", lambda *_: Refusing(Jid("a@b.example")))
    code, err = run(["plan", "good.yaml", "--live", "new.json"], capfd)
    assert code == Exit.UNAVAILABLE
    assert r"\x9b31m\u202e\n" in err

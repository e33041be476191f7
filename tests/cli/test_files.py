"""Files that a command is given: what it reads stays, and what it writes goes where it is meant."""

import errno
import json
import os
import stat
import subprocess
import threading
from itertools import product
from pathlib import Path

import pytest

from installed import TOOL
from spaces_sync import cli
from spaces_sync.cli import files


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return tmp_path / "live.json"


@pytest.mark.parametrize(
    "arguments",
    [
        ["apply", "", "--live", "live.json", "--yes"],
        ["plan", "spaces.yaml", "--live", ""],
        ["plan", "spaces.yaml", "--live", "live.json", "-o", ""],
        ["plan", "spaces.yaml", "--password-file", ""],
        ["plan", "spaces.yaml", "--ca-file", ""],
        ["validate", ""],
        ["show", ""],
        ["revert", ""],
    ],
    ids=lambda words: " ".join(word or "''" for word in words),
)
@pytest.mark.usefixtures("document")
def test_an_empty_name_is_not_the_folder_we_are_in(run, live, arguments):
    result = run(*arguments)

    assert result.returncode == 64
    assert "an empty file name" in result.stderr
    assert not live.exists()


@pytest.mark.parametrize(
    ("inputs", "output"),
    [
        (["spaces.yaml"], "spaces.yaml"),
        (["spaces.yaml"], "./spaces.yaml"),
        (["spaces.yaml"], "link.yaml"),
        (["."], "spaces.yaml"),
        (["."], "new.yaml"),
        (["spaces.yaml"], "live.json"),
    ],
)
def test_what_is_read_is_not_written_over(run, document, tmp_path, inputs, output):
    (tmp_path / "link.yaml").symlink_to(document)
    if "." in inputs:
        (tmp_path / "link.yaml").unlink()
    before = document.read_text()
    result = run("plan", *inputs, "-o", output, "--live", "live.json")

    assert result.returncode == 64
    assert f"-o {Path(output)}" in result.stderr
    assert document.read_text() == before
    assert sorted(path.name for path in tmp_path.iterdir() if not path.is_symlink()) == [
        "spaces.yaml"
    ]


@pytest.mark.parametrize(
    ("command", "output"),
    [
        *product(("plan", "revert", "snapshot"), ("pw", "ca.pem", "hard", "link")),
        ("plan", "room.pw"),  # which the document names
    ],
)
def test_nor_is_what_a_login_or_a_room_needs(run, document, live, tmp_path, command, output):
    for name in ("pw", "ca.pem", "room.pw"):
        (tmp_path / name).write_text("secret\n")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "hard").hardlink_to(tmp_path / "pw")
    (tmp_path / "link").symlink_to("ca.pem")
    with document.open("a") as file:
        file.write("rooms: {a@rooms.megacorp.example: {password: {file: room.pw}}}\n")
    connection = ["--jid", "a@b.example", "--password-file", "pw", "--ca-file", "ca.pem"]
    about = {
        "plan": [document, "--live", live],
        "revert": ["plan.json", "--live", live],
        "snapshot": ["pubsub.b.example"],
    }
    result = run(command, *about[command], "-o", output, *connection)

    assert result.returncode == 64
    assert "this is among what the command reads" in result.stderr
    assert {(tmp_path / name).read_text() for name in ("pw", "ca.pem", "room.pw")} == {"secret\n"}


def test_a_live_file_that_apply_could_not_replace(run, document, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "/dev/null"):
        result = run("apply", document, "--live", name, "--yes")
        assert result.returncode == 64
        assert "it is no plain file" in result.stderr


@pytest.mark.parametrize("what", ["document", "password", "live", "plan"])
def test_inputs_may_be_pipes(document, live, tmp_path, what):
    """As the shells' `<(command)` makes them."""
    saved = tmp_path / "saved.json"
    subprocess.run([TOOL, "plan", document, "--live", live, "-o", saved], check=True)
    subprocess.run([TOOL, "apply", saved, "--live", live, "--yes"], check=True)
    line = {
        "document": f"{TOOL} validate <(cat {document})",
        "password": f"{TOOL} plan {document} --password-file <(echo secret) --jid a@b.example"
        " --connect 127.0.0.1:1 --tls none",
        "live": f"{TOOL} plan {document} --live <(cat {live})",
        "plan": f"{TOOL} show <(cat {saved})",
    }[what]
    result = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False
    )

    expected = "refuses the connection" if what == "password" else ""
    assert expected in result.stderr
    assert result.returncode == (6 if what == "password" else 0), result.stderr


def test_nor_is_the_plan_that_is_taken_back(run, document, live):
    run("plan", document, "--live", live, "-o", "plan.json")

    assert run("revert", "plan.json", "--live", live, "-o", "plan.json").returncode == 64


@pytest.mark.parametrize("output", ["-", "/dev/stdout"])
def test_a_plan_on_stdout_is_alone_there(run, document, live, tmp_path, output):
    result = run("plan", document, "--live", live, "-o", output)

    assert result.returncode == 0
    assert json.loads(result.stdout)["actions"]
    assert list(tmp_path.iterdir()) == [document]


def test_stdout_that_is_a_file_is_still_that_file(document, live, tmp_path):
    command = [TOOL, "plan", document, "--live", live, "-o", "/dev/stdout"]
    with (tmp_path / "out").open("w") as out:
        assert subprocess.run(command, stdout=out, check=False).returncode == 0

    assert json.loads((tmp_path / "out").read_text())["actions"]


def test_a_pipe_is_written_to(run, document, live, tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reading = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reading.start()
    result = run("plan", document, "--live", live, "-o", pipe)
    reading.join()

    assert result.returncode == 0
    assert json.loads(read[0])["actions"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_stays_one(run, document, live, tmp_path):
    link = tmp_path / "link.json"
    link.symlink_to("target.json")
    assert run("plan", document, "--live", live, "-o", link).returncode == 0

    assert link.is_symlink()
    assert json.loads((tmp_path / "target.json").read_text())["actions"]


@pytest.mark.parametrize(
    "output", ["nowhere/plan.json", "spaces.yaml/plan.json", "x" * 300, "loop"]
)
def test_what_cannot_be_written_is_64_with_its_reason(run, document, live, tmp_path, output):
    (tmp_path / "loop").symlink_to("loop")
    result = run("plan", document, "--live", live, "-o", output)

    assert result.returncode == 64
    assert f"-o {output}: " in result.stderr
    assert "name another file" in result.stderr


def test_a_long_name_that_fits_is_written(run, document, live, tmp_path):
    assert run("plan", document, "--live", live, "-o", "x" * 255).returncode == 0
    assert json.loads((tmp_path / ("x" * 255)).read_text())["actions"]


def test_a_folder_that_takes_no_files_is_64(run, document, live):
    """Not even those of root."""
    assert run("plan", document, "--live", live, "-o", "/proc/plan.json").returncode == 64


def test_a_saved_plan_is_known_by_what_is_in_it(run, document, live):
    run("plan", document, "--live", live, "-o", "plan")

    for command in ("plan", "validate"):
        refused = run(command, "plan", *(["--live", live] if command == "plan" else []))
        assert refused.returncode == 64
        assert "plan is a saved plan: spaces-sync show plan shows it" in refused.stderr
    assert run("apply", "plan", document, "--live", live, "--yes").returncode == 64
    assert run("apply", "plan", "--live", live, "--yes").returncode == 0
    assert run("plan", document, "--live", live, "--detailed-exitcode").returncode == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'Hall'", "'Hell'"),  # what is done
        ('"items": 0', '"items": 12'),  # what a guard measures by
        ('"children": 0', '"children": 7'),  # what is taken for granted
        ('"line": 4', '"line": 5'),  # what is shown
    ],
)
def test_a_plan_that_somebody_edited_is_3(run, document, live, tmp_path, before, after):
    saved = tmp_path / "plan.json"
    run("plan", document, "--live", live, "-o", saved)
    assert before in saved.read_text()
    saved.write_text(saved.read_text().replace(before, after))

    for arguments in (["show", saved], ["apply", saved, "--live", live, "--yes"]):
        result = run(*arguments)
        assert result.returncode == 3
        assert "plan again" in result.stderr
    assert not live.exists()


def test_a_file_name_that_is_no_text_survives_a_plan(run, document, live, tmp_path):
    name = os.fsdecode(b"spaces-\xff.yaml")
    document.rename(tmp_path / name)
    saved = tmp_path / "plan.json"

    assert run("plan", name, "--live", live, "-o", saved).returncode == 0
    shown = run("show", saved)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert r"\\udcff.yaml:4" in shown.stdout
    assert run("apply", saved, "--live", live, "--yes").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "step"),
    [
        (["show", "nope.json"], "spaces-sync plan FILE -o PLAN.json"),
        (["apply", "nope.json"], "spaces-sync plan FILE -o PLAN.json"),
        (["plan", "spaces.yaml", "--live", "spaces.yaml"], "spaces-sync snapshot SERVICE -o FILE"),
    ],
)
@pytest.mark.usefixtures("document")
def test_what_is_not_there_or_something_else_has_a_next_step(run, arguments, step):
    result = run(*arguments)

    assert result.returncode == 3
    assert step in result.stderr


def test_a_name_cannot_steer_the_terminal(run, document):
    for arguments in (
        ["show", "\x1b[2J.json"],
        ["plan", document, "--live", "\x1b[2J/x"],
        ["plan", document, "--live", "live.json", "-o", "\x1b[2J/x"],
        ["plan", "\x1b[2J.yaml"],
        ["plan", "--\x1b[2J"],
    ):
        result = run(*arguments)
        assert "\x1b" not in result.stderr + result.stdout


def test_a_snapshot_that_could_not_be_kept_is_refused_at_once(run, document):
    result = run("apply", document, "--live", "nowhere/live.json", "--yes")

    assert (result.returncode, result.stdout) == (3, "")
    assert "--live nowhere/live.json: " in result.stderr


def test_what_was_done_is_told_where_the_simulator_cannot_be_kept(
    document, live, monkeypatch, capsys
):
    def full(_path, _text):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "write", full)
    code = cli.run(["apply", str(document), "--live", str(live), "--yes", "--format", "json"])

    out, err = capsys.readouterr()
    assert code == 6
    assert json.loads(out)["succeeded"]
    assert f"--live {live}: No space left on device; the file is as it was" in err

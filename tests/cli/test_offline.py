"""Commands without a network: files, the simulator, usage, help."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from cli.conftest import SPACE


def test_help_names_every_command_and_no_traceback(run):
    result = run("--help")

    assert result.returncode == 0
    for name in ("validate", "plan", "apply", "show", "list", "snapshot", "schema"):
        assert re.search(rf"^  {name} ", result.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["plan"],
        ["plan", "x.yaml", "--nonsense"],
        ["list", "a b"],
        ["plan", "x.yaml", "--window", "0"],
        ["--timeout", "-1", "validate", "x.yaml"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(run, arguments):
    result = run(*arguments)

    assert result.returncode == 64
    assert "Traceback" not in result.stderr


def test_a_valid_file(run, document):
    result = run("validate", document)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "valid: 1 space with 1 child\n"


def test_validate_counts_what_must_not_exist(run, tmp_path):
    file = tmp_path / "spaces.yaml"
    file.write_text(
        "version: 1\nservice: pubsub.megacorp.example\nnodes: {dev: {absent: true}}\n"
        "rooms: {a@rooms.megacorp.example: {absent: true}}\n"
    )
    said = run("validate", file).stdout
    assert said == "valid: 0 spaces, 2 that must not exist\n"


def test_an_invalid_file_is_3_with_places(run, document):
    document.write_text(document.read_text() + "    colour: red\n    title: Twice\n")
    result = run("validate", document)

    assert result.returncode == 3
    assert result.stdout == ""
    assert re.search(r"spaces\.yaml:9:5: error: unknown key 'colour'", result.stderr)
    assert "spaces.yaml:10:5: " in result.stderr


def test_problems_as_json(run, document):
    document.write_text("version: 2\n")
    result = run("validate", "--format", "json", document)

    assert result.returncode == 3
    data = json.loads(result.stdout)
    assert not data["valid"]
    assert data["problems"][0]["line"] == 1


def test_a_missing_file_is_3(run):
    result = run("plan", "nowhere.yaml")

    assert result.returncode == 3
    assert "nowhere.yaml" in result.stderr


def test_the_whole_way_on_the_simulator(run, document, tmp_path):
    live = tmp_path / "live.json"

    planned = run("plan", document, "--live", live, "--detailed-exitcode")
    assert planned.returncode == 2
    assert "Hall" in planned.stdout
    assert not live.exists()

    applied = run("apply", document, "--live", live, "--yes")
    assert (applied.returncode, applied.stderr) == (0, "")
    assert live.exists()

    again = run("plan", document, "--live", live, "--detailed-exitcode")
    assert again.returncode == 0
    assert "No changes." in again.stdout


def test_no_terminal_and_no_yes_is_4_and_sends_nothing(run, document, tmp_path):
    live = tmp_path / "live.json"
    result = run("apply", document, "--live", live)

    assert result.returncode == 4
    assert "--yes" in result.stderr
    assert run("plan", document, "--live", live, "--detailed-exitcode").returncode == 2


def test_a_saved_plan_is_shown_and_applied_once(run, document, tmp_path):
    live, saved = tmp_path / "live.json", tmp_path / "plan.json"
    run("plan", document, "--live", live, "-o", saved)

    shown = run("show", saved)
    assert shown.returncode == 0
    assert "Hall" in shown.stdout
    assert run("apply", saved, "--live", live, "--yes").returncode == 0
    once_more = run("apply", saved, "--live", live, "--yes")
    assert once_more.returncode == 0
    assert "applied already" in once_more.stderr


def test_a_stale_plan_is_5_and_can_still_be_shown(run, document, tmp_path):
    live, saved = tmp_path / "live.json", tmp_path / "plan.json"
    run("apply", document, "--live", live, "--yes")
    text = document.read_text()
    document.write_text(text.replace("corner", "attic").replace("Hall", "Great hall"))
    run("plan", document, "--live", live, "-o", saved)
    document.write_text(text.replace("corner", "cellar"))
    run("apply", document, "--live", live, "--yes")

    result = run("apply", saved, "--live", live, "--yes")

    assert result.returncode == 5
    assert "title was 'The developers corner' when planned" in result.stderr
    assert run("show", saved).returncode == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format_version": "9.0"}', "{"])
def test_what_is_no_plan_is_3(run, tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_text(text)

    for command in ("show", "apply"):
        result = run(command, path)
        assert result.returncode == 3
        assert "plan.json" in result.stderr


def test_a_broken_snapshot_is_3(run, document, tmp_path):
    live = tmp_path / "live.json"
    live.write_text('{"format_version": "1.0", "services": 7}')

    assert run("plan", document, "--live", live).returncode == 3


def test_schema_is_the_published_one(run):
    result = run("schema")

    assert json.loads(result.stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_plan_beyond_the_service_is_6(run, document, tmp_path):
    rooms = "".join(f"      r{i}@rooms.megacorp.example: R\n" for i in range(300))
    document.write_text(document.read_text() + rooms)
    live = tmp_path / "live.json"

    for command in ("plan", "apply"):
        result = run(command, document, "--live", live, *(["--yes"] if command == "apply" else []))
        assert result.returncode == 6
        assert "at most 256" in result.stdout
    assert run("list", "pubsub.megacorp.example").returncode == 64


@pytest.mark.parametrize("options", [["--color", "always", "plan"], ["plan", "--color", "always"]])
def test_global_options_work_before_and_after(run, document, tmp_path, options):
    result = run(*options, document, "--live", tmp_path / "live.json")

    assert "\x1b[" in result.stdout


def test_no_colour_without_a_terminal(run, document, tmp_path):
    assert "\x1b[" not in run("plan", document, "--live", tmp_path / "live.json").stdout


def test_a_rooms_password_is_not_in_a_snapshot_and_no_change_the_next_time(run, tmp_path):
    document, live = tmp_path / "rooms.yaml", tmp_path / "live.json"
    document.write_text(
        "version: 1\nrooms:\n  ops@rooms.megacorp.example: {name: Ops, password: {env: PW}}\n"
    )
    environment = {"PW": "canary-5"}

    applied = run("apply", document, "--live", live, "--yes", environment=environment)
    again = run("plan", document, "--live", live, environment=environment)

    assert applied.returncode == 0
    assert "canary-5" not in live.read_text()
    assert "No changes." in again.stdout


def test_a_rooms_password_is_needed_only_where_it_is_sent_or_compared(run, tmp_path):
    document, live = tmp_path / "rooms.yaml", tmp_path / "live.json"
    head = "version: 1\nrooms:\n  ops@rooms.megacorp.example: {name: Ops"
    document.write_text(f"{head}, password: {{env: PW}}}}\n")

    assert run("validate", document).returncode == 0
    assert run("validate", document, "--format", "json").returncode == 0
    assert "env:PW" in run("plan", document, "--live", live).stdout
    missing = run("apply", document, "--live", live, "--yes")
    assert (missing.returncode, "PW is not set" in missing.stderr) == (3, True)

    document.write_text(f"{head}}}\n")
    assert run("apply", document, "--live", live, "--yes").returncode == 0
    document.write_text(f"{head}, password: {{env: PW}}}}\n")
    assert "env:PW" in run("plan", document, "--live", live).stdout  # it has none yet


def test_of_two_applies_to_one_file_none_is_lost(run, tmp_path):
    live = tmp_path / "live.json"

    def applied(number):
        document = tmp_path / f"{number}.yaml"
        document.write_text(SPACE.format(node=f"space-{number}"))
        return run("apply", document, "--live", live, "--yes")

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(applied, range(4)))

    assert {result.returncode for result in results} <= {0, 5}
    assert 0 in {result.returncode for result in results}
    held = live.read_text()
    for number, result in enumerate(results):
        assert (result.returncode == 0) == (f"space-{number}" in held)
        assert result.returncode == 0 or "apply again" in result.stderr


def test_a_plan_names_rooms_that_nobody_made_also_where_nothing_changes(run, tmp_path):
    file, live = tmp_path / "spaces.yaml", tmp_path / "live.json"
    file.write_text(
        "version: 1\nservice: pubsub.megacorp.example\n"
        "rooms: {a@rooms.megacorp.example: {}}\nspaces: {dev: {exposure: public, "
        "rooms: {a@rooms.megacorp.example: {}, b@rooms.megacorp.example: {}}}}\n"
    )
    assert run("apply", file, "--live", live, "--yes").returncode == 0
    said = run("plan", file, "--live", live).stdout
    assert "· lists b@rooms.megacorp.example, which is not" in said
    assert "No changes." in said

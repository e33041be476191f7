"""`--space`, `--exclude` and `--only` as a user gives them, on the simulator."""

import json
from pathlib import Path

import pytest

SERVICE = "pubsub.megacorp.example"
DOCUMENT = """\
version: 1
source: megacorp/spaces
service: pubsub.megacorp.example
spaces:
  dev: {title: Dev, exposure: public, rooms: {hall@rooms.megacorp.example: Hall}}
  ops: {title: Ops, exposure: public}
nodes:
  news: {title: News}
rooms:
  hall@rooms.megacorp.example: {name: Hall}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spaces.yaml"
    path.write_text(DOCUMENT)
    return path


def live(tmp_path: Path) -> set[str]:
    """What there is but for ledgers, by the last part of its name."""
    data = json.loads((tmp_path / "live.json").read_text())
    nodes = {uri.rpartition("=")[2] for uri in data["nodes"] if "urn" not in uri}
    return {*nodes, *data["rooms"]}


@pytest.mark.parametrize(
    ("options", "made"),
    [
        (["--space", "dev"], {"dev"}),
        (["--space", "*s"], {"ops", "news"}),
        (["--space", f"{SERVICE}/o*", "--space", "news"], {"ops", "news"}),
        (["--exclude", "ops", "--exclude", "hall@*"], {"dev", "news"}),
        (["--only", "rooms"], {"hall@rooms.megacorp.example"}),
        (["--only", "rooms", "--only", "nodes"], {"hall@rooms.megacorp.example", "news"}),
        (["--only", "spaces", "--exclude", "ops"], {"dev"}),
    ],
)
def test_an_apply_makes_what_is_selected_and_nothing_else(run, tmp_path, file, options, made):
    to = ("--live", "live.json")
    done = run("apply", file, *to, "--yes", *options)
    assert (done.returncode, done.stderr) == (0, "")
    assert live(tmp_path) == made
    assert run("plan", file, *to, "--detailed-exitcode", *options).returncode == 0
    assert run("apply", file, *to, "--yes").returncode == 0
    assert run("plan", file, *to, "--detailed-exitcode").returncode == 0


def test_what_is_not_selected_has_not_left_the_file(run, tmp_path, file):
    to = ("--live", "live.json")
    assert run("apply", file, *to, "--yes").returncode == 0
    everything = live(tmp_path)
    allow = ("--allow", "delete-space=9", "--allow", "delete-node=9", "--allow", "destroy-room=9")
    done = run("apply", file, *to, "--yes", "--space", "dev", *allow)
    assert (done.returncode, live(tmp_path)) == (0, everything)
    file.write_text(DOCUMENT.replace("  ops: {title: Ops, exposure: public}\n", ""))
    assert run("apply", file, *to, "--yes", "--space", "dev", *allow).returncode == 0
    assert live(tmp_path) == everything
    assert run("apply", file, *to, "--yes", "--space", "ops", *allow).returncode == 0
    assert live(tmp_path) == everything - {"ops"}


def test_of_what_has_left_the_file_the_section_counts(run, tmp_path, file):
    to = ("--live", "live.json")
    assert run("apply", file, *to, "--yes").returncode == 0
    everything = live(tmp_path)
    file.write_text(DOCUMENT.partition("spaces:")[0] + "spaces: {}\n")
    allow = ("--allow", "delete-space=9", "--allow", "delete-node=9", "--allow", "destroy-room=9")
    assert run("apply", file, *to, "--yes", "--only", "nodes", *allow).returncode == 0
    assert live(tmp_path) == everything - {"news"}
    assert run("apply", file, *to, "--yes", "--only", "spaces", *allow).returncode == 0
    assert live(tmp_path) == {"hall@rooms.megacorp.example"}


@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--space", "dex"], "--space 'dex' matches nothing in the files"),
        (["--space", "dex"], "did you mean dev"),
        (["--exclude", "zzz*"], "--exclude 'zzz*' matches nothing in the files"),
        (["--space", "dev", "--exclude", "d*"], "leave nothing of the files"),
        (["--space", ""], "an empty pattern matches nothing"),
        (["--only", "room"], "'room' is not one of"),
    ],
)
def test_a_pattern_that_matches_nothing_is_an_error(run, tmp_path, file, command, options, said):
    done = run(command, file, "--live", "live.json", *options)
    assert done.returncode == 64
    assert said in done.stderr
    assert not (tmp_path / "live.json").exists() or live(tmp_path) == set()


def test_a_saved_plan_is_applied_as_it_is(run, file):
    saved = ("-o", "plan.json", "--space", "dev")
    assert run("plan", file, "--live", "live.json", *saved).returncode == 0
    refused = run("apply", "plan.json", "--live", "live.json", "--yes", "--space", "dev")
    assert refused.returncode == 64
    assert "select when you plan" in refused.stderr
    assert run("apply", "plan.json", "--live", "live.json", "--yes").returncode == 0


def test_import_and_check_of_a_service(run, file):
    to = ("--live", "live.json")
    assert run("apply", file, *to, "--yes").returncode == 0
    made = run("import", SERVICE, *to, "--space", "d*", "--with-rooms")
    assert made.returncode == 0, made.stderr
    assert ("dev:" in made.stdout, "ops" in made.stdout) == (True, False)
    assert "hall@rooms.megacorp.example:" in made.stdout.partition("\nrooms:")[2]
    none = ("--exclude", "hall@*")
    made = run("import", SERVICE, *to, "--space", "d*", "--with-rooms", "--exclude", "ops")
    assert "\nrooms:" in made.stdout
    listed = run("list", SERVICE, *to, "--exclude", "o*")
    assert (listed.returncode, "dev" in listed.stdout, "ops" in listed.stdout) == (0, True, False)
    for subject in (SERVICE, str(file)):
        found = run("check", subject, *to, "--space", "dev", "--format", "json")
        assert "node='dev'" in found.stdout, found.stderr
        assert "node='ops'" not in found.stdout
        unknown = run("check", subject, *to, "--space", "dex")
        assert (unknown.returncode, "matches nothing" in unknown.stderr) == (64, True)
    assert run("check", SERVICE, *to, *none).returncode == 0
    unknown = run("import", SERVICE, *to, "--space", "dex")
    assert (unknown.returncode, "did you mean dev" in unknown.stderr) == (64, True)


def test_who_left_the_operators_is_not_forgotten_where_not_all_was_selected(run, tmp_path, file):
    """Their rights in what is not selected are taken when that is applied."""
    to = ("--live", "live.json", "--yes", "--allow", "remove-owner=9")
    head, rest = DOCUMENT.split("spaces:\n")
    text = f"{head}operators: [WHO]\nspaces:\n{rest}"
    file.write_text(text.replace("WHO", "bob@megacorp.example"))
    assert run("apply", file, *to).returncode == 0
    file.write_text(text.replace("WHO", "carol@megacorp.example"))
    part = run("apply", file, *to, "--space", "dev")
    assert part.returncode == 0
    assert "bob@megacorp.example left 'operators' and may write it" in " ".join(part.stdout.split())
    assert run("apply", file, *to).returncode == 0
    data = json.loads((tmp_path / "live.json").read_text())
    owners = {uri: each["affiliations"] for uri, each in data["nodes"].items()}
    assert [uri for uri, each in owners.items() if "bob@megacorp.example" in each] == []
    assert run("plan", file, "--live", "live.json", "--detailed-exitcode").returncode == 0


def test_only_rooms_looks_at_no_node(run, tmp_path, file):
    """Also of what has left the file, and of what is gone by now."""
    to = ("--live", "live.json")
    assert run("apply", file, *to, "--yes").returncode == 0
    data = json.loads((tmp_path / "live.json").read_text())
    del data["nodes"][f"xmpp:{SERVICE}?;node=ops"]
    (tmp_path / "live.json").write_text(json.dumps(data))
    file.write_text(DOCUMENT.replace("  ops: {title: Ops, exposure: public}\n", ""))
    for only in (("--only", "rooms"), ("--only", "rooms", "--exclude", "dev")):
        planned = run("plan", file, *to, *only, "--format", "json")
        assert (planned.returncode, json.loads(planned.stdout)["actions"]) == (0, [])
        assert json.loads(planned.stdout)["facts"]["spaces"] == 0
    assert json.loads(run("plan", file, *to, "--format", "json").stdout)["actions"] != []


def test_what_was_applied_apart_on_two_services_is_known_as_one(run, tmp_path):
    """The ledgers on both name each other, also where each apply was about one alone."""
    other = "pubsub.other.example"
    to = ("--live", "live.json")
    spaces = {
        name: f"  {name}: {{exposure: public{more}}}\n"
        for name, more in {
            "dev1": "",
            "keep": "",
            "dev2": f", service: {other}",
            "keep2": f", service: {other}",
        }.items()
    }
    file = tmp_path / "spaces.yaml"

    def write(*names: str) -> None:
        text = DOCUMENT.partition("spaces:")[0] + "spaces:\n"
        file.write_text(text + "".join(spaces[name] for name in names))

    write(*spaces)
    for pair in (("dev1", "keep"), ("dev2", "keep2")):
        words = [word for name in pair for word in ("--space", name)]
        assert run("apply", file, *to, "--yes", *words).returncode == 0
    write("dev1", "keep")
    whole = run("plan", file, *to)
    assert "left the file and stays" in " ".join(whole.stdout.split())
    write("dev1", "keep", "keep2")
    for words in (("--space", "dev*"), ("--only", "spaces"), ("--exclude", "keep2")):
        allow = ("--allow", "delete-space=1")
        planned = run("plan", file, *to, *words, *allow, "--format", "json")
        gone = [each["node"] for each in json.loads(planned.stdout)["actions"] if "node" in each]
        assert gone == [f"xmpp:{other}?;node=dev2"], words


def test_a_narrowed_plan_says_so_in_each_format(run, file):
    to = ("--live", "live.json")
    options = ("--space", "de*", "--only", "spaces")
    told = "narrowed to --space 'de*' --only spaces"
    for output_format in ("text", "compact"):
        shown = run("plan", file, *to, *options, "--format", output_format)
        assert f", {told}: 1 node touched" in shown.stdout
    shown = run("plan", file, *to, *options, "--format", "markdown").stdout
    assert ", narrowed to `--space 'de*' --only spaces`: 1 node touched" in shown
    shown = run("plan", file, *to, *options, "--format", "html").stdout
    assert ", narrowed to --space &#39;de*&#39; --only spaces</h1>" in shown
    assert run("apply", file, *to, "--yes", *options).returncode == 0
    assert f"\nNo changes, {told}.\n" in run("plan", file, *to, *options).stdout
    assert "narrowed" not in run("plan", file, *to).stdout


def test_what_a_space_lists_is_none_of_the_top_level_sections(run, file):
    file.write_text(DOCUMENT.partition("nodes:")[0])
    plan = run("plan", file, "--live", "live.json", "--only", "rooms")
    assert (plan.returncode, plan.stdout) == (64, "")
    assert "nothing under the top-level 'rooms'" in plan.stderr
    assert "the rooms that a space lists are of the space" in plan.stderr


def test_reports_of_two_selections_are_two_comments(run, file):
    to = ("--live", "live.json", "--format", "markdown")
    markers = {
        run("plan", file, *to, *options).stdout.partition("\n")[0]
        for options in ([], ["--space", "dev"], ["--space", "ops"])
    }
    assert len(markers) == 3


def test_a_pattern_is_shown_as_no_markup(run, file):
    evil = "*`@all`</summary>\u202e|"
    name = evil.removeprefix("*")
    file.write_text(DOCUMENT.replace("  ops: {", f"  {json.dumps('x' + name)}: {{"))
    plan = run("plan", file, "--live", "live.json", "--space", evil, "--format", "markdown")
    assert plan.returncode == 0, plan.stderr
    assert "narrowed to `` --space '*`@all`</summary>\\u202e|' ``:" in plan.stdout

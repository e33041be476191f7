"""Guards at the command line: what stops, and that the option which the refusal names lets pass."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

HEAD = "version: 1\nsource: megacorp/spaces\nservice: pubsub.megacorp.example\n"
DEV = "xmpp:pubsub.megacorp.example?;node=dev"


def space(rooms: int = 0, exposure: str = "public", more: str = "") -> str:
    listed = "".join(f"      r{n}@rooms.megacorp.example: R{n}\n" for n in range(rooms))
    return (
        f"{HEAD}spaces:\n  dev:\n    exposure: {exposure}\n    rooms:{listed and chr(10)}"
        f"{listed or ' {}' + chr(10)}{more}"
    )


def owners(*names: str) -> str:
    lines = "".join(f"      {name}@megacorp.example: owner\n" for name in names)
    return f"    affiliations:\n{lines}"


def readers(node: dict[str, Any]) -> None:
    node["subscriptions"] = {
        f"{name}@megacorp.example": "subscribed" for name in ("eve", "mallory")
    }


def plain(lines: str) -> str:
    return f"{HEAD}nodes:\n  dev:\n    title: News\n    {lines}\n"


def notes(node: dict[str, Any]) -> None:
    node["items"] = [{"id": f"n{n}", "payloads": ["<n xmlns='urn:n'/>"]} for n in range(12)]


def room(lines: str, more: str = "") -> str:
    return f"{HEAD}rooms:\n  hall@rooms.megacorp.example:\n    {lines}\n{more}"


CAROL = "    affiliations: {carol@megacorp.example: member}\n"


def untouched(_: dict[str, Any]) -> None:
    """Nobody else did anything."""


# Before, what others do to the node, after, and the option that this takes.
STOPPED = {
    "eleven removals": (space(40), untouched, space(29), "remove=11"),
    "a third of a space": (space(12), untouched, space(8), "remove=4"),
    "all of two": (space(2), untouched, space(0), "remove=2"),
    "the space left the file": (space(2), untouched, f"{HEAD}spaces: {{}}\n", "delete-space=dev"),
    "the space shall be absent": (
        space(2),
        untouched,
        f"{HEAD}spaces: {{dev: {{absent: true}}}}\n",
        "delete-space=dev",
    ),
    "the node shall be absent": (
        plain("max_items: 20"),
        notes,
        f"{HEAD}nodes: {{dev: {{absent: true}}}}\n",
        "delete-node=dev",
    ),
    "the room shall be absent": (
        room("name: Hall"),
        untouched,
        f"{HEAD}rooms: {{hall@rooms.megacorp.example: {{absent: true}}}}\n",
        "destroy-room=hall@rooms.megacorp.example",
    ),
    "the door closes": (space(1), readers, space(1, "private"), "lose-access=2"),
    "an owner less": (
        space(1, more=owners("bob", "carol")),
        untouched,
        space(1, more=owners("bob")),
        "remove-owner=1",
    ),
    "a lower limit": (plain("max_items: 20"), notes, plain("max_items: 5"), "drop-items=7"),
    "no store": (
        plain("max_items: 20"),
        notes,
        plain("config: {pubsub#persist_items: 0}"),
        "drop-items=12",
    ),
    "the door opens": (space(1, "private"), untouched, space(1), "open-access=1"),
    "an empty space opens": (space(0, "private"), untouched, space(0), "open-access=1"),
    "a node opens": (
        plain("access_model: whitelist"),
        notes,
        plain("access_model: open"),
        "open-access=1",
    ),
    "subscribers may publish": (
        space(1),
        readers,
        space(1, more="    publish_model: subscribers\n"),
        "open-access=1",
    ),
    "subscribers may publish no more": (
        space(1, more="    publish_model: subscribers\n"),
        readers,
        space(1),
        "lose-access=2",
    ),
    "a copy opens what was closed": (
        space(2, "private"),
        untouched,
        space(2).replace("  dev:\n", "  dev2:\n    previously: [dev]\n"),
        "open-access=1",
    ),
    "a room takes everybody": (
        room("members_only: true"),
        untouched,
        room("members_only: false"),
        "open-access=1",
    ),
    "a room is opened by three fields and counts once": (
        room("{members_only: true, public: false, whois: moderators}"),
        untouched,
        room("{members_only: false, public: true, whois: anyone}"),
        "open-access=1",
    ),
    "a room closes": (
        room("members_only: false", CAROL),
        untouched,
        room("members_only: true", CAROL),
        "lose-access=1",
    ),
    "a room goes by itself": (
        room("name: Hall"),
        untouched,
        room("persistent: false"),
        "destroy-room=hall@rooms.megacorp.example",
    ),
    "a room forgets": (
        room("config: {muc#roomconfig_historylength: 20}"),
        untouched,
        room("config: {muc#roomconfig_historylength: 5}"),
        "drop-items=1",
    ),
}
PASS = {
    "ten removals": (space(40), space(30)),
    "three of twelve": (space(12), space(9)),
    "one of two": (space(2), space(1)),
    "a new public space": (f"{HEAD}spaces: {{}}\n", space(2)),
    "a new room for everybody": (f"{HEAD}rooms: {{}}\n", room("members_only: false")),
    "a title": (room("name: Hall"), room("name: Great hall")),
    "a room that hides": (room("public: true"), room("public: false")),
    "room for more": (plain("max_items: 5"), plain("max_items: 20")),
}


@pytest.fixture
def world(run: Callable, tmp_path: Path) -> Callable:
    """`world(before, others, after)` is the file to apply and the snapshot to apply it to."""

    def made(before: str, others: Callable, after: str) -> tuple[Path, Path]:
        file, live = tmp_path / "spaces.yaml", tmp_path / "live.json"
        file.write_text(before)
        assert run("apply", file, "--live", live, "--yes").returncode == 0
        data = json.loads(live.read_text())
        if DEV in data["nodes"]:
            others(data["nodes"][DEV])
        live.write_text(json.dumps(data))
        file.write_text(after)
        return file, live

    return made


@pytest.mark.parametrize(("before", "others", "after", "option"), STOPPED.values(), ids=STOPPED)
def test_a_guard_stops_and_its_option_lets_pass(run, world, before, others, after, option):
    file, live = world(before, others, after)
    untouched_file = live.read_text()
    kind, number = option.split("=")
    # A space that left the file is removed only with its --allow, of which 0 is too few.
    few = ["--allow", f"{kind}={int(number) - 1 if number.isdecimal() else 0}"]

    for arguments in (few, [] if kind != "delete-space" else few):
        result = run("apply", file, "--live", live, "--yes", *arguments)
        assert result.returncode == 4
        assert "nothing was sent" in result.stderr
        assert re.findall(r"--allow (\S+)", result.stderr) == [option]
        assert json.loads(live.read_text()) == json.loads(untouched_file)
    planned = run(
        "plan", "--detailed-exitcode", "--format", "json", file, "--live", live, "--allow", few[1]
    )
    assert planned.returncode == 4
    assert [each["guard"] for each in json.loads(planned.stdout)["refusals"]] == [kind]
    allowed = ("--allow", option)
    planned = run("plan", "--detailed-exitcode", "--format", "json", file, "--live", live, *allowed)
    assert (planned.returncode, json.loads(planned.stdout)["refusals"]) == (2, [])
    assert json.loads(planned.stdout)["risks"] != []  # which are there, whatever is allowed
    result = run("apply", file, "--live", live, "--yes", *allowed)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(("before", "after"), PASS.values(), ids=PASS)
def test_below_the_limit_nothing_is_asked(run, world, before, after):
    file, live = world(before, untouched, after)

    assert run("apply", file, "--live", live, "--yes").returncode == 0


def test_a_plan_says_what_applying_it_will_take(run, world):
    file, live = world(space(40), untouched, space(5))
    result = run("plan", file, "--live", live)

    assert result.returncode == 0
    assert result.stdout.rpartition("\n\n")[2].startswith("apply will refuse this: 35 ")
    assert "--allow remove=35" in result.stdout
    assert result.stderr == ""
    assert "! 35 removals\n" in result.stdout
    data = run("plan", file, "--live", live, "--format", "json")
    assert "apply will refuse this: 35 " in data.stderr
    allowed = run("plan", file, "--live", live, "--allow", "remove=35")
    assert "apply will refuse" not in allowed.stdout + allowed.stderr


def test_the_risks_stand_right_above_the_refusal(run, world):
    file, live = world(space(40), untouched, space(5))
    result = run("apply", file, "--live", live, "--yes")

    assert result.returncode == 4
    assert result.stdout.endswith("    and 30 more; --full names them\n")
    assert result.stderr.startswith("error: nothing was sent: the plan is refused\nremove: 35 ")


def test_a_kind_without_a_number_is_any_number(run, world):
    file, live = world(space(40), untouched, space(5))

    assert run("apply", file, "--live", live, "--yes", "--allow", "remove").returncode == 0


def test_a_saved_plan_is_guarded_too(run, world, tmp_path):
    file, live = world(space(40), untouched, space(5))
    saved = tmp_path / "plan.json"
    assert run("plan", file, "--live", live, "-o", saved).returncode == 0

    assert run("apply", saved, "--live", live, "--yes").returncode == 4
    allowed = ["--allow", "remove=35"]
    assert run("apply", saved, "--live", live, "--yes", *allowed).returncode == 0


def test_nothing_removes_a_protected_space(run, world):
    file, live = world(space(1, more="    protect: true\n"), untouched, f"{HEAD}spaces: {{}}\n")
    result = run("apply", file, "--live", live, "--yes", "--allow", "delete-space=1")

    assert result.returncode == 4
    assert "protect: 1 protected object is removed" in result.stderr
    assert "--allow" not in result.stderr


WHAT_IS_IN_IT = {
    "all items": (
        plain("protect: true"),
        plain("protect: true\n    config: {pubsub#persist_items: 0}"),
    ),
    "most items": (plain("protect: true"), plain("protect: true\n    max_items: 1")),
    "a room's history": (room("protect: true"), room("protect: true\n    persistent: false")),
}


@pytest.mark.parametrize(("before", "after"), WHAT_IS_IN_IT.values(), ids=WHAT_IS_IN_IT)
def test_protect_covers_what_is_in_it(run, world, before, after):
    file, live = world(before, notes if "nodes" in before else untouched, after)
    untouched_file = json.loads(live.read_text())
    allowed = ("drop-items", "destroy-room=1", "lose-access")
    result = run(
        "apply", file, "--live", live, "--yes", *(w for a in allowed for w in ("--allow", a))
    )

    assert result.returncode == 4
    assert "protect: 1 protected object" in result.stderr
    assert "is protected, with what is in it" in result.stderr
    assert json.loads(live.read_text()) == untouched_file


@pytest.mark.parametrize(("name", "code"), [("dev", 0), ("other", 4), ("0", 4), ("", 0)])
def test_an_opening_is_allowed_by_name_or_number_or_as_it_is(run, world, name, code):
    file, live = world(space(1, "private"), untouched, space(1))
    option = f"open-access={name}" if name else "open-access"

    assert run("apply", file, "--live", live, "--yes", "--allow", option).returncode == code


def test_what_another_source_manages_is_taken_over_by_name(run, world):
    file, live = world(space(1), untouched, space(2).replace("megacorp/spaces", "other/spaces"))

    refused = run("apply", file, "--live", live, "--yes")
    assert refused.returncode == 5
    assert "megacorp/spaces" in refused.stdout
    assert "--take-over" in refused.stdout
    assert run("apply", file, "--live", live, "--yes", "--take-over").returncode == 0
    assert run("plan", file, "--live", live, "--detailed-exitcode").returncode == 0


@pytest.mark.parametrize("command", ["plan", "apply", "revert"])
@pytest.mark.parametrize(
    "value", ["nonsense", "remove=", "remove=-1", "remove=many", "=3", "protect"]
)
def test_a_wrong_kind_or_number_is_64(run, command, value):
    result = run(command, "x.json", "--allow", value)

    assert result.returncode == 64
    assert "remove" in result.stderr
    assert "Traceback" not in result.stderr
    if not value.startswith("remove"):
        kinds = (
            "delete-space, delete-node, destroy-room, lose-access, drop-items, remove-owner, "
            "open-access"
        )
        assert kinds in result.stderr


@pytest.mark.parametrize("command", ["plan", "apply", "revert"])
def test_help_names_the_guards(run, command):
    said = "".join(run(command, "--help").stdout.split())  # lines are broken at hyphens, too

    assert "--allowKIND[=N|NAME]" in said
    kinds = (
        "remove,delete-space,delete-node,destroy-room,lose-access,drop-items,remove-owner,"
        "open-access"
    )
    assert kinds in said
    assert "--take-over" in said


def test_a_renamed_space_is_copied_by_one_apply_and_removed_by_the_next(run, world):
    renamed = space(2).replace("  dev:\n", "  dev2:\n    previously: [dev]\n")
    file, live = world(space(2), untouched, renamed)
    once = ["apply", file, "--live", live, "--yes", "--allow", "delete-space=dev"]

    copied = run(*once)
    assert copied.returncode == 0
    assert "stays until all of it has been copied" in copied.stdout
    assert DEV in json.loads(live.read_text())["nodes"]
    assert run(*once).returncode == 0
    nodes = json.loads(live.read_text())["nodes"]
    assert [node for node in nodes if "ledger" not in node] == [f"{DEV}2"]


def test_advice_for_one_room_is_not_followed_for_another_that_left_the_file(run, world):
    """A number would let go of both, and no message had said so."""
    bikes, hall = "bikes@rooms.megacorp.example", "hall@rooms.megacorp.example"
    head, gone = f"{HEAD}rooms:\n  {hall}: ", "{absent: true}\n"
    file, live = world(
        f"{head}{{name: Hall}}\n  {bikes}: {{name: Bikes}}\n", untouched, head + gone
    )
    refused = run("apply", file, "--live", live, "--yes")
    assert (refused.returncode, refused.stderr.count("--allow")) == (4, 1)
    option = re.search(r"if that is meant: (--allow \S+)", refused.stderr)[1]
    assert run("apply", file, "--live", live, "--yes", *option.split()).returncode == 0
    assert list(json.loads(live.read_text())["rooms"]) == [bikes]
    more = run("apply", file, "--live", live, "--yes", "--allow", "destroy-room=0")
    assert f"{bikes}: has left the file, goes with its history" in more.stderr


def test_what_a_refusal_names_is_one_word_each(run, world):
    """A pipeline gets what is allowed as words, without quotes."""
    node = "nodes:\n  'dev team; x':"
    file, live = world(
        f"{HEAD}{node} {{title: T}}\n", untouched, f"{HEAD}{node} {{absent: true}}\n"
    )
    refused = run("apply", file, "--live", live, "--yes").stderr
    word = refused.rpartition("--allow ")[2].strip().strip("'")
    assert len(word.split()) == 1
    assert run("apply", file, "--live", live, "--yes", "--allow", word).returncode == 0


def test_advice_after_a_number_tells_what_goes_by_it_alone(run, world):
    """What the file asks for, and what has left it and goes since a number was allowed."""
    names = [f"r{n}@rooms.megacorp.example" for n in range(6)]
    before = "".join(f"  {each}: {{name: Room}}\n" for each in names)
    after = "".join(f"  {each}: {{absent: true}}\n" for each in names[:4])
    file, live = world(f"{HEAD}rooms:\n{before}", untouched, f"{HEAD}rooms:\n{after}")
    refused = run("apply", file, "--live", live, "--yes", "--allow", "destroy-room=4").stderr
    assert "6 rooms end, 2 of them since they left the file" in refused
    assert "destroy-room=6" not in refused
    assert all(f"--allow destroy-room={each}" in refused for each in names)


def test_of_many_objects_beside_which_others_stay_no_list_is_made(run, world):
    names = [f"r{n}@rooms.megacorp.example" for n in range(14)]
    before = "".join(f"  {each}: {{name: Room}}\n" for each in names)
    after = "".join(f"  {each}: {{absent: true}}\n" for each in names[:13])
    file, live = world(f"{HEAD}rooms:\n{before}", untouched, f"{HEAD}rooms:\n{after}")
    refused = run("apply", file, "--live", live, "--yes").stderr
    assert "--allow destroy-room=NAME for each, in parts by --space" in refused
    assert "destroy-room=13" not in refused


def test_a_renamed_space_goes_with_what_its_new_name_has_not(run, world):
    """What the file lists no more is nowhere then."""
    links = "".join(f"      https://e.example/{n}: L\n" for n in range(3))
    head = f"{HEAD}spaces:\n  old:\n    exposure: public\n"
    renamed = (
        f"{HEAD}spaces:\n  new:\n    previously: [old]\n    exposure: public\n    links: {{}}\n"
    )
    file, live = world(f"{head}    links:\n{links}", untouched, renamed)
    assert run("apply", file, "--live", live, "--yes").returncode == 0
    plan = run("plan", file, "--live", live, "--allow", "delete-space=old", "--format", "json")
    (risk,) = json.loads(plan.stdout)["risks"]
    (case,) = risk["cases"]
    assert "goes with 3 items and 0 subscriptions; 0 of the 3 items are in new" in case["text"]


def test_an_old_name_that_shall_be_absent_is_copied_by_one_apply_and_removed_by_the_next(
    run, world
):
    renamed = space(2).replace(
        "  dev:\n", "  dev: {absent: true}\n  dev2:\n    previously: [dev]\n"
    )
    file, live = world(space(2), untouched, renamed)
    once = ["apply", file, "--live", live, "--yes"]

    copied = run(*once)
    assert (copied.returncode, copied.stderr) == (0, "")
    assert "stays until all of it has been copied" in copied.stdout
    refused = run(*once)
    assert refused.returncode == 4
    assert "--allow delete-space=dev" in refused.stderr
    assert run(*once, "--allow", "delete-space=dev").returncode == 0
    nodes = json.loads(live.read_text())["nodes"]
    assert [node for node in nodes if "ledger" not in node] == [f"{DEV}2"]
    assert "No changes." in run("plan", file, "--live", live).stdout


TWO_SERVICES = """{head}spaces:
  keep: {{exposure: public, service: pubsub2.megacorp.example}}
{both}"""
BOTH = """  dev: {exposure: public}
  'xmpp:pubsub2.megacorp.example?;node=dev': {exposure: public}
"""


def test_a_name_that_two_spaces_have_is_refused(run, tmp_path):
    file, live = tmp_path / "spaces.yaml", tmp_path / "live.json"
    file.write_text(TWO_SERVICES.format(head=HEAD, both=BOTH))
    assert run("apply", file, "--live", live, "--yes").returncode == 0
    file.write_text(TWO_SERVICES.format(head=HEAD, both=""))
    before = json.loads(live.read_text())["nodes"]
    refused = run("apply", file, "--live", live, "--yes", "--allow", "delete-space=dev")
    assert refused.returncode == 4
    assert "may mean 2 objects; say which:\n" in refused.stderr
    assert "  pubsub2.megacorp.example/dev\n" in refused.stderr
    assert json.loads(live.read_text())["nodes"] == before
    whole = "delete-space=pubsub2.megacorp.example/dev"
    assert run("apply", file, "--live", live, "--yes", "--allow", whole).returncode == 0
    gone = before.keys() - json.loads(live.read_text())["nodes"].keys()
    assert gone == {"xmpp:pubsub2.megacorp.example?;node=dev"}


LIKE_AN_ADDRESS = """{head}spaces:
  keep: {{exposure: public}}
{both}"""
ALIKE = """  dev: {exposure: public, service: pubsub.two.example}
  pubsub.two.example/dev: {exposure: public}
"""
ALIKE_NODE = "xmpp:pubsub.megacorp.example?;node=pubsub.two.example%2Fdev"


def test_the_option_that_is_printed_removes_what_it_is_printed_for(run, tmp_path):
    """The id of a space reads as the address of another one: the option meant that one."""
    file, live = tmp_path / "spaces.yaml", tmp_path / "live.json"
    file.write_text(LIKE_AN_ADDRESS.format(head=HEAD, both=ALIKE))
    assert run("apply", file, "--live", live, "--yes").returncode == 0
    file.write_text(LIKE_AN_ADDRESS.format(head=HEAD, both=""))
    before = json.loads(live.read_text())["nodes"]
    plain = "delete-space=pubsub.two.example/dev"
    refused = run("apply", file, "--live", live, "--yes", "--allow", plain)
    assert refused.returncode == 4
    assert "may mean 2 objects" in refused.stderr
    assert "  pubsub.megacorp.example/pubsub.two.example/dev\n  dev\n" in refused.stderr
    assert json.loads(live.read_text())["nodes"] == before
    notes = json.loads(run("plan", file, "--live", live, "--format", "json").stdout)["notes"]
    for node in ("xmpp:pubsub.two.example?;node=dev", ALIKE_NODE):
        text = next(each["text"] for each in notes if each["about"] == node)
        option = shlex.split(text.partition("; ")[2])[:2]
        assert run("apply", file, "--live", live, "--yes", *option).returncode == 0
        after = json.loads(live.read_text())["nodes"]
        assert before.keys() - after.keys() == {node}
        before = after


def test_a_space_whose_id_is_a_number_is_not_so_many_spaces(run, world):
    numbered = f"{HEAD}spaces:\n  '2': {{exposure: public}}\n  dev: {{exposure: public}}\n"
    file, live = world(numbered, untouched, f"{HEAD}spaces: {{}}\n")
    told = run("plan", file, "--live", live).stdout
    assert "--allow delete-space=pubsub.megacorp.example/2 removes it" in " ".join(told.split())
    assert "delete-space=2" not in told


def test_a_space_that_is_to_be_removed_and_cannot_be_read_is_6(run, world):
    file, live = world(space(2), untouched, f"{HEAD}spaces: {{}}\n")
    data = json.loads(live.read_text())
    del data["nodes"][DEV]
    data["failed"] = {DEV: "remote-server-timeout"}
    live.write_text(json.dumps(data))

    for command in (("plan",), ("apply", "--yes")):
        allowed = ("--allow", "delete-space=dev")
        assert run(*command, file, "--live", live).returncode == 0
        refused = run(*command, file, "--live", live, *allowed)
        assert refused.returncode == 6
        assert "is to be removed: cannot be read" in " ".join(refused.stdout.split())


def test_of_whole_objects_a_number_or_a_name_is_needed(run, world):
    """A job that always allows them must not delete what another file of the source declares."""
    file, live = world(space(2), untouched, f"{HEAD}spaces: {{}}\n")
    before = json.loads(live.read_text())
    bare = run("apply", file, "--live", live, "--yes", "--allow", "delete-space")
    assert bare.returncode == 64
    assert "delete-space=1 or delete-space=NAME" in bare.stderr
    other = run("apply", file, "--live", live, "--yes", "--allow", "delete-space=dev2")
    assert other.returncode == 0
    assert "--allow delete-space=dev2 allows nothing" in other.stderr
    assert "--allow delete-space=dev removes it" in " ".join(other.stdout.split())
    assert json.loads(live.read_text()) == before
    meant = run("apply", file, "--live", live, "--yes", "--allow", "delete-space=dev")
    assert meant.returncode == 0
    assert DEV not in json.loads(live.read_text())["nodes"]


def test_who_will_own_a_new_ledger_is_told_before_it_is_made(run, tmp_path):
    """Whoever owns it is believed about what may be removed."""
    file, live = tmp_path / "spaces.yaml", tmp_path / "live.json"
    file.write_text(space(1) + "operators: [lead@megacorp.example]\n")
    plan = run("plan", file, "--live", live)
    assert "made, and owned by lead@megacorp.example, too" in plan.stdout
    assert "! 2 new owners" in plan.stdout  # of the space, and of the ledger
    assert run("apply", file, "--live", live, "--yes").returncode == 0
    assert "No changes." in run("plan", file, "--live", live).stdout
    nothing = "operators: [lead@megacorp.example]\nnodes: {gone: {absent: true}}\n"
    file.write_text(HEAD + nothing)
    assert "new owner" not in run("plan", file, "--live", tmp_path / "empty.json").stdout


def test_reports_of_a_refused_apply_say_all_of_why_and_nothing_else_to_do(run, world, tmp_path):
    file, live = world(space(12), untouched, f"{HEAD}spaces: {{dev: {{absent: true}}}}\n")
    reports = ("--report", "markdown=done.md", "--report", "junit=done.xml")
    refused = run("apply", file, "--live", live, "--yes", "--format", "text", *reports)
    assert refused.returncode == 4
    box = (tmp_path / "done.md").read_text().partition("> [!CAUTION]\n")[2].splitlines()
    assert box[0] == "> nothing was sent: the plan is refused"
    assert box[1] == "> - delete-space: 1 space is deleted"
    assert "`--allow delete-space=dev`" in box[-1]
    assert not any(word in "".join(box) for word in ("\\n", "Ended early", "Run apply again"))
    suite = ET.parse(tmp_path / "done.xml").getroot()  # noqa: S314 - our own
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
    error = suite.find(".//error")
    assert error is not None
    assert "--allow delete-space=dev" in str(error.text)

"""What import adds to a file: lines where they belong, while what stands there stays as it is."""

import difflib
from dataclasses import replace
from pathlib import Path

import pytest

from builders import ACCOUNT, SERVICE, SPACE_CONFIG, form, live_node, published, reading, room
from spaces_sync.cli.adding import Enlarged, enlarged
from spaces_sync.document import load
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.wanted import Wanted
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Field, Node, Ownership, Reading, Room
from spaces_sync.profile import TITLE

BOB, CAROL = Jid("bob@megacorp.example"), Jid("carol@megacorp.example")
HALL, LAB = Jid("hall@rooms.megacorp.example"), Jid("lab@rooms.megacorp.example")
SALES = NodeAddress(SERVICE, "sales")
HEAD = "version: 1\nservice: pubsub.megacorp.example\n"
PLAIN = {name: each for name, each in SPACE_CONFIG.items() if name != TITLE}


def space(*rooms: Jid, people: dict[Jid, str] | None = None, **config: str) -> Node:
    items = (published(room(each, name=each.partition("@")[0].title())) for each in rooms)
    affiliations = {ACCOUNT: "owner", **(people or {})}
    return live_node(*items, config={**PLAIN, **form(**config)}, affiliations=affiliations)


def live(**more: Node) -> Reading:
    return reading({NodeAddress(SERVICE, name): node for name, node in more.items()})


BOTH = live(dev=space(HALL, LAB, people={BOB: "member"}), sales=space(title="Sales"))


def into(text: str, found: Reading, folder: Path, **wanted: object) -> Enlarged:
    file = folder / "spaces.yaml"
    file.write_bytes(text.encode())
    document = DocumentFile(str(file), text)
    nodes = [node for node, each in found.state.nodes.items() if "pubsub#type" in each.config]
    service = SERVICE if "service:" in text else None
    asked = Wanted(service, {SERVICE: "whitelist"}, nodes, **wanted)  # type: ignore[arg-type]  # by name
    return enlarged(document, load([file], {}), found, asked)


def added(text: str, made: Enlarged) -> list[str]:
    """The lines that are new, where no other one has changed."""
    found = [*difflib.ndiff(text.splitlines(), made.text.splitlines())]
    assert [line for line in found if line[0] in "-?"] == []
    return [line[2:] for line in found if line[0] == "+"]


def test_what_is_live_and_not_declared_is_added_where_it_belongs(tmp_path: Path):
    text = (
        f"{HEAD}\n# ours\nspaces:\n  dev:   # the developers\n    exposure: public\n    rooms:\n"
        f"      # the first one\n      {HALL}: Hall  # big\n      # more to come\n\n"
        "# --- the end ---\n"
    )
    made = into(text, BOTH, tmp_path)
    assert added(text, made) == [
        f"      {LAB}: Lab",
        "    affiliations:",
        f"      {BOB}: member",
        "  sales:",
        "    title: Sales",
        "    exposure: public",
    ]
    assert (made.added, *made.left_out, *made.still) == (3,)
    assert made.text.index("# more to come") < made.text.index(LAB)
    assert made.text.index("  sales:") < made.text.index("# --- the end ---")
    again = into(made.text, BOTH, tmp_path)
    assert (again.added, again.text) == (0, made.text)


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("spaces: {dev: {exposure: public}}", "spaces: {dev: {exposure: public, rooms: {R}}, S}"),
        (
            "spaces: {dev: {exposure: public, rooms: {}}}",
            "spaces: {dev: {exposure: public, rooms: {R}}, S}",
        ),
        (
            "spaces:\n  dev: {exposure: public, rooms: {},} # end",
            "spaces:\n  dev: {exposure: public, rooms: {R},} # end\nB",
        ),
        ("spaces: {}\nrooms: {}", "spaces: {D, S}\nrooms: {}"),
        (
            "spaces:\n    dev:\n        exposure: public\n        rooms: {\n        }",
            "spaces:\n    dev:\n        exposure: public\n        rooms: {R\n        }\n  B",
        ),
    ],
)
def test_braces_stay_braces(text: str, then: str, tmp_path: Path):
    """The file ends without the end of a line, too."""
    words = {
        "D": f"dev: {{exposure: public, rooms: {{{HALL}: Hall}}}}",
        "R": f"{HALL}: Hall",
        "S": "sales: {exposure: public}",
        "  B": "    sales:\n      exposure: public",
        "B": "  sales:\n    exposure: public",
    }
    for name, each in words.items():
        then = then.replace(name, each) if name != "B" else then.replace("\nB", f"\n{each}")
    made = into(f"{HEAD}{text}", live(dev=space(HALL), sales=space()), tmp_path)
    assert made.text == f"{HEAD}{then}\n"


def test_lines_end_as_those_of_the_file_and_a_byte_order_mark_stays(tmp_path: Path):
    text = f"\ufeff{HEAD}spaces:\n  dev:\n    exposure: public\n".replace("\n", "\r\n")
    made = into(text, live(dev=space(HALL)), tmp_path)
    assert made.text == f"{text}    rooms:\r\n      {HALL}: Hall\r\n"


@pytest.mark.parametrize("prune", ["all", "owned"])
def test_what_a_plan_of_the_file_changes_or_removes_stays_as_the_file_says(
    prune: str, tmp_path: Path
):
    """What somebody took out of the file shall go, not come back."""
    text = f"{HEAD}spaces:\n  dev: {{exposure: public, title: New, rooms: {{}}, prune: {prune}}}\n"
    made = into(text, live(dev=space(HALL, LAB, title="Old", max_items="7")), tmp_path)
    assert (made.added, made.text == text) == ((0, True) if prune == "all" else (2, False))
    assert made.planned == ([HALL, LAB] if prune == "all" else [])
    assert "7" not in made.text


def test_what_another_source_manages_is_told_with_what_a_plan_shows(tmp_path: Path):
    """Else the next plan is refused, and nobody knows why."""
    theirs = NodeAddress(SERVICE, "sales")
    found = replace(BOTH, ownership=Ownership(others={theirs: "shop"}))
    made = into(f"source: us\n{HEAD}spaces:\n  dev: {{exposure: public}}\n", found, tmp_path)
    (line,) = made.still
    assert f"{theirs} is managed by the source 'shop'" in line
    assert "--take-over" in line


def test_what_must_be_absent_does_not_come_back(tmp_path: Path):
    text = (
        f"{HEAD}spaces:\n  sales: {{absent: true}}\n  dev: {{exposure: public, absent_items: "
        f"[{HALL}]}}\n"
    )
    made = into(text, live(dev=space(HALL), sales=space()), tmp_path)
    assert (made.added, made.text) == (0, text)


def test_rooms_and_their_people_are_added(tmp_path: Path):
    text = f"{HEAD}rooms:\n  {HALL}:\n    name: Hall\n"
    config = {"muc#roomconfig_roomname": Field(("Hall",)), "muc#roomconfig_lang": Field(("de",))}
    rooms = {
        HALL: Room(config, {ACCOUNT: "owner", BOB: "admin"}),
        LAB: Room({}, {ACCOUNT: "owner"}),
    }
    made = into(text, reading(rooms=rooms), tmp_path, rooms=(HALL, LAB))
    assert added(text, made)[-1] == f"  {LAB}: {{}}"
    assert f"      {BOB}: admin" in added(text, made)


def test_what_stands_behind_an_anchor_is_not_added_to(tmp_path: Path):
    text = f"{HEAD}spaces:\n  dev: &one {{exposure: public, rooms: {{}}}}\n  sales: *one\n"
    made = into(text, live(dev=space(HALL), sales=space(), new=space()), tmp_path)
    assert added(text, made) == ["  new:", "    exposure: public"]
    (told,) = made.left_out
    assert told.startswith(f"{HALL}: {tmp_path}/spaces.yaml:4:3: nothing can be added")


def test_what_is_left_out_is_told(tmp_path: Path):
    text = f"{HEAD}spaces: {{}}\n"
    made = into(text, live(dev=space(access_model="presence"), sales=space()), tmp_path)
    assert [*made.left_out] == [
        "dev: its access model is 'presence', which fits neither exposure of XEP-0503"
    ]
    assert "sales" in made.text


def test_what_cannot_stand_beside_what_the_file_says_is_left_out(tmp_path: Path):
    text = f"{HEAD}spaces:\n  dev: {{exposure: public, subscriptions: {{{BOB}: subscribed}}}}\n"
    made = into(text, live(dev=space(people={BOB: "outcast", CAROL: "member"})), tmp_path)
    assert made.text == text.replace("}}", f"}}, affiliations: {{{CAROL}: member}}}}")
    assert [*made.left_out] == [
        f"{BOB}: '{BOB}' is an outcast under 'affiliations', who cannot be subscribed"
    ]


def test_a_file_without_a_service_gets_uris(tmp_path: Path):
    text = 'version: 1\nspaces:\n  "xmpp:pubsub.megacorp.example?;node=dev": {exposure: public}\n'
    made = into(text, live(dev=space(), sales=space()), tmp_path)
    assert added(text, made) == [
        '  "xmpp:pubsub.megacorp.example?;node=sales":',
        "    exposure: public",
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\x85", "\u2028"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_all_lines_end_alike_also_the_last_one_that_did_not(ends: str, last: str, tmp_path: Path):
    text = f"{HEAD}spaces:\n  dev:\n    exposure: public{last}".replace("\n", ends)
    made = into(text, live(dev=space(HALL)), tmp_path)
    rows = f"    rooms:\n      {HALL}: Hall\n".replace("\n", ends)
    assert made.text == f"{text.removesuffix(ends)}{ends}{rows}"


ADDED = f"    rooms:\n      {HALL}: Hall\n"


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("x-a: &a {exposure: public}\nspaces:\n  dev:\n    <<: *a\n", ADDED),
        ("x-a: &a public\nspaces:\n  dev:\n    exposure: *a # same\n", ADDED),
        ("x-a: &a dev\nspaces:\n  *a :\n    exposure: public\n", ADDED),
        ("spaces:\n  ? dev\n  : exposure: public\n", ADDED),
        ("spaces: &all # of them\n  dev: &dev\n    exposure: public\n", ADDED),
        (
            "x-a: &a {q@rooms.megacorp.example: Q}\nspaces:\n  dev:\n    exposure: public\n"
            "    rooms:\n      <<: *a\n",
            ADDED.partition("\n")[2],
        ),
    ],
)
def test_where_something_ends_that_an_alias_says(text: str, then: str, tmp_path: Path):
    made = into(f"{HEAD}{text}", live(dev=space(HALL)), tmp_path)
    assert (made.text, *made.left_out) == (f"{HEAD}{text}{then}",)


@pytest.mark.parametrize("braces", ["&a {}", "!!map {}", "&a  !!map { # none\n      }"])
def test_braces_behind_an_anchor_or_a_tag(braces: str, tmp_path: Path):
    text = f"{HEAD}spaces:\n  dev:\n    exposure: public\n    rooms: {braces}\n"
    made = into(text, live(dev=space(HALL)), tmp_path)
    assert (made.text, *made.left_out) == (text.replace("{", f"{{{HALL}: Hall"),)


def test_what_a_merge_key_brings_along_is_not_added_to(tmp_path: Path):
    text = f"{HEAD}x-a: &a\n  spaces:\n    dev: {{exposure: public}}\n<<: *a\n"
    made = into(text, live(dev=space(HALL)), tmp_path)
    assert made.text == text
    (told,) = made.left_out
    assert told.endswith("nothing can be added here: it comes from an anchor that stands elsewhere")


@pytest.mark.parametrize(("block", "added"), [("|-", 1), ("|", 0), (">", 0), ("|+", 0)])
def test_an_end_of_the_last_line_that_would_be_text_is_not_made(
    block: str, added: int, tmp_path: Path
):
    text = (
        f"{HEAD}spaces:\n  dev:\n    exposure: public\n    description: {block}\n      a\n      b"
    )
    found = live(dev=space(HALL, description="a\nb" if block != ">" else "a b"))
    made = into(text, found, tmp_path)
    assert (made.added, made.text == text) == (added, not added)
    assert added or "no end of its last line" in made.left_out[0]

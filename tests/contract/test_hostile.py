"""What others put into a space on real servers: it is shown harmlessly, and it stays as it was."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from compat import number
from contract.backends import real
from servers import Server
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.xml import Xml, element, parse
from spaces_sync.ports import ServiceError, Writer
from spaces_sync.profile import TITLE

SERVICE = Jid("pubsub.megacorp.example")
ALICE = Jid("alice@megacorp.example")
BOOKMARKS = "urn:xmpp:bookmarks:1"
STEER = "\u202elive\u009b31m\u200bx\u2028y\u0085z"  # all of it can stand in XML

DOCUMENT = """\
version: 1
service: pubsub.megacorp.example
spaces:
  {node}:
    exposure: public
    rooms:
      hall@rooms.megacorp.example: Hall
"""


def bookmark(attributes: str, inner: str = "") -> Xml:
    return parse(f"<conference xmlns='{BOOKMARKS}' {attributes}>{inner}</conference>")


def nested(levels: int) -> Xml:
    return parse("<deep xmlns='urn:example:deep'>" * levels + "</deep>" * levels)


BLANK = "blank@rooms.megacorp.example"
HOSTILE: Mapping[str, Xml] = {
    "call@rooms.megacorp.example": bookmark(
        "name='Call'",
        "<extensions><call xmlns='{https://movim.eu}bookmarks-conference-call'/></extensions>",
    ),
    "call": element("{https://movim.eu}bookmarks-conference-call", "conference", {"name": "C"}),
    "foreign@rooms.megacorp.example": bookmark(
        "xmlns:f='urn:example:f' f:name='theirs' xml:lang='tlh' name='ours'"
    ),
    "no jid @ all": bookmark("name='No JID'"),
    "@": bookmark("name='Only an at'"),
    "HALL@Rooms.megacorp.example": bookmark("name='Twin of a room of the document'"),
    "Loud@Rooms.MEGACORP.example": bookmark("name='Upper case'"),
    "twin@rooms.megacorp.example": bookmark("name='One'"),
    "TWIN@rooms.megacorp.example": bookmark("name='Other'"),
    "": bookmark("name='Without an id'"),
    "deep": nested(100),
    "long@rooms.megacorp.example": bookmark(f"name='{'x' * 200_000}'"),
    "large": element("urn:example:large", "large", {}, "é" * 100_000),
    f"steer{STEER}": bookmark(f"name='{STEER}'"),
    f"https://megacorp.example/{STEER}": parse(
        f"<x xmlns='jabber:x:oob'><url>https://megacorp.example/{STEER}</url><desc>{STEER}</desc></x>"
    ),
    "steer@rooms.megacorp.example": bookmark(f"name='{STEER}' nick='{STEER}'"),
    "subscription": parse("<subscription xmlns='urn:xmpp:pubsub:subscription:0'/>"),
    "link": parse("<x xmlns='jabber:x:oob'/>"),
    BLANK: bookmark("name='a&#9;b&#10;c&#13;d'"),
}


@pytest.fixture
def space(tmp_path: Path, unique: Callable[[str], str]) -> tuple[Path, NodeAddress]:
    """A document of one space with one room, and the space's address."""
    path, node = tmp_path / "spaces.yaml", unique("hostile")
    path.write_text(DOCUMENT.format(node=node), encoding="utf-8")
    return path, NodeAddress(SERVICE, node)


def append(path: Path, lines: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")


def found(server: Server, node: NodeAddress) -> dict[str, tuple[Xml, ...]]:
    async def items(writer: Writer) -> dict[str, tuple[Xml, ...]]:
        return {item.id: item.payloads for item in (await writer.items(node)).items}

    return real(server).run(items)


def harmless(text: str) -> bool:
    return all(character.isprintable() or character == "\n" for character in text)


def test_hostile_items_are_shown_harmlessly_and_stay(run, space, server: Server):
    path, node = space
    environment = server.environment()
    assert run("apply", path, "--yes", environment=environment).returncode == 0

    async def spoil(writer: Writer) -> dict[str, Xml]:
        await writer.configure_node(node, {TITLE: (f"Title {STEER}",)})
        kept = {}
        for item_id, payload in HOSTILE.items():
            try:
                await writer.publish(node, item_id, payload)
            except ServiceError:
                assert item_id == ""  # no server has to take it
            else:
                kept[item_id] = payload
        return kept

    kept = real(server).run(spoil)
    before = found(server, node)
    theirs = {item_id: before[item_id] for item_id in before.keys() & kept.keys()}
    assert len(theirs) >= len(HOSTILE) - 1  # of an empty id a server may make one of its own
    # COMPAT(prosody 0.12): it keeps tabs and line feeds in attributes, and sends them as blanks.
    assert {i for i, payloads in theirs.items() if payloads != (kept[i],)} <= {BLANK}

    for options in ((), ("--full",)):
        planned = run("plan", path, "--detailed-exitcode", *options, environment=environment)
        assert planned.returncode in (0, 2), planned.stderr
        assert harmless(planned.stdout)
        assert harmless(planned.stderr)

    others = "".join(f"      other{i}@rooms.megacorp.example: Other {i}\n" for i in range(3))
    append(path, others)
    applied = run("apply", path, "--yes", environment=environment)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert harmless(applied.stdout + applied.stderr)
    again = run("plan", path, "--detailed-exitcode", environment=environment)
    assert again.returncode == 0, again.stdout
    assert "No changes." in again.stdout

    after = found(server, node)
    assert {item_id: after[item_id] for item_id in before} == before
    assert {f"other{i}@rooms.megacorp.example" for i in range(3)} <= after.keys()

    listed = run("list", server.pubsub, environment=environment)
    assert listed.returncode == 0
    assert harmless(listed.stdout)


@pytest.mark.a_newer_server
def test_an_item_of_another_account_is_replaced_or_refused_and_the_rest_goes_on(
    run, space, ejabberd: Server
):
    """Before 23.10 not even an owner may replace what somebody else published."""
    path, node = space
    append(path, "    affiliations:\n      alice@megacorp.example: owner\n")
    environment = ejabberd.environment()
    assert run("apply", path, "--yes", environment=environment).returncode == 0
    lobby = "lobby@rooms.megacorp.example"

    async def as_alice(writer: Writer) -> None:
        await writer.publish(node, lobby, bookmark("name='Hers'"))

    real(ejabberd).run(as_alice, "alice")
    text = path.read_text(encoding="utf-8")
    rooms = f"      {lobby}: Ours\n      attic@rooms.megacorp.example: Attic\n"
    path.write_text(text.replace("    affiliations:", rooms + "    affiliations:"))
    applied = run("apply", path, "--yes", environment=environment)

    said = " ".join((applied.stdout + applied.stderr).split())
    after = found(ejabberd, node)
    assert after["attic@rooms.megacorp.example"][0].get("name") == "Attic"
    if number(ejabberd.version) < (23, 10):
        assert applied.returncode == 7, applied.stdout
        assert "another account published it" in said
        assert "'absent_items'" in said
        assert after[lobby][0].get("name") == "Hers"
    else:
        assert applied.returncode == 0, applied.stdout
        assert after[lobby][0].get("name") == "Ours"
        assert run("plan", path, "--detailed-exitcode", environment=environment).returncode == 0


NONSENSE = "    config: {pubsub#nonsense: x}\n"


def test_an_unknown_field_is_a_note_on_prosody(run, space, prosody: Server):
    path, _ = space
    append(path, NONSENSE)
    environment = prosody.environment()
    planned = run("plan", path, "--format", "json", environment=environment)
    assert planned.returncode == 0
    assert any("pubsub#nonsense" in note["text"] for note in json.loads(planned.stdout)["notes"])
    assert run("apply", path, "--yes", environment=environment).returncode == 0
    assert run("plan", path, "--detailed-exitcode", environment=environment).returncode == 0


def test_an_unknown_field_fails_once_on_ejabberd(
    run, space, start_ejabberd: Callable, server_folder: Path
):
    """COMPAT(ejabberd 23.01): it says `wait`, and would say it again however often one asks."""
    path, _ = space
    append(path, NONSENSE)
    with start_ejabberd(server_folder, log_level="debug") as server:
        applied = run("apply", path, "--yes", environment=server.environment())
        log = server.log.read_text(errors="replace")

    assert applied.returncode == 7, applied.stdout
    said = " ".join(applied.stdout.split())
    assert "resource-constraint - Unknown field 'pubsub#nonsense'" in said
    assert "1 failed · 1 skipped" in said
    heard = [line for line in log.splitlines() if "Received XML" in line]
    assert sum("pubsub#nonsense" in line for line in heard) == 1

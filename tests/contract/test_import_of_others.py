"""Services as other clients fill them, into a file of which a plan only takes charge."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from subprocess import CompletedProcess
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import strategies
from contract.backends import Backend, real, simulated
from servers import Server
from spaces_sync import engine
from spaces_sync.cli.imported import Imported, imported
from spaces_sync.client import CarefulWriter
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.load import examine_files
from spaces_sync.document.wanted import Wanted
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Item, Reading
from spaces_sync.model.xml import XML_NS, Xml, parse
from spaces_sync.plan.actions import ConfigureNode, RecordOwnership, SetSubscription, WriteMarker
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.requirements import private_model
from spaces_sync.ports import Reader, ServiceError
from spaces_sync.profile import SPACE
from spaces_sync.simulator import EJABBERD, PROSODY

pytestmark = pytest.mark.newer_servers

SERVICE = Jid("pubsub.megacorp.example")
UNREADABLE = frozenset("<>& '\"")  # in a name of an attribute, to Prosody's util.stanza
SHA = "357a8123a30844a3aa99861b6349264ba67a5694"
INFO = f"<info bytes='17' id='{SHA}' type='image/png' url='https://megacorp.example/a.png'/>"
ROOM, EXTENSIONS = (
    "<conference xmlns='urn:xmpp:bookmarks:1'",
    "<extensions>{}</extensions></conference>",
)


class Written(NamedTuple):
    """What a client puts into a space: fields of its form, and items by their ids."""

    config: Mapping[str, str]
    items: Mapping[str, str]


MUST = {"type": SPACE, "notify_retract": "1", "persist_items": "1", "access_model": "open"}
CLIENTS = {
    # XEP-0503 0.3.0, examples 4 to 10
    "the XEP": Written(
        {**MUST, "title": "The developers corner", "publish_model": "publishers"},
        {
            "general@rooms.megacorp.example": f"{ROOM} name='General' autojoin='true'/>",
            "a-node": "<subscription xmlns='urn:xmpp:pubsub:subscription:0' node='announcements'"
            " server='pubsub.megacorp.example'/>",
            "a-link": "<x xmlns='jabber:x:oob'><url>https://megacorp.example/</url></x>",
            "urn:xmpp:spaces:avatar:metadata:0": "<metadata xmlns='urn:xmpp:avatar:metadata'>"
            f"{INFO}</metadata>",
        },
    ),
    # a random node id, a call's element in a namespace that begins with a brace, its own avatar
    "Movim": Written(
        {**MUST, "title": "Movim", "access_model": "whitelist", "notify_delete": "true"},
        {
            "5b1f2c9e-3d1e-4e0a-9a53@rooms.megacorp.example": f"{ROOM} name='Chat' autojoin='1'>"
            "<nick>ada</nick>"
            + EXTENSIONS.format(
                "<pinned xmlns='urn:xmpp:bookmarks-pinning:0'/>"
                "<notify xmlns='urn:xmpp:notification-settings:1'><always/></notify>"
                "<conference-call xmlns='{https://movim.eu}bookmarks-conference-call'/>"
            ),
            "urn:xmpp:avatar:metadata": f"<metadata xmlns='urn:xmpp:avatar:metadata'>{INFO}"
            "</metadata>",
        },
    ),
    # booleans as digits, the images of 0.3.0, up to 256 items
    "Chord": Written(
        {**MUST, "title": "Chord", "max_items": "256", "notify_config": "0"},
        {
            "lounge@rooms.megacorp.example": f"{ROOM} name='Lounge'/>",
            "urn:xmpp:spaces:banner:metadata:0": "<metadata xmlns='urn:xmpp:avatar:metadata'>"
            f"{INFO}</metadata>",
        },
    ),
    # bookmarks with elements of their own, ids that are no JID, a password left in one
    "Gajim": Written(
        {**MUST, "title": "Gajim"},
        {
            "ROOM@rooms.megacorp.example": f"{ROOM} name='In capitals'/>",
            "secret@rooms.megacorp.example": f"{ROOM} name='S'><password>sesame</password>"
            "</conference>",
            "0": "<x xmlns='jabber:x:oob'><url>https://gajim.org</url><desc>Gajim</desc></x>",
        },
    ),
    # what nobody else knows
    "Cheogram": Written(
        {**MUST, "title": "Cheogram \u202e#1: {yes}"},
        {
            "null": "<poll xmlns='urn:example:poll'><q>?</q></poll>",
            "? - #": "<poll xmlns='urn:example:poll'/>",
            "x-mine": "<note xmlns='urn:example:note'/>",
            "sms@rooms.megacorp.example": f"{ROOM} name='&lt;b&gt; 😀 ${{HOME}}' minimize='1'>"
            + EXTENSIONS.format("<tag xmlns='urn:cheogram:x'>a b</tag>"),
        },
    ),
}


async def read(reader: Reader) -> tuple[Reading, Wanted]:
    """As the command does."""
    found = await engine.discover(reader, SERVICE)
    reading = await engine.read_addresses(found.spaces, reader, [SERVICE])
    models = {jid: private_model(each) for jid, each in reading.services.items()}
    return reading, Wanted(SERVICE, models, [*found.spaces], items=True, subscriptions=True)


def checked(reading: Reading, wanted: Wanted) -> Imported:
    """What is imported, of which a plan changes nothing but what it says on top."""
    made = imported(reading, wanted)
    assert imported(reading, wanted) == made
    declaration, problems = examine_files([DocumentFile("import", made.text)], {})
    assert [each for each in problems if each.severity == "error"] == []
    found = plan(declaration, reading)
    quiet = (RecordOwnership, WriteMarker, ConfigureNode, SetSubscription)
    assert all(isinstance(each, quiet) for each in found.actions), found.actions
    shown = [each for each in found.actions if not isinstance(each, RecordOwnership | WriteMarker)]
    assert bool(shown or found.obstacles) == bool(made.still)
    assert all(line.isprintable() for line in made.text.split("\n"))
    return made


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_what_a_client_put_there_is_imported(
    backend: Backend, unique: Callable[[str], str], client: Written
) -> None:
    node = NodeAddress(SERVICE, unique("others"))

    async def work(writer: CarefulWriter) -> None:
        config = {f"pubsub#{name}": (value,) for name, value in client.config.items()}
        await writer.raw.create_node(node, config)
        for item_id, payload in client.items.items():
            await writer.raw.publish(node, item_id, parse(payload))
        reading, wanted = await read(writer)
        made = checked(reading, replace(wanted, spaces=[node], source="others"))
        assert "sesame" not in made.text
        assert client.config["title"].partition(" ")[0] in made.text

    backend.run(work)


def services() -> st.SearchStrategy[dict[str, list[Item]]]:
    """Spaces by node id, each with items of known kinds and of others."""
    sound = strategies.items().filter(lambda each: all(map(is_sound, each.payloads)))
    items = st.lists(sound, max_size=4, unique_by=lambda each: each.id)
    return st.dictionaries(strategies.words(), items, min_size=1, max_size=3)


def is_sound(payload: Xml) -> bool:
    """Whether servers give back what they keep, as XML.

    ejabberd gives an element in the namespace of `xml:` back as what is no XML, and Prosody an
    attribute other than `xml:lang`. Prosody keeps an attribute whose namespace has one of
    `UNREADABLE`, and answers no question for items of that node any more.
    """
    inside = (each for each in payload.children if isinstance(each, Xml))
    names = [name for name, _ in payload.attributes if name != (XML_NS, "lang")]
    readable = not any(ns == XML_NS or UNREADABLE & {*ns} for ns, _ in names)
    return readable and payload.ns != XML_NS and all(map(is_sound, inside))


async def filled(writer: CarefulWriter, spaces: Mapping[str, list[Item]], head: str) -> None:
    """As far as the service takes it."""
    config = {f"pubsub#{name}": (value,) for name, value in MUST.items()}
    for name, items in spaces.items():
        node = NodeAddress(SERVICE, f"{head}{name}")
        try:
            await writer.raw.create_node(node, config)
        except ServiceError:
            continue
        for item in items:
            for payload in item.payloads[:1]:
                with suppress(ServiceError):
                    await writer.raw.publish(node, item.id, payload)


def check_generated(backend: Backend, spaces: Mapping[str, list[Item]], head: str) -> None:
    async def work(writer: CarefulWriter) -> None:
        await filled(writer, spaces, head)
        reading, wanted = await read(writer)
        mine = [each for each in wanted.spaces if each.node.startswith(head)]
        checked(reading, replace(wanted, spaces=mine))
        for node in mine:
            await writer.raw.delete_node(node)

    backend.run(work)


@settings(max_examples=200, deadline=None)
@given(services(), st.sampled_from([PROSODY, EJABBERD]))
def test_generated_services_are_imported(spaces, profile) -> None:
    check_generated(simulated(profile), spaces, "")


@settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.generate],  # to make a failure smaller takes minutes there
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(services())
def test_generated_services_are_imported_from_servers(backend, unique, spaces) -> None:
    check_generated(backend, spaces, unique("generated"))


def test_a_space_that_prosody_cannot_give_back_is_left_out_and_named(
    run: Callable[..., "CompletedProcess[str]"], prosody: Server, unique: Callable[[str], str]
) -> None:
    lost, found = (NodeAddress(SERVICE, unique(name)) for name in ("lost", "found"))

    async def work(writer: CarefulWriter) -> None:
        config = {f"pubsub#{name}": (value,) for name, value in MUST.items()}
        for node in (lost, found):
            await writer.raw.create_node(node, config)
        payload = parse("<a xmlns='urn:example:a' xmlns:its=\"it's\" its:b='c'/>")
        await writer.raw.publish(lost, "a", payload)

    real(prosody).run(work)
    done = run("import", SERVICE, "--timeout", "1", environment=prosody.environment())
    assert done.returncode == 0, done.stderr
    assert f"  # {lost.node}: left out: exists, but cannot be read: no answer from" in done.stdout
    assert f"  {found.node}:\n    exposure: public\n" in done.stdout

"""Lists of nodes as services send them, in each way of asking (XEP-0030, 0059, 0462, 0499)."""

import asyncio
from collections.abc import Mapping

from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.state import Service
from spaces_sync.model.xml import Xml
from spaces_sync.ports import NodeList, RoomList
from spaces_sync.xmpp import reading
from wire.fake_server import PUBSUB, error, playing, result

SERVICE = bare_jid(PUBSUB)
ITEMS = "http://jabber.org/protocol/disco#items"
RSM = "http://jabber.org/protocol/rsm"
DATA = "jabber:x:data"
FILTER = "urn:xmpp:pubsub-filter:0"
EXTENDED = "urn:xmpp:pubsub-ext-disco:0"


def asked_for(request: Xml) -> str:
    query = request.find(ITEMS, "query")
    if query.find(FILTER, "filter"):
        return FILTER
    return EXTENDED if query.find(DATA, "x") else ""


def read(
    answers: Mapping[str, list[str]], *features: str, seen: list[Xml] | None = None
) -> NodeList:
    """What `node_list` makes of these contents of `<query>`, by what they answer."""

    def script(request: Xml) -> str:
        waiting = answers.get(asked_for(request))
        if not waiting:
            return error(request, "<error type='cancel'/>")
        return result(request, f"<query xmlns='{ITEMS}'>{waiting.pop(0)}</query>")

    async def run() -> NodeList:
        async with playing(script) as fake:
            async with reading(fake.connection) as reader:
                found = await reader.node_list(Service(SERVICE, "", frozenset(features)))
            if seen is not None:
                seen.extend(fake.received)
            return found

    return asyncio.run(run())


def nodes(ids: str) -> str:
    return "".join(f"<item jid='{PUBSUB}' node='{each}' name='N{each}'/>" for each in ids)


def names(found: NodeList) -> list[str]:
    return [entry.address.node for entry in found.entries]


def test_pages_are_followed_where_they_appear() -> None:
    seen: list[Xml] = []
    more = f"<set xmlns='{RSM}'><last>b</last><count>3</count></set>"
    found = read({"": [nodes("ab") + more, nodes("c")]}, seen=seen)
    assert (names(found), found.complete) == ([*"abc"], True)
    sets = [request.find(ITEMS, "query").find(RSM, "set") for request in seen]
    assert sets[0] is None
    assert sets[1].find(RSM, "after").text == "b"


def test_a_count_that_is_not_reached_is_told() -> None:
    more = f"<set xmlns='{RSM}'><count>3</count></set>"
    assert not read({"": [nodes("ab") + more]}).complete


def test_one_type_is_asked_for_and_no_missing_type() -> None:
    """An empty value would let nodes without a type through (XEP-0462), and Slidge answers only
    to this very filter."""
    seen: list[Xml] = []
    found = read({"": [nodes("a")], FILTER: [nodes("ba")]}, FILTER, seen=seen)
    assert names(found) == ["a", "b"]
    (request,) = (each for each in seen if asked_for(each) == FILTER)
    x = request.find(ITEMS, "query").find(FILTER, "filter").find(DATA, "x")
    fields = {
        (field.get("var"), field.get("type")): [v.text for v in field.find_all(DATA, "value")]
        for field in x.find_all(DATA, "field")
    }
    assert fields == {
        ("FORM_TYPE", "hidden"): [FILTER],
        ("included-types", "list-multi"): ["urn:xmpp:spaces:0"],
    }


def test_descendants_are_asked_for_and_what_is_no_node_is_left_out() -> None:
    """An item of a node comes with that node's id (XEP-0499), or without one (XEP-0030)."""
    item = f"<item jid='{PUBSUB}' name='an-item'/>"
    answers = {"": [nodes("a")], EXTENDED: [nodes("ab") + nodes("b") + item]}
    assert names(read(answers, EXTENDED)) == ["a", "b"]


def test_what_a_service_does_not_advertise_it_is_not_asked() -> None:
    seen: list[Xml] = []
    read({"": [nodes("a")]}, "http://jabber.org/protocol/pubsub", seen=seen)
    assert [asked_for(each) for each in seen] == [""]


def test_a_list_of_what_is_not_on_the_service_stays_what_it_is() -> None:
    """A node of another service has that service's address."""
    found = read({"": ["<item jid='other.example' node='a'/>" + nodes("a")]})
    assert [entry.address.service for entry in found.entries] == [Jid("other.example"), SERVICE]


def rooms_read(*contents: str) -> tuple[RoomList, list[Xml]]:
    """What `room_list` makes of these answers, one after the other, and what it asked."""
    waiting = list(contents)

    def script(request: Xml) -> str:
        return result(request, f"<query xmlns='{ITEMS}'>{waiting.pop(0)}</query>")

    async def run() -> tuple[RoomList, list[Xml]]:
        async with playing(script) as fake:
            async with reading(fake.connection) as reader:
                found = await reader.room_list(SERVICE)
            return found, list(fake.received)

    return asyncio.run(run())


def test_rooms_are_read_in_pages_from_the_first_on() -> None:
    rest = f"<set xmlns='{RSM}'><last>{{}}</last><count>2</count></set>"
    found, asked = rooms_read(
        "<item jid='a@rooms.x.example'/>" + rest.format("a"),
        "<item jid='b@rooms.x.example'/>" + rest.format("b"),
    )
    assert (found.rooms, found.complete) == (("a@rooms.x.example", "b@rooms.x.example"), True)
    places = [each.find(ITEMS, "query").find(RSM, "set") for each in asked[-2:]]
    assert [each.find(RSM, "max").text for each in places] == ["100", "100"]
    assert [bool(each.find(RSM, "after")) for each in places] == [False, True]


def test_what_is_no_room_is_left_out() -> None:
    found, _ = rooms_read(
        "<item jid='a@rooms.x.example' name='A'/><item jid='rooms.x.example'/><item/>"
        "<item jid='@'/><item jid='b@rooms.x.example' node='n'/><item jid='A@rooms.x.example'/>"
    )
    assert (found.rooms, found.complete) == (("a@rooms.x.example",), True)

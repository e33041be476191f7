"""Items as services and other clients may send them: each gives a value or one of our errors."""

import asyncio
from collections.abc import Sequence

import pytest

from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.state import Item
from spaces_sync.model.xml import Xml, element, serialise
from spaces_sync.ports import ItemList, MalformedAnswerError
from spaces_sync.xmpp import reading
from wire.fake_server import PUBSUB, playing, result

NODE = NodeAddress(bare_jid(PUBSUB), "dev")
PS = "http://jabber.org/protocol/pubsub"
BOOKMARK = "<conference xmlns='urn:xmpp:bookmarks:1' name='A'/>"


def read(*answers: str, seen: list[Xml] | None = None) -> ItemList:
    """What `items` makes of these contents of `<pubsub>`, one for each request."""
    waiting = list(answers)

    async def run() -> ItemList:
        async with playing(
            lambda request: result(request, f"<pubsub xmlns='{PS}'>{waiting.pop(0)}</pubsub>")
        ) as fake:
            async with reading(fake.connection) as reader:
                found = await reader.items(NODE)
            if seen is not None:
                seen.extend(fake.received)
            return found

    return asyncio.run(run())


def items(inner: str) -> Sequence[Item]:
    found = read(f"<items node='dev'>{inner}</items>")
    assert found.complete
    return found.items


def test_an_item() -> None:
    (item,) = items(f"<item id='x@y' publisher='a@b/c'>{BOOKMARK}</item>")
    payload = element("urn:xmpp:bookmarks:1", "conference", {"name": "A"})
    assert item == Item("x@y", (payload,), "a@b/c")


def test_two_payloads_one_and_none() -> None:
    two, none, words = items(
        f"<item id='2'>{BOOKMARK}{BOOKMARK}</item><item id='0'/><item id='t'>words</item>"
    )
    assert [len(two.payloads), len(none.payloads), len(words.payloads)] == [2, 0, 0]


def test_an_empty_id() -> None:
    assert [item.id for item in items(f"<item id=''>{BOOKMARK}</item>")] == [""]


def test_no_id_is_malformed() -> None:
    with pytest.raises(MalformedAnswerError, match="no id"):
        items(f"<item>{BOOKMARK}</item>")


def test_a_title_of_ten_megabytes_is_read() -> None:
    (item,) = items(f"<item id='1'><x xmlns='jabber:x:oob'>{'é' * 10_000_000}</x></item>")
    assert len(item.payloads[0].text) == 10_000_000


def test_a_namespace_with_the_brace_of_elementtree() -> None:
    ns = "{https://movim.eu}bookmarks-conference-call"
    (item,) = items(f"<item id='1'><call xmlns='{ns}' xmlns:f='{{f}}' f:a='1'/></item>")
    assert item.payloads == (Xml(ns, "call", ((("{f}", "a"), "1"),)),)


def test_foreign_attributes_and_no_namespace_survive() -> None:
    text = "<f xmlns='urn:f' xmlns:g='urn:g' g:x='1' xml:lang='en'><bar xmlns=''/>tail</f>"
    (item,) = items(f"<item id='1'>{text}</item>")
    (payload,) = item.payloads
    assert payload.get("x", ns="urn:g") == "1"
    assert payload.get("lang", ns="http://www.w3.org/XML/1998/namespace") == "en"
    assert payload.children == (element("", "bar"), "tail")


@pytest.mark.parametrize("depth", [500, 100_000])
def test_a_payload_nested_too_deep_is_no_payload(depth: int) -> None:
    deep = "<a xmlns='urn:deep'>" + "<a>" * depth + "x" + "</a>" * depth + "</a>"
    before, bad, after = items(
        f"<item id='1'>{BOOKMARK}</item><item id='2'>{deep}</item><item id='3'>{BOOKMARK}</item>"
    )
    assert bad == Item("2", ())
    assert before.payloads == after.payloads != ()


def test_the_deepest_payload_that_is_kept_can_be_written_and_compared() -> None:
    inner = "<a>" * 190 + "x" + "</a>" * 190
    one, two = items(f"<item id='1'>{inner}</item><item id='2'>{inner}</item>")
    assert one.payloads == two.payloads != ()
    assert hash(one) != hash(two)
    assert serialise(one.payloads[0]).count("<a") == 190


def test_whitespace_references_are_kept() -> None:
    (item,) = items("<item id='a&#9;b'><x xmlns='u' n='&#10;&#13;'>&#13;&lt;</x></item>")
    assert item.id == "a\tb"
    assert item.payloads == (Xml("u", "x", ((("", "n"), "\n\r"),), ("\r<",)),)


def test_no_items_at_all() -> None:
    assert read("").items == ()
    assert items("") == ()


def test_the_same_id_twice_is_one_item() -> None:
    found = items(f"<item id='1'/><item id='1'>{BOOKMARK}</item>")
    assert [len(item.payloads) for item in found] == [1]


def paged(ids: str, count: int | None, last: str) -> str:
    total = "" if count is None else f"<count>{count}</count>"
    listed = "".join(f"<item id='{each}'>{BOOKMARK}</item>" for each in ids)
    return (
        f"<items node='dev'>{listed}</items><set xmlns='http://jabber.org/protocol/rsm'>"
        f"<first>{last}</first><last>{last}</last>{total}</set>"
    )


def test_what_the_service_held_back_is_asked_for() -> None:
    seen: list[Xml] = []
    pages = (paged("ab", 5, "t1"), paged("bcd", 5, "t2"), paged("e", 5, "t3"))
    found = read(*pages, seen=seen)
    assert [item.id for item in found.items] == [*"abcde"]
    assert found.complete
    rsm = "http://jabber.org/protocol/rsm"
    sets = [request.find(PS, "pubsub").find(rsm, "set") for request in seen]
    assert sets[0] is None  # the first request does not ask for pages
    assert [each.find(rsm, "after").text for each in sets[1:]] == ["t1", "t2"]


def test_an_empty_page_before_the_count_is_reached_is_incomplete() -> None:
    found = read(paged("ab", 5, "t1"), "")
    assert [item.id for item in found.items] == ["a", "b"]
    assert not found.complete


def test_a_page_that_repeats_itself_ends() -> None:
    assert not read(paged("ab", 5, "t1"), paged("ab", 5, "t1")).complete


def test_without_a_count_an_empty_page_is_the_end() -> None:
    found = read(paged("ab", None, "t1"), paged("c", None, "t2"), "")
    assert [item.id for item in found.items] == [*"abc"]
    assert found.complete


def test_no_pubsub_element_is_malformed() -> None:
    async def run() -> None:
        async with playing(result) as fake, reading(fake.connection) as reader:
            with pytest.raises(MalformedAnswerError, match="<pubsub>"):
                await reader.items(NODE)

    asyncio.run(run())

"""Kinds of children: what an overlay changes in a live payload, and what it leaves alone."""

from typing import Any

import pytest

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid, node_uri
from spaces_sync.model.children import (
    address_of,
    decode,
    link,
    room,
    rooms_among,
    without_secrets,
)
from spaces_sync.model.state import Item, Key, Node, Reading, State
from spaces_sync.model.xml import MAX_DEPTH, Xml, XmlError, element, parse
from spaces_sync.plan.actions import RetractItem
from spaces_sync.plan.recheck_one import other_item
from spaces_sync.report.explain import difference, payload_differences
from spaces_sync.simulator.snapshot import dump, text_of

ONE, TWO, OTHER = (parse(f"<n xmlns='urn:a' v='{v}'/>") for v in "123")
FOREIGN = parse("<f xmlns='urn:f'/>")


def bookmark(*extensions: Xml) -> Xml:
    return element(room.NS, "conference", {}, element(room.NS, "extensions", {}, *extensions))


def overlaid(live: Xml | None, **fields: Any) -> list[Xml]:
    made = room.KIND.overlay(live, "a@rooms.example", fields)
    holder = made.find(room.NS, "extensions")
    return [*holder.elements] if holder else []


def test_an_extension_takes_the_place_of_a_live_one_of_its_name() -> None:
    assert overlaid(bookmark(FOREIGN, ONE), extensions=(TWO,)) == [FOREIGN, TWO]
    assert overlaid(bookmark(FOREIGN), extensions=(TWO,)) == [FOREIGN, TWO]


def test_an_extension_never_takes_the_place_of_another_that_is_wanted() -> None:
    assert overlaid(None, extensions=(ONE, TWO)) == [ONE, TWO]
    assert overlaid(bookmark(ONE), extensions=(TWO, ONE)) == [ONE, TWO]
    assert overlaid(bookmark(OTHER), extensions=(ONE, TWO)) == [ONE, TWO]
    assert overlaid(bookmark(OTHER, ONE), extensions=(ONE, TWO)) == [TWO, ONE]


@pytest.mark.parametrize(
    "live", [None, bookmark(), bookmark(OTHER), bookmark(FOREIGN, TWO, room.PINNED)]
)
def test_an_overlay_changes_nothing_the_second_time(live: Xml | None) -> None:
    fields = {"extensions": (ONE, TWO), "pinned": True}
    once = room.KIND.overlay(live, "a@rooms.example", fields)
    assert room.KIND.overlay(once, "a@rooms.example", fields) is once


@pytest.mark.parametrize("text", ["https://a", "xmpp:a", "mailto:a@b", "web+thing:x"])
def test_urls(text: str) -> None:
    assert link.url(text) == text


@pytest.mark.parametrize(
    "text", ["", "a", "https:", ":a", "1a:b", "+a:b", "é:b", "example.org:443", "https://a b"]
)
def test_no_urls(text: str) -> None:
    with pytest.raises(ValueError, match="is no URL"):
        link.url(text)


def test_an_xmpp_uri_is_percent_encoded_to_the_end() -> None:
    address = NodeAddress(bare_jid("pubsub.example"), "50% of é")
    assert node_uri(address.uri) == address
    for bad in ("%", "a%", "%z", "%4", "%4g"):
        with pytest.raises(ValueError, match="without two hex digits"):
            node_uri(f"xmpp:pubsub.example?;node={bad}")
        with pytest.raises(ValueError, match="without two hex digits"):
            node_uri(f"xmpp:pub{bad}?;node=a")


def test_xml_nests_to_the_deepest_level_and_no_deeper() -> None:
    assert parse("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH)
    with pytest.raises(XmlError, match=f"nested more than {MAX_DEPTH} deep"):
        parse("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1))


def test_a_child_that_is_a_room_or_node_has_its_address() -> None:
    chat, news = Key("room", "a@rooms.example"), Key("node", "xmpp:pubsub.example?;node=news")
    other = (
        Key("link", "https://a"),
        Key("image", "avatar"),
        Key("item", "x"),
        Key("of others", "x"),
    )

    assert address_of(chat) == bare_jid("a@rooms.example")
    assert address_of(news) == NodeAddress(bare_jid("pubsub.example"), "news")
    assert [*map(address_of, other)] == [None] * 4
    assert rooms_among([chat, news, *other]) == {"a@rooms.example"}
    with pytest.raises(ValueError, match="does not name one node"):
        address_of(Key("node", "xmpp:pubsub.example"))


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a@b/c", "a@b/c"),
        ("@b", "@b"),
        ("a b@c", " "),
        ("a@b..c", "b..c"),
        ("a@b!c", "!"),
        ("a" * 1024 + "@b", None),
    ],
)
def test_an_address_error_knows_what_its_message_quotes(text: str, quoted: str | None) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        bare_jid(text)

    assert getattr(caught.value, "quoted", None) == quoted
    assert quoted is None or str(caught.value).startswith(repr(quoted))


def test_the_item_of_a_link_has_its_url_for_an_id_as_long_as_that_is_one() -> None:
    longest = "https://example.org/" + "é" * 501 + "a"
    assert link.KIND.item_id(longest) == longest
    longer = [link.KIND.item_id(longest + each) for each in "ab"]
    assert [len(each) for each in longer] == [64, 64]
    assert longer[0] != longer[1]


def test_a_password_in_a_bookmark_is_in_no_text_and_no_snapshot() -> None:
    """It is where everybody reads it who may read the space, and they alone."""
    inner = "<password>hush</password>"
    text = f"<conference xmlns='urn:xmpp:bookmarks:1' name='A'><nick>b</nick>{inner}</conference>"
    payload = parse(text)
    kept, item = without_secrets(payload), Item("a@b", (payload,))
    assert "hush" not in str(kept)
    assert "<nick>b</nick>" in str(kept)
    assert without_secrets(kept) == kept
    other = parse("<note xmlns='urn:example:note'>hush</note>")
    assert without_secrets(other) is other

    new = parse(text.replace("hush", "sesame"))
    shown = [*payload_differences(item, new), difference("content", None, payload)]
    assert not any("hush" in str(each) or "sesame" in str(each) for each in shown)
    assert any("(secret)" in str(each) for each in shown)
    address = NodeAddress(Jid("pubsub.example"), "dev")
    action = RetractItem(address, Key("room", "a@b"), item)
    (cause,) = other_item(action, Item("a@b", (new,)))
    assert "hush" not in str(cause)
    node = Node({}, decode([item]), {}, {})
    reading = Reading(Jid("me@example"), State({address: node}))
    assert "hush" not in text_of(dump(reading))

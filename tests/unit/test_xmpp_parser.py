"""Bytes of a stream into stanzas, cut anywhere, hostile or broken."""

import pytest

from spaces_sync.model.bounds import LEVELS
from spaces_sync.model.xml import Xml, element
from spaces_sync.xmpp.parser import (
    Event,
    NotXmppError,
    StreamClosed,
    StreamOpened,
    StreamParser,
)

STREAMS = "http://etherx.jabber.org/streams"
HEADER = (
    "<?xml version='1.0'?>"
    f"<s:stream id='7' xml:lang='en' xmlns='jabber:client' xmlns:s='{STREAMS}'>"
)
STANZAS = "<iq id='1'><a xmlns='u'>t&amp;x<b xmlns=''/>é</a></iq> \n<message/>"


def fed(*chunks: bytes) -> list[Event]:
    parser = StreamParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


WHOLE = fed((HEADER + STANZAS + "</s:stream>").encode())


def test_a_stream() -> None:
    opened, iq, message, closed = WHOLE
    assert isinstance(opened, StreamOpened)
    assert (opened.ns, opened.name) == (STREAMS, "stream")
    assert opened.attributes["", "id"] == "7"
    payload = element("u", "a", {}, "t&x", element("", "b"), "é")
    assert iq == element("jabber:client", "iq", {"id": "1"}, payload)
    assert message == element("jabber:client", "message")
    assert closed == StreamClosed()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_bytes_may_come_in_any_pieces(size: int) -> None:
    data = (HEADER + STANZAS + "</s:stream>").encode()
    assert fed(*(data[at : at + size] for at in range(0, len(data), size))) == WHOLE


def test_a_stanza_is_there_with_its_last_byte() -> None:
    parser = StreamParser()
    parser.feed(HEADER.encode())
    assert parser.feed(b"<iq id='1'/") == []
    assert parser.feed(b">") == [element("jabber:client", "iq", {"id": "1"})]


def nested(levels: int) -> str:
    return "<a>" * levels + "x" + "</a>" * levels


@pytest.mark.parametrize(("levels", "kept"), [(LEVELS.most - 4, True), (LEVELS.most - 3, False)])
def test_only_a_payload_that_is_too_deep_is_left_out(levels: int, kept: bool) -> None:
    item = f"<iq><pubsub><items><item>{nested(levels)}</item><item>{nested(3)}</item>"
    (stanza,) = fed(f"{HEADER}{item}</items></pubsub></iq>".encode())[1:]
    assert isinstance(stanza, Xml)
    (pubsub,) = stanza.elements
    (items,) = pubsub.elements
    first, second = items.elements
    assert bool(first.children) is kept
    assert second.children
    assert str(stanza).count("x") >= 1


def test_depth_that_is_left_open_costs_nothing_and_harms_nobody() -> None:
    parser = StreamParser()
    parser.feed(HEADER.encode())
    assert parser.feed(b"<a>" * 1_000_000) == []
    assert parser.feed(b"</a>" * 1_000_000 + b"<iq/>")[-1] == element("jabber:client", "iq")


@pytest.mark.parametrize(
    "bad",
    [
        "<iq></a>",
        "<a:b/>",
        "&nbsp;",
        "<iq>&#0;</iq>",
        "<iq a='1' a='2'/>",
        "<!DOCTYPE a>",
        "\ufffe",
    ],
)
def test_bad_xml(bad: str) -> None:
    with pytest.raises(NotXmppError):
        fed((HEADER + bad).encode())


@pytest.mark.parametrize("bad", ["<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "HTTP/1.1 200 OK"])
def test_what_is_no_stream(bad: str) -> None:
    with pytest.raises(NotXmppError):
        fed(bad.encode())

"""The proxy reads a stream: wherever the network divides it, the stanzas are the same."""

import pytest

from faults.proxy import Splitter, answers, changes

HEAD = b"<?xml version='1.0'?>", b"<stream:stream to='a.example' xmlns='jabber:client'>"
STANZAS = (
    b"<iq type='get' id='1' to='p.example'><query xmlns='x' node='a>b'/></iq>",
    b"<iq type='set' id=\"2\" to='p.example'><a><b>it's &lt; that</b><a/></a></iq>",
    b"<presence to='r.example/\"me\"'/>",
)
STREAM = (*HEAD, *STANZAS, b"</stream:stream>")


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_stream_in_pieces(size: int) -> None:
    text, splitter = b"".join(STREAM), Splitter()
    pieces = (text[start : start + size] for start in range(0, len(text), size))
    assert [stanza for piece in pieces for stanza in splitter.feed(piece)] == [*STREAM]


def test_what_changes_something() -> None:
    bind = b"<iq type='set' id='0'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
    assert [changes(each) for each in (*STREAM, bind)] == [False] * 3 + [True] * 2 + [False] * 2


def test_what_answers_a_stanza() -> None:
    asked, entering = STANZAS[1], STANZAS[2]
    assert answers(asked, b"<iq id='2' type='error' from='p.example'/>")
    assert not answers(asked, b"<iq id='2' type='get' from='p.example'/>")
    assert not answers(asked, b"<iq id='3' type='result' from='p.example'/>")
    assert answers(entering, b"<presence from='r.example/\"me\"'><x/></presence>")
    assert not answers(entering, b"<presence from='r.example/you'/>")

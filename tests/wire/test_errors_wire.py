"""What a server writes about an error, as far as it is shown."""

import time

from spaces_sync.model.bounds import TEXT
from spaces_sync.model.state import Secret
from spaces_sync.model.xml import parse
from spaces_sync.report.visible import printable
from spaces_sync.xmpp import failures
from spaces_sync.xmpp.connection import Connection
from spaces_sync.xmpp.errors import service_error

LONG = "\u202e" * 5_000_000


def test_a_long_text_of_an_error_is_cut_before_anything_is_done_with_it() -> None:
    stanza = parse(
        "<iq xmlns='jabber:client' type='error'><error type='cancel'>"
        "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
        f"<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{LONG}</text></error></iq>"
    )
    began = time.process_time()
    shown = printable(str(service_error(stanza)))

    assert time.process_time() - began < 1
    assert len(shown) < 7 * TEXT.most
    assert shown.endswith("… (4,998,000 characters more)")


def test_also_of_a_login_and_of_a_stream() -> None:
    connection = Connection("a@b.example", Secret("p"))
    refusal = parse(
        "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><account-disabled/>"
        f"<text>{LONG}</text></failure>"
    )
    end = parse(
        "<error xmlns='http://etherx.jabber.org/streams'>"
        "<reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
        f"<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>{LONG}</text></error>"
    )
    assert len(str(failures.refused(connection, refusal))) < 2 * TEXT.most
    assert len(str(failures.stream_error(connection, end))) < 2 * TEXT.most

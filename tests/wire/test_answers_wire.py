"""Answers, errors and streams that end: each request gets a value or one of our three errors."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.state import Service
from spaces_sync.model.xml import Xml, element, parse
from spaces_sync.ports import (
    MalformedAnswerError,
    NoAnswerError,
    RawReader,
    RawWriter,
    Reader,
    ServiceError,
    Writer,
)
from spaces_sync.xmpp import reading, writing
from spaces_sync.xmpp.session import writing_session
from wire.fake_server import (
    HANG_UP,
    PUBSUB,
    ROOMS,
    Clock,
    FakeServer,
    Script,
    error,
    on_the_clock,
    playing,
    result,
)

SERVICE = bare_jid(PUBSUB)
NODE = NodeAddress(SERVICE, "dev")
ROOM = bare_jid(f"ci@{ROOMS}")
PAYLOAD = element("urn:xmpp:bookmarks:1", "conference")
OWNER = "http://jabber.org/protocol/pubsub#owner"
ST = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
INFO = "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='f'/></query>"
Question = Callable[[Writer], Awaitable[object]]


def asked(script: Script, question: Question) -> object:
    async def run() -> object:
        async with playing(script) as fake, writing(fake.connection) as writer:
            return await question(writer)

    return asyncio.run(run())


def room_info(reader: Reader) -> Awaitable[object]:
    return reader.room_info(ROOM)


def publish(writer: Writer) -> Awaitable[object]:
    return writer.publish(NODE, "1", PAYLOAD)


QUESTIONS: list[Question] = [
    lambda w: w.service(SERVICE),
    lambda w: w.node_list(Service(SERVICE, "")),
    lambda w: w.node_info(NODE),
    lambda w: w.node_config(NODE),
    lambda w: w.items(NODE),
    lambda w: w.affiliations(NODE),
    lambda w: w.subscriptions(NODE),
    lambda w: w.room_info(ROOM),
    lambda w: w.room_config(ROOM),
    lambda w: w.room_affiliations(ROOM),
]
CHANGES: list[Question] = [
    publish,
    lambda w: w.create_node(NODE, {}),
    lambda w: w.configure_node(NODE, {}),
    lambda w: w.delete_node(NODE),
    lambda w: w.retract(NODE, "1"),
    lambda w: w.set_affiliation(NODE, SERVICE, "member"),
    lambda w: w.set_subscription(NODE, SERVICE, "subscribed"),
    lambda w: w.destroy_room(ROOM),
    lambda w: w.set_room_affiliation(ROOM, SERVICE, "member"),
]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("inner", ["", "<x xmlns='jabber:x:data'/>", "<pubsub/>words"])
def test_a_result_without_what_was_asked_for_is_malformed(question: Question, inner: str) -> None:
    with pytest.raises(MalformedAnswerError):
        asked(lambda request: result(request, inner), question)


@pytest.mark.parametrize("question", QUESTIONS + CHANGES)
def test_no_answer_is_told_after_the_timeout(question: Question) -> None:
    async def run(clock: Clock) -> object:
        async with playing(lambda _: None) as fake, writing(fake.connection) as writer:
            waiting = asyncio.ensure_future(question(writer))
            await fake.heard(1)
            await clock.pass_by(fake.connection.timeout - 1)
            assert not waiting.done()
            await clock.pass_by(2)
            return await waiting

    with pytest.raises(NoAnswerError, match="in 60 s"):
        on_the_clock(run)


@pytest.mark.parametrize("question", QUESTIONS + CHANGES)
def test_a_stream_that_ends_is_told_at_once(question: Question) -> None:
    async def run() -> None:
        async with playing(lambda _: HANG_UP) as fake, writing(fake.connection) as writer:
            with pytest.raises(NoAnswerError, match="connection was lost"):
                await question(writer)
            with pytest.raises(NoAnswerError, match="connection was lost"):
                await question(writer)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"<iq type='result' id='1' from='pubsub", "lost"),
        (b"<iq></presence>", "bad XML"),
        (b"\xff\xfe", "bad XML"),
        (b"<message>&#1;</message>", "bad XML"),
        (b"<!DOCTYPE a>", "bad XML"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]>", "bad XML"),
        (b"</stream:stream>", "the server closed the stream"),
        (
            b"<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
            b"<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>too big</text></stream:error>",
            r"policy-violation \(too big\)",
        ),
    ],
)
def test_a_stream_that_breaks_fails_everything_in_flight(sent: bytes, words: str) -> None:
    answers = iter([sent, HANG_UP])

    async def run() -> None:
        script: Script = lambda _: next(answers, HANG_UP)  # noqa: E731 - a line of its own
        async with playing(script) as fake, writing(fake.connection) as writer:
            both = await asyncio.gather(room_info(writer), publish(writer), return_exceptions=True)
        for failure in both:
            assert isinstance(failure, NoAnswerError)
            with pytest.raises(NoAnswerError, match=words):
                raise failure

    asyncio.run(run())


def test_an_answer_from_somebody_else_is_ignored() -> None:
    def script(request: Xml) -> str:
        wrong = result(request, "<query/>", sender="mallory@megacorp.example")
        nobody = result(request, "<query/>").replace(f" from='{ROOM}'", "")
        return wrong + nobody + result(request, INFO)

    info = asked(script, room_info)
    assert info.features == {"f"}


def test_our_own_account_may_answer_without_a_name() -> None:
    """RFC 6120 8.1.2.1: that is how a server answers for the account."""

    def script(request: Xml) -> str:
        return result(request, INFO).replace(f" from='{request.get('to')}'", "")

    query = asked(script, lambda w: w.service(bare_jid("admin@megacorp.example")))
    assert query.features == {"f"}


def test_the_second_of_two_answers_is_ignored() -> None:
    numbers = iter("abc")

    def script(request: Xml) -> str:
        answer = INFO.replace("'f'", f"'{next(numbers)}'")
        return result(request, answer) + result(request, "<again/>")

    async def run() -> list[frozenset[str]]:
        async with playing(script) as fake, reading(fake.connection) as reader:
            return [(await reader.room_info(ROOM)).features for _ in range(3)]

    assert asyncio.run(run()) == [{"a"}, {"b"}, {"c"}]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (
            f"<error type='wait'><resource-constraint {ST}/><text {ST}>Unknown</text></error>",
            ("resource-constraint", "wait", "Unknown", ""),
        ),
        (
            "<error type='cancel'><closed-node xmlns='http://jabber.org/protocol/pubsub#errors'/>"
            f"<text {ST} xml:lang='en'>no</text><not-allowed {ST}/></error>",
            ("not-allowed", "cancel", "no", "closed-node"),
        ),
        (
            f"<pubsub xmlns='p'><error/></pubsub><error type='auth'><forbidden {ST}/></error>",
            ("forbidden", "auth", "", ""),
        ),
        ("<error/>", ("undefined-condition", "cancel", "", "")),
        ("<error type='auth'>words</error>", ("undefined-condition", "auth", "", "")),
        ("", ("undefined-condition", "cancel", "the answer is an error without words", "")),
    ],
)
@pytest.mark.parametrize("question", [publish, room_info])
def test_errors(question: Question, inner: str, expected: tuple[str, ...]) -> None:
    with pytest.raises(ServiceError) as caught:
        asked(lambda request: error(request, inner), question)
    failure = caught.value
    assert (failure.condition, failure.error_type, failure.text, failure.detail) == expected


def test_a_missing_item_counts_as_retracted() -> None:
    gone = f"<error type='cancel'><item-not-found {ST}/></error>"
    assert asked(lambda r: error(r, gone), lambda w: w.retract(NODE, "1")) is None


@pytest.mark.parametrize(
    ("item", "payload", "words"),
    [
        ("a\x01", PAYLOAD, r"U\+0001"),
        ("1", element("u", "a", {}, "\ud800"), r"U\+D800"),
        ("1", element("u", "a", {"b": "\ufffe"}), r"U\+FFFE"),
        ("1", element("u", "a", {}, "é" * 125_001), "bytes"),
    ],
)
def test_what_would_end_the_stream_is_not_sent(item: str, payload: Xml, words: str) -> None:
    async def run() -> FakeServer:
        async with playing(result) as fake, writing(fake.connection) as writer:
            with pytest.raises(ServiceError, match=words) as caught:
                await writer.publish(NODE, item, payload)
            assert isinstance(caught.value, ValueError)
            await writer.publish(NODE, "2", PAYLOAD)  # the stream is well
        return fake

    assert len(asyncio.run(run()).received) == 1


def test_a_reading_session_refuses_to_send_anything_but_questions() -> None:
    async def run() -> FakeServer:
        async with playing(lambda r: result(r, INFO)) as fake, reading(fake.connection) as reader:
            session = reader.raw._session
            there = {*dir(session), *dir(reader), *dir(reader.raw)}
            changes = {*dir(RawWriter), *dir(Writer)} - {*dir(RawReader), *dir(Reader)}
            assert not {"set", "enter", "leave", "_writes", *changes} & there
            stream: Any = session._stream
            for way, stanza in (
                (stream.put, "<iq type='set' id='1'/>"),
                (stream.send_raw, "<presence/>"),
                (stream.send_raw, b" <iq type='set' id='1'/>"),
                (stream.put, "<message/>"),
            ):
                with pytest.raises(PermissionError):
                    way(stanza)
            stream.send_presence()  # slixmpp's own way: it ends in the same refusal
            stream.get_roster()
            await reader.room_info(ROOM)
            await reader.room_info(ROOM)
            return fake

    kinds = {(each.name, each.get("type")) for each in asyncio.run(run()).received}
    assert kinds == {("iq", "get")}


def test_a_request_of_the_server_is_refused_politely() -> None:
    ping = "<iq type='get' id='p&apos;1' from='megacorp.example'><ping xmlns='urn:xmpp:ping'/></iq>"

    def script(request: Xml) -> str:
        return "" if request.get("type") == "error" else ping + result(request, INFO)

    async def run() -> FakeServer:
        async with playing(script) as fake, reading(fake.connection) as reader:
            await reader.room_info(ROOM)
            await reader.room_info(ROOM)
            return fake

    replies = [each for each in asyncio.run(run()).received if each.get("type") == "error"]
    assert replies[0].get("id") == "p'1"
    assert replies[0].get("to") == "megacorp.example"
    assert replies[0].find("jabber:client", "error") is not None


def test_answers_that_come_in_hold_the_timeout_off() -> None:
    """A slow server is not a silent one: the last of six answers comes after five timeouts."""

    async def run(clock: Clock) -> list[object]:
        async with playing(lambda _: None) as fake, writing_session(fake.connection) as session:
            waiting = [asyncio.ensure_future(session.get(ROOM, PAYLOAD)) for _ in range(6)]
            await fake.heard(6)
            for request in fake.received:
                await clock.pass_by(fake.connection.timeout - 5)
                session.receive(parse(result(request)))
            return await asyncio.gather(*waiting, return_exceptions=True)

    assert all(isinstance(each, Xml) for each in on_the_clock(run))


def test_requests_that_wait_for_their_turn_are_not_overdue() -> None:
    """A window of one, and a timeout shorter than what all of them take together."""

    async def run(clock: Clock) -> int:
        def slowly(request: Xml) -> str:
            clock.ahead += 20
            return result(request, INFO)

        async with playing(slowly) as fake:
            async with reading(replace(fake.connection, window=1)) as reader:
                await asyncio.gather(*(reader.room_info(ROOM) for _ in range(50)))
            return len(fake.received)

    assert on_the_clock(run) == 50


def test_a_small_request_does_not_share_the_patience_with_a_large_one() -> None:
    """A server may take 40 s to read 120 kB at 3 kB/s; that a second question is lost is told."""

    async def run(clock: Clock) -> None:
        async with playing(lambda _: None) as fake, writing_session(fake.connection) as session:
            large = asyncio.ensure_future(session.set(ROOM, element("u", "a", {}, "x" * 120_000)))
            small = asyncio.ensure_future(session.get(ROOM, PAYLOAD))
            await fake.heard(2)
            await clock.pass_by(fake.connection.timeout + 1)
            with pytest.raises(NoAnswerError):
                await small
            assert not large.done()
            await clock.pass_by(41)
            with pytest.raises(NoAnswerError):
                await large

    on_the_clock(run)


def test_a_cancelled_request_leaves_the_session_well() -> None:
    async def run() -> object:
        silent = iter([True])
        script: Script = lambda r: None if next(silent, False) else result(r, INFO)  # noqa: E731 - as above
        async with playing(script) as fake, reading(fake.connection) as reader:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await reader.room_info(ROOM)
            return await reader.room_info(ROOM)

    assert asyncio.run(run()).features == {"f"}

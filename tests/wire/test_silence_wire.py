"""A request that nothing comes for while others are answered, and answers that do not fit."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from spaces_sync.model import bounds
from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.state import Service
from spaces_sync.model.xml import Xml, element, parse
from spaces_sync.ports import (
    ItemList,
    MalformedAnswerError,
    NoAnswerError,
    NodeList,
    Reader,
    UnansweredError,
    Writer,
    one_change,
)
from spaces_sync.xmpp import reading, writing
from wire.fake_server import (
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
OTHER = NodeAddress(SERVICE, "ops")
ROOM = bare_jid(f"ci@{ROOMS}")
PS = "http://jabber.org/protocol/pubsub"
ST = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
INFO = (
    "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='x' type='y'/></query>"
)
Question = Callable[[Writer], Awaitable[object]]


def is_ping(stanza: Xml) -> bool:
    return any(each.name == "ping" for each in stanza.elements)


def about(stanza: Xml, node: NodeAddress) -> bool:
    return f"node='{node.node}'" in str(stanza).replace('"', "'")


class Silent:
    """A server that does not answer the first `times` stanzas that `what` is true of."""

    def __init__(self, what: Callable[[Xml], bool], times: int, answer: Script) -> None:
        self._what, self._answer, self._left = what, answer, times
        self.unanswered: list[Xml] = []

    def __call__(self, stanza: Xml) -> str | bytes | None:
        if is_ping(stanza):
            return error(stanza, f"<error type='cancel'><service-unavailable {ST}/></error>")
        if self._left and self._what(stanza):
            self._left -= 1
            self.unanswered.append(stanza)
            return None
        return self._answer(stanza)


def play(
    script: Script, work: Callable[[FakeServer, Writer, Clock], Coroutine[Any, Any, object]]
) -> object:
    async def run(clock: Clock) -> object:
        async with playing(script) as fake, writing(fake.connection) as writer:
            return await work(fake, writer, clock)

    return on_the_clock(run)


async def waited(clock: Clock, fake: FakeServer, waiting: "asyncio.Future[object]") -> object:
    """What comes of a request, on the time that passes meanwhile."""
    while not waiting.done():
        await clock.pass_by(fake.connection.timeout / 4)
        await asyncio.sleep(0.001)  # so that stanzas cross the socket
    return await waiting


def items(request: Xml) -> str:
    node = next(next(request.elements).elements).get("node")
    payload = "<a xmlns='urn:example:a'/>"
    return result(
        request,
        f"<pubsub xmlns='{PS}'><items node='{node}'><item id='1'>{payload}</item></items></pubsub>",
    )


def test_a_question_that_is_passed_over_is_asked_again() -> None:
    silent = Silent(lambda s: about(s, NODE), 1, items)

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        waiting = asyncio.ensure_future(writer.items(NODE))
        other = await writer.items(OTHER)
        return other, await waited(clock, fake, waiting), fake.received

    other, found, received = play(silent, work)
    asked = [each for each in received if about(each, NODE)]
    assert (other, len(asked)) == (found, 2)
    assert asked[0].get("id") != asked[1].get("id")


def test_a_question_that_is_passed_over_twice_fails_alone_and_says_what_it_was() -> None:
    silent = Silent(lambda s: about(s, NODE), 9, items)

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        waiting = asyncio.ensure_future(writer.items(NODE))
        with pytest.raises(UnansweredError) as caught:
            await waited(clock, fake, waiting)
        await writer.items(OTHER)  # the stream is well
        return str(caught.value)

    said = play(silent, work)
    assert said == f"no answer from {PUBSUB} in 60 s, asked twice: the items of the node dev"
    assert len(silent.unanswered) == 2


@pytest.mark.parametrize(("once", "times"), [(True, 1), (False, 2)])
def test_a_change_is_sent_again_where_nobody_looks_first(once: bool, times: int) -> None:
    silent = Silent(lambda s: s.get("type") == "set", 9, items)

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        async def change() -> None:
            with one_change(lambda: False, once=once):
                await writer.publish(NODE, "1", element("u", "a"))

        with pytest.raises(UnansweredError, match="publish the item 1 in the node dev"):
            await waited(clock, fake, asyncio.ensure_future(change()))
        return None

    play(silent, work)
    assert len(silent.unanswered) == times


def test_after_a_stop_no_change_is_sent_again() -> None:
    silent = Silent(lambda s: s.get("type") == "set", 9, items)
    stopped: list[bool] = []

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        async def change() -> None:
            with one_change(lambda: bool(stopped)):
                await writer.publish(NODE, "1", element("u", "a"))

        waiting = asyncio.ensure_future(change())
        await fake.heard(1)
        stopped.append(True)
        with pytest.raises(UnansweredError):
            await waited(clock, fake, waiting)
        return None

    play(silent, work)
    assert len(silent.unanswered) == 1


def test_what_is_passed_over_waits_for_its_whole_patience() -> None:
    silent = Silent(lambda s: about(s, NODE), 1, items)

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        waiting = asyncio.ensure_future(writer.items(NODE))
        await writer.items(OTHER)
        await clock.pass_by(fake.connection.timeout - 1)
        assert (waiting.done(), len(silent.unanswered), len(fake.received)) == (False, 1, 2)
        return await waited(clock, fake, waiting)

    play(silent, work)


def test_answers_to_others_do_not_keep_it_waiting_for_ever() -> None:
    """A lock that is renewed every 20 s is answered, too."""
    silent = Silent(lambda s: about(s, NODE), 9, items)

    async def work(_: FakeServer, writer: Writer, clock: Clock) -> object:
        waiting = asyncio.ensure_future(writer.items(NODE))
        for _ in range(12):
            await clock.pass_by(20)
            await writer.items(OTHER)
            if waiting.done():
                break
        with pytest.raises(UnansweredError):
            await waiting
        return None

    play(silent, work)


def test_a_late_answer_is_nobodys() -> None:
    """That to the first try comes when the second is under way, and says something else."""
    first: list[Xml] = []

    def script(request: Xml) -> str | bytes | None:
        if is_ping(request):
            return result(request)
        if not first:
            first.append(request)
            return None
        late = items(first[0]).replace("id='1'", "id='late'")
        return late + items(request)

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        waiting = asyncio.ensure_future(writer.items(NODE))
        return await waited(clock, fake, waiting)

    found: Any = play(script, work)
    assert [item.id for item in found.items] == ["1"]


def test_no_id_is_used_on_two_streams() -> None:
    async def run() -> list[str]:
        async with playing(lambda r: result(r, INFO)) as fake:
            for _ in range(2):
                async with reading(fake.connection) as reader:
                    await reader.room_info(ROOM)
                    await reader.room_info(ROOM)
            return [each.get("id") or "" for each in fake.received if each.name == "iq"]

    ids = asyncio.run(run())
    prefixes = [each.partition("-")[0] for each in ids]
    assert len(set(ids)) == 4
    assert (prefixes[0], prefixes[2]) == (prefixes[1], prefixes[3])
    assert prefixes[0] != prefixes[2]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("id='", "id='x"), (f"from='{PUBSUB}'", "from='mallory@megacorp.example'")],
)
def test_an_answer_with_another_id_or_sender_is_nobodys(wrong: str, right: str) -> None:
    async def run() -> object:
        def script(request: Xml) -> str:
            answer = items(request)
            return answer.replace("id='1'", "id='theirs'").replace(wrong, right, 1) + answer

        async with playing(script) as fake, reading(fake.connection) as reader:
            return await reader.items(NODE)

    found: Any = asyncio.run(run())
    assert [item.id for item in found.items] == ["1"]


OWNER = f"{PS}#owner"
FORM = "<x xmlns='jabber:x:data' type='form'><field var='a'><value>1</value></field></x>"
ABOUT_OTHERS: list[tuple[Callable[[Reader], Awaitable[object]], str]] = [
    (lambda r: r.items(NODE), f"<pubsub xmlns='{PS}'><items node='ops'/></pubsub>"),
    (lambda r: r.item(NODE, "1"), f"<pubsub xmlns='{PS}'><items node='ops'/></pubsub>"),
    (lambda r: r.node_info(NODE), INFO.replace("'><", "' node='ops'><", 1)),
    (lambda r: r.room_info(ROOM), INFO.replace("'><", "' node='ops'><", 1)),
    (
        lambda r: r.node_config(NODE),
        f"<pubsub xmlns='{OWNER}'><configure node='ops'>{FORM}</configure></pubsub>",
    ),
    (
        lambda r: r.affiliations(NODE),
        f"<pubsub xmlns='{OWNER}'><affiliations node='ops'/></pubsub>",
    ),
    (
        lambda r: r.subscriptions(NODE),
        f"<pubsub xmlns='{OWNER}'><subscriptions node='ops'/></pubsub>",
    ),
]


@pytest.mark.parametrize(("question", "inner"), ABOUT_OTHERS)
def test_an_answer_about_another_node_is_none(
    question: Callable[[Reader], Awaitable[object]], inner: str
) -> None:
    async def run() -> None:
        async with playing(lambda r: result(r, inner)) as fake, reading(fake.connection) as reader:
            await question(reader)

    with pytest.raises(MalformedAnswerError, match="about the node 'ops'; asked for: "):
        asyncio.run(run())


def test_a_node_that_the_answer_does_not_name_is_the_one_that_was_asked_about() -> None:
    async def run() -> object:
        answer = f"<pubsub xmlns='{PS}'><items/></pubsub>"
        async with playing(lambda r: result(r, answer)) as fake, reading(fake.connection) as reader:
            return await reader.items(NODE)

    found: Any = asyncio.run(run())
    assert (found.items, found.complete) == ((), True)


# --- a service that answers nothing ----------------------------------------------------------


class Down(Silent):
    """A service that answers nothing, not even a ping, while `down`; others do."""

    def __init__(self) -> None:
        super().__init__(lambda _: False, 0, lambda r: result(r, INFO))
        self.down = True
        self.heard = 0

    def __call__(self, stanza: Xml) -> str | bytes | None:
        if stanza.get("to") == PUBSUB:
            self.heard += 1
            if self.down:
                return None
        return super().__call__(stanza)


def test_a_service_that_answers_nothing_costs_its_patience_once() -> None:
    service = Down()

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        waiting = [asyncio.ensure_future(writer.node_info(NODE)) for _ in range(100)]
        for each in waiting:
            with pytest.raises(UnansweredError):
                await waited(clock, fake, each)
        passed, heard = clock.ahead, service.heard
        with pytest.raises(UnansweredError, match="answers nothing; not sent: what the node dev"):
            await writer.node_info(NODE)
        await writer.room_info(ROOM)  # of another service
        assert service.heard == heard
        return passed / fake.connection.timeout

    patiences = play(service, work)
    assert 2 <= patiences < 4


def test_a_service_that_comes_back_is_asked_again() -> None:
    service = Down()

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        with pytest.raises(UnansweredError):
            await waited(clock, fake, asyncio.ensure_future(writer.node_info(NODE)))
        service.down = False
        await clock.pass_by(fake.connection.timeout + 1)
        return await writer.node_info(NODE)

    play(service, work)


def test_a_service_that_is_silent_about_one_thing_is_asked_for_others() -> None:
    """Nothing else is under way that could be answered: a ping shows that it is there."""
    silent = Silent(lambda s: about(s, NODE), 9, items)

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        with pytest.raises(UnansweredError):
            await waited(clock, fake, asyncio.ensure_future(writer.items(NODE)))
        return await writer.items(OTHER)

    play(silent, work)


def test_a_connection_on_which_nothing_comes_is_told_from_a_silent_service() -> None:
    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        waiting = asyncio.ensure_future(writer.items(NODE))
        with pytest.raises(NoAnswerError) as caught:
            await waited(clock, fake, waiting)
        return str(caught.value)

    said = play(lambda _: None, work)
    expected = f"no answer from {PUBSUB} in 60 s, and none to a ping: the items of the node dev"
    assert said == expected


def test_a_room_that_does_not_let_us_in_nor_out_is_left() -> None:
    """What it does not answer it may have done: nobody stays in a room for it."""
    silent = Silent(lambda s: s.name == "presence", 9, lambda r: result(r, INFO))

    async def work(fake: FakeServer, writer: Writer, clock: Clock) -> object:
        change = asyncio.ensure_future(writer.create_room(ROOM, {}, None))
        with pytest.raises(UnansweredError, match="enter the room"):
            await waited(clock, fake, change)
        return None

    play(silent, work)
    entered, left = silent.unanswered
    assert (entered.get("type"), left.get("type")) == (None, "unavailable")
    assert entered.get("to") == left.get("to")


# --- bounds ----------------------------------------------------------------------------------


def small(monkeypatch: pytest.MonkeyPatch, module: str, name: str, most: int) -> None:
    bound = getattr(bounds, name)
    monkeypatch.setattr(f"spaces_sync.{module}.{name}", bound._replace(most=most))


def test_an_answer_that_is_too_large_fails_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, "xmpp.parser", "STANZA", 1 << 19)

    def script(request: Xml) -> str:
        return items(request).replace(
            "urn:example:a", "x" * (3_000_000 if about(request, NODE) else 1)
        )

    async def run() -> None:
        async with playing(script) as fake, reading(fake.connection) as reader:
            large = asyncio.ensure_future(reader.items(NODE))
            await reader.items(OTHER)  # comes behind it, on the same stream
            with pytest.raises(MalformedAnswerError, match="more than 524,288 bytes in one stanza"):
                await large

    asyncio.run(run())


def test_an_answer_of_too_many_parts_fails_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, "xmpp.parser", "STANZA_PARTS", 1000)

    def script(request: Xml) -> str:
        return items(request).replace("<a ", "<b/>" * 200_000 + "<a ")

    async def run() -> None:
        async with playing(script) as fake, reading(fake.connection) as reader:
            with pytest.raises(MalformedAnswerError, match="1,000 elements and attributes"):
                await reader.items(NODE)

    asyncio.run(run())


@pytest.mark.parametrize("endless", [b"<a>x</a>", b"x", b" b='1'"])
def test_a_stanza_without_an_end_ends_the_stream(
    endless: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch, "xmpp.parser", "STANZA", 1 << 19)
    head = b"<message><body>" if endless != b" b='1'" else b"<message"

    def script(_: Xml) -> bytes:
        attributes = (b" b%d='1'" % number for number in range(300_000))
        return head + (endless * 600_000 if b"=" not in endless else b"".join(attributes))

    async def run() -> None:
        async with playing(script) as fake, reading(fake.connection) as reader:
            with pytest.raises(NoAnswerError, match="more than 524,288 bytes in one stanza"):
                await reader.items(NODE)

    asyncio.run(run())


def paged(request: Xml) -> str:
    """One more item on each page, without an end."""
    after = parse(str(request)).find(PS, "pubsub") or request
    last = next((e.text for e in _all(after) if e.name == "after"), "0")
    number = int(last) + 1
    rsm = f"<set xmlns='http://jabber.org/protocol/rsm'><last>{number}</last></set>"
    item = f"<item id='{number}'/>"
    inner = f"<pubsub xmlns='{PS}'><items node='dev'>{item}</items>{rsm}</pubsub>"
    return result(request, inner)


def _all(xml: Xml) -> list[Xml]:
    return [xml, *(each for inner in xml.elements for each in _all(inner))]


@pytest.mark.parametrize(("module", "name"), [("client.items", "ITEMS"), ("client.pages", "PAGES")])
def test_pages_without_an_end_have_one(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch, module, name, 30)

    async def run() -> ItemList:
        async with playing(paged) as fake, reading(fake.connection) as reader:
            return await reader.items(NODE)

    found = asyncio.run(run())
    assert not found.complete
    assert 30 <= len(found.items) <= 31


def test_a_list_of_too_many_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, "client.lists", "NODES", 30)
    listed = "".join(f"<item jid='{PUBSUB}' node='{number}'/>" for number in range(31))
    answer = f"<query xmlns='http://jabber.org/protocol/disco#items'>{listed}</query>"

    async def run() -> NodeList:
        async with playing(lambda r: result(r, answer)) as fake, reading(fake.connection) as reader:
            return await reader.node_list(Service(SERVICE, ""))

    assert not asyncio.run(run()).complete


def test_every_text_of_an_error_is_bounded() -> None:
    """The name of a condition is one, too, and so is what an answer has in place of a node."""
    long = "x" * 1_000_000
    refused = f"<error type='{long}'><{long} {ST}/><text {ST}>{long}</text></error>"
    elsewhere = f"<pubsub xmlns='{PS}'><items node='{long}'/></pubsub>"

    async def told(script: Script) -> str:
        async with playing(script) as fake, reading(fake.connection) as reader:
            try:
                await reader.items(NODE)
            except Exception as error:  # noqa: BLE001 - whichever it is, its text is meant
                return str(error)
        return ""

    for script in (lambda r: error(r, refused), lambda r: result(r, elsewhere)):
        assert 0 < len(asyncio.run(told(script))) < 3 * bounds.TEXT.most


def test_the_window_is_not_held_by_what_was_given_up() -> None:
    silent = Silent(lambda s: about(s, NODE), 99, items)

    async def run(clock: Clock) -> object:
        async with (
            playing(silent) as fake,
            writing(replace(fake.connection, window=2)) as writer,
        ):
            waiting = [asyncio.ensure_future(writer.items(NODE)) for _ in range(3)]
            others = [asyncio.ensure_future(writer.items(OTHER)) for _ in range(5)]
            for each in waiting:
                with pytest.raises(UnansweredError):
                    await waited(clock, fake, each)
            return await asyncio.gather(*others)

    on_the_clock(run)

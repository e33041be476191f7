"""What still goes out after a stop: reads and what was begun, and nothing that waited its turn."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.xml import Xml, parse
from spaces_sync.ports import NotSentError, Writer, one_change
from spaces_sync.xmpp import writing
from wire.fake_server import PUBSUB, Script, playing, result
from wire.test_requests_wire import ALICE, ST, create, entered, error, room_service

NODE = NodeAddress(bare_jid(PUBSUB), "dev")


class Stop:
    """Happens when the server gets the first stanza that changes something."""

    def __init__(self, script: Script) -> None:
        self.happened = False
        self._script = script

    def __call__(self, stanza: Xml) -> str | bytes | None:
        self.happened = self.happened or stanza.name == "presence" or stanza.get("type") == "set"
        return self._script(stanza)


def received(
    stop: Stop, *changes: Callable[[Writer], Awaitable[object]]
) -> tuple[list[Xml], list[object]]:
    """The stanzas that the server gets of changes that wait for one another, and their ends."""

    async def run() -> tuple[list[Xml], list[object]]:
        async with playing(stop) as fake, writing(replace(fake.connection, window=1)) as writer:

            async def one(change: Callable[[Writer], Awaitable[object]]) -> object:
                with one_change(lambda: stop.happened):
                    return await change(writer)

            ended = await asyncio.gather(*map(one, changes), return_exceptions=True)
            return list(fake.received), ended

    return asyncio.run(run())


def publish(item_id: str) -> Callable[[Writer], Awaitable[object]]:
    return lambda writer: writer.publish(NODE, item_id, parse("<a xmlns='u'/>"))


def test_what_waits_for_its_turn_is_not_sent() -> None:
    stanzas, ended = received(Stop(result), *(publish(str(n)) for n in range(20)))

    assert len(stanzas) == 1
    assert [type(each) for each in ended] == [type(None), *[NotSentError] * 19]


def test_questions_are_asked_all_the_same() -> None:
    info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"

    def script(stanza: Xml) -> str:
        return result(stanza, info if stanza.get("type") == "get" else "")

    stanzas, ended = received(Stop(script), publish("1"), lambda w: w.node_info(NODE), publish("2"))

    assert [stanza.get("type") for stanza in stanzas] == ["set", "get"]
    assert isinstance(ended[2], NotSentError)


def test_a_room_that_was_entered_is_configured_and_left() -> None:
    stanzas, ended = received(Stop(room_service(entered)), create, create)

    assert [stanza.get("type") for stanza in stanzas] == [None, "get", "set", "unavailable"]
    assert ended[0] is None
    assert isinstance(ended[1], NotSentError)


def test_a_right_that_takes_three_requests_is_taken_to_the_end() -> None:
    def script(stanza: Xml) -> str:
        if stanza.get("type") == "get":
            owner = "http://jabber.org/protocol/pubsub#owner"
            return result(stanza, f"<pubsub xmlns='{owner}'><subscriptions/></pubsub>")
        first = len(sets) == 0
        sets.append(stanza)
        refused = f"<error type='auth'><forbidden {ST}/></error>"
        return error(stanza, refused) if first else result(stanza)

    sets: list[Xml] = []
    stanzas, ended = received(Stop(script), lambda w: w.set_affiliation(NODE, ALICE, "none"))

    assert [stanza.get("type") for stanza in stanzas] == ["set", "get", "set"]
    assert ended == [None]


def test_outside_of_a_change_everything_is_sent() -> None:
    async def run() -> int:
        async with playing(result) as fake, writing(fake.connection) as writer:
            with one_change(lambda: True), pytest.raises(NotSentError):
                await publish("1")(writer)
            await publish("2")(writer)
            return len(fake.received)

    assert asyncio.run(run()) == 1

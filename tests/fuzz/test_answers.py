"""Damaged answers of a server: each question gets a value or one of the errors that it names."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from fuzz.in_memory import Table, Wire, table
from fuzz.mutations import bytes_of, xml_of
from fuzz.test_snapshots import DECLARATION
from showing import as_shown
from spaces_sync import engine
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Reading, Service
from spaces_sync.model.xml import Xml, serialise
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import (
    MalformedAnswerError,
    NoAnswerError,
    NoServiceError,
    Reader,
    ServiceError,
)
from spaces_sync.report import plan_json, plan_text
from spaces_sync.report.style import Style
from wire.fake_server import DOMAIN

SERVICE = Jid("pubsub.megacorp.example")
DEV = NodeAddress(SERVICE, "dev")
CI = Jid("ci@rooms.megacorp.example")
QUESTIONS: tuple[Callable[[Reader], Awaitable[object]], ...] = (
    lambda reader: reader.server_items(Jid(DOMAIN)),
    lambda reader: reader.service(SERVICE),
    lambda reader: reader.node_list(Service(SERVICE, "")),
    lambda reader: reader.node_info(DEV),
    lambda reader: reader.node_config(DEV),
    lambda reader: reader.items(DEV),
    lambda reader: reader.affiliations(DEV),
    lambda reader: reader.subscriptions(DEV),
    lambda reader: reader.room_info(CI),
    lambda reader: reader.room_config(CI),
    lambda reader: reader.room_affiliations(CI),
)
TABLES = [table("prosody"), table("ejabberd")]


def damaged(rng: Random, answers: Table, likely: float) -> Callable[[Xml], bytes]:
    """The answer as bytes; sometimes damaged, sometimes that to another question."""
    others = list(answers.values())

    def damage(answer: Xml) -> bytes:
        if rng.random() > likely:
            return serialise(answer, "jabber:client").encode()
        if rng.random() < 0.1:
            answer = rng.choice(others).with_attribute("id", answer.get("id"))
        # Mostly below the stanza's head, or nobody would hear it.
        inner = xml_of(rng, answer).children if rng.random() < 0.97 else ()
        text = serialise(answer.with_children(inner), "jabber:client")
        if rng.random() < 0.1:
            return bytes_of(rng, text.encode(), [text.encode()])
        return text.encode()

    return damage


def test_a_damaged_answer_to_one_question(hammer):
    async def asked(rng: Random) -> None:
        answers = rng.choice(TABLES)
        wire = Wire(answers, damaged(rng, answers, 0.9))
        try:
            await rng.choice(QUESTIONS)(wire.reader)
        except (ServiceError, MalformedAnswerError, NoAnswerError):
            return
        finally:
            wire.close()

    run_each(hammer, "answers", 3000, asked)


def test_damaged_answers_to_all_that_a_plan_asks(hammer):
    async def planned(rng: Random) -> None:
        answers = rng.choice(TABLES)
        wire = Wire(answers, damaged(rng, answers, rng.choice((0.05, 0.3))))
        try:
            reading = await engine.read_addresses(DECLARATION.addresses, wire.reader)
        except (NoServiceError, NoAnswerError):
            return
        finally:
            wire.close()
        assert isinstance(reading, Reading)
        made = plan(DECLARATION, reading)
        plan_text.render(as_shown(made), Style(full=True)).encode()
        plan_json.render(as_shown(made), Style()).encode()

    run_each(hammer, "readings", 1200, planned)


def run_each(hammer, kind: str, count: int, work: Callable[[Random], Awaitable[None]]) -> None:
    complaints: list[dict[str, object]] = []
    with asyncio.Runner() as runner:
        runner.get_loop().set_exception_handler(lambda _, context: complaints.append(context))

        def case(rng: Random) -> None:
            complaints.clear()
            runner.run(_awaited(work, rng))
            assert complaints == []

        hammer(kind, count, case)


async def _awaited(work: Callable[[Random], Awaitable[None]], rng: Random) -> None:
    async with asyncio.timeout(10):
        await work(rng)


@pytest.mark.parametrize("answers", TABLES, ids=["prosody", "ejabberd"])
def test_the_answers_unharmed_tell_all_of_what_the_document_declares(answers: Table):
    async def found() -> Reading:
        wire = Wire(answers, lambda answer: serialise(answer, "jabber:client").encode())
        try:
            return await engine.read_addresses(DECLARATION.addresses, wire.reader)
        finally:
            wire.close()

    reading = asyncio.run(found())
    assert {*reading.state.nodes, *reading.state.rooms} == {*DECLARATION.policies}
    assert all(len(node.affiliations) > 0 for node in reading.state.nodes.values())

"""COMPAT, streams: what a server does with stanzas, whatever they say; as test_compat_nodes.py."""

import asyncio
from dataclasses import replace

import pytest

from contract.backends import Backend, connection
from servers import Server
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.xml import element
from spaces_sync.ports import NoAnswerError
from spaces_sync.xmpp import session, stream

pytestmark = pytest.mark.newer_servers

NS = "urn:example:note"
LENGTHS = (4_000, 8_000, 8_500, 24_000, 5_000, 60_000, 7_000, 3_000)


def test_compat_prosody_waits_for_more_after_a_long_tag(
    prosody: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = replace(connection(prosody), timeout=1.0)

    async def ask() -> None:
        async with session.reading_session(quick) as reader:
            await reader.get(reader.account, element(NS, "ask", {"about": "x" * 24_000}))

    monkeypatch.setattr(stream, "LONG_TAG", 1 << 20)
    monkeypatch.setattr(session, "SLOWEST_RATE", 1 << 20)
    with pytest.raises(NoAnswerError):
        asyncio.run(ask())


def test_an_item_with_a_long_tag_is_answered(backend: Backend, node: NodeAddress) -> None:
    """Behind long tags also shorter ones would wait."""

    async def work(w: CarefulWriter) -> None:
        await w.create_node(node, {})
        for number, length in enumerate(LENGTHS):
            inner = element(NS, "b", {"a": "y" * 99})
            payload = element(NS, "note", {"text": "x" * length}, inner)
            await w.publish(node, str(number), payload)
        assert len((await w.items(node)).items) == len(LENGTHS)

    backend.run(work)

"""Services of no known brand that do not say `item-not-found` of what is not there."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from spaces_sync import engine
from spaces_sync.client import CarefulWriter
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.actions import CreateNode
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import DiscoInfo, Identity, ServiceError
from spaces_sync.simulator import FOREIGN, PROSODY, RawSimulator

ADMIN = Jid("admin@megacorp.example")
SERVICE = Jid("spaces.megacorp.example")
DEV = NodeAddress(SERVICE, "dev")
PUBSUB = Identity("pubsub", "service", "Spaces")


class DescribesItself(RawSimulator):
    """disco#info is about the service, whatever node it asks for."""

    async def node_info(self, node: NodeAddress) -> DiscoInfo:  # noqa: ARG002 - as the port has it
        return DiscoInfo((PUBSUB,))


class NamesNothing(RawSimulator):
    """disco#info of what is there has no identity, but its metadata."""

    async def node_info(self, node: NodeAddress) -> DiscoInfo:
        return DiscoInfo((), forms=(await super().node_info(node)).forms)


@pytest.fixture
def declared(tmp_path: Path) -> Declaration:
    path = tmp_path / "spaces.yaml"
    lines = ["version: 1", "source: t/x", f"service: {SERVICE}"]
    path.write_text("\n".join([*lines, "spaces: {dev: {exposure: public}}", ""]))
    return load([path], {})


@pytest.mark.parametrize(
    "raw",
    [
        lambda: RawSimulator(ADMIN, FOREIGN),  # described, without an identity
        lambda: DescribesItself(ADMIN),
        lambda: NamesNothing(ADMIN),
    ],
)
def test_what_is_not_there_is_created_and_then_found(
    raw: Callable[[], RawSimulator], declared: Declaration
) -> None:
    writer = CarefulWriter(raw())

    async def work() -> None:
        reading = await engine.read(declared, writer)
        assert DEV in reading.absent
        made = plan(declared, reading)
        assert made.obstacles == ()
        assert [each.node for each in made.actions if isinstance(each, CreateNode)] == [DEV]
        await writer.create_node(DEV, {"pubsub#type": ("urn:xmpp:spaces:0",)})
        assert DEV in (await engine.read(declared, writer)).state.nodes

    asyncio.run(work())


def test_a_node_whose_items_are_not_found_is_no_absent_one(declared: Declaration) -> None:
    """Where its form is told, only what is in it is missing: nothing follows from that."""

    class Confused(RawSimulator):
        async def items(self, node: NodeAddress, after: str | None = None) -> object:
            raise ServiceError("item-not-found", "cancel", f"nothing in {node} after {after}")

    writer = CarefulWriter(Confused(ADMIN, PROSODY))

    async def work() -> None:
        await writer.create_node(DEV, {})
        reading = await engine.read(declared, writer)
        assert "nothing in" in reading.failed[DEV]
        assert DEV not in reading.absent

    asyncio.run(work())

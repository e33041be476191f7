"""COMPAT(prosody 0.12): storage `memory` loses items; the README says so as long as it is so."""

from collections.abc import Callable
from pathlib import Path

from contract.backends import real
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.xml import element
from spaces_sync.ports import Writer

NODE = NodeAddress(Jid("pubsub.megacorp.example"), "dev")


def test_replacing_items_costs_a_neighbour(start_prosody: Callable, server_folder: Path):
    async def work(writer: Writer) -> list[str]:
        await writer.create_node(NODE, {})
        for name in ("a", "b", "c", "a", "b"):
            await writer.publish(NODE, name, element("urn:x", "x"))
        return sorted(item.id for item in (await writer.items(NODE)).items)

    with start_prosody(server_folder, storage="memory") as server:
        assert real(server).run(work) != ["a", "b", "c"]

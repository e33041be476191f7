"""The whole careful client: questions and changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spaces_sync.client import former, rooms
from spaces_sync.client.affiliations import NONE, account_or_none
from spaces_sync.client.forms import with_empty_values
from spaces_sync.client.reader import CarefulReader
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Secret, Values
from spaces_sync.model.xml import Xml
from spaces_sync.ports import MalformedAnswerError, RawWriter, ServiceError, in_order

SHUT_OUT: Final = (NONE, "outcast")  # the affiliations that can take the right to read away


class CarefulWriter(CarefulReader):
    """A `Writer`, where the contracts of its methods stand, over the raw port `raw`."""

    raw: RawWriter

    def __init__(self, raw: RawWriter) -> None:
        super().__init__(raw)

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        made = self._make(node, with_empty_values(config))
        _, listed = await in_order(made, former.listed(self.raw, node))
        await former.forget(self.raw, node, config, listed)

    async def _make(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        created = await self.raw.create_node(node, config)
        if created != node.node:
            raise MalformedAnswerError(f"the service created {created!r} instead of {node}")

    async def configure_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        await self.raw.configure_node(node, with_empty_values(config))

    async def delete_node(self, node: NodeAddress, renamed_to: NodeAddress | None = None) -> None:
        await self.raw.delete_node(node, renamed_to)

    async def publish(
        self, node: NodeAddress, item_id: str, payload: Xml, *, access_model: str = ""
    ) -> None:
        await self.raw.publish(node, item_id, payload, access_model=access_model)

    async def retract(self, node: NodeAddress, item_id: str) -> None:
        try:
            await self.raw.retract(node, item_id)
        except ServiceError as error:
            if error.condition != "item-not-found":
                raise

    async def set_affiliation(self, node: NodeAddress, jid: Jid, affiliation: str) -> None:
        try:
            await self.raw.set_affiliation(node, jid, affiliation)
        except ServiceError as error:
            if error.condition != "forbidden" or affiliation not in SHUT_OUT:
                raise
            # COMPAT(prosody 0.12.3 to 13.0.1): it says so about somebody who is subscribed, has
            # changed the affiliation all the same, and goes on sending items to them.
            # Shown by test_compat_prosody_removing_a_subscriber_is_an_error_that_takes_effect.
            await self._unsubscribe(node, jid)
            await self.raw.set_affiliation(node, jid, affiliation)

    async def set_subscription(self, node: NodeAddress, jid: Jid, subscription: str) -> None:
        if subscription == NONE:
            await self._unsubscribe(node, jid)
        else:
            await self.raw.set_subscription(node, jid, subscription)

    async def _unsubscribe(self, node: NodeAddress, jid: Jid) -> None:
        """Ends each subscription that the service lists for the account or a resource of it."""
        for each in await self.raw.subscriptions(node):
            if account_or_none(each.jid) == jid and each.subscription != NONE:
                await former.end(self.raw, node, each)

    async def create_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        await rooms.create(self.raw, room, config, password)

    async def configure_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        await rooms.configure(self.raw, room, config, password)

    async def destroy_room(self, room: Jid, renamed_to: Jid | None = None) -> None:
        await rooms.destroy(self.raw, room, renamed_to)

    async def set_room_affiliation(self, room: Jid, jid: Jid, affiliation: str) -> None:
        await self.raw.set_room_affiliation(room, jid, affiliation)

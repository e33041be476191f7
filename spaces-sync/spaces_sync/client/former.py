"""Subscriptions of a node of the same name that was deleted, which a service goes on listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from spaces_sync.client.affiliations import NONE, account_or_none
from spaces_sync.client.forms import with_empty_values
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import Values
from spaces_sync.ports import RawWriter, ServiceError, Subscription
from spaces_sync.profile import ACCESS_MODEL, TYPE

_OPEN: Final[Values] = ("open",)


async def end(raw: RawWriter, node: NodeAddress, found: Subscription) -> None:
    """Ends `found`, a subscription that the service lists, also where it says that there is none.

    COMPAT(prosody 0.12.3): it lists those of the node before, sends them nothing, and cannot end
    them before they are renewed, which takes the right to read.
    Shown by test_compat_prosody_lists_who_was_subscribed_before_a_node_was_made_again.
    """
    try:
        await raw.set_subscription(node, found.jid, NONE, found.subid)
    except ServiceError as error:
        if error.detail != "not-subscribed":
            raise
        await raw.set_subscription(node, found.jid, "subscribed")
        await raw.set_subscription(node, found.jid, NONE)


async def listed(raw: RawWriter, node: NodeAddress) -> Sequence[Subscription] | None:
    """Who is subscribed; None where the node is not there. A service may tell nobody's."""
    try:
        return await raw.subscriptions(node)
    except ServiceError as error:
        return None if error.condition == "item-not-found" else ()


async def forget(
    raw: RawWriter,
    node: NodeAddress,
    config: Mapping[str, Values],
    found: Sequence[Subscription] | None,
) -> None:
    """Ends the subscriptions to a node that was made just now, with `config`.

    Where that takes a right to read which those people do not have, the node is made once more,
    between by a bare one that is open: without title and items it gives nothing away. `found`: who
    is `listed`; None where that was asked before the node was there.
    """
    found = await listed(raw, node) if found is None else found
    if await _ended(raw, node, found or ()):
        return
    await raw.delete_node(node)
    bare = {var: values for var, values in config.items() if var == TYPE}
    await raw.create_node(node, with_empty_values({**bare, ACCESS_MODEL: _OPEN}))
    await _ended(raw, node, await listed(raw, node) or ())
    await raw.delete_node(node)
    await raw.create_node(node, with_empty_values(config))


async def _ended(raw: RawWriter, node: NodeAddress, found: Sequence[Subscription]) -> bool:
    """Whether all of `found` are ended, but for the account's own."""
    ended = True
    for each in found:
        if account_or_none(each.jid) == raw.account or each.subscription == NONE:
            continue
        try:
            await end(raw, node, each)
        except ServiceError as error:
            if error.condition != "forbidden":
                raise
            ended = False
    return ended

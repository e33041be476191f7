"""Subscriptions of a node of the same name that was deleted, which a service goes on listing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spaces_sync.client.affiliations import NONE, account_or_none
from spaces_sync.client.forms import with_empty_values
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import Values
from spaces_sync.ports import RawWriter, ServiceError, Subscription
from spaces_sync.profile import ACCESS_MODEL, TYPE

_OPEN: Final[Values] = ("open",)


async def end(raw: RawWriter, node: NodeAddress, listed: Subscription) -> None:
    """Ends a subscription that the service lists, also where it says that there is none.

    COMPAT(prosody 0.12.3): it lists those of the node before, sends them nothing, and cannot end
    them before they are renewed, which takes the right to read.
    Shown by test_compat_prosody_lists_who_was_subscribed_before_a_node_was_made_again.
    """
    try:
        await raw.set_subscription(node, listed.jid, NONE, listed.subid)
    except ServiceError as error:
        if error.detail != "not-subscribed":
            raise
        await raw.set_subscription(node, listed.jid, "subscribed")
        await raw.set_subscription(node, listed.jid, NONE)


async def forget(raw: RawWriter, node: NodeAddress, config: Mapping[str, Values]) -> None:
    """Ends the subscriptions to a node that was made just now, with `config`.

    Where that takes a right to read which those people do not have, the node is made once more,
    between by a bare one that is open: without title and items it gives nothing away.
    """
    if await _ended(raw, node):
        return
    await raw.delete_node(node)
    bare = {var: values for var, values in config.items() if var == TYPE}
    await raw.create_node(node, with_empty_values({**bare, ACCESS_MODEL: _OPEN}))
    await _ended(raw, node)
    await raw.delete_node(node)
    await raw.create_node(node, with_empty_values(config))


async def _ended(raw: RawWriter, node: NodeAddress) -> bool:
    """Whether all are ended, but for the account's own. A service may tell nobody's."""
    try:
        found = await raw.subscriptions(node)
    except ServiceError:
        return True
    ended = True
    for listed in found:
        if account_or_none(listed.jid) == raw.account or listed.subscription == NONE:
            continue
        try:
            await end(raw, node, listed)
        except ServiceError as error:
            if error.condition != "forbidden":
                raise
            ended = False
    return ended

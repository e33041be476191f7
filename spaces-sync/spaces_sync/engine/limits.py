"""Tries whether a service keeps as many items as a plan puts into a node, before any is sent.

A service that takes more items than it keeps drops the oldest, whoever published it, and says
nothing. Where it states no limit, only a number that it takes proves one: it is given to a node
that is made for that and deleted at once, or where the account may make none, to the node itself
for a moment. Nobody's items can be lost by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import EMPTY, Values, values_of
from spaces_sync.plan.actions import subject
from spaces_sync.plan.outcome import Step, pending
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import ServiceError, UnusableAnswerError, Writer, one_change
from spaces_sync.profile import ACCESS_MODEL, MAX_ITEMS, PERSIST_ITEMS

_NODE: Final = "urn:spaces-sync:limit:0:"  # a digest of the account follows
_CONFIG: Final[Mapping[str, Values]] = {ACCESS_MODEL: ("whitelist",), PERSIST_ITEMS: ("true",)}
_MAY_NOT: Final = ("forbidden", "not-allowed", "not-authorized", "registration-required")


class LimitError(Exception):
    """A service does not keep as many items as a plan needs; the text says what to do."""


async def prove(
    plan: Plan, steps: Iterable[Step], writer: Writer, stopped: Callable[[], bool]
) -> None:
    """Returns where each service keeps what the pending `steps` put there, or says what it keeps.

    Raises `LimitError` where one does not, or cannot be asked, `NoAnswerError`, and once
    `stopped()` `NotSentError`.
    """
    due = {subject(action) for step in steps if (action := pending(step)) is not None}
    planned = plan.preconditions.items()
    untold = {node: each.holds for node, each in planned if each.untold and node in due}
    ledgers: Mapping[Jid, int] = plan.source.ledgers if plan.source is not None and due else EMPTY
    for service in sorted({*ledgers, *(node.service for node in untold)}):
        nodes = {node: holds for node, holds in untold.items() if node.service == service}
        most = max(ledgers.get(service, 0), *nodes.values(), 0)
        try:
            with one_change(stopped):
                if not await _by_node_of_its_own(service, most, writer):
                    await _by_nodes_themselves(nodes, writer)
        except UnusableAnswerError as error:
            text = f"whether {service} keeps {most} items in a node could not be tried: {error}"
            raise LimitError(text) from None


async def _by_node_of_its_own(service: Jid, most: int, writer: Writer) -> bool:
    """Whether the account may make one. Raises `LimitError` where that cannot keep `most` items."""
    name = hashlib.sha256(writer.account.encode()).hexdigest()[:16]
    node = NodeAddress(service, _NODE + name)
    config = {**_CONFIG, MAX_ITEMS: (str(most),)}
    try:
        await writer.create_node(node, config)
    except ServiceError as error:
        if error.condition in _MAY_NOT:
            return False
        if error.condition != "conflict":
            raise _too_few(service, most, str(error)) from None
        await _delete(node, writer)  # somebody was cut off here
        try:
            await writer.create_node(node, config)
        except ServiceError as again:
            raise _too_few(service, most, str(again)) from None
    try:
        kept = values_of(await writer.node_config(node), MAX_ITEMS)
    finally:
        await _delete(node, writer)
    if kept != (str(most),):
        raise _too_few(service, most, f"it made that {', '.join(kept) or 'nothing'}")
    return True


async def _delete(node: NodeAddress, writer: Writer) -> None:
    try:
        await writer.delete_node(node)
    except ServiceError as error:
        if error.condition != "item-not-found":
            raise


async def _by_nodes_themselves(nodes: Mapping[NodeAddress, int], writer: Writer) -> None:
    """Those that are not there are left out: whoever may not make one will not make them."""
    for node, holds in sorted(nodes.items()):
        try:
            before = values_of(await writer.node_config(node), MAX_ITEMS)
        except ServiceError as error:
            if error.condition == "item-not-found":
                continue
            raise
        try:
            await writer.configure_node(node, {MAX_ITEMS: (str(holds),)})
        except ServiceError as error:
            raise _too_few(node.service, holds, str(error), node) from None
        kept = values_of(await writer.node_config(node), MAX_ITEMS)
        await writer.configure_node(node, {MAX_ITEMS: before})
        if kept != (str(holds),):
            raise _too_few(node.service, holds, f"it made that {', '.join(kept)}", node)


def _too_few(service: Jid, most: int, why: str, node: NodeAddress | None = None) -> LimitError:
    of = f"{node}: " if node is not None else ""
    return LimitError(
        f"{of}{service} keeps fewer than {most} items in a node ({why}), and would drop the oldest "
        "without a word. Raise its limit (ejabberd: max_items_node), split what is large, or say "
        "'max_items: N' with a number that it takes"
    )

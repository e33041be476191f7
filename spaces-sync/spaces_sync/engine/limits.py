"""Tries whether a service keeps as many items as a plan puts into a node, before any is sent.

A service that takes more items than it keeps drops the oldest, whoever published it, and says
nothing. Where it states no limit, only a number that it takes proves one. The ledger is given it,
which keeps it until the next apply; without a ledger there, a node that is made for that and
deleted at once; where the account may make none, the node itself for a moment, with capacity for
what others publish meanwhile, if the service gives that.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from spaces_sync.engine.intents import Held
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.collation import ITEM_ID
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Values, values_of
from spaces_sync.model.xml import element
from spaces_sync.plan.actions import PublishItem, subject
from spaces_sync.plan.outcome import Step, pending
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import ServiceError, UnusableAnswerError, Writer, in_order, one_change
from spaces_sync.profile import ACCESS_MODEL, MAX_ITEMS, PERSIST_ITEMS

_NODE: Final = "urn:spaces-sync:limit:0:"  # something random follows
_CONFIG: Final[Mapping[str, Values]] = {ACCESS_MODEL: ("whitelist",), PERSIST_ITEMS: ("true",)}
_MEANWHILE: Final = 50  # items that others may publish while a node is tried
_MAY_NOT: Final = ("forbidden", "not-allowed", "not-authorized", "registration-required")


async def prove_ids(steps: Iterable[Step], writer: Writer, stopped: Callable[[], bool]) -> None:
    """Returns where each service keeps items apart whose ids are much alike, as `steps` need it.

    A node that is made for that, and deleted at once, tells. Raises as `prove`.
    """
    due = [action for step in steps if isinstance(action := pending(step), PublishItem)]
    alike = {each.node.service: each for each in due if each.resembles}
    for service, action in sorted(alike.items()):
        try:
            with one_change(stopped):
                apart = await _kept_apart(service, writer)
        except UnusableAnswerError as error:
            raise LimitError(
                _alike(action, f"whether it keeps both, it does not say: {error}")
            ) from None
        if not apart:
            raise LimitError(_alike(action, "it would keep one of them, and drop the other"))


async def _kept_apart(service: Jid, writer: Writer) -> bool:
    node = NodeAddress(service, _NODE + secrets.token_hex(8))
    ids = {"x" * ITEM_ID + end for end in "aAb"}
    await writer.create_node(node, _CONFIG)
    try:
        for item_id in sorted(ids):
            await writer.publish(node, item_id, element(_NODE, "item"), access_model="whitelist")
        return {item.id for item in (await writer.items(node)).items} == ids
    finally:
        await writer.delete_node(node)


def _alike(action: PublishItem, why: str) -> str:
    return (
        f"{action.node.service} takes the items {action.resembles!r} and {action.item_id!r} of "
        f"{action.node.node} for one: {why}. ejabberd on MySQL compares {ITEM_ID} characters, "
        "without case; take one of them out"
    )


class LimitError(Exception):
    """A service does not keep all items that a plan needs; the text says what to do."""


async def prove(
    plan: Plan,
    steps: Iterable[Step],
    held: Held | None,
    writer: Writer,
    stopped: Callable[[], bool],
) -> None:
    """Returns where each service keeps what the pending `steps` put there, or says what it keeps.

    `held`: the ledgers, to which nobody else writes. Raises `LimitError` where a service does not,
    or cannot be asked, `NoAnswerError`, and once `stopped()` `NotSentError`.
    """
    due = {subject(action) for step in steps if (action := pending(step)) is not None}
    planned = plan.preconditions.items()
    untold = {node: each.holds for node, each in planned if each.untold and node in due}
    recorded = plan.source.ledgers if plan.source is not None and held is not None else {}
    ledgers = held.ledgers if held is not None else {}
    for service in sorted({*recorded, *(node.service for node in untold)}):
        nodes = {node: holds for node, holds in untold.items() if node.service == service}
        ledger = ledgers.get(service)
        stored = 0 if ledger is None else ledger.stored
        most = max(recorded.get(service, 0), stored, *nodes.values(), 0)
        try:
            with one_change(stopped):
                node = None if ledger is None else ledger.node
                await _try(service, most, node, nodes, writer)
        except UnusableAnswerError as error:
            text = f"whether {service} keeps {most} items in a node could not be tried: {error}"
            raise LimitError(text) from None


async def _try(
    service: Jid,
    most: int,
    ledger: NodeAddress | None,
    nodes: Mapping[NodeAddress, int],
    writer: Writer,
) -> None:
    if ledger is not None and ledger.service == service:
        await _configured(ledger, most, writer)
    elif not await _by_node_of_its_own(service, most, writer):
        for node, holds in sorted(nodes.items()):
            await _by_the_node_itself(node, holds, writer)


async def _by_node_of_its_own(service: Jid, most: int, writer: Writer) -> bool:
    """Whether the account may make one. Raises `LimitError` where that cannot keep `most` items."""
    node = NodeAddress(service, _NODE + secrets.token_hex(8))
    try:
        await writer.create_node(node, {**_CONFIG, MAX_ITEMS: (str(most),)})
    except ServiceError as error:
        if error.condition in _MAY_NOT:
            return False
        if error.condition != "conflict":  # the name is ours: sent twice, made by the first
            raise _too_few(service, most, str(error)) from None
    try:
        await _check(node, most, writer)
    finally:
        await _delete(node, writer)
    return True


async def _delete(node: NodeAddress, writer: Writer) -> None:
    try:
        await writer.delete_node(node)
    except ServiceError as error:
        if error.condition != "item-not-found":  # sent twice, deleted by the first
            raise


async def _by_the_node_itself(node: NodeAddress, holds: int, writer: Writer) -> None:
    """One that is not there is left out: whoever may not make one will not make it."""
    try:
        before = values_of(await writer.node_config(node), MAX_ITEMS)
    except ServiceError as error:
        if error.condition == "item-not-found":
            return
        raise
    most = max(holds, len((await writer.items(node)).items))
    try:
        try:
            await _configured(node, most + _MEANWHILE, writer)
        except LimitError:
            await _configured(node, most, writer)
    finally:
        await writer.configure_node(node, {MAX_ITEMS: before})


async def _configured(node: NodeAddress, most: int, writer: Writer) -> None:
    try:
        _, form = await in_order(
            writer.configure_node(node, {MAX_ITEMS: (str(most),)}), writer.node_config(node)
        )
    except ServiceError as error:
        raise _too_few(node.service, most, str(error)) from None
    if values_of(form, MAX_ITEMS) != (str(most),):
        await _check(node, most, writer)


async def _check(node: NodeAddress, most: int, writer: Writer) -> None:
    kept = values_of(await writer.node_config(node), MAX_ITEMS)
    number = whole_number("".join(kept))
    if number is None or number < most:
        raise _too_few(node.service, most, f"it made that {', '.join(kept) or 'nothing'}")


def _too_few(service: Jid, most: int, why: str) -> LimitError:
    return LimitError(
        f"{service} keeps fewer than {most} items in a node ({why}), and would drop the oldest "
        "without a word. Raise its limit (ejabberd: max_items_node), split what is large, or say "
        "'max_items: N' with a number that it takes"
    )

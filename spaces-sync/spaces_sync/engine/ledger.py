"""Reads ledgers from the services, and decides which of them can be believed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from spaces_sync.engine import concurrency
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import Ledger, LedgerError
from spaces_sync.model.state import Values, values_of
from spaces_sync.model.xml import Xml
from spaces_sync.ports import ItemList, Reader, ServiceError, UnusableAnswerError, Writer
from spaces_sync.profile import ACCESS_MODEL, MAX_ITEMS, PUBLISH_MODEL, TITLE, TYPE

CONFIG: Final[Mapping[str, Values]] = {
    ACCESS_MODEL: ("whitelist",),
    PUBLISH_MODEL: ("publishers",),
    TITLE: ("Records of a program",),
    TYPE: (ledger.NS,),
    "pubsub#persist_items": ("true",),
    MAX_ITEMS: ("max",),
    "pubsub#deliver_notifications": ("false",),
    "pubsub#send_last_published_item": ("never",),
}
"""Of a ledger's node. Nobody is told of it but by its name."""

_NOWHERE: Final = (
    "item-not-found",
    "service-unavailable",
    "feature-not-implemented",
    "remote-server-not-found",  # of a snapshot, which holds a service and not the account's own
)


async def read_ledger(
    reader: Reader, service: Jid, source: str, operators: Iterable[Jid] = ()
) -> Ledger:
    """The ledger of `source` on a service, else on the account's own (XEP-0223).

    Where there is none it is a `Ledger` that does not exist, of the node that it would be. Raises
    `LedgerError` where it is there and cannot be used, `NoServiceError`, `NoAnswerError`.
    """
    there = NodeAddress(service, ledger.node_of(source))
    return await _there_or_at_home(reader, there, operators) or Ledger(there)


async def find_ledger(reader: Reader, service: Jid, source: str) -> Ledger | None:
    """As `read_ledger`, whoever may have written it; None where there is none."""
    there = NodeAddress(service, ledger.node_of(source))
    return await _there_or_at_home(reader, there, None)


async def _there_or_at_home(
    reader: Reader, there: NodeAddress, operators: Iterable[Jid] | None
) -> Ledger | None:
    """None where it is in neither place. Whether it is there is asked of both at once."""
    home = replace(there, service=reader.account)
    at_home = asyncio.create_task(read_node(reader, home, operators)) if home != there else None
    try:
        found = await read_node(reader, there, operators)
        return await at_home if found is None and at_home is not None else found
    finally:
        if at_home is not None:
            at_home.cancel()
            await asyncio.gather(at_home, return_exceptions=True)


async def read_node(
    reader: Reader, node: NodeAddress, operators: Iterable[Jid] | None
) -> Ledger | None:
    """The ledger in a node; None where it is not there.

    `operators`: who may write it beside the account; None: anybody. Raises as `read_ledger`.
    """
    try:
        _, (config, people, items) = await concurrency.in_order(
            reader.node_info(node),
            asyncio.gather(reader.node_config(node), reader.affiliations(node), reader.items(node)),
        )
    except ServiceError as error:
        own = node.service == reader.account
        if error.condition == "item-not-found" or (own and error.condition in _NOWHERE):
            return None
        text = f"the ledger {node} cannot be read ({error})"
        if error.condition in ("forbidden", "not-allowed"):
            text += (
                f": {reader.account} is not among its owners. Whoever made it names this account "
                "under 'operators' and applies, or another source has the same name"
            )
        raise LedgerError(text) from None
    except UnusableAnswerError as error:
        raise LedgerError(f"the ledger {node} cannot be read ({error})") from None
    if operators is not None:
        _refuse_strangers(node, people, {reader.account, *operators})
    for var in (ACCESS_MODEL, PUBLISH_MODEL):
        if var in config and config[var].values != CONFIG[var]:
            now = ", ".join(config[var].values)
            raise LedgerError(
                f"the ledger {node} may have been written or read by others: its {var} is {now}. "
                f"Set it to {CONFIG[var][0]}, and look at what the next plan removes"
            )
    number = "".join(values_of(config, MAX_ITEMS))
    return replace(decoded(node, items), keeps=int(number) if number.isdecimal() else None)


async def make_room(found: Ledger, more: int, writer: Writer) -> None:
    """Raises `LedgerError` where a ledger that keeps a number of items cannot hold `more`."""
    need = len(found.records) + len(found.intents) + more
    if found.keeps is None or need <= found.keeps:
        return
    try:
        await writer.configure_node(found.node, {MAX_ITEMS: (str(need),)})
    except ServiceError as error:
        raise LedgerError(
            f"the ledger {found.node} is full: the service keeps no {need} items ({error}). Raise "
            "its limit, or divide the file among several sources"
        ) from None


def decoded(node: NodeAddress, items: ItemList) -> Ledger:
    """The ledger that consists of `items`. Raises `LedgerError` where they are not all of it."""
    if not items.complete:
        raise LedgerError(f"the service did not give all of the ledger {node}")
    return ledger.decode(node, items.items)


def _refuse_strangers(node: NodeAddress, people: Mapping[Jid, str], trusted: set[Jid]) -> None:
    """Who can write a ledger decides what is removed."""
    writers = (jid for jid, word in people.items() if word not in ("none", "outcast", "member"))
    if strangers := sorted(set(writers) - trusted):
        raise LedgerError(
            f"the ledger {node} can be written by {', '.join(strangers)}, whom the file does not "
            "name under 'operators': name them there, or take their affiliation away"
        )


async def other_ledgers(
    reader: Reader, service: Jid, source: str | None
) -> list[tuple[str, Ledger]]:
    """The ledgers of other sources on a service that this account can read, by source."""
    try:
        nodes = await reader.own_nodes(service)
    except UnusableAnswerError:
        return []

    async def one(node: NodeAddress) -> list[tuple[str, Ledger]]:
        name = ledger.source_of(node.node)
        if name is None or name == source:
            return []
        with suppress(UnusableAnswerError, LedgerError):
            found = await read_node(reader, node, None)
            return [(name, found)] if found is not None else []
        return []

    return [each for found in await concurrency.each(one, nodes) for each in found]


async def publish(
    writer: Writer, node: NodeAddress, payload: Xml, item_id: str | None = None
) -> None:
    """With the access model, so that a ledger that has vanished is not made anew, open to all."""
    await writer.publish(node, item_id or ledger.fresh_id(), payload, access_model="whitelist")

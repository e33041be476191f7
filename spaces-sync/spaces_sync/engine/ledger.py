"""Reads ledgers from the services; which of them can be believed, trust.py decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final

from spaces_sync.engine import concurrency, trust
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import whole_number
from spaces_sync.model.ledger import Ledger, LedgerError
from spaces_sync.model.state import EMPTY, Form, Values, same_values, values_of
from spaces_sync.model.xml import Xml
from spaces_sync.ports import (
    ItemList,
    Reader,
    ServiceError,
    UnusableAnswerError,
    Writer,
    in_order,
    together,
)
from spaces_sync.profile import (
    ACCESS_MODEL,
    ITEM_REPLY,
    MAX_ITEMS,
    PERSIST_ITEMS,
    PUBLISH_MODEL,
    TITLE,
    TYPE,
)

CONFIG: Final[Mapping[str, Values]] = {
    ACCESS_MODEL: ("whitelist",),
    PUBLISH_MODEL: ("publishers",),
    TITLE: ("Records of a program",),
    TYPE: (ledger.NS,),
    PERSIST_ITEMS: ("true",),
    MAX_ITEMS: ("max",),
    "pubsub#deliver_notifications": ("false",),
    "pubsub#send_last_published_item": ("never",),
    ITEM_REPLY: ("publisher",),
}
"""Of a ledger's node. Nobody is told of it but by its name; its owners see who wrote each item."""

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
    `LedgerError` where it is there and cannot be used, or both are, `NoServiceError`,
    `NoAnswerError`.
    """
    there, operators = NodeAddress(service, ledger.node_of(source)), tuple(operators)
    if service == reader.account:
        return await read_node(reader, there, operators) or Ledger(there)
    home = replace(there, service=reader.account)
    found, at_home = await together(
        read_node(reader, there, operators), read_node(reader, home, operators)
    )
    if found is not None and at_home is not None and at_home.is_about(service):
        raise LedgerError(
            f"what the source {source!r} owns on {service} is recorded in {home}, and {there} is "
            "there as well: somebody made it since. Delete the one that is not true"
        )
    return found or at_home or Ledger(there)


async def find_ledger(reader: Reader, service: Jid, source: str) -> Ledger | None:
    """As `read_ledger`, for who knows the source only; None where there is none.

    No file says who works for the source: whoever owns the ledger beside the account is believed.
    """
    owners: frozenset[Jid] = frozenset()
    with suppress(UnusableAnswerError):  # of which `read_ledger` says what it means
        people = await reader.affiliations(NodeAddress(service, ledger.node_of(source)))
        owners = frozenset(jid for jid, word in people.items() if word == "owner")
    found = await read_ledger(reader, service, source, owners)
    return found if found.exists else None


async def read_node(
    reader: Reader, node: NodeAddress, operators: Iterable[Jid] | None
) -> Ledger | None:
    """The ledger in a node; None where it is not there.

    `operators`: who may write it beside the account; None: anybody. Raises as `read_ledger`.
    """

    async def whole() -> tuple[Form, Mapping[Jid, str], Mapping[Jid, str], ItemList]:
        return await together(
            reader.node_config(node),
            reader.affiliations(node),
            _subscribers(reader, node),
            reader.items(node),
        )

    try:
        _, (config, people, subscribers, items) = await in_order(reader.node_info(node), whole())
    except ServiceError as error:
        own = node.service == reader.account
        if error.condition == "item-not-found" or (own and error.condition in _NOWHERE):
            return None
        text = f"the ledger {node} cannot be read ({error})"
        if error.condition not in ("forbidden", "not-allowed", "not-authorized"):
            raise LedgerError(text) from None
        raise NotOursError(
            f"{text}: {reader.account} is not among its owners. Whoever made it names this account "
            "under 'operators' and applies, or another source has the same name"
        ) from None
    except UnusableAnswerError as error:
        raise LedgerError(f"the ledger {node} cannot be read ({error})") from None
    found = decoded(node, items)
    if operators is not None:
        works = {reader.account, *operators}
        trusted = works | found.stated(works).operators  # who worked for it until now, too
        trust.refuse_strangers(node, people, subscribers, trusted)
        trust.refuse_forged(node, config, items.items, trusted)
    trust.refuse_open(node, config)
    keeps = whole_number("".join(values_of(config, MAX_ITEMS)))
    return replace(found, keeps=keeps, unfit=_unfit(config), people=people)


async def _subscribers(reader: Reader, node: NodeAddress) -> Mapping[Jid, str]:
    """Nobody on the account's own server, where others made no node that they could be in."""
    return EMPTY if node.service == reader.account else await reader.subscriptions(node)


def _unfit(config: Form) -> Mapping[str, Values]:
    """Which fields have to be made what `CONFIG` says; the number of items is another matter."""
    return {
        var: values
        for var, values in CONFIG.items()
        if var != MAX_ITEMS and var in config and not same_values(config[var].values, values)
    }


async def ensure_capacity(found: Ledger, more: int, writer: Writer) -> None:
    """Raises `LedgerError` where a ledger that keeps a number of items cannot hold `more`."""
    need = found.stored + more
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


class NotOursError(LedgerError):
    """A ledger that this account may not read: it is of others, and says so to them only."""


async def other_ledgers(
    reader: Reader, service: Jid, source: str | None
) -> Mapping[NodeAddress, Ledger | LedgerError]:
    """The ledgers of other sources on a service, of all versions, but for those of others.

    An error where this account owns one and it cannot be used. Raises `NoAnswerError`.
    """
    try:
        nodes = await reader.own_nodes(service)
    except UnusableAnswerError as error:
        text = f"{service} does not tell which ledgers there are ({error})"
        return {NodeAddress(service, ledger.NODE_PREFIX): LedgerError(text)}
    others = [each for each in nodes if ledger.is_ledger(each.node)]
    others = [each for each in others if ledger.source_of(each.node) != source]

    async def one(node: NodeAddress) -> Ledger | LedgerError | None:
        if ledger.source_of(node.node) is None:
            return LedgerError(f"a later version of spaces-sync made the ledger {node}")
        try:
            return await read_node(reader, node, None)
        except NotOursError:
            return None
        except LedgerError as error:
            return error

    found = zip(others, await concurrency.each(one, others), strict=True)
    return {node: each for node, each in found if each is not None}


async def publish(
    writer: Writer, node: NodeAddress, payload: Xml, item_id: str | None = None
) -> None:
    """With the access model, so that a ledger that has vanished is not made anew, open to all.

    Raises `LedgerError`, `NoAnswerError`.
    """
    with usable(node):
        await writer.publish(node, item_id or ledger.fresh_id(), payload, access_model="whitelist")


@contextmanager
def usable(node: NodeAddress) -> Iterator[None]:
    """Raises `LedgerError` where the service refuses what is asked of a ledger meanwhile."""
    try:
        yield
    except UnusableAnswerError as error:
        raise LedgerError(f"the ledger {node} cannot be used ({error})") from None

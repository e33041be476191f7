"""Decides which ledgers can be believed: who can read and write them, and who wrote them.

Who can write a ledger decides what is removed. A node that somebody else made says nothing of
that: services tell neither who made a node nor who owned it before. What some of them tell, where
a node is configured so (`pubsub#itemreply`), is who published each item. Where none is told, only
the owners there are now are known. Tried: ejabberd 23.01, on which everybody may make nodes, and
Prosody from 13 on tell; Prosody 0.12, on which only admins make nodes, does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import LedgerError, publisher
from spaces_sync.model.state import Form, Item, Values, values_of
from spaces_sync.profile import ACCESS_MODEL, ITEM_REPLY, PUBLISH_MODEL

_CLOSED: Final[Mapping[str, Values]] = {
    ACCESS_MODEL: ("whitelist",),
    PUBLISH_MODEL: ("publishers",),
}


def refuse_strangers(
    node: NodeAddress,
    people: Mapping[Jid, str],
    subscribers: Collection[Jid],
    trusted: Collection[Jid],
) -> None:
    """Raises `LedgerError` where others than `trusted` can write a ledger, or read it.

    `people`: its affiliations. A subscriber may read on in a node that was closed later.
    """
    some = {jid: word for jid, word in people.items() if word not in ("none", "outcast")}
    writers = {jid for jid, word in some.items() if word != "member"}
    readers = {*some, *subscribers}
    for who, can, what in (
        (writers, "written", "affiliation"),
        (readers, "read", "affiliation and subscription"),
    ):
        if strangers := sorted(who - set(trusted)):
            raise LedgerError(
                f"the ledger {node} can be {can} by {', '.join(strangers)}, whom the file does not "
                f"name under 'operators': name them there, or take their {what} away"
            )


def refuse_open(node: NodeAddress, config: Form) -> None:
    """Raises `LedgerError` for a ledger that everybody could have read or written."""
    for var, closed in _CLOSED.items():
        if var in config and config[var].values != closed:
            now = ", ".join(config[var].values)
            raise LedgerError(
                f"the ledger {node} may have been written or read by others: its {var} is {now}. "
                f"Set it to {closed[0]}, and look at what the next plan removes"
            )


def refuse_forged(
    node: NodeAddress, config: Form, items: Iterable[Item], trusted: Collection[Jid]
) -> None:
    """Raises `LedgerError` where an item was published by others than `trusted`, or by nobody
    knows whom although the service would tell.
    """
    told = ITEM_REPLY in config
    for item in items:
        if told and values_of(config, ITEM_REPLY) != ("publisher",):
            raise LedgerError(
                f"the ledger {node} does not tell who wrote it: its {ITEM_REPLY} is "
                f"{', '.join(values_of(config, ITEM_REPLY)) or 'empty'}. Set it to publisher, and "
                "look at what the next plan removes"
            )
        writer = publisher(item)
        if writer is None and told:
            raise LedgerError(f"the service does not tell who wrote {item.id!r} in {node}")
        if writer is not None and writer not in trusted:
            raise LedgerError(
                f"the ledger {node} was written by {writer}, whom the file does not name under "
                "'operators'. Name them there if they work for this file; else delete that node: "
                "what it says the source owns is not true"
            )

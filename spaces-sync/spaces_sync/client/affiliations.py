"""Lists of foreign JIDs into accounts: who has which affiliation or subscription."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.ports import Affiliation, Subscription

# Strongest first.
NODE_AFFILIATIONS: Final = ("owner", "publisher", "publish-only", "member", "outcast")
ROOM_AFFILIATIONS: Final = ("owner", "admin", "member", "outcast")
SUBSCRIPTIONS: Final = ("subscribed", "unconfigured", "pending")
NONE: Final = "none"


def account_or_none(text: str) -> Jid | None:
    """The account behind a bare or full JID; None where it is no JID.

    No file can name such an address and no server takes it in a request, so that there is
    nothing to compare it with and nothing to send about it.
    """
    try:
        return bare_jid(text.partition("/")[0])
    except ValueError:
        return None


def strongest_by_account(
    entries: Iterable[Affiliation | Subscription], order: tuple[str, ...]
) -> dict[Jid, str]:
    """Each account with its strongest word, by `order`; unknown words are the weakest.

    An account may be listed several times: with subscription ids, with resources, in other
    letters. `none` is as if it were not listed; what is no JID is left out.
    """
    ranks = {word: rank for rank, word in enumerate(order)}
    found: dict[Jid, str] = {}
    for text, word, *_ in entries:
        jid = account_or_none(text)
        if jid is None or word == NONE:
            continue
        before = found.get(jid)
        if before is None or ranks.get(word, len(order)) < ranks.get(before, len(order)):
            found[jid] = word
    return found

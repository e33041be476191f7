"""Lists of JIDs in answers: who has which affiliation or subscription."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.xml import Xml
from spaces_sync.ports import MalformedAnswerError

# A JID may come several times: with subscription ids, with resources, in other letters.
AFFILIATIONS: Final = ("owner", "publisher", "publish-only", "member", "outcast")
SUBSCRIPTIONS: Final = ("subscribed", "unconfigured", "pending")


def bare(text: str) -> Jid | None:
    """The account behind a bare or full JID; None where it is no JID.

    No file can name such an address and no server takes it in a request, so that there is
    nothing to compare it with and nothing to send about it.
    """
    try:
        return bare_jid(text.partition("/")[0])
    except ValueError:
        return None


def strongest(elements: Iterable[Xml], attribute: str, order: tuple[str, ...]) -> dict[Jid, str]:
    """Each account with its strongest word; `none` is as if it were not listed.

    Raises `MalformedAnswerError` where a JID or the word is missing.
    """
    found: dict[Jid, str] = {}
    ranks: Mapping[str, int] = {word: rank for rank, word in enumerate(order)}
    for each in elements:
        text, word = each.get("jid"), each.get(attribute)
        if text is None or word is None:
            raise MalformedAnswerError(f"<{each.name}> lacks its jid or its {attribute}")
        jid = bare(text)
        if jid is None or word == "none":
            continue
        before = found.get(jid)
        if before is None or ranks.get(word, len(order)) < ranks.get(before, len(order)):
            found[jid] = word
    return found

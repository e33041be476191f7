"""Causes in words: why something was not done, as raw text for a format to escape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from spaces_sync.model.servers import CREATORS, SPACE_PARENT
from spaces_sync.model.state import Address
from spaces_sync.plan.causes import Cause, Code
from spaces_sync.profile import PARENT
from spaces_sync.report.words import label, short_name

_MAY_NOT_CREATE: Final = "{after}: {name} may not create nodes there; "

_WORDS: Final[Mapping[Code, str]] = {
    "refused": "{after}",
    "may-not-create": f"{_MAY_NOT_CREATE}{CREATORS[None]}",
    "may-not-create-on-prosody": f"{_MAY_NOT_CREATE}{CREATORS['prosody']}",
    "may-not-create-on-prosody-13": f"{_MAY_NOT_CREATE}{CREATORS['prosody 13']}",
    "may-not-create-on-ejabberd": f"{_MAY_NOT_CREATE}{CREATORS['ejabberd']}",
    "published-by-another": "{after}: another account published it; an owner may retract it, "
    "see 'absent_items'",
    "malformed": "{after}",
    "no-answer": "{after}",
    "unanswered": "{after}; sent {before}",
    "not-sent": "{after}",
    "not-begun": "{after}",
    "interrupted": "interrupted",
    "not-kept": "the service said yes and did not keep {fields}",
    "not-offered": "the service has no field for {fields}{module}",
    "unreadable": "{after}",
    "no-node": "the node is not there",
    "no-room": "the room is not there",
    "no-item": "the item is not there",
    "still-there": "it is still there",
    "item-still-there": "the item is still there",
    "other-item": "the item holds something else",
    "other-right": "{name} is {after}",
    "vanished": "{about} was there when planned, and is not any more",
    "appeared": "{about} was not there when planned, and is",
    "field-changed": "{fields} was {before} when planned, and is {after}",
    "item-changed": "item {name} was {before} when planned, and is {after}",
    "protected-since": "{about} is protected by now",
    "obstacle": "{after}",
    "not-recorded": "it is not recorded in the ledger",
    "marker-changed": "our marker was rewritten since",
    "right-changed": "{name} was {before} when planned, and is {after}",
    "changed-after-applying": "the plan was carried out here, and somebody has changed this again "
    "since",
    "incomplete": "not all of its items could be read",
    "items-came": "{items} come or changed since it was planned",
    "subscribed-since": "somebody has subscribed since it was planned",
    "affiliations-changed": "somebody has changed its affiliations since",
    "source-changed": "the source {after!r} manages it by now",
    "marker-gone": "its marker is gone",
    "original-changed": "{name}, of which it is a copy, is not as it was when planned: {after}",
    "original-gone": "{name}, of which it is a copy, was there when planned, and is not any more",
    "not-arrived": "{name} is not in {after}, or not any more",
    "overflow": "it holds {before} items by now, and with this plan keeps {after}",
    "limit-lowered": "it was to hold {before} items, and its service keeps at most {after} by now",
    "no-owner": "nobody else is an owner any more",
    "more-to-read": "{items} come or changed since, and more people could read that then",
    "more-shut-out": "{after} more of its subscribers would lose access",
    "configured-since": "somebody has configured it since",
    "others-put": "the plan put {put} there, and of the {name} there now {after} {are_others}",
}


_SHOWN: Final = 60  # characters of an item, around what differs


def causes_text(causes: Iterable[Cause], about: Address | None = None) -> str:
    """All causes in one text; of no cause that there is none. `about`: the node or room."""
    return "; ".join(_cause_text(each, about) for each in causes).strip() or "no cause was given"


def _cause_text(cause: Cause, about: Address | None) -> str:
    before, after = cause.before, cause.after
    if cause.code == "item-changed":
        before, after = _around_difference(before, after)
    return _WORDS[cause.code].format(
        name=cause.name,
        before=before,
        after=after,
        about="it" if about is None else short_name(about),
        fields=", ".join(map(label, cause.name.split(", "))),
        module=f"; {SPACE_PARENT}" if PARENT in cause.name.split(", ") else "",
        put=f"{before} item" if before == "1" else f"{before} items",
        are_others="is another's" if after == "1" else "are others'",
        items=f"{after} item has" if after == "1" else f"{after} items have",
    )


def _around_difference(before: str, after: str) -> tuple[str, str]:
    """Two items, each shortened to where it begins to differ from the other."""
    if not before or not after:
        return _cut(before, 0) or "not there", _cut(after, 0) or "not there"
    pairs = enumerate(zip(before, after, strict=False))
    same = next((n for n, (one, other) in pairs if one != other), 0)
    begin = max(0, same - _SHOWN // 3)
    return _cut(before, begin), _cut(after, begin)


def _cut(text: str, begin: int) -> str:
    end = begin + _SHOWN
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"

"""Causes in words: why something was not done, as raw text for a format to escape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from spaces_sync.plan.causes import Cause, Code

_WORDS: Final[Mapping[Code, str]] = {
    "refused": "{after}",
    "may-not-create": "{after}: {name} may not create nodes there; who runs the service has to "
    "allow it",
    "may-not-create-on-prosody": "{after}: {name} may not create nodes there; Prosody before 13 "
    "lets those do it who are among the component's 'admins'",
    "may-not-create-on-prosody-13": "{after}: {name} may not create nodes there; Prosody lets "
    "those do it who are among the component's 'admins', or have a role to which its "
    "'add_permissions' gives 'pubsub:create-node'",
    "may-not-create-on-ejabberd": "{after}: {name} may not create nodes there; ejabberd lets those "
    "do it whom 'access_createnode' of mod_pubsub admits",
    "published-by-another": "{after}: another account published it; an owner may retract it, "
    "see 'absent'",
    "malformed": "{after}",
    "no-answer": "{after}",
    "not-sent": "{after}",
    "interrupted": "interrupted",
    "not-kept": "the service said yes and did not keep {name}",
    "unreadable": "{after}",
    "no-node": "the node is not there",
    "no-room": "the room is not there",
    "no-item": "the item is not there",
    "still-there": "it is still there",
    "item-still-there": "the item is still there",
    "other-item": "the item holds something else",
    "other-right": "{name} is {after}",
    "vanished": "it was there when planned, and is gone",
    "appeared": "it was not there when planned, and is",
    "field-changed": "{name} was {before} when planned, and is {after}",
    "item-changed": "item {name} was {before} when planned, and is {after}",
    "protected-since": "it is protected by now",
    "obstacle": "{after}",
    "not-recorded": "it is not recorded in the ledger",
    "marker-changed": "our marker was rewritten since",
    "right-changed": "{name} was {before} when planned, and is {after}",
    "changed-after-applying": "the plan was carried out here, and somebody has changed this again "
    "since",
    "incomplete": "not all of its items could be read",
    "items-came": "{after} of its items have come or changed since it was planned",
    "subscribed-since": "somebody has subscribed since it was planned",
    "affiliations-changed": "somebody has changed its affiliations since",
    "source-changed": "the source {after!r} manages it by now",
    "marker-gone": "its marker is gone",
    "overflow": "it holds {before} items by now, and with this plan keeps {after}",
    "limit-lowered": "it was to hold {before} items, and its service keeps at most {after} by now",
    "more-to-read": "{after} of the items that everybody could read have come or changed since",
    "more-shut-out": "{after} more of its subscribers would lose access",
    "configured-since": "somebody has configured it since",
    "others-put": "the plan put {before} items there, and of the {name} there now {after} are "
    "others",
}


def causes_text(causes: Iterable[Cause]) -> str:
    """All causes in one text; of no cause that there is none."""
    return "; ".join(map(_cause_text, causes)).strip() or "no cause was given"


def _cause_text(cause: Cause) -> str:
    before, after = cause.before, cause.after
    if cause.code == "item-changed":
        before, after = before or "not there", after or "not there"
    return _WORDS[cause.code].format(name=cause.name, before=before, after=after)

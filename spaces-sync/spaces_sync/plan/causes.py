"""Why something was not done, as values: a code and what it is about. `report/` words them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

Code: TypeAlias = Literal[
    # of a request
    "refused",  # after: the service's error
    # name: the account; after: the service's error
    "may-not-create",
    "may-not-create-on-prosody",
    "may-not-create-on-prosody-13",
    "may-not-create-on-ejabberd",
    "published-by-another",  # after: the service's error
    "malformed",  # after: what is wrong with the answer or the request
    "no-answer",  # after: what happened instead of an answer
    "unanswered",  # while others were; before: how often it was sent; after: what was asked of whom
    "not-sent",  # after: why nothing more was sent
    "not-begun",  # after: why nothing was sent at all, and what to do, in lines
    "interrupted",  # by a signal: nothing more was sent
    # of what was read back
    "not-recorded",
    "not-kept",  # name: the fields that the service took and did not keep
    "not-offered",  # of a room that was made. name: the fields that its service does not have
    "unreadable",  # after: why it could not be read
    "no-node",
    "no-room",
    "no-item",
    "still-there",
    "item-still-there",
    "other-item",
    "other-right",  # name: a JID; after: its affiliation or subscription
    # of an object that is not as it was planned for
    "vanished",
    "appeared",
    "field-changed",  # name: the field; before, after: its values
    "item-changed",  # name: the item id; before, after: the item, empty where it is not there
    "marker-changed",
    "right-changed",  # name: a JID; before, after: its affiliation or subscription
    "changed-after-applying",
    "incomplete",
    "items-came",  # after: how many have come or changed
    "protected-since",
    "obstacle",  # after: why the object could not be planned
    "subscribed-since",
    "affiliations-changed",
    "source-changed",  # after: the source that manages it by now
    "marker-gone",
    "original-changed",  # of a copy. name: what it is made of; after: which parts of that
    "original-gone",  # of a copy. name: what it is made of
    "not-arrived",  # name: what is not there; after: the node that it was to be in by now
    "overflow",  # before: items that it holds; after: items that it keeps with the plan
    "limit-lowered",  # before: items that it was to hold; after: items that it keeps by now
    "no-owner",  # of what takes the last owner away
    "more-to-read",  # after: how many items have come or changed that more people could read
    "more-shut-out",  # after: how many subscribers more than planned lose access
    # of an object that is not as a plan left it
    "configured-since",
    "others-put",  # before: items the plan put there; name: items there now; after: others
]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an action was not done, or not all of it. Its code tells which texts there are."""

    code: Annotated[Code, "What is the matter."]
    name: Annotated[str, "The field, item or person that it is about."] = ""
    before: Annotated[str, "What was wanted or planned for, foreign text."] = ""
    after: Annotated[str, "What was found, foreign text."] = ""

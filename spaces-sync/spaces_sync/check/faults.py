"""What is wrong where a rule fails, and what an owner of spaces can do about it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spaces_sync.check.features import NAMES

_TABLE_1: Final = (
    "it is no space",
    "it does not tell of retractions",
    "it does not keep its items",
    "it loses them when publishers go offline",
    "it does not tell its owners of subscriptions",
    "it does not tell of changes of its configuration",
    "it does not tell of its end",
    "everybody may publish",
    "a public space is not open",
    "a private space is neither authorize nor whitelist",
)

FAULTS: Final[Mapping[str, str]] = {
    **{f"R{number}": text for number, text in enumerate(_TABLE_1, 1)},
    **{rule: f"it lacks {name}, or does not advertise it" for rule, name in NAMES.items()},
    "R26": "a space is missing in the list of nodes",
    "R28": "disco#info of a space does not tell its metadata",
    "R30": "a picture has neither of the two ids",
    "R31": "a picture does not say where it is, or its SHA-1 (XEP-0084)",
    "R37": "children cannot be had as items",
    "R38": "an item is not one element",
    "R39": "a room does not stand in conference (XEP-0402)",
    "R40": "a node does not stand in subscription (XEP-0330)",
    "R42": "not all items are returned to who may read",
    "R43": "what is listed does not name its space",
    "R44": "what names its space lacks the feature urn:xmpp:spaces:0",
    "R45": "what names a space is not listed there",
    "R46": "what names its space does not do so in a form",
    "R47": "a room that names its space does not do so in muc#roominfo",
    "D1": "the item of a room does not have its JID as id",
    "D15": "a node lacks its server or node",
    "D16": "a link lacks a URL",
    "D17": "a picture is not there as PNG",
    "X7": "what is listed is not there",
    "X8": "anybody could open a listed room, and own it",
    "X9": "a room is called otherwise than it calls itself",
    "X10": "a room of a private space lets everybody in",
}
"""The fault, by the id of the rule: what is so where `Rule.text` is not. Of all that can fail."""

UNADVERTISED: Final[Mapping[str, str]] = {
    rule: f"it does not advertise {name}" for rule, name in NAMES.items()
}
"""The same of what works all the same."""

_DECLARED: Final = "apply of a file that declares the space sets it"
_ROOM: Final = "list it under rooms: of the file"

CURES: Final[Mapping[str, str]] = {
    **{f"R{number}": _DECLARED for number in range(2, 11)},
    "R43": f"{_ROOM}; on Prosody that takes mod_muc_space_parent",
    "X8": f"{_ROOM}, and apply makes it",
    "X10": f"{_ROOM}, with members_only: true",
}
"""What is done about it, where a file of ours can do it; of the rules about rooms, of rooms alone.
"""

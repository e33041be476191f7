"""A spaces service of none of the known brands, in all that these do alike and others do not.

Measured or read of Metronome, Libervia, Slidge and Openfire's plugin; no one of them does it all.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Final

from spaces_sync.model.state import Field, Form
from spaces_sync.profile import PUBSUB
from spaces_sync.simulator.profiles import PROSODY, FormRules, Profile

_DISCO: Final = "http://jabber.org/protocol/disco#"
_TEXT: Final = Field((), "text-single")
_TRUE: Final = Field(("true",), "boolean")
_FALSE: Final = Field(("false",), "boolean")

NODE: Final[Form] = {
    "pubsub#title": _TEXT,
    "pubsub#description": _TEXT,
    "pubsub#type": _TEXT,
    "pubsub#deliver_payloads": _TRUE,
    "pubsub#max_items": Field(("0",), "text-single"),
    "pubsub#persist_items": _FALSE,
    "pubsub#access_model": Field(("open",), "list-single", ("open", "whitelist")),
    "pubsub#publish_model": Field(
        ("publishers",), "list-single", ("publishers", "open", "subscribers")
    ),
    "pubsub#notify_retract": _TRUE,
    "pubsub#notify_delete": _FALSE,
}

FOREIGN: Final[Profile] = replace(
    PROSODY,
    name="foreign",
    server="foreign",
    version="",
    identity="Spaces",
    features=frozenset(
        {
            f"{_DISCO}info",
            f"{_DISCO}items",
            PUBSUB,
            "urn:xmpp:pubsub-filter:0",
            "urn:xmpp:pubsub-ext-disco:0",
        }
    ),
    node=FormRules(
        fresh=NODE,
        checks_lists=False,
        caps={"pubsub#max_items": (0, sys.maxsize)},
        unlimited={"pubsub#max_items": "0"},
        forced={"pubsub#notify_delete": _FALSE},
        empty="cleared",
        first_of_many=True,
    ),
    anyone_creates=True,
    admins_own_nodes=False,
    hides_missing=False,
    hides_private_nodes=True,
    closing_unsubscribes=False,
    stores_unknown_affiliations=False,
    fails_to_unsubscribe=False,
    lists_former_subscribers=False,
    stored_name=None,
    node_page=3,
    lists_spaces_if_asked=True,
    describes_missing=True,
    tells_default=False,
)

"""What tells the servers apart, as data: what they offer, accept, ignore, limit and refuse."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from spaces_sync.model.state import Form, nothing
from spaces_sync.profile import PUBSUB
from spaces_sync.simulator import forms_ejabberd, forms_prosody
from spaces_sync.simulator.error_answers import (
    BAD_REQUEST,
    FORBIDDEN,
    NOT_ACCEPTABLE,
    NOT_ALLOWED,
    ErrorAnswer,
)


@dataclass(frozen=True, slots=True)
class FormRules:
    """How a server treats one kind of configuration form."""

    fresh: Form  # of a new node or room
    unlisted: Form = field(default_factory=nothing)  # known, but absent from the form until set
    unknown: ErrorAnswer | None = None  # None: ignored, with success
    bad_value: ErrorAnswer | None = None  # None: a bad boolean is false, with success
    bad_number: ErrorAnswer | None = None  # None: as a bad value
    out_of_bounds: ErrorAnswer | None = None  # None: as a bad value
    checks_lists: bool = True  # False: a value outside the options is stored as it is
    refused: Mapping[str, frozenset[str]] = field(default_factory=nothing)  # though offered
    caps: Mapping[str, tuple[int, int]] = field(default_factory=nothing)  # of numbers
    uris: frozenset[str] = frozenset()  # fields that hold an XMPP URI, checked by RFC 5122
    node_uris: frozenset[str] = frozenset()  # fields that hold the URI of a node
    bad_uri: ErrorAnswer | None = None  # None: as a bad value
    crashing: frozenset[str] = frozenset()  # lists of which a wrong value is never answered
    empty: Literal["resets", "kept", "cleared"] = "kept"  # a field without a `<value>`
    first_of_many: bool = False  # of several values of a single one the first counts
    cap_is_default: bool = False  # a new node has the highest number that is taken
    forced: Form = field(default_factory=nothing)  # whatever is submitted, with success
    unlimited: Mapping[str, str] = field(default_factory=nothing)  # what no number comes to
    short_names: bool = False  # error texts name a field without its `pubsub#`


@dataclass(frozen=True, slots=True)
class Profile:
    """A server: what its services say of themselves, and the rules by which they answer."""

    name: str  # in snapshots; the oldest version of a server goes by its name alone
    server: str
    version: str  # on which it was measured
    identity: str  # of disco#info
    features: frozenset[str]
    room_features: frozenset[str]  # of every room
    room_info: Mapping[str, str]  # the fields of `muc#roominfo`, by what configures them
    node: FormRules
    room: FormRules
    stranger_errors: Mapping[str, ErrorAnswer]  # why a stranger cannot read, by access model
    affiliations: frozenset[str]
    bad_affiliation: ErrorAnswer
    bad_room_affiliation: ErrorAnswer
    last_room_owner: ErrorAnswer
    readers_of_config: frozenset[str]  # affiliations
    not_subscribed: ErrorAnswer  # to ending a subscription that is not there
    subscriptions: frozenset[str]  # the states that can be set
    bad_subscription: ErrorAnswer | None = None  # None: other states are ignored, with success
    lists_pending: bool = True  # subscriptions that wait for an owner
    node_list: int | None = None  # disco#items stops after so many
    node_page: int | None = None  # disco#items gives so many at a time (XEP-0059)
    lists_spaces_if_asked: bool = False  # by their type (XEP-0462), and to nobody else
    describes_missing: bool = False  # disco#info of a missing node answers, without an identity
    tells_default: bool = True  # how it configures a new node (XEP-0060 8.3)
    tells_own_affiliations: bool = False  # to an account, over all nodes (XEP-0060 5.7)
    pages: bool = False  # items are given in pages (XEP-0059)
    anyone_creates: bool = False  # False: only the service's admins create nodes
    admins_own_nodes: bool = False
    creates_on_publish: bool = False
    serves_missing_rooms: bool = False  # they have a form, are made by it, can be destroyed
    password_for_owners: bool = False  # a room's owners need it, too
    hides_missing: bool = False  # without rights, a missing node answers `forbidden`
    moves_on_publish: bool = False  # an item published again becomes the newest
    trims_on_configure: bool = False
    stores_one: bool = False  # without `persist_items`: the last item stays, others till the next
    publishers_own_items: bool = False  # nobody else may replace them, only owners retract them
    owners_replace: bool = False  # items that others published; then these may not any more
    only_subscribers_publish: bool = False  # where the publish model is `subscribers`
    counts_by_publisher: bool = False  # `max_items` holds for the items of each publisher
    closing_unsubscribes: bool = False  # open to whitelist, of those without affiliation
    stores_unknown_affiliations: bool = False  # a word that is none is refused, and stored
    fails_to_unsubscribe: bool = False  # shutting a subscriber out is refused, and made
    shutting_out_unsubscribes: bool = False  # who loses the right to read is subscribed no more
    lists_former_subscribers: bool = False  # of a node that was deleted, once it is made again
    hides_private_nodes: bool = False  # from those who may not read them
    admins_own_rooms: bool = True  # the service's admins, all of them
    subscribers_read: frozenset[str] = frozenset({"authorize"})  # in which access models
    rosters_decide: bool = False  # under `presence` and `roster`, also over owners
    subscribes_only_readers: bool = False  # an owner can subscribe only those who may read
    stored_name: tuple[int, int] | None = (
        None  # bytes for items, and at all (`nodes.stored_length`)
    )
    keeps_last_owner: bool = False  # demoting the only owner is ignored, with success
    tombstones: bool = False  # a destroyed room answers `gone`
    describes_people: bool = False  # disco#info of a node shows owners and publishers
    splits_names: bool = False  # disco#info of `a!b` answers with node `a`
    tells_parents: bool = False  # in a room's disco#info, as XEP-0503 5.5 has it

    def service(self) -> tuple[str, frozenset[str], Form]:
        """Name, features and the configuration of a new node, of an unchanged installation."""
        return self.identity, self.features, self.node.fresh


_PROTOCOL: Final = "http://jabber.org/protocol/"
_DISCO: Final = frozenset({f"{_PROTOCOL}disco#info", f"{_PROTOCOL}disco#items"})


def _features(words: str) -> frozenset[str]:
    return _DISCO | {PUBSUB, *(f"{PUBSUB}#{word}" for word in words.split())}


def _prosody_field(text: str) -> ErrorAnswer:
    return ErrorAnswer("bad-request", "modify", text)


# Measured on 0.12.3.
PROSODY: Final = Profile(
    name="prosody",
    server="prosody",
    version="0.12.3",
    identity="Prosody PubSub Service",
    features=_features(
        "access-open config-node config-node-max create-and-configure create-nodes delete-items"
        " delete-nodes instant-nodes item-ids member-affiliation meta-data modify-affiliations"
        " multi-items outcast-affiliation persistent-items publish publish-options"
        " publisher-affiliation purge-nodes retract-items retrieve-default retrieve-items"
        " retrieve-subscriptions subscribe subscription-options"
    ),
    room_features=frozenset(
        {
            f"{_PROTOCOL}muc",
            f"{_PROTOCOL}muc#request",
            f"{_PROTOCOL}muc#self-ping-optimization",
            f"{_PROTOCOL}muc#stable_id",
            "jabber:iq:register",
            "urn:xmpp:occupant-id:0",
        }
    ),
    room_info=forms_prosody.ROOM_INFO,
    node=FormRules(
        fresh=forms_prosody.NODE,
        bad_value=_prosody_field("{var}: Invalid boolean representation:{value}"),
        bad_number=_prosody_field("{var}: not a number"),
        out_of_bounds=_prosody_field("{var}: out of bounds"),
        checks_lists=False,
        refused={
            "pubsub#access_model": frozenset({"authorize", "presence", "roster"}),
        },
        caps={"pubsub#max_items": (1, 256)},
        empty="resets",
        first_of_many=True,
        short_names=True,
    ),
    room=FormRules(
        fresh=forms_prosody.ROOM,
        crashing=frozenset({"muc#roomconfig_whois"}),
        empty="cleared",
        first_of_many=True,
    ),
    stranger_errors=dict.fromkeys(("whitelist", "authorize", "presence", "roster"), FORBIDDEN),
    affiliations=frozenset({"owner", "publisher", "member", "outcast", "none"}),
    bad_affiliation=FORBIDDEN,
    bad_room_affiliation=NOT_ACCEPTABLE,
    last_room_owner=NOT_ACCEPTABLE,
    readers_of_config=frozenset({"owner", "publisher"}),
    not_subscribed=ErrorAnswer("unexpected-request", "modify", detail="not-subscribed"),
    subscriptions=frozenset({"subscribed"}),
    password_for_owners=True,
    admins_own_nodes=True,
    hides_missing=True,
    moves_on_publish=True,
    trims_on_configure=True,
    closing_unsubscribes=True,
    stores_unknown_affiliations=True,
    fails_to_unsubscribe=True,
    lists_former_subscribers=True,
    subscribes_only_readers=True,
    stored_name=(242, 250),
    tombstones=True,
)


def _ejabberd_form(text: str) -> ErrorAnswer:
    # COMPAT(ejabberd 23.01): it asks to wait, as if a second try could help, and never takes it.
    # Shown by test_compat_ejabberd_asks_to_wait_for_a_form_that_it_never_takes.
    return ErrorAnswer("resource-constraint", "wait", text)


# Measured on 23.01 with the mnesia backend.
EJABBERD: Final = Profile(
    name="ejabberd",
    server="ejabberd",
    version="23.01",
    identity="Publish-Subscribe",
    features=_features(
        "access-authorize access-open access-presence access-whitelist auto-create"
        " auto-subscribe collections config-node config-node-max create-and-configure create-nodes"
        " delete-items delete-nodes filtered-notifications get-pending instant-nodes item-ids"
        " last-published manage-subscriptions member-affiliation modify-affiliations multi-items"
        " outcast-affiliation persistent-items presence-notifications presence-subscribe publish"
        " publish-only-affiliation publish-options publisher-affiliation purge-nodes"
        " retract-items retrieve-affiliations retrieve-default retrieve-items"
        " retrieve-subscriptions shim subscribe subscription-notifications"
    )
    | {f"{_PROTOCOL}commands", "vcard-temp"},
    room_features=_DISCO | {f"{_PROTOCOL}muc", f"{_PROTOCOL}commands", "vcard-temp"},
    room_info=forms_ejabberd.ROOM_INFO,
    node=FormRules(
        fresh=forms_ejabberd.NODE,
        unlisted=forms_ejabberd.NODE_UNLISTED,
        unknown=_ejabberd_form(f"Unknown field '{{var}}' of type '{PUBSUB}#node_config'"),
        bad_value=_ejabberd_form(f"Bad value of field '{{var}}' of type '{PUBSUB}#node_config'"),
        caps={
            "pubsub#max_items": (0, 1000),
            "pubsub#max_payload_size": (0, 250_000),
            "pubsub#item_expire": (0, sys.maxsize),
        },
        cap_is_default=True,
    ),
    room=FormRules(
        fresh=forms_ejabberd.ROOM,
        unknown=ErrorAnswer("bad-request", "modify", "Unknown field '{var}'"),
        bad_value=ErrorAnswer("bad-request", "modify", "Bad value of field '{var}'"),
        uris=frozenset({"muc#roomconfig_pubsub"}),
        empty="cleared",
    ),
    stranger_errors={
        "whitelist": ErrorAnswer("not-allowed", "cancel", detail="closed-node"),
        "authorize": FORBIDDEN,
        "presence": ErrorAnswer("not-authorized", "auth", detail="presence-subscription-required"),
        "roster": ErrorAnswer("not-authorized", "auth", detail="not-in-roster-group"),
    },
    affiliations=frozenset({"owner", "publisher", "publish-only", "member", "outcast", "none"}),
    bad_affiliation=ErrorAnswer("bad-request", "modify", "Bad value of attribute 'affiliation'"),
    bad_room_affiliation=BAD_REQUEST,
    last_room_owner=NOT_ALLOWED,
    readers_of_config=frozenset({"owner"}),
    not_subscribed=ErrorAnswer("bad-request", "modify", detail="not-subscribed"),
    subscriptions=frozenset({"subscribed", "pending", "unconfigured"}),
    bad_subscription=ErrorAnswer("bad-request", "modify", "Bad value of attribute 'subscription'"),
    lists_pending=False,
    node_list=100,
    tells_own_affiliations=True,
    pages=True,
    anyone_creates=True,
    creates_on_publish=True,
    serves_missing_rooms=True,
    publishers_own_items=True,
    only_subscribers_publish=True,
    counts_by_publisher=True,
    stores_one=True,
    # COMPAT(ejabberd 23.01): who was subscribed before a node became a whitelist reads on.
    # Shown by test_compat_ejabberd_a_whitelist_is_open_to_former_subscribers.
    subscribers_read=frozenset({"authorize", "whitelist"}),
    # Rosters are not simulated: nobody is in one, but for a node's only owner in the own presence.
    rosters_decide=True,
    keeps_last_owner=True,
    describes_people=True,
    splits_names=True,
)

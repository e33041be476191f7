"""The rules: one row each, of XEP-0503 0.3.0, what it stands on, and our advice."""

from __future__ import annotations

from typing import Final

from spaces_sync.check import features, listing, membership, objects, pictures, wrappers
from spaces_sync.check.subjects import Examine, each_listed, each_space, not_applicable
from spaces_sync.check.table1 import of_row, of_type
from spaces_sync.check.values import Binds, Rule, Strength
from spaces_sync.model.children import link, node, room
from spaces_sync.profile import TABLE_1


def _rule(
    id_: str, section: str, strength: Strength, binds: Binds, text: str, how: Examine
) -> Rule:
    return Rule(id=id_, section=section, strength=strength, binds=binds, text=text, examine=how)


_TABLE_1: Final = (
    "its type is urn:xmpp:spaces:0",
    "it tells of retractions",
    "it keeps its items",
    "it keeps them when publishers go offline",
    "it tells its owners of subscriptions",
    "it tells of changes of its configuration",
    "it tells of its end",
    "not everybody may publish",
    "a public space is open",
    "a private space is authorize or whitelist",
)
_FEATURES: Final = (
    ("subscribe", features.SUBSCRIBERS),
    ("create-nodes", features.only_by_change),
    ("delete-nodes", features.only_by_change),
    ("config-node", features.CONFIG),
    ("meta-data", features.metadata),
    ("delete-items", features.only_by_change),
    ("retract-items", features.only_by_change),
    ("multi-items", features.several_items),
    ("item-ids", features.item_ids),
    ("manage-subscriptions", features.SUBSCRIPTIONS),
    ("retrieve-items", features.ITEMS),
    ("member-affiliation", features.MEMBERS),
    ("modify-affiliations", features.AFFILIATIONS),
    ("retrieve-affiliations", features.own_affiliations),
    ("get-pending", features.only_by_change),
)
_MUST_HAVE: Final = 11  # of them
_BESIDE: Final = (
    ("publish", features.published),
    ("persistent-items", features.stores_items),
    ("create-and-configure", features.only_by_change),
    ("config-node-max", features.no_limit),
    ("purge-nodes", features.only_by_change),
    ("publish-options", features.only_by_change),
)
_ROOMS, _NODES = wrappers.counting(room.KIND), wrappers.counting(node.KIND)
_LINKS: Final = wrappers.counting(link.KIND)
_JOINING: Final = "binds clients that join; this program joins nothing"

RULES: Final = (
    *(
        _rule(
            f"R{number}",
            "3",
            row.strength,
            "space",
            text,
            of_type if number == 1 else of_row(row),
        )
        for number, (row, text) in enumerate(zip(TABLE_1, _TABLE_1, strict=True), 1)
    ),
    *(
        _rule(
            f"R{number}",
            "4",
            "MUST" if number <= 10 + _MUST_HAVE else "SHOULD",
            "service",
            f"it has and advertises {name}",
            features.of_feature(name, proof),
        )
        for number, (name, proof) in enumerate(_FEATURES, 11)
    ),
    _rule(
        "R26",
        "5.1",
        "declared",
        "service",
        "spaces are in the list of nodes",
        each_space(listing.is_listed),
    ),
    _rule(
        "R27",
        "5.1",
        "may",
        "service",
        "the list can be filtered (XEP-0462)",
        listing.optional(listing.FILTER),
    ),
    _rule(
        "R28",
        "5.2",
        "declared",
        "service",
        "disco#info of a space tells its metadata",
        each_space(listing.tells_metadata),
    ),
    _rule(
        "R29",
        "5.2",
        "may",
        "service",
        "one answer tells the metadata of all (XEP-0499)",
        listing.optional(listing.EXTENDED),
    ),
    _rule(
        "R30",
        "5.2.1",
        "MUST",
        "space",
        "pictures have the two ids",
        each_listed("picture", pictures.under_their_ids, pictures.count_pictures),
    ),
    _rule(
        "R31",
        "5.2.1",
        "declared",
        "space",
        "pictures say where they are, and their SHA-1 (XEP-0084)",
        each_listed("picture", pictures.hold_metadata, pictures.count_pictures),
    ),
    _rule(
        "R32",
        "5.2.1",
        "SHOULD",
        "client",
        "pictures are uploaded to stay (XEP-0363)",
        not_applicable("binds clients that upload; this program uploads nothing"),
    ),
    _rule(
        "R33",
        "5.2.1",
        "MAY",
        "client",
        "an item of pictures has several metadata",
        not_applicable("binds clients; this program reads several and writes one"),
    ),
    _rule("R34", "5.3", "declared", "client", "to join is to subscribe", not_applicable(_JOINING)),
    _rule(
        "R35",
        "5.3",
        "SHOULD",
        "client",
        "who joins subscribes to metadata, too (XEP-0497)",
        not_applicable(_JOINING),
    ),
    _rule(
        "R36",
        "5.3",
        "may",
        "client",
        "who joins says so (XEP-0330, XEP-0465)",
        not_applicable(_JOINING),
    ),
    _rule(
        "R37",
        "5.4",
        "declared",
        "service",
        "children are had as items",
        each_space(listing.gives_items),
    ),
    _rule(
        "R38",
        "5.4",
        "declared",
        "space",
        "each item is one element",
        each_listed("item", listing.wraps_one, listing.count_items),
    ),
    _rule(
        "R39",
        "5.4",
        "SHOULD",
        "space",
        "rooms stand in conference (XEP-0402)",
        each_listed("room", wrappers.rooms_elsewhere, _ROOMS),
    ),
    _rule(
        "R40",
        "5.4",
        "SHOULD",
        "space",
        "nodes stand in subscription (XEP-0330)",
        each_listed("node", wrappers.nodes_elsewhere, _NODES),
    ),
    _rule(
        "R41",
        "5.4",
        "MUST",
        "client",
        "what is not known is ignored",
        each_space(listing.unknown_kinds),
    ),
    _rule(
        "R42",
        "5.4",
        "declared",
        "service",
        "all items are returned to who may read",
        each_space(listing.gives_all),
    ),
    _rule(
        "R43",
        "5.5",
        "SHOULD",
        "child",
        "what is listed names its space",
        each_listed("room or node", membership.advertised, membership.count_described),
    ),
    _rule(
        "R44",
        "5.5",
        "SHOULD",
        "child",
        "and has the feature urn:xmpp:spaces:0",
        each_listed("claim", membership.with_feature, membership.count_advertising),
    ),
    _rule(
        "R45",
        "5.5",
        "may",
        "child",
        "what names a space is listed there",
        each_listed("claim", membership.mutual, membership.count_advertising),
    ),
    _rule(
        "R46",
        "5.5",
        "SHOULD",
        "child",
        "and has a form with one parent",
        each_listed("claim", membership.in_a_form, membership.count_advertising),
    ),
    _rule(
        "R47",
        "5.5",
        "SHOULD",
        "child",
        "and a room points there in muc#roominfo",
        each_listed("claim", membership.by_pointer, membership.count_advertising),
    ),
    _rule(
        "R48",
        "6",
        "declared",
        "registrar",
        "two names are registered",
        not_applicable("binds the registrar"),
    ),
    _rule(
        "R49",
        "7",
        "declared",
        "registrar",
        "rights and several services are out of scope",
        not_applicable("asks for nothing"),
    ),
    _rule(
        "D1",
        "XEP-0402",
        "MUST",
        "space",
        "the item of a room has its JID as id",
        each_listed("room", wrappers.rooms_by_their_jid, _ROOMS),
    ),
    _rule(
        "D15",
        "XEP-0330",
        "MUST",
        "space",
        "a node has its server and node",
        each_listed("node", wrappers.nodes_named, _NODES),
    ),
    _rule(
        "D16",
        "XEP-0066",
        "MUST",
        "space",
        "a link has a URL",
        each_listed("link", wrappers.links_lead_somewhere, _LINKS),
    ),
    _rule(
        "D17",
        "XEP-0084",
        "SHOULD",
        "space",
        "a picture is also there as PNG",
        each_listed("picture", pictures.have_png, pictures.count_pictures),
    ),
    *(
        _rule(
            f"X{number}",
            "",
            "advice",
            "service",
            f"it has and advertises {name}",
            features.of_feature(name, proof),
        )
        for number, (name, proof) in enumerate(_BESIDE, 1)
    ),
    _rule(
        "X7",
        "",
        "advice",
        "child",
        "what is listed is there",
        each_listed("room or node", objects.still_there, objects.count_objects),
    ),
    _rule(
        "X8",
        "",
        "advice",
        "child",
        "nobody else can open a listed room",
        each_listed("room or node", objects.not_free, objects.count_objects),
    ),
    _rule(
        "X9",
        "",
        "advice",
        "child",
        "a room is called as it calls itself",
        each_listed("room", objects.same_name, objects.count_rooms),
    ),
    _rule(
        "X10",
        "",
        "advice",
        "child",
        "rooms of a private space are not open",
        each_listed("room of a private space", objects.closed_as_well, objects.count_private),
    ),
)
"""Each with the function that holds the evidence against it."""

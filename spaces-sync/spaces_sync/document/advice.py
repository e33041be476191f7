"""Warnings of what a document may say, and seldom means: who gets into spaces and their rooms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from spaces_sync.document.context import Context, DocumentEntry, SpaceRooms
from spaces_sync.document.problems import shown
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import address_of
from spaces_sync.model.counting import first_of
from spaces_sync.model.declaration import Policy
from spaces_sync.model.ranks import rank
from spaces_sync.model.state import Address, Node, Room, values_of
from spaces_sync.profile import ACCESS_MODEL

_ADVICE: Final = "advice"


def advise_space(
    entry: DocumentEntry,
    declared: Node,
    listing: SpaceRooms,
    run: Collection[Jid],
    context: Context,
) -> None:
    """Of one space. run: the rooms that the document runs."""
    if listing.members is not None and (others := listing.rooms - set(run)):
        message = (
            f"'members_to_rooms' of {shown(entry.key)} lets nobody into "
            f"{first_of([*map(shown, others)])}, which 'rooms' does not declare"
        )
        context.warn(entry.value_of("members_to_rooms"), message, _ADVICE)
    for jid, word in (declared.affiliations or {}).items():
        if "@" not in jid and rank(word) > 0:
            place = context.places[listing.address, "affiliations", jid]
            message = f"{shown(jid)} is a server, and none of its people is {word} by that"
            context.warn(place, message, _ADVICE)


def advise_nodes(
    nodes: Mapping[NodeAddress, Node], policies: Mapping[Address, Policy], context: Context
) -> None:
    """Of the nodes that are no spaces. nodes: all that the document declares."""
    private: dict[NodeAddress, list[NodeAddress]] = {}
    for space in (each for each in nodes if policies[each].is_private):
        for key in nodes[space].children:
            listed = address_of(key)
            if isinstance(listed, NodeAddress) and listed in nodes:
                private.setdefault(listed, []).append(space)
    for address, spaces in private.items():
        said = values_of(nodes[address].config, ACCESS_MODEL)
        if policies[address].is_space or said:
            continue  # who reads what a private space announces to everybody is said so
        names = ", ".join(sorted(shown(each.node) for each in spaces))
        message = (
            f"{shown(address.node)} does not say who may read it, and is in the private space "
            f"{names}; 'access_model: whitelist' keeps others out, 'open' lets them read"
        )
        place = context.places[address,]
        context.warn(place, message, _ADVICE)


def advise_room(
    entry: DocumentEntry,
    declared: Room,
    policy: Policy,
    private: Iterable[SpaceRooms],
    context: Context,
) -> None:
    """Of one room. private: the private spaces that list it."""
    members_only = entry.body.get("members_only")
    place = entry.place_of("members_only") if members_only is not None else entry.place
    behind_password = entry.body.mentions("password")
    names = ", ".join(sorted(shown(each.address.node) for each in private))
    if names and members_only is not True and not behind_password:
        said = "is open to everybody" if members_only is False else "does not say who may enter"
        message = (
            f"{shown(entry.key)} {said}, and is in the private space {names}; "
            "'members_only: true' or a password keeps others out"
        )
        context.warn(place, message, _ADVICE)
    held = (declared.affiliations or {}).values()
    if members_only is True and not policy.invited and not any(rank(word) > 0 for word in held):
        message = (
            f"{shown(entry.key)} is members-only, and nobody is let into it; 'affiliations', or "
            "'members_to_rooms' of a space that lists it, does that"
        )
        context.warn(place, message, _ADVICE)

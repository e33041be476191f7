"""Entries under `spaces`: a space's node, what it lists, and what a plan may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from spaces_sync.document.children import children
from spaces_sync.document.config import keyed_fields, raw_fields, warn_of_ignored
from spaces_sync.document.context import Context, DocumentEntry, SpaceRooms
from spaces_sync.document.nodes import check_publish_model, previous_nodes
from spaces_sync.document.problems import shown
from spaces_sync.document.tree import place_of
from spaces_sync.document.values import jids
from spaces_sync.fields import SPACES
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import rooms_among
from spaces_sync.model.declaration import Exposure, Policy
from spaces_sync.model.marker import OWN_PREFIX
from spaces_sync.model.state import Field, Node, boolean
from spaces_sync.profile import ACCESS_MODEL, ACCESS_MODELS, NOTIFY

_MEMBERS: Final = ("owner", "publisher", "publish-only", "member")


def space(
    entry: DocumentEntry,
    address: NodeAddress,
    room_names: Mapping[Jid, str],
    context: Context,
    *,
    owned: bool,
) -> tuple[Node, Policy, SpaceRooms]:
    """What an entry declares, and what its rooms need of it; problems are reported.

    room_names: the names of the rooms that the document runs. owned: whether it has a `source`.
    """
    values = {**SPACES.defaults, **entry.values()}
    exposure = _exposure(entry, values, context)
    check_publish_model(entry, context)
    made = children(entry, address, room_names, context)
    affiliations = jids(entry, "affiliations", context, address)
    subscriptions = jids(entry, "subscriptions", context, address)
    for who in subscriptions or ():
        if affiliations is not None and affiliations.get(who) == "outcast":
            message = f"{shown(who)} is an outcast under 'affiliations', who cannot be subscribed"
            context.problem(context.places[address, "subscriptions", who], message, "contradiction")
    declared = Node(
        config=_config(entry, address, values, exposure, context),
        children=made.found,
        affiliations=affiliations,
        subscriptions=subscriptions,
    )
    warn_of_ignored(SPACES, entry, context)
    policy = Policy(
        exposure=exposure,
        sections=frozenset(made.sections),
        prune=values["prune"],
        absent_items=_absent_items(entry, address, made.items, context, owned=owned),
        protect=values["protect"],
        previously=previous_nodes(entry, address, context),
        former_keys=made.former_keys,
    )
    members = None
    if values.get("members_to_rooms"):
        people = affiliations or {}
        members = {
            jid: context.places[address, "affiliations", jid]
            for jid, what in people.items()
            if what in _MEMBERS
        }
    return declared, policy, SpaceRooms(address, rooms_among(made.found), members)


def _exposure(entry: DocumentEntry, values: Mapping[str, Any], context: Context) -> Exposure:
    """The exposure, held against `access_model`; `private` where it is missing or invalid.

    values: those that count, by key.
    """
    exposure = values.get("exposure")
    if exposure is None:
        if not entry.mentions("exposure") and "absent" not in entry.body.dropped:
            message = (
                f"{shown(entry.key)} lacks 'exposure'; write public or private, here or in "
                "'defaults'"
            )
            context.problem(entry.place, message, "missing")
        return "private"
    model = entry.body.get("access_model")
    if model is not None and model not in ACCESS_MODELS[exposure]:
        fitting = " or ".join(ACCESS_MODELS[exposure])
        message = f"access model '{model}' does not fit exposure '{exposure}'; it takes {fitting}"
        context.problem(entry.value_of("access_model"), message, "access")
    return cast("Exposure", exposure)


def _config(
    entry: DocumentEntry,
    address: NodeAddress,
    values: Mapping[str, Any],
    exposure: Exposure,
    context: Context,
) -> dict[str, Field]:
    """The fields that the file decides. The planner adds the other rows of table 1."""
    if exposure == "public":
        values = {"access_model": "open", **values}
    fields = keyed_fields(SPACES, entry, values, address, context)
    if "access_model" not in entry.body and "exposure" in entry.body:
        context.places[address, "config", ACCESS_MODEL] = entry.place_of("exposure")
    told = {NOTIFY[what]: Field((boolean(on),)) for what, on in values.get("notify", {}).items()}
    for var in told if "notify" in entry.body else ():
        context.places[address, "config", var] = entry.place_of("notify")
    return {**fields, **told, **raw_fields(SPACES, entry, address, context)}


def _absent_items(
    entry: DocumentEntry,
    address: NodeAddress,
    items: Mapping[str, Any],
    context: Context,
    *,
    owned: bool,
) -> tuple[str, ...]:
    found = []
    listed = entry.body.get("absent_items")
    for text, mark in zip(listed or (), listed.marks if listed else (), strict=True):
        place = place_of(entry.file, mark)
        if text in items:
            message = f"{shown(text)} shall be absent, and is declared at {items[text]}"
            context.problem(place, message, "contradiction")
        elif owned and text.startswith(OWN_PREFIX):
            message = f"{shown(text)} is spaces-sync's own item, which 'source' needs; remove it"
            context.problem(place, message, "contradiction")
        else:
            found.append(text)
            context.places[address, "absent_items", text] = place
    return tuple(dict.fromkeys(found))

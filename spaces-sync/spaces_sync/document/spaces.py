"""Entries under `spaces`: a space's node, what it lists, and what a plan may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from spaces_sync.document.children import children
from spaces_sync.document.fields import SPACE_FIELDS, SPACE_FORM
from spaces_sync.document.nodes import check_publish_model, earlier_nodes
from spaces_sync.document.notes import Entry, Listed, Notes
from spaces_sync.document.problems import shown
from spaces_sync.document.tree import place_of
from spaces_sync.document.values import config, jids, word
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import room
from spaces_sync.model.declaration import Exposure, Policy
from spaces_sync.model.marker import OWN_PREFIX
from spaces_sync.model.state import Field, Node
from spaces_sync.profile import ACCESS_MODEL, TABLE_1

_MEMBERS: Final = ("owner", "publisher", "publish-only", "member")
_FITTING: Final = {
    row.exposure: row.allowed for row in TABLE_1 if row.var == ACCESS_MODEL and row.exposure
}


def space(
    entry: Entry,
    address: NodeAddress,
    room_names: Mapping[Jid, str],
    notes: Notes,
    *,
    owned: bool,
) -> tuple[Node, Policy, Listed]:
    """`owned` says that the document has a `source`."""
    said = entry.values()
    exposure = _exposure(entry, said, notes)
    check_publish_model(entry, notes)
    made = children(entry, address, room_names, notes)
    affiliations = jids(entry, "affiliations", notes, address)
    subscriptions = jids(entry, "subscriptions", notes, address)
    for who in subscriptions or ():
        if affiliations is not None and affiliations.get(who) == "outcast":
            message = f"{shown(who)} is an outcast under 'affiliations', who cannot be subscribed"
            notes.problem(notes.places[address, "subscriptions", who], message, "contradiction")
    declared = Node(
        config=_config(entry, address, said, exposure, notes),
        children=made.found,
        affiliations=affiliations,
        subscriptions=subscriptions,
    )
    policy = Policy(
        exposure=exposure,
        sections=frozenset(made.sections),
        prune=said.get("prune", "owned"),
        absent=_absent(entry, address, made.items, notes, owned=owned),
        protect=said.get("protect", False),
        previously=earlier_nodes(entry, address, notes),
        moves=made.moves,
    )
    rooms = frozenset(Jid(key.target) for key in made.found if key.kind == room.KIND.name)
    members = {}
    if said.get("members_to_rooms"):
        people = affiliations or {}
        members = {
            jid: notes.places[address, "affiliations", jid]
            for jid, what in people.items()
            if what in _MEMBERS
        }
    return declared, policy, Listed(address, rooms, members)


def _exposure(entry: Entry, said: Mapping[str, Any], notes: Notes) -> Exposure:
    """`public` or `private`; where it is missing or unknown that is a problem already."""
    exposure = said.get("exposure")
    if exposure is None:
        if not entry.said("exposure"):
            message = (
                f"{shown(entry.key)} lacks 'exposure'; write public or private, here or in "
                "'defaults'"
            )
            notes.problem(entry.place, message, "missing")
        return "private"
    model = entry.body.get("access_model")
    if model is not None and model not in _FITTING[exposure]:
        fitting = " or ".join(_FITTING[exposure])
        message = f"access model '{model}' does not fit exposure '{exposure}'; it takes {fitting}"
        notes.problem(entry.value_of("access_model"), message, "access")
    return cast("Exposure", exposure)


def _config(
    entry: Entry,
    address: NodeAddress,
    said: Mapping[str, Any],
    exposure: Exposure,
    notes: Notes,
) -> dict[str, Field]:
    """What the file decides; the other rows of table 1 are the planner's."""
    wanted = {"publish_model": "publishers", "max_items": "max", **said}
    if exposure == "public":
        wanted.setdefault("access_model", "open")
    fields = {}
    for key, var in SPACE_FIELDS.items():
        if key in wanted:
            fields[var] = Field((word(wanted[key]),))
        if key in entry.body:
            notes.places[address, "config", var] = entry.place_of(key)
    if "access_model" not in entry.body and "exposure" in entry.body:
        notes.places[address, "config", ACCESS_MODEL] = entry.place_of("exposure")
    return {**fields, **config(entry, notes, address, SPACE_FORM)}


def _absent(
    entry: Entry, address: NodeAddress, items: Mapping[str, Any], notes: Notes, *, owned: bool
) -> tuple[str, ...]:
    found = []
    listed = entry.body.get("absent")
    for text, mark in zip(listed or (), listed.marks if listed else (), strict=True):
        place = place_of(entry.file, mark)
        if text in items:
            message = f"{shown(text)} shall be absent, and is declared at {items[text]}"
            notes.problem(place, message, "contradiction")
        elif owned and text.startswith(OWN_PREFIX):
            message = f"{shown(text)} is spaces-sync's own item, which 'source' needs; remove it"
            notes.problem(place, message, "contradiction")
        else:
            found.append(text)
            notes.places[address, "absent", text] = place
    return tuple(dict.fromkeys(found))

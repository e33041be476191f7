"""What a room service answers about rooms, and how it creates, changes and destroys them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Field, Form, Secret, Values
from spaces_sync.ports import NoAnswerError, RoomInfo
from spaces_sync.profile import PARENT, SECRET
from spaces_sync.simulator.forms import crashed, submitted
from spaces_sync.simulator.profiles import Profile
from spaces_sync.simulator.refusals import (
    EXISTS,
    FORBIDDEN,
    MISSING,
    NOT_ACCEPTABLE,
    NOT_ALLOWED,
    Refusal,
)
from spaces_sync.simulator.world import StoredRoom, World, check_readable

PROTECTED: Final = "muc#roomconfig_passwordprotectedroom"
PERSISTENT: Final = "muc#roomconfig_persistentroom"
_GONE: Final = Refusal("gone", "cancel")
_NOT_OWNER: Final = Refusal("forbidden", "auth", "Only owners can configure rooms")
_WORDS: Final = ("owner", "admin", "member", "outcast", "none")

# Of disco#info (XEP-0045 15.3): the feature for true and for false.
_FEATURES: Final = {
    "muc#roomconfig_publicroom": ("muc_public", "muc_hidden"),
    "muc#roomconfig_membersonly": ("muc_membersonly", "muc_open"),
    "muc#roomconfig_moderatedroom": ("muc_moderated", "muc_unmoderated"),
    PERSISTENT: ("muc_persistent", "muc_temporary"),
}


@dataclass(frozen=True, slots=True)
class RoomCall:
    """A request about a room."""

    world: World
    profile: Profile
    actor: Jid
    room: Jid


def find(call: RoomCall) -> StoredRoom:
    check_readable(call.world, call.room)
    if room := call.world.rooms.get(call.room):
        return room
    raise (_GONE if call.room in call.world.destroyed else MISSING).error()


def info(call: RoomCall) -> RoomInfo:
    room = find(call)
    features = set(call.profile.room_features)
    features |= {pair[not room.is_on(var)] for var, pair in _FEATURES.items()}
    anyone = room.value("muc#roomconfig_whois") == "anyone"
    features.add("muc_nonanonymous" if anyone else "muc_semianonymous")
    locked = room.protected or room.is_on(PROTECTED) or bool(room.value(SECRET))
    features.add("muc_passwordprotected" if locked else "muc_unsecured")
    shown = call.profile.room_info
    form = {var: room.config[said] for var, said in shown.items() if said in room.config}
    form["muc#roominfo_occupants"] = Field(("0",), "text-single")
    if room.value(PARENT):
        # COMPAT(ejabberd 23.01): XEP-0503 0.3.0 and XEP-0045 1.35.5 call it by PARENT's name.
        form["muc#roominfo_pubsub"] = room.config[PARENT]
    return RoomInfo(room.value("muc#roomconfig_roomname"), frozenset(features), form)


def config(call: RoomCall) -> Form:
    if call.profile.creates_room_on_asking and call.room not in call.world.rooms:
        # COMPAT(ejabberd 23.01): the question alone makes the room, owned by who asks.
        check_readable(call.world, call.room)
        call.world.rooms[call.room] = _new(call)
    return dict(_owned(call).config)


def affiliations(call: RoomCall) -> Mapping[Jid, str]:
    room = find(call)
    if room.affiliations is None or _role(call, room) not in ("owner", "admin"):
        raise FORBIDDEN.error()
    return dict(room.affiliations)


def check_free(call: RoomCall) -> None:
    check_readable(call.world, call.room)
    if call.room in call.world.rooms:
        raise EXISTS.error()
    if call.room in call.world.destroyed and call.actor not in call.world.admins:
        raise _GONE.error()


def create(call: RoomCall, values: Mapping[str, Values]) -> None:
    check_free(call)
    room = _new(call)
    _submit(call, room, values)
    if room.is_on(PERSISTENT):  # else it is gone as soon as we leave it
        call.world.rooms[call.room] = room
        call.world.destroyed.discard(call.room)


def configure(call: RoomCall, values: Mapping[str, Values]) -> None:
    if call.profile.creates_room_on_asking and call.room not in call.world.rooms:
        create(call, values)
    else:
        room = _owned(call)
        _submit(call, room, values)
        room.protected = room.protected and SECRET not in values


def destroy(call: RoomCall) -> None:
    if call.profile.creates_room_on_asking and call.room not in call.world.rooms:
        return  # COMPAT(ejabberd 23.01): destroying what is not there succeeds.
    room = _owned(call)
    del call.world.rooms[call.room]
    if call.profile.tombstones and room.is_on(PERSISTENT):
        call.world.destroyed.add(call.room)


def affiliate(call: RoomCall, jid: Jid, word: str) -> None:
    room = find(call)
    own = _role(call, room)
    if own not in ("owner", "admin"):
        raise FORBIDDEN.error()
    if word not in _WORDS:
        raise call.profile.bad_room_affiliation.error()
    held = room.affiliations = room.affiliations if room.affiliations is not None else {}
    high = ("owner", "admin")
    if own == "admin" and (word in high or held.get(jid) in high):
        raise NOT_ALLOWED.error()
    owners = [each for each, affiliation in held.items() if affiliation == "owner"]
    if owners == [jid] and word != "owner":
        raise call.profile.last_room_owner.error()
    if word == "none":
        held.pop(jid, None)
    else:
        held[jid] = word


def _role(call: RoomCall, room: StoredRoom) -> str:
    if call.actor in call.world.admins:
        return "owner"
    return (room.affiliations or {}).get(call.actor, "none")


def _owned(call: RoomCall) -> StoredRoom:
    room = find(call)
    if _role(call, room) != "owner":
        raise _NOT_OWNER.error()
    return room


def _new(call: RoomCall) -> StoredRoom:
    return StoredRoom(dict(call.profile.room.fresh), {call.actor: "owner"})


def with_password(config: Mapping[str, Values], password: Secret | None) -> dict[str, Values]:
    """An empty password takes the protection away."""
    if password is None:
        return dict(config)
    protected = "true" if password.value else "false"
    return {**config, SECRET: (password.value,), PROTECTED: (protected,)}


def offered(form: Form, config: Mapping[str, Values]) -> dict[str, Values]:
    """What a careful client sends of `config`: the fields that the room's own form has.

    Raises `ServiceError` for a value that a list does not offer.
    """
    chosen = {var: values for var, values in config.items() if var in form}
    for var, values in chosen.items():
        if form[var].options and not {*values} <= {*form[var].options}:
            raise NOT_ACCEPTABLE.error()
    return chosen


def _submit(call: RoomCall, room: StoredRoom, values: Mapping[str, Values]) -> None:
    rules = call.profile.room
    if (rest := crashed(rules, room.config, values)) is not None:
        # COMPAT(prosody 0.12): a wrong `whois` stops the handler; the other fields are applied.
        room.config = rest
        raise NoAnswerError("the service gave no answer")
    room.config = submitted(room.config, rules.fresh, rules, values)

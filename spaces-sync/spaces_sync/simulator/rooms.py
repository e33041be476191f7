"""What a room service answers about rooms, and how it creates, changes and destroys them.

Each public function answers a request of `RawReader` or `RawWriter`, but for `find`. It raises
`ServiceError` where the server refuses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Field, Form, Values
from spaces_sync.ports import (
    Affiliation,
    DiscoInfo,
    Identity,
    Occupancy,
    RoomPage,
    UnansweredError,
)
from spaces_sync.profile import (
    MEMBERS_ONLY,
    PARENT,
    PASSWORD_PROTECTED,
    PERSISTENT,
    ROOM_INFO_FORM,
    ROOM_NAME,
    SECRET,
    SPACE,
)
from spaces_sync.simulator.error_answers import FORBIDDEN, MISSING, NOT_ALLOWED, ErrorAnswer
from spaces_sync.simulator.forms import form_after_crash, submitted
from spaces_sync.simulator.profiles import Profile
from spaces_sync.simulator.world import StoredRoom, World, check_readable

_GONE: Final = ErrorAnswer("gone", "cancel")
_NOT_OWNER: Final = ErrorAnswer("forbidden", "auth", "Only owners can configure rooms")
_NO_MEMBER: Final = ErrorAnswer("registration-required", "auth")
_WRONG_PASSWORD: Final = ErrorAnswer("not-authorized", "auth")
_WORDS: Final = ("owner", "admin", "member", "outcast", "none")

_PUBLIC: Final = "muc#roomconfig_publicroom"
# Of disco#info (XEP-0045 15.3): the feature for true and for false.
_FEATURES: Final = {
    _PUBLIC: ("muc_public", "muc_hidden"),
    MEMBERS_ONLY: ("muc_membersonly", "muc_open"),
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

    @property
    def served_though_missing(self) -> bool:
        """Whether the room is not there, and requests about it are answered as if it were."""
        return self.profile.serves_missing_rooms and self.room not in self.world.rooms


def find(call: RoomCall) -> StoredRoom:
    """The room, for anybody. Raises `ServiceError` where it is not there."""
    check_readable(call.world, call.room)
    if room := call.world.rooms.get(call.room):
        return room
    raise (_GONE if call.room in call.world.destroyed else MISSING).error()


def describe_service() -> DiscoInfo:
    """As `RawReader.service_info`."""
    return DiscoInfo(
        (Identity("conference", "text"),), frozenset({"http://jabber.org/protocol/muc"})
    )


def describe(call: RoomCall) -> DiscoInfo:
    """As `RawReader.room_info`."""
    room = find(call)
    features = set(call.profile.room_features)
    features |= {pair[not room.is_on(var)] for var, pair in _FEATURES.items()}
    anyone = room.value("muc#roomconfig_whois") == "anyone"
    features.add("muc_nonanonymous" if anyone else "muc_semianonymous")
    features.add("muc_passwordprotected" if _has_password(room) else "muc_unsecured")
    fields = call.profile.room_info.items()
    form = {var: room.config[source] for var, source in fields if source in room.config}
    form["muc#roominfo_occupants"] = Field((str(len(room.occupants)),), "text-single")
    forms = {ROOM_INFO_FORM: form}
    if room.value(PARENT):
        # COMPAT(ejabberd 23.01): XEP-0503 0.3.0 and XEP-0045 1.35.5 call it by PARENT's name.
        # Shown by test_compat_ejabberd_tells_the_parent_of_a_room_by_its_former_name.
        form["muc#roominfo_pubsub"] = room.config[PARENT]
    if room.value(PARENT) and call.profile.tells_parents:
        form[PARENT] = room.config[PARENT]
        features.add(SPACE)
        forms[SPACE] = {"parent": Field(room.config[PARENT].values, "text-single")}
    name = room.value(ROOM_NAME)
    identity = Identity("conference", "text", name)
    return DiscoInfo((identity,), frozenset(features), forms)


def listing(call: RoomCall) -> RoomPage:
    """As `RawReader.room_items`: the public rooms of the service that `call` is about.

    A snapshot holds those that spaces and files name: there may be more.
    """
    check_readable(call.world, call.room)
    found = call.world.rooms.items()
    at = f"@{call.room}"
    listed = [jid for jid, r in found if jid.endswith(at) and r.is_on(_PUBLIC)]
    return RoomPage(listed, count=0 if call.world.open else len(listed) + 1)


def _has_password(room: StoredRoom) -> bool:
    return room.protected or room.is_on(PASSWORD_PROTECTED) or bool(room.value(SECRET))


def config(call: RoomCall) -> Form:
    """As `RawReader.room_config`."""
    if call.served_though_missing:
        # COMPAT(ejabberd 23.01): a room that is not there has a form, that of a new one.
        # Shown by test_compat_ejabberd_shows_the_form_of_a_room_that_is_not_there.
        check_readable(call.world, call.room)
        return dict(call.profile.room.fresh)
    return dict(_find_as_owner(call).config)


def affiliations(call: RoomCall, word: str) -> Sequence[Affiliation]:
    """Those with the affiliation `word`, for owners and admins of the room."""
    room = find(call)
    if room.affiliations is None or _effective_affiliation(call, room) not in ("owner", "admin"):
        raise FORBIDDEN.error()
    return [Affiliation(jid, each) for jid, each in room.affiliations.items() if each == word]


def enter(call: RoomCall, nick: str) -> Occupancy:
    """Enters a room, which makes one that is not there. Prosody's lock is not imitated."""
    check_readable(call.world, call.room)
    room = call.world.rooms.get(call.room)
    if room is None:
        if call.room in call.world.destroyed and call.actor not in call.world.admins:
            raise _GONE.error()
        room = call.world.rooms[call.room] = _new(call)
        call.world.destroyed.discard(call.room)
    own = _effective_affiliation(call, room)
    if own == "outcast":
        raise FORBIDDEN.error()
    if own == "none" and room.is_on(MEMBERS_ONLY):
        raise _NO_MEMBER.error()
    if _has_password(room) and (own != "owner" or call.profile.password_for_owners):
        raise _WRONG_PASSWORD.error()
    # COMPAT(ejabberd 23.01): to the first who enters it, a room made by an IQ is as created.
    # Shown by test_compat_ejabberd_says_created_to_who_did_not_create.
    statuses = {"110", *(["201"] if room.just_created else [])}
    room.just_created = False
    room.occupants.add(_occupant(call, nick))
    return Occupancy(own, frozenset(statuses))


def leave(call: RoomCall, nick: str) -> None:
    """Leaves a room; one that is not persistent ends with its last occupant."""
    room = find(call)
    room.occupants.discard(_occupant(call, nick))
    if not room.occupants and not room.is_on(PERSISTENT):
        del call.world.rooms[call.room]


def _occupant(call: RoomCall, nick: str) -> str:
    return f"{call.actor}/{nick}"


def configure(call: RoomCall, values: Mapping[str, Values]) -> None:
    """As `RawWriter.configure_room`. Raises also `UnansweredError`, as `form_after_crash` tells."""
    if call.served_though_missing:
        # COMPAT(ejabberd 23.01): the form makes the room; if it is not persistent, for a moment.
        # Shown by test_compat_ejabberd_configures_a_room_that_is_not_there.
        check_readable(call.world, call.room)
        room = _new(call)
        _submit(call, room, values)
        if room.is_on(PERSISTENT):
            call.world.rooms[call.room] = room
        return
    room = _find_as_owner(call)
    _submit(call, room, values)
    room.protected = room.protected and SECRET not in values


def destroy(call: RoomCall) -> None:
    """Removes the room; Prosody blocks the name of one that was persistent."""
    if call.served_though_missing:
        # COMPAT(ejabberd 23.01): destroying what is not there succeeds.
        # Shown by test_compat_ejabberd_destroys_a_room_that_is_not_there.
        return
    room = _find_as_owner(call)
    del call.world.rooms[call.room]
    if call.profile.tombstones and room.is_on(PERSISTENT):
        call.world.destroyed.add(call.room)


def affiliate(call: RoomCall, jid: Jid, word: str) -> None:
    """Sets one affiliation; `none` removes it. Raises `ServiceError`."""
    room = find(call)
    own = _effective_affiliation(call, room)
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


def _effective_affiliation(call: RoomCall, room: StoredRoom) -> str:
    if call.profile.admins_own_rooms and call.actor in call.world.admins:
        return "owner"
    return (room.affiliations or {}).get(call.actor, "none")


def _find_as_owner(call: RoomCall) -> StoredRoom:
    room = find(call)
    if _effective_affiliation(call, room) != "owner":
        raise _NOT_OWNER.error()
    return room


def _new(call: RoomCall) -> StoredRoom:
    return StoredRoom(dict(call.profile.room.fresh), {call.actor: "owner"}, just_created=True)


def _submit(call: RoomCall, room: StoredRoom, values: Mapping[str, Values]) -> None:
    rules = call.profile.room
    if (rest := form_after_crash(rules, room.config, values)) is not None:
        # COMPAT(prosody 0.12.3): a wrong `whois` stops its handler in the middle. Which of the
        # other fields are applied is chance there; here all are.
        # Shown by test_compat_prosody_a_bad_whois_is_never_answered.
        room.config = rest
        raise UnansweredError(f"no answer from {call.room}: configure the room")
    room.config = submitted(room.config, rules.fresh, rules, values)

"""Which servers are simulated, each version as it was measured, and which of them a service is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from spaces_sync.model import servers
from spaces_sync.model.state import Field, Form, Service
from spaces_sync.profile import PARENT
from spaces_sync.simulator import forms_ejabberd, forms_prosody
from spaces_sync.simulator.error_answers import ErrorAnswer
from spaces_sync.simulator.foreign import FOREIGN
from spaces_sync.simulator.profiles import EJABBERD, PROSODY, Profile

_PROSODY_13_0_1: Final = replace(
    PROSODY,
    name="prosody-13.0.1",
    version="13.0.1",
    node=replace(PROSODY.node, fresh=forms_prosody.NODE_13),
    room=replace(PROSODY.room, fresh=forms_prosody.ROOM_13),
    room_features=PROSODY.room_features | {"vcard-temp"},
    last_room_owner=ErrorAnswer("conflict", "cancel"),
    hides_private_nodes=True,
    # COMPAT(prosody 13.0.1): a service's admin is no owner of the rooms of others, unless
    # `component_admins_as_room_owners` says so.
    # Shown by test_compat_prosody_service_admins_do_not_own_rooms.
    admins_own_rooms=False,
)
_PROSODY_13_0_7: Final = replace(
    _PROSODY_13_0_1,
    name="prosody-13.0.7",
    version="13.0.7",
    room_features=_PROSODY_13_0_1.room_features | {"urn:xmpp:hats:0"},
    fails_to_unsubscribe=False,
    shutting_out_unsubscribes=True,
)

_MODERATION: Final = frozenset(
    {
        "jabber:iq:register",
        "urn:xmpp:message-moderate:0",
        "urn:xmpp:message-moderate:1",
        "urn:xmpp:message-retract:1",
    }
)
_EJABBERD_24_12: Final = replace(
    EJABBERD,
    name="ejabberd-24.12",
    version="24.12",
    room=replace(EJABBERD.room, fresh=forms_ejabberd.ROOM_24_12),
    room_features=EJABBERD.room_features | _MODERATION,
    room_info=forms_ejabberd.ROOM_INFO_24_12,
    owners_replace=True,
)
_EJABBERD_26_07: Final = replace(
    _EJABBERD_24_12,
    name="ejabberd-26.07",
    version="26.07",
    room=replace(EJABBERD.room, fresh=forms_ejabberd.ROOM_26_07),
    room_features=_EJABBERD_24_12.room_features
    | {
        "http://jabber.org/protocol/muc#stable_id",
        "urn:xmpp:hats:0",
        "urn:xmpp:occupant-id:0",
    },
)

PROFILES: Final = {
    profile.name: profile
    for profile in (
        PROSODY,
        _PROSODY_13_0_1,
        _PROSODY_13_0_7,
        EJABBERD,
        _EJABBERD_24_12,
        _EJABBERD_26_07,
        FOREIGN,
    )
}
"""By name, of each server the oldest version first; one is of no known server."""


def with_space_parent(profile: Profile) -> Profile:
    """A Prosody whose rooms have mod_muc_space_parent (prosody/), too."""
    text = "{var} is no URI of a pubsub node, such as xmpp:pubsub.example.com?;node=example"
    room = replace(
        profile.room,
        fresh={**profile.room.fresh, PARENT: Field((), "text-single")},
        node_uris=frozenset({PARENT}),
        bad_uri=ErrorAnswer("bad-request", "modify", text),
    )
    name = f"{profile.name}+muc_space_parent"
    return replace(profile, name=name, room=room, tells_parents=True)


WITH_SPACE_PARENT: Final = {
    profile.name: profile
    for profile in map(
        with_space_parent, (each for each in PROFILES.values() if each.server == "prosody")
    )
}
"""By name, each Prosody with that module."""

ALL_PROFILES: Final = {**PROFILES, **WITH_SPACE_PARENT}
"""By the names that a snapshot may give."""


def profile_of(service: Service, rooms: Iterable[Form] = ()) -> Profile:
    """The profile that a service is simulated with, by what it says of itself.

    rooms: the forms of rooms beside it, which tell whether those of a Prosody have the module.

    A service that we do not know gets Prosody's rules, the narrower ones; what its own default
    form says of fields, options and ranges goes before the profile's. Of several versions that
    look alike it is the oldest, whose rules are the narrower ones, too.
    """
    server = EJABBERD if servers.of_pubsub(service) == "ejabberd" else PROSODY
    versions = [profile for profile in PROFILES.values() if profile.server == server.server]
    fields = service.default_config.keys()
    found = next((each for each in versions if fields == each.node.fresh.keys()), server)
    told = found.server == "prosody" and any(PARENT in form for form in rooms)
    return with_space_parent(found) if told else found

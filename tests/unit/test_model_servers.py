"""Which server it is, by what real ones say (tests/unit/test_simulator_servers.py holds them)."""

from dataclasses import replace

import pytest

from spaces_sync.model import servers
from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Service
from spaces_sync.simulator import FOREIGN, PROFILES, Profile

SERVICE = Jid("pubsub.megacorp.example")
EACH = pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)


def described(profile: Profile) -> Service:
    return Service(SERVICE, *profile.service())


def known(profile: Profile) -> str | None:
    if profile is FOREIGN:
        return None
    newer = profile.server == "prosody" and not profile.version.startswith("0.")
    return "prosody 13" if newer else profile.server


@EACH
def test_a_service_tells_its_server(profile: Profile) -> None:
    assert servers.of_pubsub(described(profile)) == known(profile)


@EACH
def test_one_that_was_renamed_tells_only_what_no_other_has(profile: Profile) -> None:
    renamed = replace(described(profile), name="Our spaces")
    expected = "ejabberd" if profile.server == "ejabberd" else None
    assert servers.of_pubsub(renamed) == expected


@EACH
def test_a_room_tells_whether_admins_own_it(profile: Profile) -> None:
    assert servers.is_prosody_13(profile.room_features) is not profile.admins_own_rooms

"""The ports in memory: services that answer as Prosody and ejabberd were measured to answer."""

from spaces_sync.simulator.foreign import FOREIGN
from spaces_sync.simulator.profiles import EJABBERD, PROSODY, Profile
from spaces_sync.simulator.raw import RawSimulator
from spaces_sync.simulator.simulator import Simulator
from spaces_sync.simulator.versions import ALL_PROFILES, PROFILES, WITH_SPACE_PARENT, profile_of
from spaces_sync.simulator.world import World

__all__ = [
    "ALL_PROFILES",
    "EJABBERD",
    "FOREIGN",
    "PROFILES",
    "PROSODY",
    "WITH_SPACE_PARENT",
    "Profile",
    "RawSimulator",
    "Simulator",
    "World",
    "profile_of",
]

"""The ports in memory: services that behave as Prosody and ejabberd were measured to behave."""

from spaces_sync.simulator.profiles import EJABBERD, PROFILES, PROSODY, Profile, profile_of
from spaces_sync.simulator.simulator import BareServer, Simulator
from spaces_sync.simulator.world import World

__all__ = [
    "EJABBERD",
    "PROFILES",
    "PROSODY",
    "BareServer",
    "Profile",
    "Simulator",
    "World",
    "profile_of",
]

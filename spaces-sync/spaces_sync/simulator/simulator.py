"""The simulator as the rest of the program uses it: the careful client over a world in memory."""

from __future__ import annotations

from typing import Self

from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Address
from spaces_sync.simulator.profiles import PROSODY, Profile
from spaces_sync.simulator.raw import RawSimulator
from spaces_sync.simulator.world import World


class Simulator(CarefulWriter):
    """A `Writer` over a `RawSimulator`, which takes the same arguments."""

    raw: RawSimulator

    def __init__(
        self,
        account: Jid,
        profile: Profile = PROSODY,
        world: World | None = None,
        *,
        record: bool = False,
    ) -> None:
        super().__init__(RawSimulator(account, profile, world, record=record))

    def acting_as(self, account: Jid) -> Self:
        """The same world, and the same log, for another account."""
        other = type(self)(account)
        other.raw = self.raw.acting_as(account)
        return other

    @property
    def profile(self) -> Profile:
        """That of the rooms and of services that the world does not list."""
        return self.raw.profile

    @property
    def world(self) -> World:
        """What the services hold; changing it changes what they answer."""
        return self.raw.world

    @property
    def log(self) -> list[tuple[str, Address]] | None:
        """The raw requests, or None where nothing records them."""
        return self.raw.log

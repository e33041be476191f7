"""A gateway on Slidge's API to a network of our own: one space with three rooms, and a lobby.

Slidge (PyPI) runs it in an environment of its own (`make slidge`), as a component of a server.
"""

from slidge import BaseGateway, BaseSession
from slidge.group import LegacyBookmarks, LegacyMUC
from slidge.util.types import SpaceMetadata

SPACES = {"general": "crew", "ops": "crew", "random": "crew", "lobby": ""}  # by room


class Room(LegacyMUC):
    async def update_info(self):
        self.name = self.legacy_id.title()
        if space := SPACES[self.legacy_id]:
            self.space_legacy_id = space


class Bookmarks(LegacyBookmarks):
    async def fill(self):
        for room in SPACES:
            await self.by_legacy_id(room)

    async def fetch_space_metadata(self, legacy_id):
        return SpaceMetadata(name=f"The {legacy_id}", description="All hands")


class Session(BaseSession):
    async def login(self):
        return "connected"

    async def logout(self):
        return None


class Gateway(BaseGateway):
    """To people it is a service of spaces that none of them can change."""

    COMPONENT_NAME = "Teams"
    COMPONENT_TYPE = "gateway"
    GROUPS = True
    SPACES = True

    async def validate(self, user_jid, registration_form):  # noqa: ARG002 - as Slidge calls it
        """Everybody may register."""
        return {}


# Before 0.5 Slidge finds the one class of each kind by itself; from then on by type arguments, of
# which that version knows others.
Bookmarks.muc_cls = Room
Session.bookmarks_cls = Bookmarks
Gateway.session_cls = Session

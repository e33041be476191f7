"""Whether an account may make rooms persistent, as far as that is known before one is made."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Reading
from spaces_sync.profile import PERSISTENT

_CURE: Final = (
    "its admin lets it do so: on ejabberd by 'access_persistent' of mod_muc, on Prosody by "
    "'muc_room_allow_persistent'"
)


def not_kept(reading: Reading, room: Jid) -> str:
    """Why a room that is to be made would go with its last occupant; empty where nothing says so.

    Services leave the field out of the forms of those who may not set it. A room that is there
    shows that, if this account can configure it.
    """
    host = room.rpartition("@")[2]
    others = (jid for jid in sorted(reading.state.rooms) if jid.endswith(f"@{host}"))
    shown = next((j for j in others if PERSISTENT not in reading.state.rooms[j].config), None)
    if shown is None:
        return ""
    return (
        f"would go with its last occupant: {reading.account} may not make a room persistent on "
        f"{host}, by the form of {shown}; {_CURE}"
    )

"""What the rooms that were read tell of their host: what it offers, and what this account may."""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync.model.addresses import Jid, domain_of
from spaces_sync.model.declaration import Place
from spaces_sync.model.servers import MAY_KEEP_ROOMS
from spaces_sync.model.state import Form, Reading, Room
from spaces_sync.plan.plan import Note, Obstacle
from spaces_sync.profile import PERSISTENT


def form_on(reading: Reading, host: Jid) -> Form | None:
    """The form of a room of `host`, which others of it have as well; None where none was read."""
    return next((room.config for _, room in _rooms(reading, host)), None)


def not_kept(reading: Reading, room: Jid, place: Place | None) -> Obstacle | Note | None:
    """That a room which is to be made may go with its last occupant; None where nothing says so.

    Services leave the field out of the forms of those who may not set it. A room that is there
    shows that, if this account can configure it. Where such a one is persistent all the same, the
    service may make all rooms so, or somebody else has made that one so: only a new room tells.
    """
    host = domain_of(room)
    shown = {j: each.stays for j, each in _rooms(reading, host) if PERSISTENT not in each.config}
    if not shown:
        return None
    why = (
        f"{reading.account} may not make a room persistent on {host}, by the form of "
        f"{next(iter(shown))}"
    )
    if not all(shown.values()):
        text = f"would go with its last occupant: {why}; {MAY_KEEP_ROOMS}"
        return Obstacle(room, text, place)
    text = f"is made only if {host} keeps rooms by itself: {why}; {MAY_KEEP_ROOMS}"
    return Note(room, "advice", text, place)


def _rooms(reading: Reading, host: Jid) -> Iterator[tuple[Jid, Room]]:
    return (each for each in sorted(reading.state.rooms.items()) if domain_of(each[0]) == host)

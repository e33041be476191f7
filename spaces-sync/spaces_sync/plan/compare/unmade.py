"""Rooms that a space lists and that nobody has made: the first who joins one owns it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spaces_sync.model.children import rooms_among
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Key, Reading
from spaces_sync.plan.plan import Note

_NAMED: Final = 3  # of more rooms, only the number is told


def unmade_rooms(declaration: Declaration, reading: Reading) -> Iterator[Note]:
    """A note about each declared space that lists such rooms, as far as they were asked for."""
    for address, space in sorted(declaration.state.nodes.items()):
        rooms = sorted(rooms_among(space.children) & reading.unmade)
        if not rooms:
            continue
        more = f" and {len(rooms) - _NAMED} more" if len(rooms) > _NAMED else ""
        one = len(rooms) == 1
        text = (
            f"lists {', '.join(rooms[:_NAMED])}{more}, which {'is' if one else 'are'} not there: "
            f"whoever joins first owns {'it' if one else 'them'} (XEP-0045 10.1); 'rooms' would "
            f"make {'it' if one else 'them'}"
        )
        place = declaration.place(address, Key("room", rooms[0]))
        yield Note(address, "advice", text, place)

"""Rooms that a space lists and that nobody has made: the first who joins one owns it."""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync.model.children import rooms_among
from spaces_sync.model.counting import first_of, plural
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Key, Reading
from spaces_sync.plan.plan import Note


def unmade_rooms(declaration: Declaration, reading: Reading) -> Iterator[Note]:
    """A note about each declared space that lists such rooms, as far as they were asked for."""
    for address, space in sorted(declaration.state.nodes.items()):
        listed = rooms_among(space.children)
        if unasked := listed & reading.unasked:
            text = f"{plural(len(unasked), 'room')} of it: not asked whether they are there"
            yield Note(address, "advice", text, declaration.place(address))
        if not (rooms := listed & reading.unmade):
            continue
        one = len(rooms) == 1
        text = (
            f"lists {first_of(rooms)}, which {'is' if one else 'are'} not there: whoever joins "
            f"first owns {'it' if one else 'them'} (XEP-0045 10.1); 'rooms' would make "
            f"{'it' if one else 'them'}"
        )
        place = declaration.place(address, Key("room", min(rooms)))
        yield Note(address, "advice", text, place)

"""What files declare, in one line of text."""

from __future__ import annotations

from spaces_sync.model.counting import plural
from spaces_sync.report.reportable import Validation
from spaces_sync.report.style import Style


def render(validation: Validation, _: Style) -> str:
    """Nothing where the files are not valid: problems are told on stderr."""
    if not validation.valid:
        return ""
    children = f" with {plural(validation.children, 'child')}" if validation.children else ""
    # Rooms and nodes that the files configure: those that a space lists are children of it.
    others = ((validation.rooms, "room"), (validation.nodes, "node"))
    said = [
        f"{plural(validation.spaces, 'space')}{children}",
        *(plural(count, noun) for count, noun in others if count),
    ]
    if validation.absent:
        said.append(f"{validation.absent} that must not exist")
    return f"valid: {', '.join(said)}\n"

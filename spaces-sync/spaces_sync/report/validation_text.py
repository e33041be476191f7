"""What files declare, in one line of text."""

from __future__ import annotations

from spaces_sync.model.counting import plural
from spaces_sync.report.reportable import Validation
from spaces_sync.report.style import Style


def render(validation: Validation, _: Style) -> str:
    """Nothing where the files are not valid: problems are told on stderr."""
    if not validation.valid:
        return ""
    spaces = f"{plural(validation.spaces, 'space')} with {plural(validation.children, 'child')}"
    rooms, nodes = plural(validation.rooms, "room"), plural(validation.nodes, "node")
    absent = f", {validation.absent} that must not exist" if validation.absent else ""
    return f"valid: {spaces}, {rooms}, {nodes}{absent}\n"

"""How a report is to look: what every renderer is told besides what to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NARROWEST: Final = 40  # columns; a narrower terminal wraps lines of this width


@dataclass(frozen=True, slots=True)
class Style:
    """`width`: columns of a line. `colour`: ANSI sequences may be used.

    `full`: long values are shown whole, and each of what is counted otherwise. A format that has
    no lines, colours or shortened values ignores them.
    """

    width: int = 80
    colour: bool = False
    full: bool = False

    @property
    def columns(self) -> int:
        """How many columns a line has at most; never fewer than `NARROWEST`."""
        return max(self.width, NARROWEST)

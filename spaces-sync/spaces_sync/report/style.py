"""How a report is to look: what every renderer is told besides what to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NARROWEST: Final = 40  # columns; a narrower terminal wraps lines of this width
WIDEST: Final = 1_000  # columns; what stands at the right margin would be nothing but blanks
MOST_BYTES: Final = 60_000  # of Markdown, where nothing is said; a comment on GitHub takes 65 536
FEWEST_BYTES: Final = 4_000  # what all counts of a plan fit into, whatever is in it


@dataclass(frozen=True, slots=True)
class Style:
    """`width`: columns of a line. `colour`: ANSI sequences may be used.

    `full`: long values are shown whole, and each of what is counted otherwise. A format that has
    no lines, colours or shortened values ignores them. `max_bytes`: of UTF-8, of a format that is
    told in fewer words where it is longer; None: however long it is.
    """

    width: int = 80
    colour: bool = False
    full: bool = False
    max_bytes: int | None = None

    @property
    def columns(self) -> int:
        """How many columns a line has at most; from `NARROWEST` to `WIDEST`."""
        return min(max(self.width, NARROWEST), WIDEST)

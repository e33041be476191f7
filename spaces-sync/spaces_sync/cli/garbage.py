"""How often Python looks for garbage: what a command makes is values without cycles."""

from __future__ import annotations

import gc
from typing import Final

# Objects before a look at the youngest, and how many looks before one at the older. With Python's
# own 700 a plan of 100 000 children takes a quarter longer, and no less memory.
THRESHOLDS: Final = (100_000, 20, 50)


def collect_rarely() -> None:
    """For the rest of the process."""
    gc.set_threshold(*THRESHOLDS)

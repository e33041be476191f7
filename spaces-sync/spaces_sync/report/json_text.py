"""The one way in which reports write JSON."""

from __future__ import annotations

import json
from typing import Any

from spaces_sync.codec import without_surrogates


def dump(data: Any) -> str:
    """ASCII, which every locale can say, and which can be read back; it ends in a line feed."""
    text = json.dumps(data, indent=2)
    return (json.dumps(without_surrogates(data), indent=2) if "\\ud" in text else text) + "\n"

"""Hints for `Annotated`, by which a dataclass says how its fields stand in the files we write.

A field that is written to a file is annotated with its description, a plain string, and where
its type and default do not say enough, with hints. `codec/` reads them; nothing else does.
"""

from __future__ import annotations

from typing import Final


class Hint:
    """Says something of a field that its type does not. Two are the same only if they are one."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


REQUIRED: Final = Hint("REQUIRED")
"""The key is always written and has to be there, although the field has a default or takes None."""

INLINE: Final = Hint("INLINE")
"""The field's own keys stand in the object around it; it has no key itself."""

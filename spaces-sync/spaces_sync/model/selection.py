"""Which objects a command is about: patterns of names, and sections of the file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import Address

Section: TypeAlias = Literal["spaces", "nodes", "rooms"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Patterns in the manner of a shell (`*`, `?`, `[a-z]`), which hold for the whole of a name.

    `included`: one of them has to match; none: all do. `excluded`: none of them may match, which
    comes first. `sections`: what the file has under these; empty: under any.
    """

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    sections: frozenset[Section] = frozenset()

    def selects(self, address: Address, section: Section | None = None) -> bool:
        """Whether the object is selected.

        section: where the file has it; None: it has it no more, so that a node may be a space.
        """
        if self.sections and self.sections.isdisjoint((section,) if section else _may_be(address)):
            return False
        if self.excludes(address):
            return False
        return not self.included or any(matches(pattern, address) for pattern in self.included)

    def excludes(self, address: Address) -> bool:
        """Whether a pattern of those that may not match does."""
        return any(matches(pattern, address) for pattern in self.excluded)

    def __str__(self) -> str:
        """The options that mean it, for people and for a shell."""
        given = (
            *(("--space", pattern) for pattern in self.included),
            *(("--exclude", pattern) for pattern in self.excluded),
            *(("--only", section) for section in sorted(self.sections)),
        )
        return shlex.join(word for pair in given for word in pair)

    def without_match(self, addresses: Iterable[Address]) -> Iterator[str]:
        """The patterns that match none of `addresses`."""
        known = tuple(addresses)
        for pattern in (*self.included, *self.excluded):
            if not any(matches(pattern, address) for address in known):
                yield pattern


EVERYTHING: Final = Selection()


def _may_be(address: Address) -> tuple[Section, ...]:
    return ("spaces", "nodes") if isinstance(address, NodeAddress) else ("rooms",)


def names(address: Address) -> tuple[str, ...]:
    """What patterns are held against: the id of a node, `service/node`; the JID of a room."""
    if isinstance(address, NodeAddress):
        return address.node, f"{address.service}/{address.node}"
    return (address,)


def matches(pattern: str, address: Address) -> bool:
    """Whether a name of the object is what the pattern means. `[[]` is a bracket of a name."""
    return any(_compiled(pattern).match(name) for name in names(address))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))

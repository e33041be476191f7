"""What a map says, in the order in which people read it: values for a template, in raw text.

Each room and node is told of in full once: in the first space that lists it, else on its service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.counting import plural
from spaces_sync.report.picture import PlanSign

_MOST_NAMES: Final = 500  # of one person and one word; each object names its people besides


def number_of(signs: Sequence[PlanSign], noun: str = "") -> str:
    """How many there will be, and how many of these are new, and how many go."""
    counts = Counter(signs)
    there = len(signs) - counts["-"]
    changed = [f"{sign}{counts[sign]}" for sign in ("+", "-") if counts[sign]]
    told = f" ({', '.join(changed)})" if changed else ""
    return f"{plural(there, noun) if noun else there}{told}"


@dataclass(frozen=True, slots=True)
class People:
    """Those who are alike in a node or room: an affiliation, or `subscribed`."""

    word: str
    jids: tuple[tuple[PlanSign, Jid], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A child of a space, or an object that is in none.

    `facts` and `doubts` are phrases; of the latter nobody should miss one. `told_at`: the anchor
    where all is told of it; empty: here. `changes_at`: where it is told what a plan does to it.
    `url`: what it leads to, where it is a link.
    """

    name: str
    target: str
    anchor: str = ""
    sign: PlanSign = ""
    former: str = ""
    facts: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    description: str = ""
    people: tuple[People, ...] = ()
    told_at: str = ""
    changes_at: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries of one kind under a heading."""

    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class SpaceEntry:
    """A space, itself as an `Entry`, with what it lists. `counts`: of that, in words."""

    entry: Entry
    exposure: str
    counts: tuple[str, ...]
    children: tuple[Entries, ...]
    number_of_people: int = 0


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service. `others`: what on it no space lists. `elsewhere`: in words, what spaces list."""

    anchor: str
    jid: Jid
    name: str
    counts: tuple[str, ...]
    spaces: tuple[SpaceEntry, ...]
    others: tuple[Entries, ...]
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class PlacesOf:
    """The names of all objects where somebody is the same: a word such as `owner`.

    Each with what a plan does to that.
    """

    word: str
    names: tuple[tuple[PlanSign, str], ...]
    subscription: bool = False

    @property
    def shown(self) -> tuple[tuple[PlanSign, str], ...]:
        """The names that are told: of very many only the first."""
        return self.names[:_MOST_NAMES]

    @property
    def more(self) -> int:
        """How many of `names` are not among `shown`."""
        return len(self.names) - len(self.shown)


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """An account, and what it is where."""

    jid: Jid
    places: tuple[PlacesOf, ...]

    @property
    def counts(self) -> tuple[str, ...]:
        """How often it will be what."""
        return tuple(
            f"{each.word} {'to' if each.subscription else 'of'} "
            f"{number_of([sign for sign, _ in each.names])}"
            for each in self.places
        )


@dataclass(frozen=True, slots=True)
class MapView:
    """The whole map. `counts`: of all that is in it, in words."""

    counts: tuple[str, ...]
    services: tuple[ServiceEntry, ...]
    people: tuple[PersonEntry, ...]
    planned: bool = False

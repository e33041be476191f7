"""Puts a picture into the order in which it is read: a space with what it lists, then the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME
from spaces_sync.model.counting import plural
from spaces_sync.model.grouping import grouped
from spaces_sync.model.ranks import rank
from spaces_sync.model.state import EMPTY, Address, Key
from spaces_sync.report import words
from spaces_sync.report.map_entries import (
    Entries,
    Entry,
    MapView,
    People,
    PersonEntry,
    PlacesOf,
    ServiceEntry,
    SpaceEntry,
    number_of,
)
from spaces_sync.report.picture import (
    LACKS,
    Picture,
    PicturedChild,
    PicturedObject,
    PicturedPerson,
    PicturedService,
    PlanSign,
)

_HEADINGS: Final[Mapping[str, str]] = {"image": "Pictures", "item": "Items of other kinds"}
"""What children of a kind are called together, where that is not its plural."""

_COUNTED: Final = tuple(kind for kind in BY_NAME if kind != "image")
"""The kinds of children whose number is said of a folded space."""

_BACK: Final[Mapping[str, str]] = {"here": "names this space"}
_DOUBTFUL_BACK: Final[Mapping[str, str]] = {
    "elsewhere": "names another space",
    "nowhere": "names no space",
}


def map_view(picture: Picture, changes: Mapping[Address, str] = EMPTY) -> MapView:
    """`picture` as it is read. changes: the anchors where it is told what a plan does to what."""
    objects = {each.address: each for each in picture.objects}
    anchors = map_anchors(picture)
    homes = {a: each.listed_in[0] for a, each in objects.items() if each.listed_in}
    drawing = _Drawing(objects, anchors, homes, changes)
    services = tuple(
        drawing.service(f"s{number}", each) for number, each in enumerate(picture.services, 1)
    )
    people = tuple(_people_of(picture))
    counts = (
        plural(len(services), "service"),
        *_sorts(picture.objects),
        plural(len(people), "account"),
    )
    return MapView(counts, services, people, picture.planned)


def map_anchors(picture: Picture) -> Mapping[Address, str]:
    """Where on the page it is told of an object."""
    return {each.address: f"o{number}" for number, each in enumerate(picture.objects, 1)}


def _sorts(objects: Iterable[PicturedObject]) -> Iterator[str]:
    # What has another name is there beside the old one, until another apply takes that away.
    found = grouped((each.sort, "+" if each.sign == "→" else each.sign) for each in objects)
    return (number_of(found[sort], sort) for sort in ("space", "node", "room") if sort in found)


@dataclass(frozen=True, slots=True)
class _Drawing:
    objects: Mapping[Address, PicturedObject]
    anchors: Mapping[Address, str]
    homes: Mapping[Address, NodeAddress]
    changes: Mapping[Address, str]

    def service(self, anchor: str, service: PicturedService) -> ServiceEntry:
        spaces = [each for each in service.objects if each.sort == "space"]
        others = [each for each in service.objects if each.sort != "space"]
        lone = [each for each in others if each.address not in self.homes]
        listed = len(others) - len(lone)
        found = (
            Entries(heading, tuple(self._entry(each) for each in lone if each.sort == sort))
            for sort, heading in (("node", "Nodes"), ("room", "Rooms"))
        )
        return ServiceEntry(
            anchor,
            service.jid,
            service.name,
            tuple(_sorts(service.objects)),
            tuple(self._space(each) for each in spaces),
            tuple(each for each in found if each.entries),
            _elsewhere(listed, len(others)),
        )

    def _space(self, space: PicturedObject) -> SpaceEntry:
        by_kind: dict[str, list[Entry]] = defaultdict(list)
        for child in space.children:
            by_kind[child.kind].append(self._child(space, child))
        signs = {kind: [each.sign for each in found] for kind, found in by_kind.items()}
        if space.people:
            signs["person"] = [each.sign for each in space.people]
        if space.sign in ("+", "→", "-"):  # it is true of all in it
            signs = {kind: [""] * len(found) for kind, found in signs.items()}
        counts = [number_of(signs[kind], kind) for kind in (*_COUNTED, "person") if kind in signs]
        people = len(space.people or ())
        children = (Entries(_heading(kind), tuple(found)) for kind, found in by_kind.items())
        return SpaceEntry(
            self._entry(space), space.exposure, tuple(counts), tuple(children), people
        )

    def _child(self, space: PicturedObject, child: PicturedChild) -> Entry:
        found = self.objects.get(child.address) if child.address is not None else None
        back, doubt = _BACK.get(child.back, ""), _DOUBTFUL_BACK.get(child.back, "")
        if found is not None and child.back == "elsewhere" and found.parent is not None:
            doubt = f"{doubt}: {_called(found.parent, space.address)}"
        name = child.name or (found.title if found is not None else "")
        target = words.target(Key(child.kind, child.target), space.address)
        url = child.target if child.kind == "link" else ""
        here = found is not None and self.homes.get(found.address) == space.address
        if found is None or not here:
            at = self.anchors[found.address] if found is not None else ""
            facts = tuple(filter(None, (*child.facts, back)))
            doubts = (doubt,) if doubt else ()
            return Entry(
                name, target, "", child.sign, child.former, facts, doubts, told_at=at, url=url
            )
        whole = self._entry(found, listed=True)
        return Entry(
            name,
            target,
            whole.anchor,
            child.sign or found.sign,
            child.former,
            tuple(filter(None, (*whole.facts, *child.facts, back))),
            tuple(filter(None, (doubt, *whole.doubts))),
            whole.description,
            whole.people,
            changes_at=whole.changes_at,
        )

    def _entry(self, each: PicturedObject, *, listed: bool = False) -> Entry:
        """`listed`: it stands with a space that lists it, which tells what it names itself."""
        doubts = [LACKS.get(each.found, "")]
        if each.claim == "not listed" and not listed and each.parent is not None:
            doubts.append(f"names {_called(each.parent, each.address)}, which does not list it")
        if not each.complete:
            doubts.append("its service keeps items back")
        facts = (
            each.enters,
            _writers(each),
            plural(each.items or 0, "item") if each.sort == "node" and each.items else "",
            f"managed by {each.source}" if each.source else "",
            each.note,
        )
        return Entry(
            each.title,
            words.short_name(each.address),
            self.anchors[each.address],
            each.sign,
            facts=tuple(filter(None, facts)),
            doubts=tuple(filter(None, doubts)),
            description=each.description,
            people=tuple(_alike(each.people or ())),
            changes_at=self.changes.get(each.address, ""),
        )


def _heading(kind: str) -> str:
    return _HEADINGS.get(kind, f"{kind.capitalize()}s")


def _elsewhere(listed: int, found: int) -> str:
    if not listed:
        return ""
    said = f"shown with the spaces that list {'it' if listed == 1 else 'them'}"
    return said if listed == found else f"{listed} of them {said}"


_WRITERS: Final[Mapping[str, str]] = {
    "open": "anyone can publish",
    "subscribers": "subscribers can publish",
}


def _writers(each: PicturedObject) -> str:
    """Who can publish, where that is more than those whom a node names as publishers."""
    return _WRITERS.get(each.publish_model, "")


def _called(space: NodeAddress, beside: Address) -> str:
    """A space by its id alone, beside something on the same service."""
    same = isinstance(beside, NodeAddress) and beside.service == space.service
    return space.node if same else str(space)


def _alike(people: Iterable[PicturedPerson]) -> Iterator[People]:
    """By affiliation, the strongest first, then by subscription: somebody may have both."""
    found: dict[_Word, list[tuple[PlanSign, Jid]]] = defaultdict(list)
    for each in people:
        for word in _words_of(each):
            found[word].append((each.sign, each.jid))
    for word in sorted(found):
        yield People(word.text, tuple(found[word]))


class _Word(NamedTuple):
    """What somebody is, in the order of showing."""

    subscription: bool
    lower: int
    text: str


def _words_of(person: PicturedPerson) -> Iterator[_Word]:
    if person.affiliation:
        yield _Word(False, -rank(person.affiliation), person.affiliation)
    if person.subscription:
        yield _Word(True, 0, person.subscription)


_Places: TypeAlias = dict[_Word, list[tuple[PlanSign, str]]]


def _people_of(picture: Picture) -> Iterator[PersonEntry]:
    found: dict[Jid, _Places] = defaultdict(lambda: defaultdict(list))
    for each in picture.objects:
        for person in each.people or ():
            for word in _words_of(person):
                name = words.short_name(each.address)
                found[person.jid][word].append((person.sign, name))
    for jid in sorted(found):
        places = found[jid]
        yield PersonEntry(
            jid,
            tuple(
                PlacesOf(word.text, tuple(places[word]), word.subscription)
                for word in sorted(places)
            ),
        )

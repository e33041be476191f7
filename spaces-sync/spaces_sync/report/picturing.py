"""Makes a `Picture` of what was read and, where there is a plan, of what it makes of that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from spaces_sync.model import ledger, marker
from spaces_sync.model.addresses import Jid, NodeAddress, node_address
from spaces_sync.model.children import BY_NAME, address_of
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Child,
    Form,
    Key,
    Node,
    Reading,
    Room,
    State,
    values_of,
)
from spaces_sync.plan.plan import Plan
from spaces_sync.profile import (
    ACCESS_MODEL,
    DESCRIPTION,
    NODE_PARENT,
    PARENT,
    PUBLISH_MODEL,
    PUBSUB,
    ROOM_DESCRIPTION,
    ROOM_NAME,
    TITLE,
    has_password,
    is_space,
)
from spaces_sync.report import access, words
from spaces_sync.report.foreseen import Foreseen, foreseen
from spaces_sync.report.order import OrderKey, order_key
from spaces_sync.report.picture import (
    Back,
    Claim,
    Picture,
    PicturedChild,
    PicturedObject,
    PicturedPerson,
    PicturedService,
    Sort,
)


def picture(
    reading: Reading, plan: Plan | None = None, outside: Mapping[Address, str] = EMPTY
) -> Picture:
    """All that `reading` is about, and what `plan`, which was made of it, makes of that.

    outside: why only what it tells everybody is known of an object.
    """
    after = foreseen(reading.state, plan.actions if plan is not None else ())
    titles = plan.facts.titles if plan is not None else EMPTY
    drawing = _Drawing(reading, after, outside, titles, _listed_in(after))
    addresses = drawing.addresses()
    by_service: dict[Jid, list[PicturedObject]] = defaultdict(list)
    for each in sorted(map(drawing.drawn, addresses), key=_sort_key):
        by_service[words.service_of(each.address)].append(each)
    pubsub = {each.service for each in addresses if isinstance(each, NodeAddress)}
    known = reading.services
    pubsub.update(
        jid for jid, each in known.items() if any(f.startswith(PUBSUB) for f in each.features)
    )
    ordered = sorted({*known, *by_service}, key=lambda jid: (jid not in pubsub, jid))
    services = (
        PicturedService(
            jid,
            known[jid].name if jid in known else "",
            jid in pubsub,
            tuple(by_service.get(jid, ())),
        )
        for jid in ordered
    )
    return Picture(tuple(services), planned=plan is not None)


_SORTS: Final[tuple[Sort, ...]] = ("space", "node", "room")


def _sort_key(each: PicturedObject) -> tuple[int, OrderKey]:
    return _SORTS.index(each.sort), order_key(words.short_name(each.address))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What each object is drawn from. `listed_in`: the spaces that will list it, in order."""

    reading: Reading
    after: Foreseen
    outside: Mapping[Address, str]
    titles: Mapping[Address, str]
    listed_in: Mapping[Address, tuple[NodeAddress, ...]]

    def addresses(self) -> tuple[Address, ...]:
        """What there is, what will be, what was looked for, and the rooms and nodes of spaces.

        A ledger is the program's own book, and no part of a picture.
        """
        state = self.after.state
        listed = (found for node in _spaces(state).values() for found in _targets(node))
        known = (*state.nodes, *state.rooms, *self.reading.absent, *self.reading.failed)
        return tuple(each for each in dict.fromkeys((*known, *listed)) if not _is_ledger(each))

    def drawn(self, address: Address) -> PicturedObject:
        found = self.after.state.get(address)
        if isinstance(found, Node) and isinstance(address, NodeAddress):
            made = self._node(address, found)
        elif isinstance(found, Room) and not isinstance(address, NodeAddress):
            made = self._room(address, found)
        else:
            sort: Sort = "node" if isinstance(address, NodeAddress) else "room"
            made = PicturedObject(address, sort, self.titles.get(address, ""), found="unread")
        made = replace(
            made,
            listed_in=self.listed_in.get(address, ()),
            sign=self.after.objects.get(address, ""),
        )
        return self._with_note(made)

    def _with_note(self, made: PicturedObject) -> PicturedObject:
        address, reading = made.address, self.reading
        if address in self.outside:
            return replace(made, found="outside", note=self.outside[address])
        if address in self.after.made:
            return replace(made, found="planned")
        if address in reading.absent or address in reading.unmade:
            return replace(made, found="absent")
        if made.found == "unread":
            return replace(made, note=reading.failed.get(address, ""))
        return made

    def _node(self, address: NodeAddress, node: Node) -> PicturedObject:
        config, space = node.config, is_space(node.config)
        model = _value(config, ACCESS_MODEL)
        parent = _parent(address, config)
        managed = marker.decode(node.marker)
        return PicturedObject(
            address,
            "space" if space else "node",
            _value(config, TITLE),
            _value(config, DESCRIPTION),
            exposure=access.exposure(model) if space else "",
            access_model=model,
            publish_model=_value(config, PUBLISH_MODEL),
            enters=access.readers(config),
            items=len(node.children) if node.complete else None,
            complete=node.complete,
            children=tuple(self._children(address, node)) if space else (),
            people=self._people(address, node.affiliations, node.subscriptions),
            parent=parent,
            claim=self._claim(address, parent),
            source=managed.source if managed is not None else "",
        )

    def _room(self, jid: Jid, room: Room) -> PicturedObject:
        parent = _parent(jid, room.config)
        return PicturedObject(
            jid,
            "room",
            _value(room.config, ROOM_NAME),
            _value(room.config, ROOM_DESCRIPTION),
            members_only=access.members_only(room),
            password=has_password(room),
            enters=access.entrants(room),
            people=self._people(jid, room.affiliations, None),
            parent=parent,
            claim=self._claim(jid, parent),
        )

    def _people(
        self,
        about: Address,
        affiliations: Mapping[Jid, str] | None,
        subscriptions: Mapping[Jid, str] | None,
    ) -> tuple[PicturedPerson, ...] | None:
        if affiliations is None and subscriptions is None:
            return None
        rights, heard = affiliations or EMPTY, subscriptions or EMPTY
        signs = self.after.people
        return tuple(
            PicturedPerson(
                jid, rights.get(jid, ""), heard.get(jid, ""), signs.get((about, jid), "")
            )
            for jid in sorted({*rights, *heard})
        )

    def _children(self, space: NodeAddress, node: Node) -> Iterator[PicturedChild]:
        former, signs = self.after.former, self.after.children
        for key in sorted(node.children, key=_child_sort_key):
            child = node.children[key]
            yield PicturedChild(
                words.child_kind(key),
                key.target,
                _name(child),
                tuple(_facts(child)),
                address_of(key),
                self._back(space, address_of(key)),
                signs.get((space, key), ""),
                former[space, key].target if (space, key) in former else "",
            )

    def _back(self, space: NodeAddress, address: Address | None) -> Back:
        if address is None:
            return ""
        found = self.after.state.get(address)
        if found is None or _parent_field(address) not in found.config:
            return "untold"
        parent = _parent(address, found.config)
        if parent is None:
            return "nowhere"
        return "here" if parent == space else "elsewhere"

    def _claim(self, address: Address, parent: NodeAddress | None) -> Claim:
        if parent is None:
            return ""
        if parent in self.listed_in.get(address, ()):
            return "listed"
        reading, node = self.reading, self.after.state.nodes.get(parent)
        if node is not None:
            return "not listed" if node.complete else "unknown"
        if parent in reading.absent:
            return "not listed"
        elsewhere = reading.listings.get(parent, "")
        if isinstance(elsewhere, str):
            return "unknown"
        return "listed" if address in (elsewhere or ()) else "not listed"


def _listed_in(after: Foreseen) -> Mapping[Address, tuple[NodeAddress, ...]]:
    """Without what a plan takes out of a space, and without the spaces that go."""
    found: dict[Address, list[NodeAddress]] = defaultdict(list)
    for space, node in sorted(_spaces(after.state).items()):
        if after.objects.get(space) != "-":
            for key in node.children:
                address = address_of(key)
                if address is not None and after.children.get((space, key)) != "-":
                    found[address].append(space)
    return {address: tuple(spaces) for address, spaces in found.items()}


def _spaces(state: State) -> Mapping[NodeAddress, Node]:
    return {address: node for address, node in state.nodes.items() if is_space(node.config)}


def _targets(node: Node) -> Iterator[Address]:
    return (found for key in node.children if (found := address_of(key)) is not None)


def _is_ledger(address: Address) -> bool:
    return isinstance(address, NodeAddress) and ledger.is_ledger(address.node)


def _value(config: Form, var: str) -> str:
    return "".join(values_of(config, var))


def _parent_field(address: Address) -> str:
    return NODE_PARENT if isinstance(address, NodeAddress) else PARENT


def _parent(address: Address, config: Form) -> NodeAddress | None:
    """What it names as its own space; a node does so by an id on its own service, too."""
    text = _value(config, _parent_field(address))
    with suppress(ValueError):
        service = address.service if isinstance(address, NodeAddress) else None
        return node_address(text, service) if text else None
    return None


_KINDS: Final = tuple(BY_NAME)


def _child_sort_key(key: Key) -> tuple[int, OrderKey]:
    return _KINDS.index(words.child_kind(key)), order_key(key.target)


def _name(child: Child) -> str:
    kind = BY_NAME.get(child.key.kind)
    name = child.fields.get(kind.short, "") if kind is not None and kind.short else ""
    return name if isinstance(name, str) else ""


def _facts(child: Child) -> Iterator[str]:
    """What else the space says of it: which flags are set, and where a picture is."""
    for field, value in child.fields.items():
        if value is True:
            yield field
    for variant in sorted(child.fields.get("variants", ())):
        yield dict(variant).get("url", "")

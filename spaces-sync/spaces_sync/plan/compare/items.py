"""Plans what a node holds: which items to publish, retract or leave alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.children import BY_NAME, KINDS, OWN, decode, reserved
from spaces_sync.model.children.opaque import KIND as OPAQUE
from spaces_sync.model.declaration import Declaration, Place, Policy
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import Child, Item, Key, Node
from spaces_sync.model.xml import Xml
from spaces_sync.plan.actions import Action, Change, PublishItem, RetractItem, Why
from spaces_sync.plan.ownership import own_marker, put_there
from spaces_sync.plan.plan import LeftAlone, Obstacle

Part = Action | LeftAlone | Obstacle

_PRUNED = frozenset(kind.name for kind in KINDS if kind.prune != "nothing")
_PRUNED_OF_OTHERS = frozenset(kind.name for kind in KINDS if kind.prune == "all")


def plan_children(declaration: Declaration, address: NodeAddress, live: Node) -> Iterator[Part]:
    """What the declared children of a node need, and what becomes of the others."""
    policy = declaration.policies[address]
    mark = own_marker(declaration, live)
    wanted = declaration.state.nodes[address].children
    unwanted = {
        child.item.id: child
        for child in live.children.values()
        if child.item is not None and child.item.id in policy.absent
    }
    there = without(live, policy.absent).children
    for item_id, child in sorted(unwanted.items()):
        why = Why("file", declaration.place(address, "absent", item_id))
        yield RetractItem(address, child.key, _item(child), why=why)
    ids = {_item(child).id: key for key, child in there.items()}
    for key, child in wanted.items():
        old = _former(policy, key, there, wanted)
        place = declaration.place(address, key)
        yield from _published(address, child, there.get(key), old, ids, place)
    moved = dict(_moved(declaration, address, there, mark))
    for key, child in sorted(there.items()):
        if key in moved:
            place = declaration.place(address, moved[key])
            yield RetractItem(address, key, _item(child), moved[key], why=Why("rename", place))
        elif key not in wanted:
            yield from _unlisted(declaration, address, mark, child)


def with_copies(
    declaration: Declaration, address: NodeAddress, parts: Iterable[Part], live: Node, former: Node
) -> Iterator[Part]:
    """`parts`, with each item of `former` that is not here yet in place of a new one."""
    ids = {_item(child).id for child in live.children.values()}
    copies = [
        part
        for part in _copied(declaration, address, former)
        if isinstance(part, Obstacle) or not (part.item_id in ids or part.key in live.children)
    ]
    keys = {part.key for part in copies if isinstance(part, PublishItem)}
    yield from (p for p in parts if not (isinstance(p, PublishItem) and p.key in keys))
    yield from copies


def _copied(
    declaration: Declaration, address: NodeAddress, former: Node
) -> Iterator[PublishItem | Obstacle]:
    """The items of a node that was `former`: as they are there, with the file laid over."""
    planned = list(plan_children(declaration, address, former))
    yield from (part for part in planned if isinstance(part, Obstacle))
    published = {part.item_id: part for part in planned if isinstance(part, PublishItem)}
    gone = {part.before.id for part in planned if isinstance(part, RetractItem)}
    for child in former.children.values():
        item = _item(child)
        kept = len(item.payloads) == 1 and item.id not in gone and not item.id.startswith(OWN)
        if kept and item.id not in published:
            why = Why("rename", declaration.place(address, child.key))
            yield PublishItem(address, child.key, item.id, None, item.payloads[0], why=why)
    yield from (replace(part, before=None) for part in published.values())


def without(live: Node, absent: Iterable[str]) -> Node:
    """What is left is decoded anew: an item that had a twin may now be the one that counts."""
    items = {_item(child).id: _item(child) for child in live.children.values()}
    if not (gone := items.keys() & set(absent)):
        return live
    return replace(live, children=decode(i for name, i in items.items() if name not in gone))


def _item(child: Child) -> Item:
    assert child.item is not None, "a live child has its item"  # noqa: S101 - holds by decode()
    return child.item


def _moved(
    declaration: Declaration, address: NodeAddress, there: Mapping[Key, Child], mark: Marker | None
) -> Iterator[tuple[Key, Key]]:
    """What was called otherwise before and is still there, and what it is now: one for one.

    Where the new one is there as well, the old one is what an interrupted move left behind, if
    this source put it there; without a source the file's word has to do. Of several that it was
    before, the others are no move.
    """
    wanted = declaration.state.nodes[address].children
    for key in wanted:
        moves = declaration.policies[address].moves.get(key, ())
        olds = (old for old in moves if old in there and old not in wanted)
        if (old := next(olds, None)) is not None:
            ours = declaration.source is None or put_there(mark, _item(there[old]).id)
            if ours or key not in there:
                yield old, key


def _former(
    policy: Policy, key: Key, there: Mapping[Key, Child], wanted: Mapping[Key, Child]
) -> Child | None:
    """What `key` was called before, if that is there and `key` is not; a name in use stays."""
    if key in there:
        return None
    olds = (old for old in policy.moves.get(key, ()) if old in there and old not in wanted)
    return next((there[old] for old in olds), None)


def _published(
    address: NodeAddress,
    child: Child,
    live: Child | None,
    former: Child | None,
    ids: Mapping[str, Key],
    place: Place | None,
) -> Iterator[Part]:
    kind = BY_NAME[child.key.kind]
    base = live or former
    payload = _payload(base)
    made = kind.overlay(payload, child.key.target, child.fields)
    if live is not None and (made is payload or made == payload):
        return
    changes = tuple(_changes(base, child))
    if live is not None:
        item, why = _item(live), Why("file", place)
        yield PublishItem(address, child.key, item.id, item, made, changes, why=why)
        return
    item_id = kind.item_id(child.key.target)
    if item_id in ids:
        text = (
            f"item {item_id!r} is there, but not as {_article(child.key.kind)}; "
            f"name it under 'absent' and apply, then list it again"
        )
        yield Obstacle(address, text, place)
        return
    moved = former.key if former is not None else None
    why = Why("rename" if moved else "file", place)
    yield PublishItem(address, child.key, item_id, None, made, changes, moved, why)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _payload(child: Child | None) -> Xml | None:
    payloads = _item(child).payloads if child is not None else ()
    return payloads[0] if payloads else None


def _changes(before: Child | None, after: Child) -> Iterator[Change]:
    for name, value in sorted(after.fields.items()):
        old = before.fields.get(name) if before is not None else None
        if old != value:
            yield Change(name, old, value)


def _unlisted(
    declaration: Declaration, address: NodeAddress, mark: Marker | None, child: Child
) -> Iterator[Part]:
    policy = declaration.policies[address]
    key, item = child.key, _item(child)
    if item.id.startswith(OWN):
        return
    (alone,) = decode((item,))  # a twin is kept as an item of its own, see decode()
    prunes = _PRUNED & policy.sections if policy.prune != "none" else frozenset()
    listed = alone in declaration.state.nodes[address].children
    ours = put_there(mark, item.id)
    if reserved(item.id):
        yield LeftAlone(address, key, "reserved")
    elif ours and key.kind in prunes:
        yield RetractItem(address, key, item)
    elif ours:
        yield LeftAlone(address, key, "unlisted")
    elif policy.prune == "all" and alone.kind in prunes & _PRUNED_OF_OTHERS and not listed:
        yield RetractItem(address, key, item, why=Why("file", declaration.place(address, "prune")))
    elif key.kind == OPAQUE.name:
        yield LeftAlone(address, key, "unknown kind" if alone == key else "duplicate")
    else:
        yield LeftAlone(address, key, "not ours")


__all__ = ["plan_children", "with_copies"]

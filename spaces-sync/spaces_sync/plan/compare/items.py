"""Plans what a node holds: which items to publish, retract or leave alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from spaces_sync.model.children import BY_NAME, KINDS, decode, is_reserved
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.children.opaque import KIND as OPAQUE
from spaces_sync.model.collation import ITEM_ID, SQL, collated
from spaces_sync.model.declaration import Place
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import Child, Key, Node, Owned, live_item
from spaces_sync.model.xml import Xml
from spaces_sync.plan.actions import Change, PublishItem, RetractItem, Why, WriteMarker
from spaces_sync.plan.compare.context import Moved, NodeContext
from spaces_sync.plan.compare.merging import arrival, overlaid, payload_of
from spaces_sync.plan.compare.rename import NOTHING_THERE, Former
from spaces_sync.plan.ownership import put_there
from spaces_sync.plan.plan import LeftAlone, Note, Obstacle, Part

_APART: Final = "and holds what others added: name the item under 'absent_items' to end it"
_PRUNED = frozenset(kind.name for kind in KINDS if kind.prune != "nothing")
_PRUNED_OF_OTHERS = frozenset(kind.name for kind in KINDS if kind.prune == "all")


def plan_items(context: NodeContext) -> Iterator[Part]:
    """What the declared children of a node need, and what becomes of the others."""
    found, owned = context.found, context.owned
    policy, wanted = context.policy, context.wanted.children
    unwanted = (
        child for child in found.children.values() if live_item(child).id in policy.absent_items
    )
    for child in sorted(unwanted, key=lambda child: live_item(child).id):
        why = Why("file", context.place("absent_items", live_item(child).id))
        yield RetractItem(context.address, child.key, live_item(child), why=why)
    if found.marker is not None and MARKER_ID in policy.absent_items:
        why = Why("file", context.place("absent_items", MARKER_ID))
        yield WriteMarker(context.address, found.marker, None, why)
    there = without(found, policy.absent_items).children
    ids = {live_item(child).id: key for key, child in there.items()}
    altered, alike = _altered(context, there), _by_collation(context)
    others = _but(there, altered)
    successors = dict(_successors(context, others, owned))
    beside = {new: others[old] for old, new in successors.items()}
    for key, child in wanted.items():
        live = there.get(key) or altered.get(key)
        old = beside.get(key) if live is not None else _former(context, key, there)
        yield from _published(context, child, live, old, ids, alike)
    for key, child in sorted(others.items()):
        if key in successors:
            yield _replaced(context, child, successors[key], others)
        elif (at := context.apart.get(key)) is not None:
            text = f"{key.kind} {key.target} is in {at.node} as well, {_APART}"
            yield Note(context.address, "stays", text, context.declaration.place(at, key))
        elif (at := context.unselected.get(key)) is not None:
            text = f"{key.kind} {key.target} stays until it is moved to {at.node}, not selected now"
            place = context.declaration.place(at, key)
            yield Note(context.address, "stays", text, place)
        elif (new := context.departing.get(key)) is not None:
            words = f"moves to {new.node.node}, and goes when it is there"
            yield RetractItem(
                context.address,
                key,
                live_item(child),
                new.key if new.key != key else None,
                Why("file", consequences=(words,)),
                moved_to=new.node,
            )
        elif key not in wanted:
            yield from _unlisted(context, child, owned)


def _altered(context: NodeContext, there: Mapping[Key, Child]) -> Mapping[Key, Child]:
    """The declared children whose items, which this source put there, say something else by now.

    Somebody made them point elsewhere, or be of another kind.
    """
    wanted = context.wanted.children
    by_id = {live_item(child).id: child for child in there.values() if child.key not in wanted}
    ids = {key: BY_NAME[key.kind].item_id(key.target) for key in wanted if key not in there}
    return {
        key: by_id[item_id]
        for key, item_id in ids.items()
        if item_id in by_id and put_there(context.owned, item_id)
    }


def _but(there: Mapping[Key, Child], altered: Mapping[Key, Child]) -> Mapping[Key, Child]:
    """`there` without what `altered` holds, which is what its declared key says."""
    taken = {child.key for child in altered.values()}
    return {key: child for key, child in there.items() if key not in taken} if taken else there


def _replaced(
    context: NodeContext, child: Child, new: Key, there: Mapping[Key, Child]
) -> RetractItem | Note:
    """The end of what is called `new` by now, if nothing is lost with it.

    It is a removal like any other where both were there before, of which a source has a record;
    without a source nothing tells.
    """
    place, item, wanted = context.place(new), live_item(child), context.wanted.children[new]
    here = there.get(new)
    if here is not None and arrival(child, here, wanted) == "apart":
        text = f"{child.key.kind} {child.key.target} is what {new.target} was before; {_APART}"
        return Note(context.address, "stays", text, place)
    before = payload_of(child) if child.key.kind == new.kind else None
    restorable = overlaid(before, wanted) == overlaid(None, wanted)
    why = Why("rename", place)
    if here is not None and _were_both(context, child, here):
        why = Why("file", place, (f"is what {new.kind} {new.target} was before, and is there",))
    return RetractItem(context.address, child.key, item, new, why, restorable=restorable)


def _were_both(context: NodeContext, old: Child, new: Child) -> bool:
    """Whether both were there before, and no rename that was interrupted left the old one."""
    ids = (live_item(old).id, live_item(new).id)
    no_source = context.declaration.source is None
    return no_source or all(put_there(context.recorded, each) for each in ids)


def leaves(context: NodeContext) -> Iterator[Child]:
    """The live children that this source put there and its file lists there no more, well-formed.

    Not those that have another name there by now.
    """
    there = without(context.found, context.policy.absent_items).children
    there = _but(there, _altered(context, there))
    successors = dict(_successors(context, there, context.owned))
    for key, child in sorted(there.items()):
        listed = key in context.wanted.children or key in successors
        if listed or not put_there(context.owned, live_item(child).id):
            continue
        goes = any(
            isinstance(part, RetractItem) for part in _unlisted(context, child, context.owned)
        )
        if goes and len(live_item(child).payloads) == 1:
            yield child


def with_copies(
    context: NodeContext, parts: Iterable[Part], former: Former, *, opens: bool
) -> Iterator[Part]:
    """`parts`, with each item of `former` that is not here yet in place of a new one.

    opens: whether more people can read them here.
    """
    children = context.found.children
    ids = {live_item(child).id for child in children.values()}
    copies = [
        replace(part, opens=opens) if isinstance(part, PublishItem) else part
        for part in _copied(context, former)
        if isinstance(part, Obstacle) or not (part.item_id in ids or part.key in children)
    ]
    keys = {part.key for part in copies if isinstance(part, PublishItem)}
    yield from (p for p in parts if not (isinstance(p, PublishItem) and p.key in keys))
    yield from copies


def _copied(context: NodeContext, former: Former) -> Iterator[PublishItem | Obstacle]:
    """The items of a node that was `former`: as they are there, with the file laid over."""
    planned = list(plan_items(former.as_live(context)))
    yield from (part for part in planned if isinstance(part, Obstacle))
    published = {part.item_id: part for part in planned if isinstance(part, PublishItem)}
    gone = {part.before.id for part in planned if isinstance(part, RetractItem)}
    for child in former.node.children.values():
        item = live_item(child)
        if len(item.payloads) == 1 and item.id not in gone and item.id not in published:
            why = Why("rename", context.place(child.key))
            yield PublishItem(context.address, child.key, item.id, None, item.payloads[0], why=why)
    # What one is renamed from was never here, so that nothing goes, or comes back, beside it.
    yield from (replace(part, before=None, former=None) for part in published.values())


def without(live: Node, absent: Iterable[str]) -> Node:
    """What is left is decoded anew: an item that had a twin may now be the one that counts."""
    items = {live_item(child).id: live_item(child) for child in live.children.values()}
    if not (gone := items.keys() & set(absent)):
        return live
    return replace(live, children=decode(i for name, i in items.items() if name not in gone))


def _successors(
    context: NodeContext, there: Mapping[Key, Child], owned: Owned | None
) -> Iterator[tuple[Key, Key]]:
    """What was called otherwise before and is still there, and what it is now: one for one.

    Where the new one is there as well, the old one is what an interrupted rename left behind, if
    this source put it there; without a source the file's word has to do, of the first name that it
    lists. Of several that it was before, the others are no rename.
    """
    wanted = context.wanted.children
    for key in wanted:
        former = context.policy.former_keys.get(key, ())
        olds = (old for old in former if old in there and old not in wanted)
        if (old := next(olds, None)) is not None:
            # Else the next of several earlier names would go when the first has gone.
            meant = context.declaration.source is None and old == former[0]
            if key not in there or meant or put_there(owned, live_item(there[old]).id):
                yield old, key


def _former(context: NodeContext, key: Key, there: Mapping[Key, Child]) -> Child | None:
    """What `key`, which is not there, was called before, if that is there; a name in use stays."""
    wanted, former = context.wanted.children, context.policy.former_keys.get(key, ())
    olds = (old for old in former if old in there and old not in wanted)
    return next((there[old] for old in olds), None)


def _published(
    context: NodeContext,
    child: Child,
    live: Child | None,
    former: Child | None,
    ids: Mapping[str, Key],
    alike: Mapping[str, frozenset[str]],
) -> Iterator[Part]:
    kind = BY_NAME[child.key.kind]
    place: Place | None = context.place(child.key)
    moved = context.arriving.get(child.key) if former is None else None
    source = former or (moved.child if moved is not None else None)
    if live and source and arrival(source, live, child) != "to merge":
        source, moved = None, None
    base = source or live
    made = overlaid(_payload_as(kind, base), child)
    if live is not None and made == _payload_as(kind, live):
        return
    changes = tuple(_changes(base, child))
    if live is not None:
        item = live_item(live)
        why = Why("file", place) if source is None else _merges(source, moved, place)
        changes = (*_pointed_back(live, child), *changes) if live.key.kind == kind.name else ()
        where = None if moved is None else moved.node
        yield PublishItem(
            context.address, child.key, item.id, item, made, changes, why=why, moved_from=where
        )
        return
    item_id = kind.item_id(child.key.target)
    similar = ""
    if alike:
        similar = min(alike.get(collated(item_id, ITEM_ID), frozenset()) - {item_id}, default="")
    if similar and kind.target_name:  # what it points at, the payload says
        item_id, similar = _hashed(child.key.target), ""
    if item_id in ids:
        text = (
            f"item {item_id!r} is there, but not as {_article(child.key.kind)}; "
            f"name it under 'absent_items' and apply, then list it again"
        )
        yield Obstacle(context.address, text, place)
        return
    if base is None and context.policy.former_keys.get(child.key):
        text = f"{child.key.kind} {child.key.target}: {NOTHING_THERE}"
        yield Note(context.address, "by default", text, place)
    old = base.key if base is not None and base.key != child.key else None
    words = () if moved is None else (f"moves here from {moved.node.node}",)
    if similar:
        words = (*words, f"its id is much like {similar!r}: whether both are kept is tried first")
    yield PublishItem(
        context.address,
        child.key,
        item_id,
        None,
        made,
        changes,
        old,
        Why("rename" if old else "file", place, words),
        moved_from=None if moved is None else moved.node,
        resembles=similar,
    )


def _merges(source: Child, moved: Moved | None, place: Place | None) -> Why:
    old = f"{source.key.kind} {source.key.target}"
    of = "" if moved is None else f" of {moved.node.node}"
    return Why("rename", place, (f"takes what others added to {old}{of}",))


def _by_collation(context: NodeContext) -> Mapping[str, frozenset[str]]:
    """The ids of items that are there, or that the file lists, by what the service may compare.

    Empty where it tells all of them apart, as far as it says how it keeps them.
    """
    found: dict[str, frozenset[str]] = {}
    if SQL in context.service.features:
        declared = (BY_NAME[key.kind].item_id(key.target) for key in context.wanted.children)
        for item_id in (*(item.id for item in context.found.items), *declared):
            meant = collated(item_id, ITEM_ID)
            found[meant] = found.get(meant, frozenset()) | {item_id}
    return found


def _hashed(target: str) -> str:
    """An id that differs early from any other, and not only in case."""
    return hashlib.sha256(target.encode(errors="surrogatepass")).hexdigest()[:ITEM_ID]


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _payload_as(kind: Kind, child: Child | None) -> Xml | None:
    """What a live child of this kind holds; of another kind nothing can be carried over."""
    return payload_of(child) if child is not None and child.key.kind == kind.name else None


def _pointed_back(live: Child, wanted: Child) -> Iterator[Change]:
    """That an item which points elsewhere by now points at what the file lists again."""
    name = BY_NAME[wanted.key.kind].target_name
    if live.key != wanted.key and name:
        yield Change(name, live.key.target, wanted.key.target)


def _changes(before: Child | None, after: Child) -> Iterator[Change]:
    for name, value in sorted(after.fields.items()):
        old = before.fields.get(name) if before is not None else None
        if old != value:
            yield Change(name, old, value)


def _unlisted(context: NodeContext, child: Child, owned: Owned | None) -> Iterator[Part]:
    """What becomes of a child that the file does not list. `owned`: what its source owns."""
    policy, address = context.policy, context.address
    key, item = child.key, live_item(child)
    (alone,) = decode((item,))  # a twin is kept as an item of its own, see decode()
    prunes = _PRUNED & policy.sections if policy.prune != "none" else frozenset()
    listed = alone in context.wanted.children
    ours = put_there(owned, item.id)
    if not policy.is_space:
        yield LeftAlone(address, key, "item")
    elif is_reserved(item.id):
        yield LeftAlone(address, key, "reserved")
    elif ours and key.kind in prunes:
        yield RetractItem(address, key, item)
    elif ours:
        yield LeftAlone(address, key, "unlisted")
    elif policy.prune == "all" and alone.kind in prunes & _PRUNED_OF_OTHERS and not listed:
        why = Why("file", context.place("prune"), ("somebody else put it there",))
        yield RetractItem(address, key, item, why=why)
    elif key.kind == OPAQUE.name:
        yield LeftAlone(address, key, "unknown kind" if alone == key else "duplicate")
    else:
        yield LeftAlone(address, key, "not ours")

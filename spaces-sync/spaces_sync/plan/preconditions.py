"""What a plan takes for granted of the nodes it is about, beyond what its actions say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import OWN
from spaces_sync.model.state import EMPTY, Item, Node, Reading, Room, Service, Values, same_values
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    shut_out,
    subject,
)
from spaces_sync.plan.ownership import children, marker_of
from spaces_sync.plan.requirements import SIZE, kept
from spaces_sync.profile import ACCESS_MODEL, TYPE


@dataclass(frozen=True, slots=True)
class Ground:
    """A node as it was planned for: what it is, who may read it, whose it is, how much it holds.

    `unnamed`: how many subscribers a whitelist would shut out of whom the plan says nothing.
    """

    kind: Values  # its pubsub#type
    access: Values  # its pubsub#access_model
    source: str  # of its marker; empty where it has none
    children: int
    unnamed: int


Grounds = Mapping[NodeAddress, Ground]


def grounds(actions: Iterable[Action], reading: Reading) -> Grounds:
    """Of each node that `actions` are about; of one that they create, as they create it."""
    about: dict[NodeAddress, list[Action]] = {}
    found: dict[NodeAddress, Ground] = {}
    for each in actions:
        node = subject(each)
        if isinstance(each, CreateNode):
            kind, access = each.config.get(TYPE, ()), each.config.get(ACCESS_MODEL, ())
            found[each.node] = Ground(kind, access, "", 0, 0)
        elif isinstance(node, NodeAddress) and node in reading.state.nodes:
            about.setdefault(node, []).append(each)
    found.update((node, _ground(mine, reading.state.nodes[node])) for node, mine in about.items())
    return dict(sorted(found.items()))


def _ground(mine: Sequence[Action], live: Node) -> Ground:
    kind, access = _values(live, TYPE), _values(live, ACCESS_MODEL)
    return Ground(kind, access, _source(live), children(live), _unnamed(mine, live))


def _unnamed(mine: Sequence[Action], live: Node) -> int:
    said = {each.jid: each.after for each in mine if isinstance(each, SetAffiliation)}
    named = {each.jid for each in mine if isinstance(each, SetSubscription)}
    return len(set(shut_out(live, said)) - said.keys() - named)


def _values(live: Node, var: str) -> Values:
    return live.config[var].values if var in live.config else ()


def _source(live: Node) -> str:
    mark = marker_of(live)
    return "" if mark is None else mark.source


def shifted(
    ground: Ground, done: Sequence[Action], due: Sequence[Action], live: Node, service: Service
) -> str:
    """Why what is still `due` on a node must not be sent any more, in words; else empty.

    `done`: what is in effect already of the same plan, which changes the ground it stands on.
    """
    return next(_shifts(ground, done, due, live, service), "")


def _shifts(
    ground: Ground, done: Sequence[Action], due: Sequence[Action], live: Node, service: Service
) -> Iterator[str]:
    for var, then in ((TYPE, ground.kind), (ACCESS_MODEL, ground.access)):
        now = _values(live, var)
        if then and not any(
            same_values(now, values) for values in (then, *_written(done, due, var))
        ):
            yield f"{var} was {_said(then)} when planned, and is {_said(now)}"
    if (found := _source(live)) not in {ground.source, *_sources(done, due)}:
        yield f"the source {found!r} manages it by now" if found else "its marker is gone"
    yield from _overflow(due, live, service)
    yield from _audience(ground, done, due, live)


def _written(done: Sequence[Action], due: Sequence[Action], var: str) -> Iterator[Values]:
    for each in (*done, *due):
        if isinstance(each, ConfigureNode) and var in each.after:
            yield each.after[var]


def _sources(done: Sequence[Action], due: Sequence[Action]) -> Iterator[str]:
    for each in (*done, *due):
        match each:
            case PublishItem(item_id=marker.MARKER_ID, payload=payload):
                mark = marker.decode(Item(marker.MARKER_ID, (payload,)))
                yield mark.source if mark is not None else ""
            case RetractItem(before=Item(id=marker.MARKER_ID)):
                yield ""
            case _:
                pass


def _overflow(due: Sequence[Action], live: Node, service: Service) -> Iterator[str]:
    """Services drop what is too much without a word, and it may be somebody else's."""
    resizing = [
        each for each in due if isinstance(each, ConfigureNode) and each.after.keys() & SIZE
    ]
    added = sum(isinstance(each, PublishItem) and each.before is None for each in due)
    if not added and not resizing:
        return
    room_made = sum(isinstance(each, RetractItem) and each.first for each in due)
    limits = (kept(each.after, live, service) for each in resizing)
    now = kept(EMPTY, live, service)
    limit = next((n for n in limits if n is not None), now)
    there = len(live.children)
    approved = sum(each.drops for each in resizing)
    if not added and now is not None and limit is not None and limit >= now:
        return
    if limit is not None and there + added - room_made - limit > approved:
        yield f"it holds {there} items by now, and with this plan keeps {limit}"


def _audience(
    ground: Ground, done: Sequence[Action], due: Sequence[Action], live: Node
) -> Iterator[str]:
    """Who would see more, or no more, than was said when it was planned."""
    models = [each.after.get(ACCESS_MODEL) for each in due if isinstance(each, ConfigureNode)]
    ours = sum(
        isinstance(each, PublishItem) and each.before is None and not each.item_id.startswith(OWN)
        for each in done
    )
    if ("open",) in models and children(live) - ours > ground.children:
        yield f"it held {ground.children} items when planned, and holds {children(live)}"
    more = _unnamed((*done, *due), live) - ground.unnamed
    if ("whitelist",) in models and more > 0:
        yield f"{more} more of its subscribers would lose access"


def _said(values: Values) -> str:
    return ", ".join(map(repr, values)) or "empty"


def grown(before: Node | Room, live: Node | Room) -> str:
    """What an object that is to be removed has come to have since, in words; else empty."""
    if isinstance(before, Node) and isinstance(live, Node):
        if not live.complete:
            return "not all of its items could be read"
        had = {c.item.id: c.item.payloads for c in before.children.values() if c.item is not None}
        held = (child.item for child in live.children.values() if child.item is not None)
        news = sum(had.get(item.id) != item.payloads for item in held)
        if news:
            return f"{news} of its items have come or changed since it was planned"
        if _more(before.subscriptions, live.subscriptions):
            return "somebody has subscribed since it was planned"
    if _more(before.affiliations, live.affiliations):
        return "its affiliations have changed since it was planned"
    return ""


def _more(before: Mapping[Jid, str] | None, live: Mapping[Jid, str] | None) -> bool:
    return not (live or EMPTY).items() <= (before or EMPTY).items()

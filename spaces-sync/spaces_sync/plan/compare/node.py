"""Plans one node: its creation or configuration, and who may do what with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import EMPTY, Form, Node, Reading, Service, Values, same_values
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    PublishItem,
    RetractItem,
    Why,
)
from spaces_sync.plan.compare.affiliations import losing, plan_people
from spaces_sync.plan.compare.items import plan_children, with_copies, without
from spaces_sync.plan.compare.rename import Former, former_of, half_copied, what_moves
from spaces_sync.plan.ownership import (
    children,
    explained,
    marked,
    marker_item,
    marking,
    own_marker,
    someone_elses,
)
from spaces_sync.plan.plan import LeftAlone, Note, Obstacle
from spaces_sync.plan.requirements import (
    Wish,
    answer,
    capacity,
    dropped,
    lists_all,
    node_wishes,
)
from spaces_sync.profile import ACCESS_MODEL, MAX_ITEMS, SPACE, TYPE

Part = Action | Note | Obstacle | LeftAlone


def plan_node(
    declaration: Declaration, reading: Reading, address: NodeAddress, *, take_over: bool
) -> Iterator[Part]:
    """What one declared node needs. It is in `reading.state`, or proved absent."""
    live = reading.state.nodes.get(address)
    held = live or Node(EMPTY, affiliations={reading.account: "owner"})
    if live is not None and (
        obstacle := _not_ours(declaration, address, live, take_over=take_over)
    ):
        yield obstacle
        return
    if obstacle := half_copied(declaration, reading, address, held):
        yield obstacle
        return
    former = former_of(declaration, reading, address)
    if live is None:
        parts = list(_creation(declaration, reading, address, former))
    else:
        parts = list(_configuration(declaration, reading, address, live))
    access = _access(parts, held)
    parts.extend(_contents(declaration, reading, address, held, former, access=access))
    staying = without(held, declaration.policies[address].absent)
    yield from _marked(declaration, address, staying, parts, former)


def _closes(after: Mapping[str, Values]) -> bool:
    return after.get(ACCESS_MODEL) == ("whitelist",)


def _access(parts: Iterable[Part], live: Node) -> str:
    """The access model of a node after what is planned for it."""
    config = {var: field.values for var, field in live.config.items()}
    for part in parts:
        match part:
            case CreateNode(config=made) | ConfigureNode(after=made):
                config.update(made)
            case _:
                pass
    return "".join(config.get(ACCESS_MODEL, ()))


def _contents(
    declaration: Declaration,
    reading: Reading,
    address: NodeAddress,
    held: Node,
    former: Former | None,
    *,
    access: str,
) -> Iterator[Part]:
    """The node's items and people; `held` is what there is of them now."""
    service = reading.services[address.service]
    items = plan_children(declaration, address, held)
    if former is not None:
        items = with_copies(declaration, address, items, held, former[1])
    yield from _fitting(declaration, address, held, service, list(items))
    old = former[1] if former is not None else None
    yield from plan_people(
        declaration, reading.account, address, held, service, access=access, former=old
    )


def _marked(
    declaration: Declaration,
    address: NodeAddress,
    held: Node,
    parts: list[Part],
    former: Former | None,
) -> Iterator[Part]:
    """The parts with the reasons that the marker knows, and the marker that goes with them."""
    mark = own_marker(declaration, held)
    for part in parts:
        yield explained(part, mark) if isinstance(part, Action) else part
    if not any(isinstance(part, Obstacle) for part in parts):
        actions = [part for part in parts if isinstance(part, Action)]
        copies = former[0].uri if former is not None and actions else ""
        yield from marking(declaration, address, held, actions, copies)


def _not_ours(
    declaration: Declaration, address: NodeAddress, live: Node, *, take_over: bool
) -> Obstacle | None:
    place = declaration.place(address)
    owner = "" if take_over else someone_elses(declaration, live)
    if owner:
        text = f"is managed by the source {owner!r}; --take-over makes it this file's"
        return Obstacle(address, text, place, owner)
    kind = live.config[TYPE].values if TYPE in live.config else ()
    if declaration.policies[address].is_space and kind not in ((), ("",), (SPACE,)):
        text = f"exists and is no space: its pubsub#type is {kind[0]!r}; choose another node id"
        return Obstacle(address, text, place)
    if not declaration.policies[address].is_space and kind == (SPACE,):
        return Obstacle(address, "exists and is a space: list it under 'spaces'", place)
    if not live.complete:
        text = "the service did not give all of its items, so that none can be planned"
        return Obstacle(address, text, place)
    return None


def _creation(
    declaration: Declaration, reading: Reading, address: NodeAddress, former: Former | None
) -> Iterator[Part]:
    service = reading.services[address.service]
    wanted = declaration.state.nodes[address]
    wishes = list(node_wishes(declaration, address, wanted, service))
    place = declaration.place(address)
    config = {wish.var: wish.write for wish in wishes}
    olds = [old for old in declaration.policies[address].previously if old in reading.state.nodes]
    keeps = tuple(_keeps(config, EMPTY, service))
    why = Why("file", place, keeps)
    if former is not None:
        why = Why("rename", place, (*what_moves(*former, config), *keeps))
    elif olds and declaration.policies[address].is_space:
        text = "can be renamed only by a file with a 'source': an interrupted copy has to be known"
        yield Obstacle(address, text, place)
    elif olds:
        why = Why("rename", place, (f"{olds[0]} stays as it is, with its items", *keeps))
    elif declaration.policies[address].previously:
        text = "nothing of what it was 'previously' is there, so that it is made anew"
        yield Note(address, "by default", text, place)
    if lists_all(service):
        yield from _unheld(address, wishes, service)
    yield CreateNode(address, config, why)


def _unheld(address: NodeAddress, wishes: list[Wish], service: Service) -> Iterator[Part]:
    """What the service would not hold: a note, or an obstacle where XEP-0503 says MUST."""
    for wish in wishes:
        yield from _beyond(address, wish, answer(wish, service.default_config, exhaustive=True))


def _beyond(address: NodeAddress, wish: Wish, met: str) -> Iterator[Part]:
    if met == "by default":
        text = f"{wish.var}: the service has no such field, so that it cannot be true"
        yield Note(address, "by default", text, wish.place)
    elif met == "impossible" and wish.must and wish.reason == "required":
        text = f"{wish.var}: the service has no such field, which XEP-0503 demands of a space"
        yield Obstacle(address, text, wish.place)
    elif met == "impossible":
        text = f"{wish.var}: the service has no such field, so that it would be ignored"
        yield Note(address, "impossible", text, wish.place)


def _configuration(
    declaration: Declaration, reading: Reading, address: NodeAddress, live: Node
) -> Iterator[Part]:
    """Fields that differ. Opening a node is an action of its own, which waits for removals."""
    wanted = declaration.state.nodes[address]
    service = reading.services[address.service]
    exhaustive = lists_all(service)
    differ: list[Wish] = []
    for wish in node_wishes(declaration, address, wanted, service):
        met = answer(wish, live.config, exhaustive=exhaustive)
        if met == "change":
            differ.append(wish)
        yield from _beyond(address, wish, met)
    opening = [wish for wish in differ if wish.var == ACCESS_MODEL and wish.write == ("open",)]
    for group in (opening, [wish for wish in differ if wish not in opening]):
        if group:
            yield _configure(declaration, reading, address, live, group)


def _configure(
    declaration: Declaration,
    reading: Reading,
    address: NodeAddress,
    live: Node,
    wishes: list[Wish],
) -> ConfigureNode:
    service = reading.services[address.service]
    after = {wish.var: wish.write for wish in wishes}
    before = {var: live.config[var].values if var in live.config else () for var in after}
    reason = next((w.reason for w in wishes if w.reason == "file"), wishes[0].reason)
    if TYPE in after and declaration.policies[address].is_space:
        reason = "takeover"
    elif reason == "required" and all(_untouched(*pair, service) for pair in before.items()):
        reason = "default"
    place = next((wish.place for wish in wishes if wish.place), declaration.place(address))
    out = len(losing(declaration, reading.account, address, live)) if _closes(after) else 0
    # A space that would lose items is an obstacle, see _fitting.
    drops = 0 if declaration.policies[address].is_space else dropped(after, live, service)
    consequences = (
        *_consequences(after, before, live, out, drops),
        *_keeps(after, live.config, service),
    )
    return ConfigureNode(address, before, after, drops, Why(reason, place, consequences))


def _untouched(var: str, values: Values, service: Service) -> bool:
    """Whether a field still holds what the service gave the node when it was made."""
    field = service.default_config.get(var)
    return same_values(values, field.values if field is not None else ())


def _consequences(
    after: Mapping[str, Values],
    before: Mapping[str, Values],
    live: Node,
    out: int,
    drops: int,
) -> Iterator[str]:
    access = after.get(ACCESS_MODEL)
    if drops:
        yield f"the service drops {drops} of its {plural(len(live.children), 'item')}"
    if out:
        yield f"{out} of {len(live.subscriptions or EMPTY)} subscribers lose access"
    if access == ("authorize",) and before[ACCESS_MODEL] == ("open",):
        people = len(live.subscriptions or EMPTY)
        yield f"who wants to join has to ask an owner; {plural(people, 'subscriber')} can read on"
    if access == ("open",):
        yield f"anyone can read its {plural(children(live), 'item')} from now on"
    if TYPE in after:
        yield "a plain pubsub node becomes a space"


def _keeps(after: Mapping[str, Values], form: Form, service: Service) -> Iterator[str]:
    """What `max` comes to: the word hides a limit, beyond which the oldest item is dropped."""
    limit = capacity(after.get(MAX_ITEMS, ()), form, service)
    if limit is not None and after[MAX_ITEMS] == ("max",):
        yield f"keeps at most {limit} items"


def _fitting(
    declaration: Declaration,
    address: NodeAddress,
    live: Node,
    service: Service,
    parts: list[Part],
) -> Iterator[Part]:
    """The parts, if a space can hold what they put there: services drop the oldest silently."""
    if not declaration.policies[address].is_space:
        yield from parts
        return
    form = declaration.state.nodes[address].config
    held = live.config.get(MAX_ITEMS)
    wanted = form[MAX_ITEMS].values if MAX_ITEMS in form else held.values if held else ()
    limit = capacity(wanted, live.config, service)
    added = sum(isinstance(part, PublishItem) and part.before is None for part in parts)
    gone = sum(isinstance(part, RetractItem) for part in parts)
    there = children(live) + (marked(declaration, address) or marker_item(live) is not None)
    count = there + added - gone
    if limit is not None and count > limit:
        place = declaration.place(address, "config", MAX_ITEMS)
        yield Obstacle(address, _too_many(count, limit), place)
        return
    crowded = limit is not None and there + added > limit
    for part in parts:
        first = crowded and isinstance(part, RetractItem)
        yield replace(part, first=True) if isinstance(part, RetractItem) and first else part


def _too_many(count: int, limit: int) -> str:
    return (
        f"would hold {count} items, and the service keeps at most {limit} (pubsub#max_items): "
        f"it drops the oldest without a word. Split it, or raise the limit of the service"
    )

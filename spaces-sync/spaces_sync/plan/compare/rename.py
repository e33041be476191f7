"""What a renamed space, node or room was before, until all of that has been copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from spaces_sync.model.addresses import NodeAddress, object_named, room_uri
from spaces_sync.model.counting import plural, whole_number
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.servers import refuses_access_model
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Field,
    Node,
    Owned,
    Reading,
    Room,
    Values,
    same_values,
    values_of,
)
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.plan import Note, Obstacle
from spaces_sync.profile import ACCESS_MODEL, PERSIST_ITEMS, TYPE, is_space

NOTHING_THERE: Final = "nothing of what it was 'previously' is there, so that it is made anew"


class Former(NamedTuple):
    """The node that a space or node was before, what it holds, and what its source owns of it."""

    address: NodeAddress
    node: Node
    owned: Owned | None

    @property
    def access_model(self) -> Values:
        """Who could read it there."""
        return values_of(self.node.config, ACCESS_MODEL)

    @property
    def stores_items(self) -> bool:
        """Whether what is published there stays, so that there is something to copy."""
        return not same_values(values_of(self.node.config, PERSIST_ITEMS), ("false",))

    def as_live(self, context: NodeContext) -> NodeContext:
        """`context` as if the former node were the one that the file declares."""
        return replace(context, live=self.node, owned=self.owned)


def uri_of(address: Address) -> str:
    """An object as a ledger names what is copied."""
    return address.uri if isinstance(address, NodeAddress) else room_uri(address)


def is_copied(declaration: Declaration) -> bool:
    """Whether a rename takes along what is there: where an interruption is known."""
    return declaration.source is not None


def copied_from(declaration: Declaration, reading: Reading, address: Address) -> Address | None:
    """What a declared object was called before, as long as not all of that is here.

    That is so until its ledger no longer says that it copies: an interrupted copy is gone on with.
    A room that is there and not this source's is none: it has a configuration of its own.
    """
    owned, live = reading.ownership.owned(address), reading.state.get(address)
    if not is_copied(declaration) or (live is not None and _has_arrived(address, reading)):
        return None
    olds = declaration.policies[address].previously
    there = [old for old in olds if reading.state.get(old) is not None]
    begun = [old for old in there if owned is not None and uri_of(old) == owned.copies]
    if live is not None and owned is not None:
        return next(iter(begun), None)
    return next(iter((*begun, *there)), None)


def _has_arrived(address: Address, reading: Reading) -> bool:
    """Whether nothing is to be copied to an object that is there any more.

    A room that an apply was about to make, and that is not what it was to be, was made and no more,
    as long as nobody else has a right in it.
    """
    owned, room = reading.ownership.owned(address), reading.state.get(address)
    if owned is not None:
        return not owned.copies
    if not isinstance(room, Room):
        return False
    alone = (room.affiliations or EMPTY).keys() <= {reading.account}
    return not (alone and address in reading.ownership.disproved)


def former_of(context: NodeContext, reading: Reading) -> Former | None:
    """The node that a space or node was before, as `copied_from`."""
    old = copied_from(context.declaration, reading, context.address)
    if not isinstance(old, NodeAddress):
        return None
    return Former(old, reading.state.nodes[old], reading.ownership.owned(old))


def half_copied(declaration: Declaration, reading: Reading, address: Address) -> Obstacle | None:
    """Why a copy cannot be made or gone on with: what has not been copied must not be forgotten."""
    place, owned = declaration.place(address), reading.ownership.owned(address)
    olds, live = declaration.policies[address].previously, reading.state.get(address)
    if owned is not None and owned.copies and owned.copies not in map(uri_of, olds):
        old = _named(owned.copies, address)
        text = f"is still being copied from {old}; list that under 'previously' again"
        return Obstacle(address, text, place)
    if live is not None and (not is_copied(declaration) or _has_arrived(address, reading)):
        return None
    for each in olds:
        if each in reading.failed and each not in reading.destroyed:
            return Obstacle(address, f"{each}, which it was before: {reading.failed[each]}", place)
        node = reading.state.get(each)
        if isinstance(node, Node) and not node.complete:
            text = (
                f"the service did not give all of the items of {each}, so that none can be copied"
            )
            return Obstacle(address, text, place)
    former = copied_from(declaration, reading, address)
    known = reading.ownership.owned(former) if former is not None else None
    first = object_named(known.copies) if known is not None else None
    if known is None or first is None or first in reading.absent | reading.destroyed:
        return None
    text = (
        f"{former}, which it was before, is still being copied from {_named(known.copies, address)}"
    )
    return Obstacle(address, f"{text}: apply what has {former} in it to the end first", place)


def _named(uri: str, address: Address) -> str:
    """What a ledger says is copied, as `previously` of `address` has it."""
    return uri if isinstance(address, NodeAddress) else str(object_named(uri) or uri)


def copying(
    addresses: Iterable[Address], declaration: Declaration, reading: Reading
) -> frozenset[Address]:
    """What declared objects were before, as long as not all of that has arrived in them."""
    olds = (copied_from(declaration, reading, address) for address in addresses)
    known = (*reading.ownership.settled.values(), *reading.ownership.intended.values())
    uris = {owned.copies for owned in known}
    there: tuple[Address, ...] = (*reading.state.nodes, *reading.state.rooms)
    named = (each for each in there if uri_of(each) in uris)
    return frozenset((*(old for old in olds if old is not None), *named))


def copied_config(context: NodeContext, former: Former | None) -> Mapping[str, Values]:
    """The configuration that a new node takes from the one it was.

    What a space is like, its file and XEP-0503 say. Another service takes what it offers itself:
    its form of a new node has the field, with that among its options and below its limit.
    """
    if former is None or context.policy.is_space:
        return {}
    same = former.address.service == context.address.service
    form, default = former.node.config, context.service.default_config
    found = {var: field.values for var, field in form.items() if any(field.values)}
    if is_space(form):
        found.pop(TYPE)
    if same:
        return found
    if refuses_access_model(context.service, "".join(found.get(ACCESS_MODEL, ()))):
        found[ACCESS_MODEL] = ("whitelist",)  # nobody is let in who was not
    return {var: values for var, values in found.items() if takes(default.get(var), values)}


def takes(field: Field | None, values: Values) -> bool:
    """Whether a service that has `field` in its form of a new object is sure to take `values`."""
    if field is None:
        return False
    number = whole_number("".join(values)) if field.highest is not None else None
    too_high = number is not None and field.highest is not None and number > field.highest
    return not too_high and (not field.options or {*values} <= {*field.options})


def what_is_copied(
    former: Former, config: Mapping[str, Values], copied: int, *, configured: bool
) -> Iterator[str]:
    """The consequences of creating a node with `config` as a copy of `former`.

    `copied`: how many of its items come along. `configured`: whether the configuration does.
    """
    old, node = former.address, former.node
    items = plural(copied, "item")
    what = ["the configuration"] if configured else []
    what += [items] if former.stores_items and (copied or node.children) else []
    head = f"{', '.join(what)} and " if what else ""
    yield f"copies {head}the affiliations of {old.node}, which stays"
    if configured and former.stores_items and copied:
        yield "its items are published anew, by this account and in the order of their ids"
    if not former.stores_items and node.children:
        lost = plural(len(node.children), "item")
        yield f"{lost} of {old.node}, which stores none for long, are not copied"
    if node.subscriptions:
        yield f"{plural(len(node.subscriptions), 'subscriber')} of {old.node} must join it anew"
    was_open = values_of(node.config, ACCESS_MODEL) == ("open",)
    if config.get(ACCESS_MODEL) == ("open",) and not was_open:
        yield f"anyone can read its {items} from now on"


def not_copied(
    declaration: Declaration, reading: Reading, address: Address, former: Address
) -> Iterator[Note]:
    """What of its earlier names is not as one may think, said once: when `former` is copied."""
    place = declaration.place(address)
    for old in declaration.policies[address].previously:
        if old != former and reading.state.get(old) is not None:
            text = f"{old}, which it was before as well, stays as it is: one is copied"
            yield Note(address, "stays", text, place)
    if reading.ownership.owned(former) is None:
        text = f"{former}, of which it is a copy, is not this source's and stays"
        yield Note(address, "stays", text, place)

"""The documents that the tests apply, what others write in between, and what is found at last."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import assert_never

from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Address, Form, Node, Owned, Reading, Room, Values, same_values
from spaces_sync.model.xml import Xml, element
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
    subject,
)
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import Writer
from tidying import delete_nodes

HEAD = """\
version: 1
source: tests/UNIQ
service: pubsub.megacorp.example
"""

PREPARED = (
    HEAD
    + """\
spaces:
  dev-UNIQ:
    title: The developers corner
    exposure: public
    rooms:
      a@rooms.megacorp.example: {name: A, autojoin: true}
      b@rooms.megacorp.example: {name: B, nick: me}
      c@rooms.megacorp.example: C
      d@rooms.megacorp.example: D
      e@rooms.megacorp.example: E
    links:
      https://megacorp.example/handbook: Handbook
      https://megacorp.example/rules: Rules
    affiliations:
      alice@megacorp.example: publisher
      bob@megacorp.example: member
      carol@megacorp.example: publisher
  board-UNIQ:
    title: The bosses lounge
    exposure: private
    access_model: whitelist
    rooms: {board@rooms.megacorp.example: Board}
    affiliations: {alice@megacorp.example: publisher, bob@megacorp.example: member}
    subscriptions: {bob@megacorp.example: subscribed}
rooms:
  hall-UNIQ@rooms.megacorp.example:
    name: Hall
    members_only: true
    affiliations: {alice@megacorp.example: member}
"""
)

# Some of everything that a plan does; nothing that somebody would have to allow.
WANTED = (
    HEAD
    + """\
spaces:
  dev-UNIQ:
    title: The developers new corner
    description: Where things are made
    exposure: public
    rooms:
      a@rooms.megacorp.example: {name: A & more, autojoin: false}
      bb@rooms.megacorp.example: {name: B, previously: [b@rooms.megacorp.example]}
      c@rooms.megacorp.example: {name: C, pinned: true}
      e@rooms.megacorp.example: E
      f@rooms.megacorp.example: F
      g@rooms.megacorp.example: G
    nodes: {news: News}
    links:
      https://megacorp.example/handbook: The handbook
      https://megacorp.example/law:
        description: Law
        previously: ["https://megacorp.example/rules"]
      https://megacorp.example/map: Map
    absent_items: [d@rooms.megacorp.example]
    affiliations:
      alice@megacorp.example: none
      bob@megacorp.example: publisher
      carol@megacorp.example: member
      dave@megacorp.example: owner
      erin@megacorp.example: outcast
    subscriptions: {bob@megacorp.example: subscribed}
  board-UNIQ:
    title: The lounge
    exposure: public
    rooms:
      board@rooms.megacorp.example: {name: The board, pinned: true}
      bar@rooms.megacorp.example: Bar
    affiliations: {bob@megacorp.example: publisher, carol@megacorp.example: member}
  sales-UNIQ:
    title: Sales team
    exposure: private
    access_model: whitelist
    rooms:
      deals@rooms.megacorp.example: Deals
      leads@rooms.megacorp.example: {name: Leads, autojoin: true}
    links: {https://megacorp.example/prices: Prices}
    affiliations: {bob@megacorp.example: owner, carol@megacorp.example: member}
    subscriptions: {carol@megacorp.example: subscribed}
rooms:
  hall-UNIQ@rooms.megacorp.example:
    name: Great hall
    members_only: true
    affiliations: {alice@megacorp.example: none, bob@megacorp.example: member}
  lobby-UNIQ@rooms.megacorp.example:
    name: Lobby
    members_only: true
    affiliations: {alice@megacorp.example: admin, bob@megacorp.example: member}
"""
)

BEFORE_RENAMING = (
    HEAD
    + """\
spaces:
  dev-UNIQ:
    title: The developers corner
    exposure: public
    rooms:
      a@rooms.megacorp.example: A
      b@rooms.megacorp.example: B
      c@rooms.megacorp.example: C
    affiliations: {alice@megacorp.example: publisher, bob@megacorp.example: member}
nodes:
  news-UNIQ:
    title: News
    access_model: open
    affiliations: {alice@megacorp.example: publisher, bob@megacorp.example: member}
rooms:
  hall-UNIQ@rooms.megacorp.example:
    name: Hall
    members_only: true
    affiliations: {alice@megacorp.example: admin, dave@megacorp.example: outcast}
"""
)

# Without a source nothing on the service says who published what.
BEFORE_MOVING = """\
version: 1
service: pubsub.megacorp.example
spaces:
  dev-UNIQ:
    exposure: public
    rooms: {a@rooms.megacorp.example: A, b@rooms.megacorp.example: B}
    affiliations: {alice@megacorp.example: publisher}
"""
MOVED = """\
version: 1
service: pubsub.megacorp.example
spaces:
  dev-UNIQ:
    exposure: public
    rooms:
      a@rooms.megacorp.example: A
      bb@rooms.megacorp.example: {name: B, previously: [b@rooms.megacorp.example]}
"""

# What the file does not list any more is copied from the space that it was.
RENAMED = (
    HEAD
    + """\
spaces:
  next-UNIQ:
    title: The developers corner
    exposure: public
    previously: [dev-UNIQ]
    rooms:
      a@rooms.megacorp.example: {name: A, pinned: true}
      f@rooms.megacorp.example: F
    affiliations: {carol@megacorp.example: member}
nodes:
  journal-UNIQ:
    previously: [news-UNIQ]
    description: What is new
rooms:
  salon-UNIQ@rooms.megacorp.example:
    previously: [hall-UNIQ@rooms.megacorp.example]
    affiliations: {bob@megacorp.example: member}
"""
)

# Of an item by which an apply that was killed keeps others out, until it runs out.
POLL = element("urn:example:poll", "poll", {"open": "yes"}, "Lunch?")


def written(folder: Path, document: str, uniq: str) -> Path:
    file = folder / f"{uniq}.yaml"
    file.write_text(document.replace("UNIQ", uniq), encoding="utf-8")
    return file


def declared(folder: Path, document: str, uniq: str) -> Declaration:
    return load([written(folder, document, uniq)], {})


# Who comes after an apply that was cut off, and knows that.
NEXT = engine.Holder("next", lambda _: "ended")


async def planned(declaration: Declaration, writer: Writer) -> Plan:
    made = plan(declaration, await engine.read(declaration, writer))
    assert made.obstacles == (), made.obstacles
    return made


async def applied(declaration: Declaration, writer: Writer) -> None:
    """Undisturbed: all is done, and nothing is left."""
    approval = engine.Approval(holder=NEXT)
    execution = await engine.execute(await planned(declaration, writer), writer, approval)
    undone = [result for result in execution.results if result.status != "done"]
    assert undone == [], undone
    left = (await planned(declaration, writer)).actions
    assert left == (), left


async def removed(uniq: str, writer: Writer) -> None:
    """What a cut point that is over leaves is not in the way of the next."""
    await delete_nodes([uniq], Jid("pubsub.megacorp.example"), writer)


async def others_write(prepared: Declaration, writer: Writer) -> None:
    """What a client of somebody else leaves in the prepared spaces."""
    for address in prepared.state.nodes:
        await writer.publish(address, "poll-1", POLL)


def found(reading: Reading, uniq: str) -> list[str]:
    """All that a server holds of what was read, a fact a line, in words without `uniq`."""
    assert reading.failed == {}
    facts = [f"{address} absent" for address in reading.absent]
    nodes, rooms = reading.state.nodes, reading.state.rooms
    things: list[tuple[Address, Node | Room]] = [*nodes.items(), *rooms.items()]
    for address, thing in things:
        facts += (f"{address} {var} {sorted(f.values)}" for var, f in thing.config.items())
        facts += (f"{address} has {jid} {word}" for jid, word in (thing.affiliations or {}).items())
    for address, node in nodes.items():
        facts += (f"{address} holds {item.id} {[*map(str, item.payloads)]}" for item in node.items)
        people = node.subscriptions or {}
        facts += (f"{address} is read by {jid} {word}" for jid, word in people.items())
    return sorted(fact.replace(uniq, "UNIQ") for fact in facts)


def difference(expected: Sequence[str], held: Sequence[str]) -> str:
    """What is missing and what is there too much; empty where both are the same."""
    missing, extra = Counter(expected) - Counter(held), Counter(held) - Counter(expected)
    lines = [f"missing: {fact}" for fact in missing.elements()]
    return "\n".join([*lines, *(f"too much: {fact}" for fact in extra.elements())])


def holds(action: Action, reading: Reading) -> bool:
    """Whether `action` is in effect, by a look of our own at what was read."""
    nodes, rooms = reading.state.nodes, reading.state.rooms
    match action:
        case CreateNode(node=node, config=config) | ConfigureNode(node=node, after=config):
            return node in nodes and _kept(config, nodes[node].config)
        case CreateRoom(room=room, config=config) | ConfigureRoom(room=room, after=config):
            return room in rooms and _kept(config, rooms[room].config)
        case PublishItem(node=node, item_id=item_id, payload=payload):
            return _items(reading, node).get(item_id) == (payload,)
        case RetractItem(node=node, before=before):
            return before.id not in _items(reading, node)
        case RecordOwnership(about=about, after=None):
            return about not in reading.ownership.settled
        case RecordOwnership(about=about, after=Owned(applied=applied)):
            # What somebody unlocked has names beside these.
            settled = reading.ownership.settled.get(about)
            return settled is not None and applied.items() <= settled.applied.items()
        case WriteMarker(node=node, after=marker.Marker() as mark):
            return _items(reading, node).get(marker.MARKER_ID) == (marker.encode(mark),)
        case SetAffiliation(target=target, jid=jid, after=after):
            place = nodes.get(target) if isinstance(target, NodeAddress) else rooms.get(target)
            return ((place and place.affiliations) or {}).get(jid, "none") == after
        case SetSubscription(node=node, jid=jid, after=after):
            subscribed = nodes[node].subscriptions if node in nodes else None
            return (subscribed or {}).get(jid, "none") == after
        case DeleteNode() | DestroyRoom():
            return subject(action) in reading.absent | reading.destroyed
        case _:
            assert_never(action)


def _kept(config: Mapping[str, Values], form: Form) -> bool:
    """Of the fields that the service shows."""
    return all(
        same_values(values, form[var].values) for var, values in config.items() if var in form
    )


def _items(reading: Reading, node: NodeAddress) -> dict[str, tuple[Xml, ...]]:
    items = reading.state.nodes[node].items if node in reading.state.nodes else ()
    return {item.id: item.payloads for item in items}


def lies(results: Sequence[Result], reading: Reading) -> list[Result]:
    """The results that say `done` of what is not so, or `skipped` of what has happened."""
    claims = {"done": True, "skipped": False}
    return [
        result
        for index, result in enumerate(results)
        if result.status in claims
        and holds(result.action, reading) != claims[result.status]
        and not any(_replaces(later, result.action) for later in results[index + 1 :])
    ]


def _replaces(later: Result, action: Action) -> bool:
    """A plan may write one item twice; of the first time nothing is left to see."""
    match later.action, action:
        case PublishItem(node=node, item_id=item_id), PublishItem():
            same = (node, item_id) == (action.node, action.item_id)
            return same and later.status != "skipped"
        case WriteMarker(node=node), WriteMarker():
            return node == action.node and later.status != "skipped"
        case _:
            return False

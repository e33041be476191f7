"""What others do to the objects of a plan while it is carried out, and what must be so then."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from contract.table import POLL
from faults import scene
from spaces_sync.engine import records
from spaces_sync.engine.ledger import publish, read_ledger
from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import Intent, encode_intent
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import Reading, values_of
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import UnusableAnswerError, Writer
from spaces_sync.profile import ACCESS_MODEL

SERVICE: Final = Jid("pubsub.megacorp.example")
ADMIN: Final = Jid("admin@megacorp.example")
DAVE: Final = Jid("dave@megacorp.example")
NEWCOMERS: Final = (Jid("frank@megacorp.example"), Jid("grace@megacorp.example"))
MOVES: Final = "moves@rooms.megacorp.example"
NEW_ITEMS: Final = {  # in nodes that were there before
    "work": ("h@rooms.megacorp.example", "i@rooms.megacorp.example"),
    "closes": ("new@rooms.megacorp.example",),
    "opens": ("j@rooms.megacorp.example",),
}
THEIRS: Final = element("urn:xmpp:bookmarks:1", "conference", {"name": "Theirs"})
THEIR_MARK: Final = marker.item(marker.Marker("theirs"))

BEFORE: Final = (
    scene.HEAD
    + """\
spaces:
  work-UNIQ:
    title: Work
    exposure: public
    max_items: 14
    rooms:
      a@rooms.megacorp.example: A
      b@rooms.megacorp.example: B
      c@rooms.megacorp.example: C
      d@rooms.megacorp.example: D
      moves@rooms.megacorp.example: M
    affiliations:
      alice@megacorp.example: publisher
      bob@megacorp.example: owner
      carol@megacorp.example: publisher
  closes-UNIQ:
    exposure: public
    rooms: {e@rooms.megacorp.example: E}
    affiliations: {alice@megacorp.example: publisher, bob@megacorp.example: owner}
    subscriptions: {carol@megacorp.example: subscribed, erin@megacorp.example: subscribed}
  opens-UNIQ:
    exposure: private
    access_model: whitelist
    rooms: {f@rooms.megacorp.example: F, secret@rooms.megacorp.example: Secret}
    affiliations: {alice@megacorp.example: publisher, bob@megacorp.example: owner}
  goes-UNIQ:
    exposure: public
    rooms: {g@rooms.megacorp.example: G}
    affiliations: {alice@megacorp.example: publisher, bob@megacorp.example: owner}
rooms:
  hall-UNIQ@rooms.megacorp.example:
    name: Hall
    affiliations: {alice@megacorp.example: member, bob@megacorp.example: owner}
  gone-UNIQ@rooms.megacorp.example:
    affiliations: {bob@megacorp.example: owner}
"""
)

AFTER: Final = (
    scene.HEAD
    + """\
spaces:
  work-UNIQ:
    title: Work and more
    exposure: public
    max_items: 14
    rooms:
      a@rooms.megacorp.example: {name: A, pinned: true}
      b@rooms.megacorp.example: The B
      cc@rooms.megacorp.example: {name: C, previously: [c@rooms.megacorp.example]}
      h@rooms.megacorp.example: H
      i@rooms.megacorp.example: I
    absent_items: [d@rooms.megacorp.example]
    affiliations:
      alice@megacorp.example: publisher
      bob@megacorp.example: owner
      carol@megacorp.example: none
      erin@megacorp.example: outcast
  closes-UNIQ:
    title: Closed
    exposure: private
    access_model: whitelist
    rooms:
      e@rooms.megacorp.example: E
      new@rooms.megacorp.example: Not for all
      moves@rooms.megacorp.example: M
    links: {"https://megacorp.example/prices": Prices}
    affiliations:
      alice@megacorp.example: publisher
      bob@megacorp.example: owner
      frank@megacorp.example: member
      grace@megacorp.example: member
  opens-UNIQ:
    title: For all
    exposure: public
    rooms: {f@rooms.megacorp.example: The F, j@rooms.megacorp.example: J}
    affiliations: {alice@megacorp.example: publisher, bob@megacorp.example: owner}
  new-UNIQ:
    exposure: private
    access_model: whitelist
    rooms: {k@rooms.megacorp.example: K, l@rooms.megacorp.example: L}
    affiliations: {alice@megacorp.example: publisher, bob@megacorp.example: owner}
rooms:
  hall-UNIQ@rooms.megacorp.example:
    name: Great hall
    affiliations:
      alice@megacorp.example: none
      bob@megacorp.example: owner
      frank@megacorp.example: member
      grace@megacorp.example: member
  lobby-UNIQ@rooms.megacorp.example:
    name: Lobby
    affiliations: {alice@megacorp.example: admin, bob@megacorp.example: owner}
"""
)

Law = Callable[[Reading], bool]
"""Of what is there at the end."""


@dataclass
class Others:
    """Who else is at work, and what has to be so at the end for what they did."""

    uniq: str
    alice: Writer  # publisher of the spaces
    bob: Writer  # owner of all
    own: Writer  # another stream of the account that applies
    laws: list[tuple[str, Law]] = field(default_factory=list)

    def node(self, name: str) -> NodeAddress:
        return NodeAddress(SERVICE, f"{name}-{self.uniq}")

    async def accepted(self, request: Awaitable[None]) -> bool:
        try:
            await request
        except UnusableAnswerError:
            return False
        return True

    async def exists(self, node: NodeAddress) -> bool:
        try:
            await self.bob.node_info(node)
        except UnusableAnswerError:
            return False
        return True

    async def is_open(self, name: str) -> bool:
        return _is_open(await self.bob.node_config(self.node(name)))

    def law(self, words: str, law: Law) -> None:
        self.laws.append((words, law))


def _is_open(config: Mapping) -> bool:
    return values_of(config, ACCESS_MODEL) == ("open",)


def _ids(reading: Reading, node: NodeAddress) -> frozenset[str]:
    found = reading.state.nodes.get(node)
    return frozenset(item.id for item in found.items) if found else frozenset()


def _held(reading: Reading, node: NodeAddress) -> Mapping[str, tuple[Xml, ...]]:
    found = reading.state.nodes.get(node)
    return {item.id: item.payloads for item in found.items} if found else {}


async def published(others: Others) -> None:
    """What somebody publishes stays, and is opened to nobody who could not read it."""
    for name in ("work", "closes", "opens", "goes", "new"):
        node = others.node(name)
        if not await others.exists(node):  # ejabberd would make it
            continue
        if not await others.accepted(others.alice.publish(node, "theirs", POLL)):
            continue
        others.law(f"{name} holds theirs", lambda r, node=node: "theirs" in _ids(r, node))
        if name == "opens" and not await others.is_open(name):
            others.law(
                "what came meanwhile is not opened",
                lambda r, node=node: not _is_open(r.state.nodes[node].config),
            )


async def subscribed(others: Others) -> None:
    """Nobody loses a subscription that nobody was shown."""
    for name in ("work", "closes", "goes"):
        node = others.node(name)
        if not await others.accepted(others.bob.set_subscription(node, DAVE, "subscribed")):
            continue
        if DAVE in await others.bob.subscriptions(node):
            others.law(
                f"dave reads {name}",
                lambda r, node=node: (
                    node in r.state.nodes and DAVE in (r.state.nodes[node].subscriptions or {})
                ),
            )


async def deleted(others: Others) -> None:
    """Nothing private gets into a node that a service made anew."""
    for name in ("closes", "new"):
        node = others.node(name)
        # Prosody 0.12 would list the subscribers of the deleted node for a new one of its name.
        for jid in (Jid("carol@megacorp.example"), Jid("erin@megacorp.example")):
            await others.accepted(others.bob.set_subscription(node, jid, "none"))
        if await others.accepted(others.bob.delete_node(node)):
            others.law(
                f"{name} is not open with items",
                lambda r, node=node: (
                    node not in r.state.nodes
                    or not _is_open(r.state.nodes[node].config)
                    or not _ids(r, node)
                ),
            )
    await others.accepted(others.bob.delete_node(others.node("work")))


async def opened(others: Others) -> None:
    """Nothing private gets into a node that somebody opened."""
    for name in ("closes", "new"):
        node = others.node(name)
        if not await others.accepted(others.bob.configure_node(node, {ACCESS_MODEL: ("open",)})):
            continue
        held = {item.id for item in (await others.bob.items(node)).items}
        others.law(
            f"{name} is closed again, or nothing came into it",
            lambda r, node=node, held=held: (
                not _is_open(r.state.nodes[node].config) or _ids(r, node) <= held
            ),
        )


async def revoked(others: Others) -> None:
    """Whoever is no owner any more hears so of each thing that was not done."""
    for name in ("work", "closes", "opens", "goes", "new"):
        await others.accepted(others.bob.set_affiliation(others.node(name), ADMIN, "none"))
    for name in ("hall", "lobby", "gone"):
        room = Jid(f"{name}-{others.uniq}@rooms.megacorp.example")
        await others.accepted(others.bob.set_room_affiliation(room, ADMIN, "none"))


async def restored(others: Others) -> None:
    """Gives back what `revoked` took."""
    for name in ("work", "closes", "opens", "goes", "new"):
        await others.accepted(others.bob.set_affiliation(others.node(name), ADMIN, "owner"))
    for name in ("hall", "lobby", "gone"):
        room = Jid(f"{name}-{others.uniq}@rooms.megacorp.example")
        await others.accepted(others.bob.set_room_affiliation(room, ADMIN, "owner"))


async def listed(others: Others) -> None:
    """What somebody lists under the id of a new item stays as they wrote it."""
    for name, ids in NEW_ITEMS.items():
        node = others.node(name)
        there = {item.id for item in (await others.own.items(node)).items}
        for item_id in (each for each in ids if each not in there):
            await others.own.publish(node, item_id, THEIRS)
            others.law(
                f"{item_id} of {name} is theirs",
                lambda r, node=node, item_id=item_id: _held(r, node).get(item_id) == (THEIRS,),
            )


async def banned(others: Others) -> None:
    """Whom somebody shuts out before they are let in stays out."""
    node, room = others.node("closes"), Jid(f"hall-{others.uniq}@rooms.megacorp.example")
    there, inside = await others.bob.affiliations(node), await others.bob.room_affiliations(room)
    for jid in NEWCOMERS:
        if jid not in there:
            await others.bob.set_affiliation(node, jid, "outcast")
            others.law(
                f"{jid} is out of closes",
                lambda r, jid=jid: (r.state.nodes[node].affiliations or {}).get(jid) == "outcast",
            )
        if jid not in inside:
            await others.bob.set_room_affiliation(room, jid, "outcast")
            others.law(
                f"{jid} is out of the hall",
                lambda r, jid=jid: (r.state.rooms[room].affiliations or {}).get(jid) == "outcast",
            )


async def filled(others: Others) -> None:
    """Of a space that is full nothing goes but what the plan says."""
    node = others.node("work")
    there = {item.id for item in (await others.own.items(node)).items}
    for n in range(14 - len(there)):
        await others.own.publish(node, f"theirs-{n}", POLL)
        there.add(f"theirs-{n}")
    leaving = {f"{name}@rooms.megacorp.example" for name in ("c", "d")} | {MOVES}
    others.law("work lost nothing", lambda r: there - leaving <= _ids(r, node))


async def marked(others: Others) -> None:
    """A space that another source has marked is left to it."""
    node = others.node("work")
    await others.own.retract(node, MARKER_ID)
    await others.own.publish(node, MARKER_ID, THEIR_MARK.payloads[0])
    there = {item.id: item.payloads for item in (await others.own.items(node)).items}
    others.law("work is as it was when it was marked", lambda r: _held(r, node) == there)


async def unlisted(others: Others) -> None:
    """What moves stays where it is while somebody takes it out of where it is to be."""
    node, new = others.node("work"), others.node("closes")
    if MOVES not in {item.id for item in (await others.own.items(node)).items}:
        return
    await others.bob.retract(new, MOVES)
    others.law("what moves is somewhere", lambda r: MOVES in _ids(r, node) | _ids(r, new))


async def cleared(others: Others) -> None:
    """Takes away what would keep another apply from doing all: `filled`, `marked`."""
    node = others.node("work")
    if await others.exists(node):
        for item in (await others.own.items(node)).items:
            theirs = item.id == MARKER_ID and item.payloads == THEIR_MARK.payloads
            if theirs or item.id.startswith("theirs-"):
                await others.own.retract(node, item.id)


async def lock_taken(others: Others) -> None:
    """Somebody unlocks, and another apply of the same source begins; nothing is forgotten."""
    source = f"tests/{others.uniq}"
    found = await read_ledger(others.own, SERVICE, source, ())
    if found.exists:
        await records.unlock(found, others.own)
        await publish(others.own, found.node, encode_intent(Intent("another", "", "beat")))


CHANGES: Final[Mapping[str, Callable[[Others], Awaitable[None]]]] = {
    "somebody publishes": published,
    "somebody subscribes": subscribed,
    "somebody deletes nodes": deleted,
    "somebody opens nodes": opened,
    "our rights are revoked": revoked,
    "somebody lists the same": listed,
    "somebody bans who is let in": banned,
    "somebody fills a space": filled,
    "another source marks a space": marked,
    "somebody takes out what moves": unlisted,
    "the lock is taken": lock_taken,
}

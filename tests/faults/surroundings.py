"""What others do to the objects of a plan while it is carried out, and what must be so then."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from contract.table import POLL
from faults import scene
from spaces_sync.engine import records
from spaces_sync.engine.ledger import publish, read_ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import Intent, encode_intent
from spaces_sync.model.state import Reading, values_of
from spaces_sync.ports import UnusableAnswerError, Writer
from spaces_sync.profile import ACCESS_MODEL

SERVICE: Final = Jid("pubsub.megacorp.example")
ADMIN: Final = Jid("admin@megacorp.example")
DAVE: Final = Jid("dave@megacorp.example")

BEFORE: Final = (
    scene.HEAD
    + """\
spaces:
  work-UNIQ:
    title: Work
    exposure: public
    rooms:
      a@rooms.megacorp.example: A
      b@rooms.megacorp.example: B
      c@rooms.megacorp.example: C
      d@rooms.megacorp.example: D
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
    rooms:
      a@rooms.megacorp.example: {name: A, pinned: true}
      b@rooms.megacorp.example: The B
      cc@rooms.megacorp.example: {name: C, previously: [c@rooms.megacorp.example]}
      h@rooms.megacorp.example: H
      i@rooms.megacorp.example: I
    absent: [d@rooms.megacorp.example]
    affiliations:
      alice@megacorp.example: publisher
      bob@megacorp.example: owner
      carol@megacorp.example: none
      erin@megacorp.example: outcast
  closes-UNIQ:
    title: Closed
    exposure: private
    access_model: whitelist
    rooms: {e@rooms.megacorp.example: E, new@rooms.megacorp.example: Not for all}
    links: {"https://megacorp.example/prices": Prices}
    affiliations: {alice@megacorp.example: publisher, bob@megacorp.example: owner}
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
    affiliations: {alice@megacorp.example: none, bob@megacorp.example: owner}
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
    "the lock is taken": lock_taken,
}

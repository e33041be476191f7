"""Builders of declarations and readings, in few words: what a test is about stands in the test."""

from collections.abc import Mapping
from dataclasses import replace

from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid, node_address
from spaces_sync.model.children import BY_NAME, Kind, decode
from spaces_sync.model.children.kind import Names
from spaces_sync.model.declaration import Declaration, Policy
from spaces_sync.model.state import (
    Address,
    Child,
    Field,
    Form,
    Item,
    Key,
    Node,
    Ownership,
    Reading,
    Room,
    Service,
    State,
)
from spaces_sync.model.xml import parse
from spaces_sync.plan.actions import RecordOwnership
from spaces_sync.plan.intended import intended
from spaces_sync.plan.ownership import recorded
from spaces_sync.plan.plan import Plan
from spaces_sync.profile import PUBSUB, SPACE

ACCOUNT = Jid("admin@megacorp.example")
SERVICE = Jid("pubsub.megacorp.example")
DEV = NodeAddress(SERVICE, "dev")
NOTHING_OWNED = Ownership()
WORDS = ("member", "publisher", "outcast")


def form(**values: str | tuple[str, ...]) -> dict[str, Field]:
    """`form(title="T")` is a form with `pubsub#title`."""
    return {
        f"pubsub#{name}": Field((value,) if isinstance(value, str) else value)
        for name, value in values.items()
    }


SPACE_CONFIG = form(
    type=SPACE,
    notify_retract="true",
    persist_items="true",
    purge_offline="false",
    notify_sub="true",
    notify_config="true",
    notify_delete="true",
    publish_model="publishers",
    access_model="open",
    max_items="max",
    title="The developers corner",
)

PROSODY = Service(
    SERVICE,
    "Prosody PubSub Service",
    frozenset([PUBSUB, *(f"{PUBSUB}#{word}-affiliation" for word in WORDS)]),
    {
        **form(title=(), description=(), type=(), access_model="open", persist_items="true"),
        **form(notify_retract="true", notify_delete="true", publish_model="publishers"),
        "pubsub#max_items": Field(("20",), "text-single", highest=256),
    },
)
EJABBERD = Service(
    SERVICE,
    "Publish-Subscribe",
    frozenset([PUBSUB, f"{PUBSUB}#access-authorize"])
    | frozenset(f"{PUBSUB}#{word}-affiliation" for word in (*WORDS, "publish-only")),
    form(access_model="open", max_items="1000", notify_retract="true", persist_items="true"),
)


def child(kind: str, target: str, **fields: object) -> Child:
    return Child(Key(kind, target), fields)


def room(jid: str, **fields: object) -> Child:
    return child("room", jid, **fields)


def example_child(kind: Kind) -> Child:
    """A child with all that the examples of its kind's schema say."""
    entry = {name: rule["examples"][0] for name, rule in kind.properties.items()}
    for name in kind.xml:
        texts = entry[name]
        entry[name] = parse(texts) if isinstance(texts, str) else tuple(map(parse, texts))
    names = Names(bare_jid, lambda text: node_address(text, SERVICE), {})
    key = Key(kind.name, kind.identify((kind.keys or tuple(kind.sections))[0], names))
    return Child(key, kind.from_yaml(entry, key.target, names))


def item(item_id: str, *payloads: str) -> Item:
    return Item(item_id, tuple(map(parse, payloads)))


def published(declared: Child) -> Item:
    """The item that a service holds after `declared` was published for the first time."""
    kind = BY_NAME[declared.key.kind]
    payload = kind.overlay(None, declared.key.target, declared.fields)
    return Item(kind.item_id(declared.key.target), (payload,))


def live_node(
    *items: Item,
    config: Form | None = None,
    affiliations: Mapping[Jid, str] | None = None,
    subscriptions: Mapping[Jid, str] | None = None,
) -> Node:
    return Node(
        SPACE_CONFIG if config is None else config,
        decode(items),
        {ACCOUNT: "owner"} if affiliations is None else affiliations,
        {} if subscriptions is None else subscriptions,
        marker=marker.find(items),
    )


def declare(
    *children: Child,
    config: Form | None = None,
    policy: Policy | None = None,
    address: NodeAddress = DEV,
    affiliations: Mapping[Jid, str] | None = None,
    subscriptions: Mapping[Jid, str] | None = None,
) -> Declaration:
    """A document with one space; public unless `policy` says otherwise."""
    kinds = frozenset(each.key.kind for each in children)
    standard = form(publish_model="publishers", max_items="max", access_model="open")
    return Declaration(
        State(
            {
                address: Node(
                    standard if config is None else config,
                    {each.key: each for each in children},
                    affiliations,
                    subscriptions,
                )
            }
        ),
        {address: policy or Policy("public", kinds)},
    )


def declare_room(jid: Jid, declared: Room, policy: Policy | None = None) -> Declaration:
    return Declaration(State(rooms={jid: declared}), {jid: policy or Policy()})


def reading(
    nodes: Mapping[NodeAddress, Node] | None = None,
    *,
    rooms: Mapping[Jid, Room] | None = None,
    absent: tuple[Address, ...] = (),
    failed: Mapping[Address, str] | None = None,
    service: Service = PROSODY,
    ownership: Ownership = NOTHING_OWNED,
) -> Reading:
    return Reading(
        ACCOUNT,
        State(nodes or {}, rooms or {}),
        frozenset(absent),
        failed or {},
        {service.jid: replace(service)},
        ownership=ownership,
    )


def ownership_after(
    made: Plan, before: Ownership = NOTHING_OWNED, *, cut: bool = False
) -> Ownership:
    """What ledgers say when `made` was applied, or `cut` off somewhere on the way."""
    if cut:
        return replace(before, intended=intended(made.actions))
    records = (each for each in made.actions if isinstance(each, RecordOwnership))
    return before.updated({r.about: recorded(r, before.settled.get(r.about)) for r in records})

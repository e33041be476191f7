"""The table of transitions: each case is a list of states that follow one another."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Reading
from spaces_sync.model.xml import element, parse
from spaces_sync.plan.removals import Removals
from spaces_sync.ports import Writer

ADMIN = Jid("admin@megacorp.example")
HEAD = """\
version: 1
source: tests/UNIQ
service: pubsub.megacorp.example
"""


@dataclass(frozen=True)
class Others:
    """What another client does between two states."""

    act: Callable[[Writer, str], Awaitable[None]]
    user: str = "admin"


@dataclass(frozen=True)
class Allow:
    """A document, and what that left it may be removed."""

    text: str
    removals: Removals


@dataclass(frozen=True)
class See:
    """What a state must look like, over what planning again already proves."""

    look: Callable[[Reading, str], bool]
    kinds: tuple[str, ...] = ("prosody", "ejabberd")


@dataclass(frozen=True)
class Case:
    """`UNIQ` in a document is a name of its own in each run. `not_on` names a server and why."""

    name: str
    steps: tuple[str | Allow | Others | See, ...]
    not_on: dict[str, str] = field(default_factory=dict)


def space(uniq: str) -> NodeAddress:
    return NodeAddress(Jid("pubsub.megacorp.example"), f"dev-{uniq}")


def dev(text: str) -> str:
    """A document with one public space, given by the lines under it."""
    lines = "".join(f"    {line}\n" for line in text.strip().splitlines())
    return f"{HEAD}spaces:\n  dev-UNIQ:\n    exposure: public\n{lines}"


def plain(text: str) -> str:
    """As `dev`, of a node that is no space."""
    lines = "".join(f"    {line}\n" for line in text.strip().splitlines())
    return f"{HEAD}nodes:\n  dev-UNIQ:\n{lines}"


def items(reading: Reading, uniq: str) -> dict[str, str]:
    children = reading.state.nodes[space(uniq)].children.values()
    return {child.item.id: str(child.item.payloads[0]) for child in children if child.item}


def config(reading: Reading, uniq: str, var: str) -> tuple[str, ...]:
    return reading.state.nodes[space(uniq)].config[f"pubsub#{var}"].values


FOREIGN_ROOM = parse(
    "<conference xmlns='urn:xmpp:bookmarks:1' name='Ours' xmlns:f='urn:f' f:colour='red'>"
    "<nick>me</nick><extensions><notify xmlns='urn:xmpp:notification-settings:1'><never/></notify>"
    "<conference-call xmlns='{https://movim.eu}bookmarks-conference-call'/></extensions>"
    "</conference>"
)
POLL = element("urn:example:poll", "poll", {"open": "yes"}, "Lunch?")
MOVIM_AVATAR = parse("<metadata xmlns='urn:xmpp:avatar:metadata'/>")


async def _hand_made(writer: Writer, uniq: str) -> None:
    await writer.publish(space(uniq), "hall@rooms.megacorp.example", FOREIGN_ROOM)
    await writer.publish(space(uniq), "poll-1", POLL)
    await writer.publish(space(uniq), "urn:xmpp:avatar:metadata", MOVIM_AVATAR)


async def _subscribe_two(writer: Writer, uniq: str) -> None:
    for user in ("bob", "carol"):
        await writer.set_subscription(space(uniq), Jid(f"{user}@megacorp.example"), "subscribed")


async def _six_notes(writer: Writer, uniq: str) -> None:
    for n in range(6):
        await writer.publish(space(uniq), f"note-{n}", POLL)


def _note(item_id: str) -> Callable[[Writer, str], Awaitable[None]]:
    return lambda writer, uniq: writer.publish(space(uniq), item_id, POLL)


async def _forgetful(writer: Writer, uniq: str) -> None:
    await writer.configure_node(space(uniq), {"pubsub#persist_items": ("false",)})


async def _of_another_type(writer: Writer, uniq: str) -> None:
    await writer.configure_node(space(uniq), {"pubsub#type": ("urn:example:other",)})


async def _let_carol_in(writer: Writer, uniq: str) -> None:
    carol = Jid("carol@megacorp.example")
    await writer.set_room_affiliation(Jid(f"ops-{uniq}@rooms.megacorp.example"), carol, "member")


def inside(reading: Reading, uniq: str) -> dict[str, str]:
    """Who may do what in the room, by their names; without who made it."""
    found = reading.state.rooms[Jid(f"ops-{uniq}@rooms.megacorp.example")].affiliations or {}
    return {jid.partition("@")[0]: held for jid, held in found.items() if jid != ADMIN}


def _members(people: str, own: str | None = None) -> str:
    """A space whose people are let into its room, whose own entry says of whom it says `own`."""
    lines = f"members_to_rooms: true\naffiliations: {{{people}}}"
    room = dev(f"{lines}\nrooms:\n  ops-UNIQ@rooms.megacorp.example: {{}}") + ENTERED
    whole = room if own is None else f"{room}    affiliations: {{{own}}}\n"
    return re.sub(r"(alice|bob|carol):", r"\1@megacorp.example:", whole)


def many(prefix: str, count: int) -> str:
    rooms = "".join(f"  {prefix}{i}@rooms.megacorp.example: Room {i}\n" for i in range(count))
    return f"rooms:\n{rooms}"


NOTE = "<note xmlns='urn:example:note'/>"

FULL = """\
title: The developers corner
description: "Where <ERP> & \\"3000\\" is made"
rooms:
  a@rooms.megacorp.example: {name: A, autojoin: true}
  b@rooms.megacorp.example: {name: 'B & <C>', pinned: true, nick: me}
  c@rooms.megacorp.example: Plain
nodes:
  news: News
  xmpp:pubsub.other.example?;node=a%20b: {title: Elsewhere}
links:
  https://megacorp.example/?a=1&b=2: Handbook
  https://megacorp.example/bare: {}
avatar:
  url: https://up.megacorp.example/a.png
  type: image/png
  bytes: 2048
  sha1: 357a8123a30844a3aa99861b6349264ba67a5694
  width: 96
  height: 96
banner:
  - url: https://up.megacorp.example/b.png
    type: image/png
    bytes: 9
    sha1: 357a8123a30844a3aa99861b6349264ba67a5695
  - url: https://up.megacorp.example/b.jpg
    type: image/jpeg
    bytes: 8
    sha1: 357a8123a30844a3aa99861b6349264ba67a5696
items:
  note-1: {xml: "<note xmlns='urn:example:note' lang='en'>Be <b>kind</b>.</note>"}
affiliations:
  alice@megacorp.example: owner
  bob@megacorp.example: publisher
  carol@megacorp.example: member
  dave@megacorp.example: outcast
subscriptions:
  carol@megacorp.example: subscribed
"""

ROOM = """\
rooms:
  ops-UNIQ@rooms.megacorp.example:
    name: Operations
    description: All things ops
    members_only: true
    public: false
    affiliations: {alice@megacorp.example: owner, bob@megacorp.example: member}
"""
ENTERED = "rooms:\n  ops-UNIQ@rooms.megacorp.example:\n    members_only: true\n"


def password(reading: Reading, uniq: str) -> str:
    """That of the room `ops-UNIQ`, as the server tells its owners; empty where it has none."""
    found = reading.state.rooms[Jid(f"ops-{uniq}@rooms.megacorp.example")].password
    return "untold" if found is None else found.value


LOCKED = HEAD + ROOM + "    password: {env: SECRET}\n"

CASES = (
    Case(
        "a password of a room is set, left alone and taken away",
        (
            LOCKED,
            See(lambda r, u: password(r, u) == "hunter2"),
            HEAD + ROOM,
            See(lambda r, u: password(r, u) == "hunter2"),
            HEAD + ROOM + "    password_protected: false\n",
            See(lambda r, u: password(r, u) == ""),
            LOCKED,
            See(lambda r, u: password(r, u) == "hunter2"),
        ),
    ),
    Case(
        "a new room without a password",
        (
            HEAD + ROOM + "    password_protected: false\n",
            See(lambda r, u: password(r, u) == ""),
        ),
    ),
    Case("empty to full", (dev(""), dev(FULL))),
    Case("created full", (dev(FULL),)),
    Case(
        "what a file no longer lists leaves, what a colleague made stays",
        (
            dev(FULL),
            Others(_hand_made),
            dev("rooms: {}\nlinks: {}\nnodes: {}"),
            See(
                lambda r, u: (
                    set(items(r, u))
                    == {
                        "hall@rooms.megacorp.example",
                        "poll-1",
                        "urn:xmpp:avatar:metadata",
                        "note-1",
                        "urn:xmpp:spaces:avatar:metadata:0",
                        "urn:xmpp:spaces:banner:metadata:0",
                    }
                )
            ),
        ),
    ),
    Case(
        "an item of any kind leaves the section that listed it",
        (
            dev(f'items:\n  one: {{xml: "{NOTE}"}}\n  two: {{xml: "{NOTE}"}}'),
            Others(_hand_made),
            dev(f'items:\n  two: {{xml: "{NOTE}"}}'),
            See(lambda r, u: {"one", "two", "poll-1"} & set(items(r, u)) == {"two", "poll-1"}),
        ),
    ),
    Case(
        "what a file did not speak of for a while is still ours",
        (
            dev(FULL),
            dev("title: Hands off"),
            dev("prune: none\nrooms: {}\nlinks: {}"),
            dev("rooms: {}\nlinks: {}\nnodes: {}\nitems: {}\naffiliations: {}\nsubscriptions: {}"),
            See(
                lambda r, u: (
                    set(items(r, u))
                    == {"urn:xmpp:spaces:avatar:metadata:0", "urn:xmpp:spaces:banner:metadata:0"}
                )
            ),
            See(lambda r, u: set(r.state.nodes[space(u)].affiliations or {}) == {ADMIN}),
            See(lambda r, u: not r.state.nodes[space(u)].subscriptions),
        ),
    ),
    Case(
        "a subscription leaves the file, a colleague's stays",
        (
            dev("subscriptions: {bob@megacorp.example: subscribed}"),
            Others(_subscribe_two),
            dev("subscriptions: {}"),
            See(
                lambda r, u: (
                    set(r.state.nodes[space(u)].subscriptions or {})
                    == {Jid("carol@megacorp.example")}
                )
            ),
        ),
    ),
    Case(
        "an absent key and prune none leave everything",
        (
            dev(FULL),
            dev("title: Hands off"),
            dev("prune: none\nrooms: {}\nlinks: {}\nnodes: {}\naffiliations: {}"),
            See(lambda r, u: len(items(r, u)) == 10),
        ),
    ),
    Case(
        "without a source nothing is recorded and nothing is removed",
        (
            dev(FULL).replace("source: tests/UNIQ\n", ""),
            dev("rooms: {}\nlinks: {}\nnodes: {}").replace("source: tests/UNIQ\n", ""),
            See(lambda r, u: len(items(r, u)) == 10),
            See(lambda r, u: len(r.state.nodes[space(u)].children) == 10),
        ),
    ),
    Case(
        "what was removed and made again by hand belongs to whoever made it",
        (
            dev("rooms:\n  hall@rooms.megacorp.example: Hall"),
            dev("rooms: {}"),
            Others(_hand_made),
            dev("rooms: {}\ntitle: New"),
            See(lambda r, u: "hall@rooms.megacorp.example" in items(r, u)),
        ),
    ),
    Case(
        "a child changes field by field",
        (
            dev("rooms:\n  a@rooms.megacorp.example: {name: A}"),
            dev("rooms:\n  a@rooms.megacorp.example: {name: B, autojoin: true}"),
            dev("rooms:\n  a@rooms.megacorp.example: {autojoin: false, pinned: true, nick: x}"),
            See(lambda r, u: "name='B'" in items(r, u)["a@rooms.megacorp.example"]),
            dev("rooms:\n  a@rooms.megacorp.example: {pinned: false, nick: y}"),
        ),
    ),
    Case(
        "foreign items and what others put into ours are untouched",
        (
            dev("rooms:\n  a@rooms.megacorp.example: A"),
            Others(_hand_made),
            dev(
                "rooms:\n  a@rooms.megacorp.example: A\n"
                "  hall@rooms.megacorp.example: {name: Hall, pinned: true}"
            ),
            See(lambda r, u: "urn:f" in items(r, u)["hall@rooms.megacorp.example"]),
            See(lambda r, u: "movim.eu" in items(r, u)["hall@rooms.megacorp.example"]),
            See(lambda r, u: "<never/>" in items(r, u)["hall@rooms.megacorp.example"]),
            See(lambda r, u: {"poll-1", "urn:xmpp:avatar:metadata"} <= set(items(r, u))),
        ),
    ),
    Case(
        "prune all takes other people's rooms and no unknown or reserved item",
        (
            dev("rooms:\n  a@rooms.megacorp.example: A"),
            Others(_hand_made),
            dev("prune: all\nrooms:\n  a@rooms.megacorp.example: A"),
            See(
                lambda r, u: (
                    set(items(r, u))
                    == {"a@rooms.megacorp.example", "poll-1", "urn:xmpp:avatar:metadata"}
                )
            ),
        ),
    ),
    Case(
        "absent_items takes what it names, whoever published it",
        (
            dev("rooms:\n  a@rooms.megacorp.example: A"),
            Others(_hand_made),
            dev("absent_items: [poll-1, urn:xmpp:avatar:metadata, never-there]"),
            See(
                lambda r, u: (
                    set(items(r, u)) == {"a@rooms.megacorp.example", "hall@rooms.megacorp.example"}
                )
            ),
        ),
    ),
    Case(
        "a room, a link and a node are renamed",
        (
            dev(
                "rooms:\n  old@rooms.megacorp.example: {name: Ops, pinned: true}\n"
                "links:\n  https://megacorp.example/old: Handbook\nnodes:\n  old: News"
            ),
            dev(
                "rooms:\n  new@rooms.megacorp.example: "
                "{name: Ops, previously: [old@rooms.megacorp.example]}\n"
                "links:\n  https://megacorp.example/new: "
                "{description: Handbook, previously: ['https://megacorp.example/old']}\n"
                "nodes:\n  new: {title: News, previously: [old]}"
            ),
            See(lambda r, u: len(items(r, u)) == 3),
            See(lambda r, u: "pinned" in items(r, u)["new@rooms.megacorp.example"]),
            See(lambda r, u: not any("old" in payload for payload in items(r, u).values())),
        ),
    ),
    Case(
        "public to private and back",
        (
            dev("title: Open"),
            f"{HEAD}spaces:\n  dev-UNIQ: {{exposure: private, title: Closed}}\n",
            See(lambda r, u: config(r, u, "access_model") == ("whitelist",), ("prosody",)),
            See(lambda r, u: config(r, u, "access_model") == ("authorize",), ("ejabberd",)),
            dev("title: Open again"),
            See(lambda r, u: config(r, u, "access_model") == ("open",)),
        ),
    ),
    Case(
        "a closed space keeps those whom the file lets in",
        (
            dev("title: Open"),
            Others(_subscribe_two),
            f"{HEAD}spaces:\n  dev-UNIQ:\n    exposure: private\n    access_model: whitelist\n"
            "    affiliations: {bob@megacorp.example: member}\n",
            See(
                lambda r, u: (
                    Jid("bob@megacorp.example") in (r.state.nodes[space(u)].subscriptions or {})
                )
            ),
        ),
    ),
    Case("created private", (f"{HEAD}spaces:\n  dev-UNIQ: {{exposure: private, title: T}}\n",)),
    Case(
        "more children than Prosody keeps by default",
        (
            dev("title: Big\n" + many("r", 19)),
            dev("title: Big\n" + many("r", 60)),
            See(lambda r, u: len(items(r, u)) == 60),
        ),
    ),
    Case(
        "room for more is made before it is used",
        (
            dev("max_items: 6\n" + many("r", 5)),
            dev("max_items: 30\n" + many("r", 25)),
            dev(
                "max_items: 5\nabsent_items: ["
                + ", ".join(f"r{i}@rooms.megacorp.example" for i in range(4, 25))
                + "]\n"
                + many("r", 4)
            ),
            See(lambda r, u: len(items(r, u)) == 4),
        ),
    ),
    Case(
        "a full space moves a child",
        (
            dev(
                "max_items: 3\nrooms:\n  a@rooms.megacorp.example: A\n  b@rooms.megacorp.example: B"
            ),
            dev(
                "max_items: 3\nrooms:\n  a@rooms.megacorp.example: A\n"
                "  c@rooms.megacorp.example: {name: C, previously: [b@rooms.megacorp.example]}"
            ),
            See(
                lambda r, u: (
                    set(items(r, u)) == {"a@rooms.megacorp.example", "c@rooms.megacorp.example"}
                )
            ),
        ),
    ),
    Case(
        "a plain node keeps less, then nothing, then more again",
        (
            plain("max_items: 20"),
            Others(_six_notes),
            plain("max_items: 2"),
            Others(_note("late")),
            plain("max_items: 2\ntitle: Two"),
            See(lambda r, u: set(items(r, u)) == {"note-5", "late"}),
            plain("config: {pubsub#persist_items: false}"),
            Others(_note("late")),
            plain("config: {pubsub#persist_items: false}\ntitle: One"),
            See(lambda r, u: set(items(r, u)) == {"note-5", "late"}, ("ejabberd",)),
            Others(_note("later")),
            plain("config: {pubsub#persist_items: false}\ntitle: None"),
            See(lambda r, u: set(items(r, u)) == set(), ("prosody",)),
            See(lambda r, u: set(items(r, u)) == {"later"}, ("ejabberd",)),
            plain("max_items: 20\nconfig: {pubsub#persist_items: true}"),
        ),
    ),
    Case(
        "a space that somebody made forgetful remembers again",
        (
            dev("rooms:\n  a@rooms.megacorp.example: A"),
            Others(_forgetful),
            dev("rooms:\n  a@rooms.megacorp.example: A\n  b@rooms.megacorp.example: B"),
            See(lambda r, u: len(items(r, u)) == 2),
        ),
    ),
    Case(
        "a space that somebody made a node of another type is a space again",
        (
            dev("rooms:\n  a@rooms.megacorp.example: A"),
            Others(_of_another_type),
            dev("rooms:\n  a@rooms.megacorp.example: A"),
            See(lambda r, u: config(r, u, "type") == ("urn:xmpp:spaces:0",)),
        ),
    ),
    Case(
        "config fields each way",
        (
            dev("title: One\ndescription: First\npublish_model: publishers"),
            dev("title: Two\ndescription: ''\npublish_model: subscribers"),
            See(lambda r, u: config(r, u, "description") in ((), ("",))),
            dev(
                "title: Three\nconfig:\n  pubsub#deliver_payloads: false\n"
                "  pubsub#send_last_published_item: on_sub\n  pubsub#notification_type: normal"
            ),
            dev(
                "config:\n  pubsub#deliver_payloads: true\n"
                "  pubsub#send_last_published_item: never\n  pubsub#notification_type: headline"
            ),
            See(lambda r, u: config(r, u, "title") == ("Three",)),
        ),
    ),
    Case(
        "affiliations rise and fall",
        (
            dev("affiliations: {alice@megacorp.example: member, bob@megacorp.example: owner}"),
            dev("affiliations: {alice@megacorp.example: owner, bob@megacorp.example: member}"),
            dev("affiliations: {alice@megacorp.example: outcast}"),
            dev("affiliations: {}"),
            See(
                lambda r, u: (
                    set(r.state.nodes[space(u)].affiliations or {})
                    == {Jid("admin@megacorp.example")}
                )
            ),
        ),
    ),
    Case(
        "an outcast was subscribed to a private space",
        (
            f"{HEAD}spaces:\n  dev-UNIQ:\n    exposure: private\n    access_model: whitelist\n"
            "    affiliations: {bob@megacorp.example: member}\n"
            "    subscriptions: {bob@megacorp.example: subscribed}\n",
            f"{HEAD}spaces:\n  dev-UNIQ:\n    exposure: private\n    access_model: whitelist\n"
            "    affiliations: {bob@megacorp.example: outcast}\n",
            See(
                lambda r, u: (
                    Jid("bob@megacorp.example") not in (r.state.nodes[space(u)].subscriptions or {})
                )
            ),
        ),
    ),
    Case(
        "a room's life",
        (
            HEAD + ROOM,
            HEAD + ROOM.replace("Operations", "Ops & <more>").replace("bob", "carol"),
            HEAD + ROOM.replace("members_only: true", "members_only: false"),
            dev("rooms:\n  ops-UNIQ@rooms.megacorp.example: {autojoin: true}") + ROOM,
            See(lambda r, u: "name='Operations'" in items(r, u)[f"ops-{u}@rooms.megacorp.example"]),
        ),
    ),
    Case(
        "members of a space become members of its rooms",
        (
            dev(
                "members_to_rooms: true\naffiliations: {bob@megacorp.example: member, "
                "carol@megacorp.example: publisher}\nrooms:\n  ops-UNIQ@rooms.megacorp.example: {}"
            )
            + ROOM,
        ),
    ),
    Case(
        "people of a space come to its rooms and go from them",
        (
            _members("alice: member, bob: member", "bob: admin"),
            See(lambda r, u: inside(r, u) == {"bob": "admin", "alice": "member"}),
            Others(_let_carol_in),
            _members("bob: member, carol: member", "bob: admin"),
            See(lambda r, u: inside(r, u) == {"bob": "admin", "carol": "member"}),
            _members("carol: none", "bob: admin"),
            See(lambda r, u: inside(r, u) == {"bob": "admin", "carol": "member"}),
            _members("alice: owner, bob: member", ""),
            See(lambda r, u: inside(r, u) == dict.fromkeys(("alice", "bob", "carol"), "member")),
            _members("alice: owner", ""),
            See(lambda r, u: inside(r, u) == {"alice": "member", "carol": "member"}),
            HEAD + ENTERED,  # the space has left the file and stays, and so does who is in it
            See(lambda r, u: inside(r, u) == {"alice": "member", "carol": "member"}),
            dev("members_to_rooms: true\naffiliations: {}\nrooms: {}") + ENTERED,
            See(lambda r, u: inside(r, u) == {"carol": "member"}),
        ),
    ),
    Case(
        "plain nodes beside spaces",
        (
            f"{HEAD}nodes:\n  news-UNIQ: {{title: News, access_model: open, "
            "publish_model: publishers, affiliations: {alice@megacorp.example: publisher}}\n",
            f"{HEAD}nodes:\n  news-UNIQ: {{title: Old news, access_model: whitelist}}\n",
        ),
    ),
    Case(
        "a space takes over another's content under a new node id",
        (
            dev("title: Old\nrooms:\n  a@rooms.megacorp.example: A"),
            Others(_hand_made),
            f"{HEAD}spaces:\n  next-UNIQ:\n    exposure: public\n    previously: [dev-UNIQ]\n"
            "    rooms:\n      hall@rooms.megacorp.example: {pinned: true}\n",
            See(lambda r, u: len(items(r, u)) == 4),
        ),
    ),
    Case(
        "names that need care",
        (
            dev(
                "title: \"Ünï & <b>\"\nrooms:\n  Straße@rooms.megacorp.example: 'a''b\"c'\n"
                "  ÄÖ@rooms.megacorp.example: two lines"
            ),
        ),
    ),
)

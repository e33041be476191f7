"""The table of transitions, continued: rooms and plain nodes that get another name."""

from contract.table import ADMIN, HEAD, Allow, Case, Others, See, dev, plain, space
from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Reading, values_of
from spaces_sync.model.xml import parse
from spaces_sync.plan.removals import Removals
from spaces_sync.ports import Writer
from spaces_sync.profile import MEMBERS_ONLY, ROOM_NAME

LANGUAGE, DESCRIPTION = "muc#roomconfig_lang", "muc#roomconfig_roomdesc"
GONE: Removals = {"destroy-room": None, "delete-node": None}
OPS = "rooms:\n  ops-UNIQ@rooms.megacorp.example:\n    name: Operations\n"
MEMBERS = "    members_only: true\n"


def room(name: str, uniq: str) -> Jid:
    return Jid(f"{name}-{uniq}@rooms.megacorp.example")


def renamed(name: str, old: str, more: str = "") -> str:
    """The entry of a room that was `old`."""
    return (
        f"rooms:\n  {name}-UNIQ@rooms.megacorp.example:\n"
        f"    previously: [{old}-UNIQ@rooms.megacorp.example]\n{more}"
    )


async def _lived_in(writer: Writer, uniq: str) -> None:
    """Others say what it is for, let bob administrate it and ban carol."""
    ops = room("ops", uniq)
    await writer.configure_room(ops, {DESCRIPTION: ("All & sundry",), LANGUAGE: ("de",)}, None)
    await writer.set_room_affiliation(ops, Jid("bob@megacorp.example"), "admin")
    await writer.set_room_affiliation(ops, Jid("carol@megacorp.example"), "outcast")


def people(reading: Reading, name: str, uniq: str) -> dict[str, str]:
    """Who may do what in the room, by their names; without who made it."""
    found = reading.state.rooms[room(name, uniq)].affiliations or {}
    return {jid.partition("@")[0]: held for jid, held in found.items() if jid != ADMIN}


def config(reading: Reading, name: str, uniq: str, *fields: str) -> tuple[str, ...]:
    form = reading.state.rooms[room(name, uniq)].config
    return tuple("".join(values_of(form, var)) for var in fields)


def is_gone(reading: Reading, name: str, uniq: str) -> bool:
    return room(name, uniq) in reading.absent | reading.destroyed


async def _six_notes(writer: Writer, uniq: str) -> None:
    for n in range(6):
        await writer.publish(space(uniq), f"n-{n}", parse(f"<n xmlns='urn:example:n'>{n}</n>"))
    await writer.set_affiliation(space(uniq), Jid("bob@megacorp.example"), "member")


def notes(reading: Reading, uniq: str) -> tuple[list[str], list[str], tuple[str, ...]]:
    """What is in the node `next`, who has rights on it besides its maker, and who may read it."""
    (new,) = (n for a, n in reading.state.nodes.items() if a.node == f"next-{uniq}")
    found = [str(item.payloads[0]) for item in new.items]
    others = [jid for jid in new.affiliations or {} if jid != ADMIN]
    return sorted(found), others, values_of(new.config, "pubsub#access_model")


SIX = [f"<n xmlns='urn:example:n'>{n}</n>" for n in range(6)]
NEXT = f"{HEAD}nodes:\n  next-UNIQ:\n    previously: [dev-UNIQ]\n"

RENAMES = (
    Case(
        "a room gets another name and the old one goes",
        (
            HEAD + OPS + MEMBERS + "    affiliations: {alice@megacorp.example: owner}\n",
            Others(_lived_in),
            HEAD + renamed("hall", "ops"),
            See(
                lambda r, u: (
                    config(r, "hall", u, ROOM_NAME, DESCRIPTION, LANGUAGE, MEMBERS_ONLY)
                    == ("Operations", "All & sundry", "de", "true")
                )
            ),
            See(
                lambda r, u: (
                    people(r, "hall", u) == {"alice": "owner", "bob": "admin", "carol": "outcast"}
                )
            ),
            See(lambda r, u: room("ops", u) in r.state.rooms),
            Allow(HEAD + renamed("hall", "ops"), GONE),
            See(lambda r, u: is_gone(r, "ops", u)),
            # What a rename copies is not its source's, unless the file lists it.
            HEAD + renamed("hall", "ops", "    name: The hall\n    affiliations: {}\n"),
            See(
                lambda r, u: (
                    people(r, "hall", u) == {"alice": "owner", "bob": "admin", "carol": "outcast"}
                )
            ),
        ),
    ),
    Case(
        "a room gets another name and other words",
        (
            HEAD + OPS + MEMBERS + "    affiliations: {bob@megacorp.example: member}\n",
            Others(_lived_in),
            HEAD
            + renamed(
                "hall",
                "ops",
                "    name: Hall\n    members_only: false\n"
                "    affiliations: {carol@megacorp.example: member}\n",
            ),
            See(
                lambda r, u: (
                    config(r, "hall", u, ROOM_NAME, DESCRIPTION, MEMBERS_ONLY)
                    == ("Hall", "All & sundry", "false")
                )
            ),
            # Bob's line has gone with the old name, whatever others have made of it.
            See(lambda r, u: people(r, "hall", u) == {"carol": "member"}),
        ),
    ),
    Case(
        "a room gets one name after the other",
        (
            HEAD + OPS,
            Others(_lived_in),
            HEAD + renamed("hall", "ops"),
            HEAD + renamed("lobby", "hall"),
            See(lambda r, u: config(r, "lobby", u, ROOM_NAME, LANGUAGE) == ("Operations", "de")),
            See(lambda r, u: people(r, "lobby", u) == {"bob": "admin", "carol": "outcast"}),
            Allow(HEAD + renamed("lobby", "hall"), GONE),
            See(lambda r, u: is_gone(r, "hall", u)),
            HEAD + renamed("ops", "lobby"),  # ops is back, where its service lets that be
            See(lambda r, u: people(r, "ops", u) == {"bob": "admin", "carol": "outcast"}),
        ),
    ),
    Case(
        "a room gets another name that a space lets its people into",
        (
            dev(
                "members_to_rooms: true\naffiliations: {alice@megacorp.example: member, "
                "dave@megacorp.example: member}\n"
                "rooms:\n  ops-UNIQ@rooms.megacorp.example: {}"
            )
            + OPS
            + MEMBERS,
            Others(_lived_in),
            See(lambda r, u: people(r, "ops", u)["dave"] == "member"),
            dev(
                "members_to_rooms: true\naffiliations: {alice@megacorp.example: member}\n"
                "rooms:\n  hall-UNIQ@rooms.megacorp.example: "
                "{previously: [ops-UNIQ@rooms.megacorp.example]}"
            )
            + renamed("hall", "ops"),
            See(
                lambda r, u: (
                    people(r, "hall", u) == {"alice": "member", "bob": "admin", "carol": "outcast"}
                )
            ),
            dev("members_to_rooms: true\naffiliations: {}\nrooms: {}") + renamed("hall", "ops"),
            See(lambda r, u: people(r, "hall", u) == {"bob": "admin", "carol": "outcast"}),
        ),
    ),
    Case(
        "a plain node gets another name and the old one goes",
        (
            plain("title: News\nmax_items: 6\naccess_model: whitelist\ntype: urn:example:news"),
            Others(_six_notes),
            NEXT,
            See(lambda r, u: notes(r, u) == (SIX, ["bob@megacorp.example"], ("whitelist",))),
            See(lambda r, u: space(u) in r.state.nodes),
            Allow(NEXT, GONE),
            See(lambda r, u: space(u) in r.absent),
            NEXT + "    title: Newer\n    access_model: open\n",
            See(lambda r, u: notes(r, u) == (SIX, ["bob@megacorp.example"], ("open",))),
        ),
    ),
)

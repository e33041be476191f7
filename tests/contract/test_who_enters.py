"""Who enters a room that the file runs, who does not, and who does not any more: by real logins.

A room of each configuration that decides on that, in one space whose people are its members.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from contract.backends import real
from contract.walking import applied
from servers import Server
from spaces_sync import engine
from spaces_sync.client import CarefulWriter
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.servers import keeps_out_nobody
from spaces_sync.model.xml import element
from spaces_sync.plan.actions import SetAffiliation
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import ServiceError
from spaces_sync.xmpp.rooms import MUC

pytestmark = pytest.mark.newer_servers

README = Path(__file__).parents[2] / "README.md"

# Who they are, and who that is in the test: one account each.
PEOPLE: Final[Mapping[str, str]] = {
    "owner": "admin",
    "member": "alice",  # by the room's own `affiliations`
    "of the space": "bob",  # a member of it, by `members_to_rooms`
    "left the space": "carol",  # was in the room while a member of it
    "outcast": "dave",
    "stranger": "erin",
}
ALL_BUT_OUTCAST: Final = frozenset(PEOPLE) - {"outcast"}
MEMBERS: Final = frozenset({"owner", "member", "of the space"})
PASSWORD: Final = "hunter2"  # noqa: S105 - of a room that is gone after the test
BARRED = ("registration-required", "forbidden", "not-authorized")


@dataclass(frozen=True)
class Row:
    """`body`: of the room's entry. `enter`: who does; where there is a password, with it.

    `invites`: whether the space that lists it has `members_to_rooms`.
    """

    body: str
    enter: frozenset[str]
    password: str = ""
    invites: bool = True

    @property
    def text(self) -> str:
        """As in the README: what is said of it, and who enters."""
        said = f"`{self.body.replace('{env: SECRET}', '…')}`" if self.body else "nothing of these"
        where = "" if self.invites else ", in a space without `members_to_rooms`"
        marks = ("enters" if who in self.enter else "no" for who in PEOPLE)
        return f"| {said}{where} | {' | '.join(marks)} |\n"


ROWS: Final = (
    Row("", ALL_BUT_OUTCAST),
    Row("public: false", ALL_BUT_OUTCAST),
    Row("moderated: true", ALL_BUT_OUTCAST),
    Row("members_only: true", MEMBERS),
    Row("members_only: true", MEMBERS - {"of the space"}, invites=False),
    Row("members_only: true, public: false", MEMBERS),
    Row("members_only: true, moderated: true", MEMBERS),
    Row("members_only: true, moderated: false", MEMBERS),
    Row("members_only: true, allow_invites: false, whois: anyone, max_users: 20", MEMBERS),
    Row("password: {env: SECRET}", ALL_BUT_OUTCAST, PASSWORD),
    Row("password: {env: SECRET}, members_only: true", MEMBERS, PASSWORD),
    Row("password: {env: SECRET}, members_only: true, moderated: false", MEMBERS, PASSWORD),
)


def test_the_readme_has_the_table_that_is_tried() -> None:
    head = f"| the room says | {' | '.join(PEOPLE)} |\n|---{'|---' * len(PEOPLE)}|\n"
    table = head + "".join(row.text for row in ROWS)
    text = README.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_README"):
        text = re.sub(r"(?s)\| the room says \|.*?\n\n", lambda _: f"{table}\n", text)
        README.write_text(text, encoding="utf-8")
    assert table in text


def test_who_enters_and_who_does_not(
    server: Server, unique: Callable[[str], str], tmp_path: Path
) -> None:
    name, admin = unique("enter"), real(server)
    rooms = {bare_jid(f"{number}-{name}@{server.rooms}"): row for number, row in enumerate(ROWS)}
    passwords = {room: row.password for room, row in rooms.items()}

    def loaded(*members: str) -> Declaration:
        file = tmp_path / "spaces.yaml"
        file.write_text(declared(name, rooms, members), encoding="utf-8")
        return load([file], {"SECRET": PASSWORD})

    admin.run(lambda w: applied(loaded("bob", "carol"), w))
    at_first = {room for room, row in rooms.items() if "of the space" in row.enter}
    assert entered(server, "carol", passwords) == at_first

    after = loaded("bob")
    made = admin.run(lambda w: planned(after, w))
    reading = admin.run(lambda w: applied(after, w))
    comes_back = {
        room
        for room, row in rooms.items()
        if row.invites
        and "members_only: true" in row.body  # others need not come back
        and keeps_out_nobody(reading.state.rooms[room].config)
    }
    warned = {a.target for a in made.actions if isinstance(a, SetAffiliation) and says_so(a)}
    assert warned == comes_back

    found = {who: entered(server, user, passwords) for who, user in PEOPLE.items()}
    wanted = {who: {r for r, row in rooms.items() if who in row.enter} for who in PEOPLE}
    wanted["left the space"] |= comes_back
    assert found == wanted
    wrong = {room: "wrong" if password else "" for room, password in passwords.items()}
    unlocked = {room for room, password in passwords.items() if not password}
    for who, user in PEOPLE.items():
        if who == "owner" and server.name == "ejabberd":  # it does not ask them for it
            assert entered(server, user, wrong) == rooms.keys()
        else:
            assert entered(server, user, wrong) <= unlocked


async def planned(declaration: Declaration, writer: CarefulWriter) -> Plan:
    return plan(declaration, await engine.read(declaration, writer))


def says_so(action: SetAffiliation) -> bool:
    """That who was in a moderated room can come back to it, and what ends that."""
    return any("'moderated: false' ends that" in text for text in action.why.consequences)


def declared(name: str, rooms: Mapping[Jid, Row], members: Sequence[str]) -> str:
    """Two spaces of these members, of which one makes them members of its rooms."""
    people = "".join(f"      {user}@megacorp.example: member\n" for user in members)
    text = f"version: 1\nsource: tests/{name}\nservice: pubsub.megacorp.example\nspaces:\n"
    for invites in (True, False):
        listed = "".join(f"      {r}: {{}}\n" for r, row in rooms.items() if row.invites is invites)
        text += f"  {name}-{invites}:\n    exposure: private\n    access_model: whitelist\n"
        text += f"    members_to_rooms: {str(invites).lower()}\n    affiliations:\n{people}"
        text += f"    rooms:\n{listed}"
    own = "affiliations: {alice@megacorp.example: member, dave@megacorp.example: outcast}"
    entries = (
        f"  {r}: {{{', '.join(filter(None, (row.body, own)))}}}\n" for r, row in rooms.items()
    )
    return f"{text}rooms:\n{''.join(entries)}"


def entered(server: Server, user: str, passwords: Mapping[Jid, str]) -> frozenset[Jid]:
    """Which of the rooms let that account in, tried with these passwords."""

    async def work(writer: CarefulWriter) -> frozenset[Jid]:
        return frozenset([r for r, word in passwords.items() if await enters(writer, r, word)])

    return real(server).run(work, user)


async def enters(writer: CarefulWriter, room: Jid, password: str) -> bool:
    """Tries to, and leaves it again."""
    asked: Any = [element(MUC, "password", {}, password)] if password else []
    raw: Any = writer.raw
    try:
        await raw._writes.enter(f"{room}/us", element(MUC, "x", {}, *asked))
    except ServiceError as error:
        if error.condition in BARRED:
            return False
        raise
    await raw.leave_room(room, "us")
    return True

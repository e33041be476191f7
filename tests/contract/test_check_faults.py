"""Faults planted into a service of which a check says little: it finds them, and nothing else.

Each finding names a question: sent as it stands, its answer shows what the finding says.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from contract.backends import Backend
from contract.walking import applied
from spaces_sync.check.examining import checked
from spaces_sync.check.gathering import gather
from spaces_sync.check.values import Checked, Finding
from spaces_sync.client import CarefulWriter
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.xml import parse
from spaces_sync.ports import ServiceError
from spaces_sync.profile import PARENT, ROOM_NAME
from spaces_sync.report.check_view import QUIET

pytestmark = pytest.mark.newer_servers

SERVICE: Final = Jid("pubsub.megacorp.example")
CLEAN: Final = """\
version: 1
service: pubsub.megacorp.example
spaces:
  dev:
    exposure: private
    access_model: whitelist
    rooms:
      ops@rooms.megacorp.example: Ops
      ci@rooms.megacorp.example: CI
      lab@rooms.megacorp.example: Lab
    nodes: {news: News}
    links: {"https://megacorp.example/": Home}
    avatar:
      {url: "https://megacorp.example/a.png", type: image/png, bytes: 1,
       sha1: 357a8123a30844a3aa99861b6349264ba67a5694}
  quiet: {exposure: public}
  forgetful: {exposure: public}
  sudden: {exposure: public}
  crowd: {exposure: public}
  other: {exposure: public}
  odd: {exposure: private}
nodes:
  news: {}
rooms:
  ops@rooms.megacorp.example: {name: Ops, members_only: true}
  ci@rooms.megacorp.example: {name: CI, members_only: true}
  lab@rooms.megacorp.example: {name: Lab, members_only: true}
  hall@rooms.megacorp.example: {name: Hall, public: true}
"""
# What the servers themselves lack, by the rule and what it is about; some of them have healed.
LACKING: Final = {
    "prosody": {("R24", SERVICE), ("R43", "dev: xmpp:pubsub.megacorp.example?;node=news")},
    "ejabberd": {
        ("R43", "dev: xmpp:pubsub.megacorp.example?;node=news"),
        *((r, f"dev: {n}@rooms.megacorp.example") for r in ("R44", "R46") for n in ("ci", "lab")),
        *((r, "dev: ops@rooms.megacorp.example") for r in ("R44", "R46")),
    },
}
Plant = Callable[[CarefulWriter], Awaitable[None]]


def node(name: str) -> NodeAddress:
    return NodeAddress(SERVICE, name)


def room(name: str) -> Jid:
    return bare_jid(f"{name}@rooms.megacorp.example")


def configured(name: str, **values: str) -> Plant:
    config = {f"pubsub#{var}": (value,) for var, value in values.items()}
    return lambda w: w.raw.configure_node(node(name), config)


def published(item_id: str, payload: str, name: str = "dev") -> Plant:
    return lambda w: w.raw.publish(node(name), item_id, parse(payload))


def room_configured(name: str, config: dict[str, str]) -> Plant:
    return lambda w: w.configure_room(room(name), {v: (x,) for v, x in config.items()}, None)


def value(var: str, wanted: str) -> str:
    """A field of a form with that value."""
    return f"<field [^>]*var='pubsub#{var}'[^>]*>(<option.*?</option>)*<value>({wanted})<"


@dataclass(frozen=True)
class Fault:
    """`about`: as a report names it. `shown`: an expression for what is in the answer to the
    finding's question.
    """

    rule: str
    about: str
    plant: Plant
    shown: str
    only: frozenset[str] = field(default_factory=lambda: frozenset({"prosody", "ejabberd"}))


def field_fault(rule: str, name: str, var: str, to: str, *only: str) -> Fault:
    """A field of a space that says what it must not."""
    wanted = {"false": "0|false", "true": "1|true"}.get(to, to)
    servers = frozenset(only or ("prosody", "ejabberd"))
    return Fault(rule, name, configured(name, **{var: to}), value(var, wanted), servers)


def item_fault(rule: str, item_id: str, payload: str, shown: str) -> Fault:
    """An item of `dev` that clients do not know what to do with."""
    return Fault(rule, f"dev: {item_id}", published(item_id, payload), shown)


def room_fault(rule: str, about: str, config: dict[str, str], shown: str) -> Fault:
    """A room that says of itself what it should not."""
    name = about.partition(": ")[2]
    return Fault(rule, f"{about}@rooms.megacorp.example", room_configured(name, config), shown)


INFO: Final = "<info bytes='1' id='357a8123a30844a3aa99861b6349264ba67a5694' type='image/{}'{}/>"
URL: Final = " url='https://megacorp.example/b'"
PICTURE: Final = f"<metadata xmlns='urn:xmpp:avatar:metadata'>{INFO}</metadata>"
BANNER: Final = "urn:xmpp:spaces:banner:metadata:0"
AVATAR: Final = "urn:xmpp:spaces:avatar:metadata:0"
OTHER: Final = "xmpp:pubsub.megacorp.example?;node=other"
ROOM: Final = "<conference xmlns='urn:xmpp:bookmarks:1'/>"
OLD_ROOM: Final = "<conference xmlns='storage:bookmarks' jid='a@rooms.megacorp.example'/>"
NODE: Final = "<subscription xmlns='urn:xmpp:pubsub:subscription:0' node='gone'{}/>"
NODE_LINK: Final = f"<x xmlns='jabber:x:oob'><url>{OTHER}</url></x>"
MISSING: Final = "xmpp:pubsub.megacorp.example?;node=gone"

FAULTS: Final = (
    field_fault("R2", "quiet", "notify_retract", "false"),
    field_fault("R3", "forgetful", "persist_items", "false"),
    field_fault("R4", "quiet", "purge_offline", "true", "ejabberd"),
    field_fault("R5", "sudden", "notify_sub", "false", "ejabberd"),
    field_fault("R6", "sudden", "notify_config", "false", "ejabberd"),
    field_fault("R7", "sudden", "notify_delete", "false"),
    field_fault("R8", "crowd", "publish_model", "open"),
    field_fault("R10", "odd", "access_model", "presence", "ejabberd"),
    item_fault("R30", "picture", PICTURE.format("png", URL), "urn:xmpp:avatar:metadata"),
    item_fault("R31", AVATAR, PICTURE.format("png", ""), "<info (?![^>]*url)"),
    item_fault("D17", BANNER, PICTURE.format("gif", URL), "type='image/gif'"),
    item_fault("R39", "old", OLD_ROOM, "storage:bookmarks"),
    item_fault("R40", "elsewhere", NODE_LINK, "jabber:x:oob.*node=other"),
    item_fault("D1", "a room", ROOM, "<item id='a room'.*<conference"),
    item_fault("D15", "hash", NODE.format(""), "<subscription (?![^>]*server)"),
    item_fault("D16", "nowhere", "<x xmlns='jabber:x:oob'/>", "<x xmlns='jabber:x:oob'/>"),
    Fault(
        "X7",
        f"dev: {MISSING}",
        published("some-hash", NODE.format(" server='pubsub.megacorp.example'")),
        "item-not-found",
    ),
    item_fault("X8", "free@rooms.megacorp.example", ROOM, "item-not-found"),
    room_fault("X9", "dev: ci", {ROOM_NAME: "Builds"}, "name='Builds'"),
    room_fault("X10", "dev: lab", {"muc#roomconfig_membersonly": "false"}, "muc_open"),
    room_fault("R45", "dev: ops", {PARENT: OTHER}, "node=other"),
    room_fault("R45", "other: hall", {PARENT: OTHER}, "node=other"),
)


def test_a_check_finds_what_was_planted_and_nothing_else(
    empty_backends: Callable[[], Backend], tmp_path: Path
) -> None:
    backend = empty_backends()
    file = tmp_path / "spaces.yaml"
    file.write_text(CLEAN)
    declaration = load([file], {})
    backend.run(lambda w: applied(declaration, w))
    before = backend.run(of_service)
    assert failed(before) == LACKING[backend.kind]
    assert before.conforms

    planted = [each for each in FAULTS if backend.kind in each.only]
    assert len(planted) >= 15
    for each in planted:
        backend.run(each.plant)
    after = backend.run(of_service)

    wanted = {(each.rule, each.about) for each in planted}
    assert failed(after) - failed(before) == wanted
    assert not failed(before) - failed(after)
    assert beside(after) == beside(before)
    assert not after.conforms
    for each in planted:
        (found,) = (f for f in after.findings if name_of(f) == (each.rule, each.about))
        if is_real(backend):
            answer = backend.run(lambda w, f=found: asked(w, f))
            assert re.search(each.shown, answer, re.DOTALL), (found.said, answer)


async def of_service(writer: CarefulWriter) -> Checked:
    return checked(await gather(writer, [SERVICE]))


def name_of(finding: Finding) -> tuple[str, str]:
    return finding.rule.id, finding.said.subject.name


def failed(found: Checked) -> set[tuple[str, str]]:
    return {name_of(each) for each in found.findings if each.said.result == "fail"}


def beside(found: Checked) -> set[tuple[str, str]]:
    """What is neither well nor wrong."""
    others = (each for each in found.findings if each.said.result not in {*QUIET, "fail"})
    return {name_of(each) for each in others}


def is_real(backend: Backend) -> bool:
    return not backend.name.startswith("simulated")


async def asked(writer: CarefulWriter, finding: Finding) -> str:
    """The answer to the question of a finding, as text; "" where there is no wire."""
    session: Any = getattr(writer.raw, "_session", None)
    if session is None:
        return ""
    iq = parse(finding.said.request)
    (payload,) = iq.elements
    try:
        return str(await session.get(bare_jid(iq.get("to") or ""), payload))
    except ServiceError as error:
        return error.condition

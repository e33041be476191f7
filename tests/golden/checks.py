"""The checks that stand written out beside this module, each as every report shows it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from builders import ACCOUNT, PROSODY, SERVICE, SPACE_CONFIG, declare, form, item
from spaces_sync.check.evidence import Answer, Evidence, Refusal, ServiceAnswers, SpaceAnswers
from spaces_sync.check.examining import checked
from spaces_sync.check.values import Checked
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import EMPTY, Form, Item, Key
from spaces_sync.ports import ItemList, NodeEntry, NodeInfo, NodeList, RoomInfo
from spaces_sync.profile import PUBSUB
from spaces_sync.simulator import PROSODY as PROFILE

ODD = "a`b|c <b>@all</b>\x1b[31m\u202eoof"
ROOM = "<conference xmlns='urn:xmpp:bookmarks:1' name='Ops'/>"
FORBIDDEN = Refusal("forbidden - not <you>", "forbidden")
SERVICE_ANSWERS = ServiceAnswers(
    replace(PROSODY, features=PROFILE.features - {f"{PUBSUB}#get-pending"}),
    NodeList(()),
    Refusal("service-unavailable", "service-unavailable"),
)


def _space(node: str, *items: Item, config: Answer[Form] = SPACE_CONFIG) -> SpaceAnswers:
    address = NodeAddress(SERVICE, node)
    info = NodeInfo(form(type="urn:xmpp:spaces:0") if isinstance(config, Refusal) else config)
    people = {ACCOUNT: "owner"}
    return SpaceAnswers(address, info, config, ItemList(items), people, {}, decode(items))


def _evidence(*spaces: SpaceAnswers, rooms: Mapping[Jid, Answer[RoomInfo]] = EMPTY) -> Evidence:
    listed = NodeList([NodeEntry(each.address, "") for each in spaces])
    services = {SERVICE: replace(SERVICE_ANSWERS, listed=listed)}
    return Evidence(ACCOUNT, services, {each.address: each for each in spaces}, rooms)


def failing() -> Checked:
    """A MUST that fails, rooms that are alike, what others wrote, and places in a file."""
    ops, ci, gone = (Jid(f"{name}@rooms.megacorp.example") for name in ("ops", "ci", "gone"))
    quiet = {**SPACE_CONFIG, **form(notify_retract="false", access_model="whitelist")}
    dev = _space("dev", item(ops, ROOM), item(ci, ROOM), item(gone, ROOM), config=quiet)
    info = RoomInfo(ODD, frozenset({"muc_open"}), EMPTY)
    missing = Refusal("item-not-found", "item-not-found")
    declaration = declare(address=dev.address)
    places = {
        (dev.address,): Place("spaces.yaml", 4, 3),
        (dev.address, Key("room", ops)): Place("spaces.yaml", 7, 7),
    }
    found = _evidence(
        dev, _space(ODD, config=FORBIDDEN), rooms={ops: info, ci: info, gone: missing}
    )
    return checked(replace(found, declaration=replace(declaration, places=places)))


def strict() -> Checked:
    """All well but for what is not advertised, which counts."""
    return checked(_evidence(_space("dev")), strict=True)


def fine() -> Checked:
    """Nothing that counts."""
    return checked(_evidence(_space("dev")))


CHECKS: Mapping[str, Callable[[], Checked]] = {
    "check-failing": failing,
    "check-strict": strict,
    "check-fine": fine,
}

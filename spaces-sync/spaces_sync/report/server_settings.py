"""The settings that a server lacks for spaces, as they are written in its own configuration.

Only what questions show to be missing is said to be; what they cannot show is to be checked. The
texts are held against the servers themselves in tests/contract/test_server_settings.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.offer import Findings, Offer
from spaces_sync.model.servers import Brand
from spaces_sync.model.state import Form
from spaces_sync.profile import MAX_ITEMS, PARENT

_ENOUGH: Final = 1000  # items a space
_LISTED: Final = 100  # nodes, as ejabberd comes


@dataclass(frozen=True, slots=True)
class Setting:
    """A part of a configuration. certain: it is missing; else it may be there, or not be wanted.

    within: the lines around it, from the outermost, with their indents. lines: its text, without.
    """

    why: str
    certain: bool
    within: Sequence[str]
    lines: Sequence[str]


def brand_of(offer: Offer, found: Findings | None) -> Brand | None:
    """The server that a service runs on, as far as it or its domain says."""
    if found is not None and found.server is not None:
        return "ejabberd" if found.server == "ejabberd" else "prosody"
    return offer.brand


def settings(offer: Offer, found: Findings | None, account: Jid) -> Iterator[Setting]:
    """What the server of `account` lacks, or may lack. found: None where no service was found."""
    match brand_of(offer, found):
        case "prosody":
            yield from _prosody(offer, found, account)
        case "ejabberd":
            yield from _ejabberd(offer, found, account)
        case None:
            pass


def _none(kind: str, offer: Offer) -> str:
    """That no such service is there, as far as what is there has said what it is."""
    return f"no {kind} service is {'known' if offer.untold else 'there'}"


# --- Prosody: /etc/prosody/prosody.cfg.lua ---------------------------------------------------

_PARENTS: Final = ("modules_enabled", '"muc_space_parent"')
_FILE: Final = (
    "mod_muc_space_parent.lua, from the folder prosody/ of spaces-sync, belongs in a folder "
    "that plugin_paths names, a list above all hosts: /usr/local/lib/prosody/modules on Debian"
)
_MODULE: Final = f"rooms do not say which space they belong to, but with a module; {_FILE}"


def _list(name: str, entry: str) -> str:
    return f"{name} = {{ {entry} }}"


def _added(name: str, entry: str) -> Sequence[str]:
    """How an entry comes into a list of a component that is there: written again, the list would
    replace what the component has, so that nothing of this takes effect where it is pasted.
    """
    return (f"-- to be added to its list {name}; if it has none:", f"-- {_list(name, entry)}")


def _prosody(offer: Offer, found: Findings | None, account: Jid) -> Iterator[Setting]:
    service = found.service.jid if found else Jid(f"pubsub.{offer.server}")
    pubsub = (f'Component {_lua(service)} "pubsub"',)
    admins = ("admins", _lua(account))
    if found is None:
        lines = (_list(*admins), f"pubsub_max_items = {_ENOUGH}", "expose_publisher = true")
        yield Setting(_none("pubsub", offer), not offer.untold, pubsub, lines)
    else:
        if not found.creates:
            hint = ", unless 'add_permissions' lets it" if found.creates is None else ""
            why = f"{account} may not create nodes there{hint}"
            yield Setting(why, found.creates is False, pubsub, _added(*admins))
        yield from _prosody_pubsub(found, pubsub)
    muc = (f'Component {_lua(_room_service(offer))} "muc"',)
    if not offer.rooms:
        why = f"{_none('room', offer)}; {_FILE}"
        yield Setting(why, not offer.untold, muc, (_list(*_PARENTS),))
    elif found is not None:
        yield from _prosody_rooms(found, muc)


def _prosody_pubsub(found: Findings, within: Sequence[str]) -> Iterator[Setting]:
    most = _highest(found.service.default_config)
    if most is not None and most < _ENOUGH:
        why = f"a space holds {most} rooms, links and nodes at most"
        yield Setting(why, False, within, (f"pubsub_max_items = {_ENOUGH}",))
    if found.server == "prosody" and not found.tells_publishers:
        why = (
            "items do not say who published them, by which a forged ledger would be known; "
            "with this all readers see it"
        )
        yield Setting(why, found.tells_publishers is False, within, ("expose_publisher = true",))


def _prosody_rooms(found: Findings, within: Sequence[str]) -> Iterator[Setting]:
    rooms = found.reading.state.rooms.values()
    if not any(PARENT in room.config for room in rooms):
        yield Setting(_MODULE, bool(rooms), within, _added(*_PARENTS))
    if found.server == "prosody 13":
        why = "rooms that others own can be changed by their owners alone"
        yield Setting(why, False, within, ("component_admins_as_room_owners = true",))


def _room_service(offer: Offer) -> Jid:
    return next(iter(offer.rooms), Jid(f"rooms.{offer.server}"))


def _lua(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _highest(form: Form) -> int | None:
    return form[MAX_ITEMS].highest if MAX_ITEMS in form else None


# --- ejabberd: /etc/ejabberd/ejabberd.yml ----------------------------------------------------

_RULES: Final = ("access_rules:",)
_RULE: Final = ("pubsub_createnode:", "  allow: local")
_MODULES: Final = ("modules:",)
_PUBSUB: Final = ("modules:", "  mod_pubsub:")
_CREATE: Final = "access_createnode: pubsub_createnode"
_AMONG: Final = (
    "among the options of the mod_pubsub that is there: with two ejabberd does not start"
)
_PLUGINS: Final = "plugins: [flat, pep]"


def _ejabberd(offer: Offer, found: Findings | None, account: Jid) -> Iterator[Setting]:
    missing = _none("pubsub", offer) if found is None else ""
    certain = bool(missing) and not offer.untold
    if found is not None and found.creates is False:
        certain = True
        missing = (
            f"nobody may create nodes there; in plugins flat comes first, and others stay; {_AMONG}"
        )
    who = (
        f"who may create nodes: here all accounts of the server, so {account}, too; a rule that is "
        "there is better extended than replaced"
    )
    yield Setting(who, certain, _RULES, _RULE)
    if missing:
        yield Setting(missing, certain, _PUBSUB, (_CREATE, _PLUGINS))
    else:
        yield Setting(_AMONG, False, _PUBSUB, (_CREATE,))
    if found is not None:
        yield from _ejabberd_pubsub(found)
    if not offer.rooms:
        yield Setting(_none("room", offer), not offer.untold, _MODULES, ("mod_muc: {}",))


def _ejabberd_pubsub(found: Findings) -> Iterator[Setting]:
    why = "how many rooms, links and nodes a space holds at most"
    yield Setting(why, False, _PUBSUB, (f"max_items_node: {_ENOUGH}",))
    # COMPAT(ejabberd 23.01): the list of nodes ends at 100 without a sign.
    # Shown by test_compat_ejabberd_lists_a_hundred_nodes_and_does_not_say_so.
    if found.listed == _LISTED:
        why = f"it lists {_LISTED} nodes, and may have more"
        yield Setting(why, False, _PUBSUB, ("max_nodes_discoitems: infinity",))

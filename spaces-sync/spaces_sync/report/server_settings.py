"""The settings that a server lacks for spaces, as they are written in its own configuration.

Only what questions show to be missing is said to be; what they cannot show is to be checked. The
texts are held against the servers themselves in tests/contract/test_server_settings.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.counting import whole_number
from spaces_sync.model.offer import Findings, Offer
from spaces_sync.model.servers import Brand
from spaces_sync.model.state import Form, values_of
from spaces_sync.profile import MAX_ITEMS, PARENT

_ENOUGH: Final = 1000  # items a space
_LISTED: Final = 100  # nodes, as ejabberd comes


@dataclass(frozen=True, slots=True)
class Setting:
    """A part of a configuration. certain: it is missing; else it may be there. lines: its text."""

    why: str
    certain: bool
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


# --- Prosody: /etc/prosody/prosody.cfg.lua ---------------------------------------------------


def _prosody(offer: Offer, found: Findings | None, account: Jid) -> Iterator[Setting]:
    admins = f"admins = {{ {_lua(account)} }}"
    if found is None:
        more = (admins, f"pubsub_max_items = {_ENOUGH}", "expose_publisher = true")
        lines = _component(Jid(f"pubsub.{offer.server}"), "pubsub", *more)
        yield Setting("no pubsub service is there", True, lines)
    else:
        yield from _prosody_pubsub(found, account, admins)
    if not offer.rooms:
        lines = _component(Jid(f"rooms.{offer.server}"), "muc", _PARENT_MODULE)
        yield Setting("no room service is there", True, lines)
    elif found is not None:
        yield from _prosody_rooms(offer, found)


def _prosody_pubsub(found: Findings, account: Jid, admins: str) -> Iterator[Setting]:
    service = found.service.jid
    if found.creates is False:
        lines = _component(service, "pubsub", admins)
        yield Setting(f"{account} may not create nodes there", True, lines)
    elif found.creates is None:
        lines = _component(service, "pubsub", admins)
        why = f"{account} is no admin there, and may create nodes only if 'add_permissions' says so"
        yield Setting(why, False, lines)
    most = _highest(found.service.default_config)
    if most is not None and most < _ENOUGH:
        lines = _component(service, "pubsub", f"pubsub_max_items = {_ENOUGH}")
        yield Setting(f"a space holds {most} rooms, links and nodes at most", True, lines)
    if found.server == "prosody" and not found.tells_publishers:
        why = "items do not say who published them, by which a ledger is known to be one's own"
        lines = _component(service, "pubsub", "expose_publisher = true")
        yield Setting(why, found.tells_publishers is False, lines)


_PARENT_MODULE: Final = 'modules_enabled = { "muc_space_parent" }'


def _prosody_rooms(offer: Offer, found: Findings) -> Iterator[Setting]:
    rooms = found.reading.state.rooms.values()
    if not any(PARENT in room.config for room in rooms):
        why = (
            "rooms do not say which space they belong to; mod_muc_space_parent, in the folder "
            "prosody/ of spaces-sync, lets them"
        )
        lines = _component(offer.rooms[0], "muc", _PARENT_MODULE)
        yield Setting(why, bool(rooms), lines)
    if found.server == "prosody 13":
        why = (
            "rooms that others own are theirs alone, and an admin of the service cannot change them"
        )
        lines = _component(offer.rooms[0], "muc", "component_admins_as_room_owners = true")
        yield Setting(why, False, lines)


def _component(jid: Jid, module: str, *options: str) -> Sequence[str]:
    return (f'Component {_lua(jid)} "{module}"', *(f"    {each}" for each in options))


def _lua(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# --- ejabberd: /etc/ejabberd/ejabberd.yml ----------------------------------------------------


def _ejabberd(offer: Offer, found: Findings | None, account: Jid) -> Iterator[Setting]:
    if found is None:
        yield Setting("no pubsub service is there", True, _module("pubsub", *_CREATE, _PLUGINS))
    elif found.creates is False:
        yield Setting("nobody may create nodes there", True, _module("pubsub", *_CREATE, _PLUGINS))
    if found is None or found.creates is not False:
        why = f"'access_createnode' of mod_pubsub admits {account}: as here all local accounts"
        yield Setting(why, False, (*_RULE, *_module("pubsub", *_CREATE)))
    if found is not None:
        yield from _ejabberd_pubsub(found)
    if not offer.rooms:
        yield Setting("no room service is there", True, _module("muc"))


def _ejabberd_pubsub(found: Findings) -> Iterator[Setting]:
    fresh = "".join(values_of(found.service.default_config, MAX_ITEMS))
    most = whole_number(fresh)
    if most is not None and most < _ENOUGH:
        why = f"a space holds {most} rooms, links and nodes at most, unless that is only a default"
        yield Setting(why, False, _module("pubsub", f"max_items_node: {_ENOUGH}"))
    # COMPAT(ejabberd 23.01): the list of nodes ends at 100 without a sign.
    # Shown by test_compat_ejabberd_lists_a_hundred_nodes_and_does_not_say_so.
    if found.listed == _LISTED:
        why = f"it lists {_LISTED} nodes, and may have more"
        yield Setting(why, False, _module("pubsub", "max_nodes_discoitems: infinity"))


_CREATE: Final = ("access_createnode: pubsub_createnode",)
_PLUGINS: Final = "plugins: [flat, pep]"
_RULE: Final = ("access_rules:", "  pubsub_createnode:", "    allow: local")


def _module(name: str, *options: str) -> Sequence[str]:
    if not options:
        return ("modules:", f"  mod_{name}: {{}}")
    return ("modules:", f"  mod_{name}:", *(f"    {each}" for each in options))


def _highest(form: Form) -> int | None:
    return form[MAX_ITEMS].highest if MAX_ITEMS in form else None

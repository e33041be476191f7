"""Actions as JSON data and back; a secret is written by its origin alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, assert_never, get_args

from spaces_sync.model.addresses import NodeAddress, bare_jid, node_uri
from spaces_sync.model.children import decode
from spaces_sync.model.cursor import Cursor
from spaces_sync.model.data import (
    address_from_data,
    address_to_data,
    config_to_data,
    form_to_data,
    item_to_data,
    jids_to_data,
)
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Field, Form, Item, Key, Node, Room, Secret, Values
from spaces_sync.model.xml import Xml, parse
from spaces_sync.plan.actions import (
    Action,
    Change,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    Reason,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Why,
)

REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


# --- writing --------------------------------------------------------------------------------


def action_to_data(action: Action) -> dict[str, Any]:
    """What is to be done, then why; keys that would say nothing are left out."""
    return {**_doing(action), **_why_to_data(action.why)}


def _doing(action: Action) -> dict[str, Any]:
    match action:
        case CreateNode(node=node, config=config):
            return _on("create-node", node, config=config_to_data(config))
        case DeleteNode(node=node, before=before):
            return _on("delete-node", node, before=node_to_data(before))
        case ConfigureNode(node=node):
            drops = {"drops": action.drops} if action.drops else {}
            return _on("configure-node", node, **_values(action), **drops)
        case PublishItem():
            return _publish(action)
        case RetractItem(node=node, key=key, before=before):
            data = _on("retract-item", node, key=key_to_data(key), before=item_to_data(before))
            return data | _moved(action.moved) | ({"first": True} if action.first else {})
        case SetAffiliation(target=target, jid=jid):
            words = {"jid": jid, "before": action.before, "after": action.after}
            last = {"last": True} if action.last else {}
            return {"do": "set-affiliation", "target": address_to_data(target), **words, **last}
        case SetSubscription(node=node, jid=jid):
            words = {"jid": jid, "before": action.before, "after": action.after}
            ours = {"ours": True} if action.ours else {}
            return _on("set-subscription", node, **words, **ours)
        case CreateRoom(room=room, config=config):
            data = {"do": "create-room", "room": room, "config": config_to_data(config)}
            return data | _password(action.password)
        case ConfigureRoom(room=room):
            data = {"do": "configure-room", "room": room, **_values(action)}
            return data | _password(action.password)
        case DestroyRoom(room=room, before=before):
            return {"do": "destroy-room", "room": room, "before": _room_to_data(before)}
        case _:
            assert_never(action)


def _on(do: str, node: NodeAddress, **rest: Any) -> dict[str, Any]:
    return {"do": do, "node": node.uri, **rest}


def _values(action: ConfigureNode | ConfigureRoom) -> dict[str, Any]:
    return {"before": config_to_data(action.before), "after": config_to_data(action.after)}


def _publish(action: PublishItem) -> dict[str, Any]:
    data = _on("publish-item", action.node, key=key_to_data(action.key), item_id=action.item_id)
    if action.before is not None:
        data["before"] = item_to_data(action.before)
    data["payload"] = str(action.payload)
    if action.changes:
        data["changes"] = [_change_to_data(each) for each in action.changes]
    return data | _moved(action.moved)


def key_to_data(key: Key) -> dict[str, str]:
    return {"kind": key.kind, "target": key.target}


def _moved(key: Key | None) -> dict[str, Any]:
    return {} if key is None else {"moved": key_to_data(key)}


def _password(secret: Secret | None) -> dict[str, str]:
    return {} if secret is None else {"password": secret.origin}


def _room_to_data(room: Room) -> dict[str, Any]:
    people = {} if room.affiliations is None else {"affiliations": jids_to_data(room.affiliations)}
    return {"config": form_to_data(room.config), **people, **_password(room.password)}


def node_to_data(node: Node) -> dict[str, Any]:
    items = (child.item for child in node.children.values())
    return {
        "config": form_to_data(node.config),
        "items": [item_to_data(item) for item in items if item is not None],
        "affiliations": jids_to_data(node.affiliations or {}),
        "subscriptions": jids_to_data(node.subscriptions or {}),
    }


def _why_to_data(why: Why) -> dict[str, Any]:
    data: dict[str, Any] = {"reason": why.reason}
    if why.place is not None:
        data["place"] = place_to_data(why.place)
    if why.consequences:
        data["consequences"] = list(why.consequences)
    if why.by:
        data["by"] = why.by
    return data


def place_to_data(place: Place) -> dict[str, Any]:
    return place._asdict()


def _change_to_data(change: Change) -> dict[str, Any]:
    before, after = _value_to_data(change.before), _value_to_data(change.after)
    return {"field": change.field, "before": before, "after": after}


def _value_to_data(value: Any) -> Any:
    """Text, truth and nothing as they are; a tuple as a list; what JSON lacks under its name."""
    match value:
        case None | bool() | str():
            return value
        case Xml():
            return {"xml": str(value)}
        case tuple():
            return [_value_to_data(each) for each in value]
        case frozenset():
            return {"set": sorted((_value_to_data(each) for each in value), key=repr)}
        case _:
            raise TypeError(f"a field cannot hold a {type(value).__name__}")


# --- reading --------------------------------------------------------------------------------


def action_from_data(at: Cursor) -> Action:
    """Raises `DataError`; keys that this version does not know are ignored."""
    why = _why(at)
    match at["do"].text():
        case "create-node":
            return CreateNode(_node(at), config(at["config"]), why)
        case "delete-node":
            return DeleteNode(_node(at), node(at["before"]), why)
        case "configure-node":
            old, new = config(at["before"]), config(at["after"])
            return ConfigureNode(_node(at), old, new, _count(at, "drops"), why)
        case "publish-item":
            return _publish_from_data(at, why)
        case "retract-item":
            key, before = key_from_data(at["key"]), _item(at["before"])
            first = _flag(at, "first")
            return RetractItem(_node(at), key, before, _moved_from_data(at), first, why)
        case "set-affiliation":
            target, jid = at["target"].read(address_from_data), at["jid"].read(bare_jid)
            words = at["before"].text(), at["after"].text()
            return SetAffiliation(target, jid, *words, _flag(at, "last"), why)
        case "set-subscription":
            jid = at["jid"].read(bare_jid)
            words = at["before"].text(), at["after"].text()
            return SetSubscription(_node(at), jid, *words, _flag(at, "ours"), why)
        case "create-room":
            return CreateRoom(at["room"].read(bare_jid), config(at["config"]), _secret(at), why)
        case "configure-room":
            room, old, new = at["room"].read(bare_jid), config(at["before"]), config(at["after"])
            return ConfigureRoom(room, old, new, _secret(at), why)
        case "destroy-room":
            return DestroyRoom(at["room"].read(bare_jid), _room(at["before"]), why)
        case other:
            return at["do"].fail(f"{other!r} is nothing that this version of spaces-sync can do")


def _flag(at: Cursor, name: str) -> bool:
    said = at.get(name)
    return said is not None and said.boolean()


def _publish_from_data(at: Cursor, why: Why) -> PublishItem:
    before, changes = at.get("before"), at.get("changes")
    return PublishItem(
        _node(at),
        key_from_data(at["key"]),
        at["item_id"].text(),
        None if before is None else _item(before),
        at["payload"].read(parse),
        () if changes is None else tuple(_change(each) for each in changes.each()),
        _moved_from_data(at),
        why,
    )


def _node(at: Cursor) -> NodeAddress:
    return at["node"].read(node_uri)


def key_from_data(at: Cursor) -> Key:
    return Key(at["kind"].text(), at["target"].text())


def _moved_from_data(at: Cursor) -> Key | None:
    moved = at.get("moved")
    return None if moved is None else key_from_data(moved)


def _secret(at: Cursor) -> Secret | None:
    """The value is for whoever applies the plan to fetch from its origin again."""
    origin = at.get("password")
    return None if origin is None else Secret("", origin.text())


def config(at: Cursor) -> Mapping[str, Values]:
    return {var.text(): values.texts() for var, values in at.pairs()}


def form(at: Cursor) -> Form:
    return {var.text(): _field(value) for var, value in at.pairs()}


def _field(at: Cursor) -> Field:
    kind, options, highest = at.get("type"), at.get("options"), at.get("highest")
    return Field(
        at["values"].texts(),
        "" if kind is None else kind.text(),
        () if options is None else options.texts(),
        None if highest is None else highest.number(),
    )


def _room(at: Cursor) -> Room:
    people = at.get("affiliations")
    given = None if people is None else {j.read(bare_jid): w.text() for j, w in people.pairs()}
    return Room(form(at["config"]), given, _secret(at))


def node(at: Cursor) -> Node:
    children = decode(_item(each) for each in at["items"].each())
    people = {
        name: {jid.read(bare_jid): word.text() for jid, word in at[name].pairs()}
        for name in ("affiliations", "subscriptions")
    }
    return Node(form(at["config"]), children, people["affiliations"], people["subscriptions"])


def _count(at: Cursor, name: str) -> int:
    found = at.get(name)
    return 0 if found is None else found.number()


def _item(at: Cursor) -> Item:
    payloads = tuple(each.read(parse) for each in at["payloads"].each())
    publisher = at.get("publisher")
    return Item(at["id"].text(), payloads, None if publisher is None else publisher.text())


def _why(at: Cursor) -> Why:
    consequences = at.get("consequences")
    by = at.get("by")
    return Why(
        at["reason"].one_of(*REASONS),
        place_from_data(at),
        () if consequences is None else consequences.texts(),
        "" if by is None else by.text(),
    )


def place_from_data(at: Cursor) -> Place | None:
    """What the key `place` holds, if it is there."""
    found = at.get("place")
    return None if found is None else place(found)


def place(at: Cursor) -> Place:
    return Place(at["file"].text(), at["line"].number(), at["column"].number())


def _change(at: Cursor) -> Change:
    return Change(at["field"].text(), _value(at["before"]), _value(at["after"]))


def _value(at: Cursor) -> Any:
    match at.value:
        case None | bool():
            return at.value
        case str():
            return at.text()
        case list():
            return tuple(_value(each) for each in at.each())
        case {"xml": _}:
            return at["xml"].read(parse)
        case {"set": _}:
            return frozenset(_value(each) for each in at["set"].each())
        case _:
            return at.fail("should be text, truth, nothing, a list, an element or a set")

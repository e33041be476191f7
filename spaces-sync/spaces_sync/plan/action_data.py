"""Actions as JSON data and back; a secret is written by its origin alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, assert_never, get_args

from spaces_sync.model import marker
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
from spaces_sync.model.marker import Marker
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
    WriteMarker,
)
from spaces_sync.plan.stages import Stage

REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


def action_to_data(action: Action) -> dict[str, Any]:
    """What is to be done, then why; keys that would say nothing are left out."""
    stage = action.stage.name.lower().replace("_", "-")
    return {**_doing(action), "stage": stage, **_why_to_data(action.why)}


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
            return data | _renamed("successor", action.successor)
        case WriteMarker(node=node):
            return _on("write-marker", node, **_marker(action))
        case SetAffiliation(target=target, jid=jid):
            words = {"jid": jid, "before": action.before, "after": action.after}
            return {"do": "set-affiliation", "target": address_to_data(target), **words}
        case SetSubscription(node=node, jid=jid):
            words = {"jid": jid, "before": action.before, "after": action.after}
            return _on("set-subscription", node, **words)
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
    return data | _renamed("former", action.former)


def key_to_data(key: Key) -> dict[str, str]:
    return {"kind": key.kind, "target": key.target}


def _renamed(name: str, key: Key | None) -> dict[str, Any]:
    return {} if key is None else {name: key_to_data(key)}


def _marker(action: WriteMarker) -> dict[str, Any]:
    before = {} if action.before is None else {"before": item_to_data(action.before)}
    if action.after is None:
        return before
    mark = action.after
    after = {"source": mark.source, "protect": mark.protect, "copies": mark.copies}
    return {**before, "after": {**after, "applied": dict(sorted(mark.applied.items()))}}


def _password(secret: Secret | None) -> dict[str, str]:
    return {} if secret is None else {"password": secret.origin}


def _room_to_data(room: Room) -> dict[str, Any]:
    people = {} if room.affiliations is None else {"affiliations": jids_to_data(room.affiliations)}
    return {"config": form_to_data(room.config), **people, **_password(room.password)}


def node_to_data(node: Node) -> dict[str, Any]:
    return {
        "config": form_to_data(node.config),
        "items": [item_to_data(item) for item in node.items],
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


def action_from_data(at: Cursor) -> Action:
    """Raises `DataError`; keys that this version does not know are ignored."""
    names = {each.name.lower().replace("_", "-"): each for each in Stage}
    stage = names[at["stage"].one_of(*names)]
    return replace(_action(at), stage=stage)


def _action(at: Cursor) -> Action:
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
            return RetractItem(_node(at), key, before, _key(at, "successor"), why)
        case "write-marker":
            before_item, after = at.get("before"), at.get("after")
            return WriteMarker(
                _node(at),
                None if before_item is None else _item(before_item),
                None if after is None else _mark(after),
                why,
            )
        case "set-affiliation":
            target, jid = at["target"].read(address_from_data), at["jid"].read(bare_jid)
            words = at["before"].text(), at["after"].text()
            return SetAffiliation(target, jid, *words, why)
        case "set-subscription":
            jid = at["jid"].read(bare_jid)
            words = at["before"].text(), at["after"].text()
            return SetSubscription(_node(at), jid, *words, why)
        case "create-room":
            return CreateRoom(at["room"].read(bare_jid), config(at["config"]), _secret(at), why)
        case "configure-room":
            room, old, new = at["room"].read(bare_jid), config(at["before"]), config(at["after"])
            return ConfigureRoom(room, old, new, _secret(at), why)
        case "destroy-room":
            return DestroyRoom(at["room"].read(bare_jid), _room(at["before"]), why)
        case other:
            return at["do"].fail(f"{other!r} is nothing that this version of spaces-sync can do")


def _mark(at: Cursor) -> Marker:
    applied = {name.text(): value.text() for name, value in at["applied"].pairs()}
    return Marker(at["source"].text(), applied, at["protect"].boolean(), at["copies"].text())


def _publish_from_data(at: Cursor, why: Why) -> PublishItem:
    before, changes = at.get("before"), at.get("changes")
    return PublishItem(
        _node(at),
        key_from_data(at["key"]),
        at["item_id"].text(),
        None if before is None else _item(before),
        at["payload"].read(parse),
        () if changes is None else tuple(_change(each) for each in changes.each()),
        _key(at, "former"),
        why,
    )


def _node(at: Cursor) -> NodeAddress:
    return at["node"].read(node_uri)


def key_from_data(at: Cursor) -> Key:
    return Key(at["kind"].text(), at["target"].text())


def _key(at: Cursor, name: str) -> Key | None:
    return None if (found := at.get(name)) is None else key_from_data(found)


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
    items = [_item(each) for each in at["items"].each()]
    people = {
        name: {jid.read(bare_jid): word.text() for jid, word in at[name].pairs()}
        for name in ("affiliations", "subscriptions")
    }
    return Node(
        form(at["config"]),
        decode(items),
        people["affiliations"],
        people["subscriptions"],
        marker=marker.find(items),
    )


def _count(at: Cursor, name: str) -> int:
    return 0 if (found := at.get(name)) is None else found.number()


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
    return None if (found := at.get("place")) is None else place(found)


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

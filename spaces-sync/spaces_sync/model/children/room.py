"""Rooms that a space lists: XEP-0402 bookmarks, with XEP-0469 pinning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from spaces_sync.model.addresses import bare_jid
from spaces_sync.model.children.kind import Kind, as_written
from spaces_sync.model.state import Fields, is_true
from spaces_sync.model.xml import Xml, element

NS: Final = "urn:xmpp:bookmarks:1"
PINNED: Final = element("urn:xmpp:bookmarks-pinning:0", "pinned")


def _target(item_id: str, _: Xml) -> str | None:
    try:
        return bare_jid(item_id)
    except ValueError:
        return None


def _fields(payload: Xml) -> Fields:
    fields: dict[str, Any] = {"autojoin": is_true(payload.get("autojoin"))}
    name = payload.get("name")
    if name is not None:
        fields["name"] = name
    if payload.children:
        nick = payload.find(NS, "nick")
        if nick is not None:
            fields["nick"] = nick.text
        extensions = payload.find(NS, "extensions")
        if extensions is not None:
            found = tuple(extensions.elements)
            fields["pinned"] = any(_pins(each) for each in found)
            if others := tuple(each for each in found if not _pins(each)):
                fields["extensions"] = others
    fields.setdefault("pinned", False)
    return fields


def _pins(extension: Xml) -> bool:
    return extension.is_a((PINNED.ns, PINNED.name))


def _overlay(payload: Xml | None, _: str, fields: Fields) -> Xml:
    made = element(NS, "conference") if payload is None else payload
    found = _fields(made)
    if "name" in fields and fields["name"] != found.get("name"):
        made = made.with_attribute("name", fields["name"])
    if "autojoin" in fields and fields["autojoin"] != found["autojoin"]:
        made = made.with_attribute("autojoin", "true" if fields["autojoin"] else None)
    if "nick" in fields and fields["nick"] != found.get("nick"):
        made = _replaced(made, element(NS, "nick", {}, fields["nick"]), first=True)
    if "pinned" in fields or "extensions" in fields:
        made = _extended(made, fields)
    return made


def _extended(payload: Xml, fields: Fields) -> Xml:
    """Declared extensions take the place of those of the same name; foreign ones stay."""
    holder = payload.find(NS, "extensions") or element(NS, "extensions")
    wanted = list(fields.get("extensions", ()))
    if fields.get("pinned") and not any(_pins(each) for each in holder.elements):
        wanted.append(PINNED)
    children = list(holder.children)
    if fields.get("pinned") is False:
        children = [each for each in children if not (isinstance(each, Xml) and _pins(each))]
    children = _merged(children, wanted)
    if tuple(children) == holder.children:
        return payload
    return _replaced(payload, holder.with_children(tuple(children)), first=False)


def _merged(live: Sequence[Xml | str], wanted: Sequence[Xml]) -> list[Xml | str]:
    """`live` with all of `wanted`, which takes the place of live elements only, never its own."""
    merged = list(live)
    free = {i: old for i, old in enumerate(live) if isinstance(old, Xml) and old not in wanted}
    for each in wanted:
        if each in live:
            continue
        at = next((i for i, old in free.items() if old.is_a((each.ns, each.name))), None)
        if at is None:
            merged.append(each)
        else:
            del free[at]
            merged[at] = each
    return merged


def _replaced(payload: Xml, child: Xml, *, first: bool) -> Xml:
    """`payload` with `child` where one of its name stood, else at one of its ends.

    XEP-0402's order is nick, password, extensions.
    """
    children = list(payload.children)
    for index, old in enumerate(children):
        if isinstance(old, Xml) and old.is_a((child.ns, child.name)):
            children[index] = child
            break
    else:
        children.insert(0 if first else len(children), child)
    return payload.with_children(tuple(children))


KIND: Final = Kind(
    name="room",
    section="rooms",
    element=(NS, "conference"),
    short="name",
    properties={
        "name": {
            "type": "string",
            "description": "The room's name in this space (XEP-0402). Default: the name that "
            "`rooms` gives the room in this file.",
            "examples": ["ERP 3000"],
        },
        "autojoin": {
            "type": "boolean",
            "description": "Whether clients should join the room by themselves (XEP-0402).",
            "examples": [True],
        },
        "pinned": {
            "type": "boolean",
            "description": "Whether clients should keep the room on top (XEP-0469).",
            "examples": [True],
        },
        "nick": {
            "type": "string",
            "minLength": 1,
            "description": "A nickname for everyone who joins through the space (XEP-0402).",
            "examples": ["visitor"],
        },
        "extensions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Further elements inside the bookmark's <extensions/>, each as XML "
            "with its own namespace. Those of other clients stay.",
            "examples": [["<notify xmlns='urn:xmpp:notification-settings:1'/>"]],
        },
    },
    from_yaml=as_written,
    target=_target,
    item_id=lambda target: target,
    fields=_fields,
    overlay=_overlay,
)

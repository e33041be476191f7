"""Rooms that a space lists: XEP-0402 bookmarks, with XEP-0469 pinning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.children.kind import Kind, Names, PlaceAt, as_fields
from spaces_sync.model.problems import Problem, shown
from spaces_sync.model.shapes import flag, line
from spaces_sync.model.state import Fields, is_true
from spaces_sync.model.xml import Name, Xml, element, serialise

NS: Final = "urn:xmpp:bookmarks:1"
_EARLIER_NS: Final = "storage:bookmarks"  # of bookmarks as XEP-0048 has them
PINNED: Final = element("urn:xmpp:bookmarks-pinning:0", "pinned")


_READ_BY_ALL: Final = (
    "every subscriber of the space could read a password here; give it to the room under the "
    "top-level 'rooms'"
)


def _check(_: str, entry: Any, at: PlaceAt) -> Iterator[Problem]:
    """Each name of an extension may stand once: it tells which live element is ours."""
    if "nick" in entry:
        words = f"'nick' gives everyone who joins the nickname {shown(entry['nick'])}"
        yield Problem(at(), words, "advice", "warning")
    first: dict[Name, int] = {}
    for index, extension in enumerate(entry.get("extensions", ())):
        if extension is None:
            continue
        name, place = (extension.ns, extension.name), at("extensions", index)
        if _pins(extension):
            yield Problem(place, "<pinned> has a key of its own: write 'pinned: true'", "xml")
        elif name in first:
            other = at("extensions", first[name])
            message = f"<{extension.name}> of the same namespace stands at {other}; keep one"
            yield Problem(place, message, "duplicate")
        else:
            first[name] = index


def _from_yaml(entry: Any, target: str, names: Names) -> Fields:
    """The default of `name` is the name of the room where the document runs it."""
    name = names.room_names.get(Jid(target))
    fields: Fields = entry
    return fields if name is None or "name" in fields else {**fields, "name": name}


def _to_yaml(fields: Fields) -> Any:
    entry = dict(as_fields(fields))
    if "extensions" in entry:
        entry["extensions"] = [serialise(each) for each in entry["extensions"]]
    return entry


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
    """Declared extensions replace those of the same name; foreign ones stay."""
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
    """`live` with all of `wanted`. One of these replaces a live element, never another wanted."""
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
    """`payload` with `child` instead of the child of the same name, else as first or last child.

    The order of XEP-0402 is nick, password, extensions.
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
    sections={"rooms": "Rooms that it lists, by JID; a text is short for {name: …}."},
    keys=("editors@conference.megacorp.example", "old@conference.megacorp.example"),
    properties={
        "name": line(
            "The room's name in this space (XEP-0402). Default: the name that `rooms` gives the "
            "room in this file.",
            "ERP 3000",
        ),
        "autojoin": flag("Whether clients should join the room by themselves (XEP-0402)."),
        "pinned": flag("Whether clients should keep the room on top (XEP-0469)."),
        "nick": line(
            "A nickname for everyone who joins through the space (XEP-0402).",
            "visitor",
            minLength=1,
        ),
        "extensions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Further elements inside the bookmark's <extensions/>, each as XML "
            "with its own namespace. Those of other clients stay.",
            "examples": [["<notify xmlns='urn:xmpp:notification-settings:1'/>"]],
        },
    },
    short="name",
    rejected={"password": _READ_BY_ALL},
    xml=("extensions",),
    identify=lambda key, names: names.room(key),
    check=_check,
    from_yaml=_from_yaml,
    to_yaml=_to_yaml,
    element=(NS, "conference"),
    item_id=lambda target: target,
    target=_target,
    fields=_fields,
    overlay=_overlay,
    secrets={(ns, "password"): _READ_BY_ALL for ns in (NS, _EARLIER_NS)},
    address=Jid,
)

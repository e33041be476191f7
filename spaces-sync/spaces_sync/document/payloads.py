"""XML that a document holds as text: an item's payload, and the extensions of a room."""

from __future__ import annotations

from typing import Final

from spaces_sync.document.notes import Notes
from spaces_sync.document.problems import reason
from spaces_sync.document.secrets import READ_BY_ALL
from spaces_sync.document.tree import Seq, place_of
from spaces_sync.model.children import room
from spaces_sync.model.declaration import Place
from spaces_sync.model.xml import Name, Xml, XmlError, parse

_PASSWORD: Final = (room.NS, "password")


def payload(text: str, place: Place, notes: Notes) -> Xml | None:
    """The one element in `text`, in a namespace; None where that is a problem, which is told."""
    try:
        found = parse(text)
    except XmlError as error:
        message = f"no well-formed XML element: {reason(error)} (its line {error.line})"
        notes.problem(place, message, "xml")
        return None
    if not found.ns:
        message = f"<{found.name}> needs a namespace of its own (xmlns='…')"
        notes.problem(place, message, "xml")
        return None
    if _has_password(found):
        notes.problem(place, READ_BY_ALL, "secret")
        return None
    return found


def _has_password(xml: Xml) -> bool:
    return xml.is_a(_PASSWORD) or any(map(_has_password, xml.elements))


def extensions(texts: Seq, file: str, notes: Notes) -> tuple[Xml, ...]:
    """Those that are no problem. A name stands once: it says which live element is ours."""
    first: dict[Name, Place] = {}
    found: list[Xml] = []
    for text, mark in zip(texts, texts.marks, strict=True):
        place = place_of(file, mark)
        xml = payload(text, place, notes)
        if xml is None:
            continue
        name = (xml.ns, xml.name)
        if xml.is_a((room.PINNED.ns, room.PINNED.name)):
            message = "<pinned> has a key of its own: write 'pinned: true'"
            notes.problem(place, message, "xml")
        elif name in first:
            message = f"<{xml.name}> of the same namespace stands at {first[name]}; keep one"
            notes.problem(place, message, "duplicate")
        else:
            first[name] = place
            found.append(xml)
    return tuple(found)

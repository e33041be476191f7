"""Result sets (XEP-0059): the page to ask for, and where an answer says that there is more."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.counting import whole_number
from spaces_sync.model.xml import Xml, element

RSM: Final = "http://jabber.org/protocol/rsm"
PAGE: Final = 100  # things


def page_after(after: str | None) -> tuple[Xml, ...]:
    """What asks for the page after a place (2.2); None: for whatever the service gives unasked."""
    if after is None:
        return ()
    limits = (element(RSM, "max", {}, str(PAGE)), element(RSM, "after", {}, after))
    return (element(RSM, "set", {}, *limits),)


def page(after: str | None) -> tuple[Xml, ...]:
    """As `page_after`, but for None the first page (2.1)."""
    return page_after(after) or (element(RSM, "set", {}, element(RSM, "max", {}, str(PAGE))),)


def rest(parent: Xml) -> tuple[str, int]:
    """Where the next page begins, and how many things there are; empty and 0: it does not say."""
    found = parent.find(RSM, "set")
    return _text(found, "last"), whole_number(_text(found, "count")) or 0


def _text(found: Xml | None, name: str) -> str:
    inner = found.find(RSM, name) if found else None
    return inner.text if inner else ""

"""XML that a document holds as text: an item's payload, or an element inside one."""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync.document.context import Context
from spaces_sync.document.problems import reason
from spaces_sync.model.children import SECRETS
from spaces_sync.model.declaration import Place
from spaces_sync.model.xml import Xml, XmlError, parse


def payload(text: str, place: Place, context: Context) -> Xml | None:
    """The one element in `text`, which has a namespace; None where it is a problem.

    That is reported at `place`: text that is not one well-formed element, one without a
    namespace, with an element in it that only few may read, or with what services change.
    """
    try:
        found = parse(text)
    except XmlError as error:
        message = f"no well-formed XML element: {reason(error)} (its line {error.line})"
        context.problem(place, message, "xml")
        return None
    if not found.ns:
        message = f"<{found.name}> needs a namespace of its own (xmlns='…')"
        context.problem(place, message, "xml")
        return None
    if secret := next(_secrets(found), None):
        context.problem(place, secret, "secret")
        return None
    if bad := _changed(found):
        context.problem(place, f"{bad}, which services do not keep as it is", "xml")
        return None
    return found


def _changed(xml: Xml) -> str | None:
    """What of `xml` comes back from Prosody as something else (XML 1.0, 2.11 and 3.3.3)."""
    for (_, name), value in xml.attributes:
        if any(character in value for character in "\t\n\r"):
            return f"the attribute '{name}' of <{xml.name}> has a line break or a tab"
    if "\r" in xml.text:
        return f"the text of <{xml.name}> has a carriage return"
    return next(filter(None, map(_changed, xml.elements)), None)


def _secrets(xml: Xml) -> Iterator[str]:
    """For each element that no payload may hold, at any depth: why not."""
    if why := SECRETS.get((xml.ns, xml.name)):
        yield why
    for each in xml.elements:
        yield from _secrets(each)

"""A space's avatar and banner: XEP-0503 5.2.1, items with reserved ids and XEP-0084 metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from spaces_sync.model.children.kind import Kind, Names, PlaceAt
from spaces_sync.model.problems import Problem
from spaces_sync.model.shapes import count, text
from spaces_sync.model.state import Fields
from spaces_sync.model.xml import Xml, element

NS: Final = "urn:xmpp:avatar:metadata"
NAMES: Final = ("avatar", "banner")
ITEM_IDS: Final = {f"urn:xmpp:spaces:{name}:metadata:0": name for name in NAMES}
_ATTRIBUTES: Final = {
    "bytes": "bytes",
    "height": "height",
    "sha1": "id",
    "type": "type",
    "url": "url",
    "width": "width",
}


def _variants(entry: Any) -> Sequence[Mapping[str, Any]]:
    """The files of a picture; its entry is one of them, or a list of them."""
    return entry if isinstance(entry, list) else [entry]


def _check(name: str, entry: Any, at: PlaceAt) -> Iterator[Problem]:
    if all(each["type"] != "image/png" for each in _variants(entry)):
        words = f"no variant of the {name} is image/png, which XEP-0084 wants every client to have"
        yield Problem(at(), words, "advice", "warning")


def _from_yaml(entry: Any, _: str, __: Names) -> Fields:
    return {"variants": frozenset(map(_attributes, _variants(entry)))}


def _attributes(variant: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """A file of a picture as the sorted attributes of its `<info/>` (XEP-0084 4.2)."""
    pairs = ((_ATTRIBUTES[key], str(value)) for key, value in variant.items())
    return tuple(sorted((name, v.lower() if name == "id" else v) for name, v in pairs))


def _fields(payload: Xml) -> Fields:
    infos = (info.attributes for info in payload.find_all(NS, "info"))
    variants = (tuple((name, value) for (_, name), value in sorted(each)) for each in infos)
    return {"variants": frozenset(variants)}


def _overlay(payload: Xml | None, _: str, fields: Fields) -> Xml:
    made = element(NS, "metadata") if payload is None else payload
    if fields["variants"] == _fields(made)["variants"]:
        return made
    infos = tuple(element(NS, "info", dict(variant)) for variant in sorted(fields["variants"]))
    return made.with_children((*infos, *made.children_but((NS, "info"))))


_ABOUT: Final = (
    "The space's {} (XEP-0503 5.2.1): one file, or a list of files that show the same picture."
)

KIND: Final = Kind(
    name="image",
    sections={name: _ABOUT.format(name) for name in NAMES},
    entry="One file of the picture.",
    properties={
        "url": text(
            "Where clients download the picture.",
            "https://up.megacorp.example/dev.png",
            pattern=r"^https?://[^\t\n\r ]+(?!\n)$",
            patternErrorMessage="a URL that begins with 'https://' or 'http://' is wanted",
        ),
        "type": text(
            "Its media type; XEP-0084 wants one variant in image/png.",
            "image/png",
            pattern=r"^image/[^\t\n\r ]+(?!\n)$",
            patternErrorMessage="a media type such as 'image/png' is wanted",
        ),
        "bytes": count("Its size in bytes.", 2048),
        "sha1": text(
            "SHA-1 of its bytes, in hex, as `sha1sum` prints it.",
            "357a8123a30844a3aa99861b6349264ba67a5694",
            pattern=r"^[0-9a-fA-F]{40}(?!\n)$",
            patternErrorMessage="a SHA-1 of 40 hex digits is wanted",
        ),
        "width": count("Its width in pixels.", 96),
        "height": count("Its height in pixels.", 96),
    },
    required=("url", "type", "bytes", "sha1"),
    identify=lambda key, _: key,
    check=_check,
    from_yaml=_from_yaml,
    element=(NS, "metadata"),
    item_id=lambda target: f"urn:xmpp:spaces:{target}:metadata:0",
    reserved_ids=frozenset(ITEM_IDS),
    target=lambda item_id, _: ITEM_IDS.get(item_id),
    fields=_fields,
    overlay=_overlay,
    prune="nothing",
    unpruned="its items are reserved: a plan removes them only where `absent_items` names their id",
)

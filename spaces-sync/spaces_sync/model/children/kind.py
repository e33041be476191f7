"""What a kind of child has to say for itself; the rest of the tool knows no kind by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spaces_sync.model.state import Fields
from spaces_sync.model.xml import Name, Xml


@dataclass(frozen=True, slots=True)
class Kind:
    """Functions that turn one kind of child from YAML into XML and back.

    `target` says what a live item points at, None where it is malformed for this kind.
    `overlay` changes in a live payload what it points at and what `fields` say, and nothing
    else; it returns the very same object where nothing differs, and from None a new payload.
    """

    name: str
    section: str  # the key of a space under which such children stand
    element: Name | None  # the payload; None: any
    short: str | None  # the field that a plain string in YAML stands for
    properties: Mapping[str, Mapping[str, Any]]  # JSON Schema of an entry's keys
    from_yaml: Callable[[Mapping[str, Any]], Fields]  # an entry, its XML read already
    target: Callable[[str, Xml], str | None]
    item_id: Callable[[str], str]
    fields: Callable[[Xml], Fields]
    overlay: Callable[[Xml | None, str, Fields], Xml]
    required: tuple[str, ...] = ()


def as_written(entry: Mapping[str, Any]) -> Fields:
    return dict(entry)

"""Whether what a child was before, by name or by place, can go for what is there by now."""

from __future__ import annotations

from typing import Literal, TypeAlias

from spaces_sync.model.children import BY_NAME
from spaces_sync.model.state import Child, live_item
from spaces_sync.model.xml import Xml

Arrival: TypeAlias = Literal["there", "to merge", "apart"]
"""`there`: all of the old item is in the new one. `to merge`: others added nothing to the new one,
so that what they added to the old one can be laid under what the file says. `apart`: both hold
what others added, and neither may go for the other.
"""


def arrival(old: Child, here: Child, wanted: Child) -> Arrival:
    """What of `old` is in `here`, which is live and what the file declares as `wanted`.

    What the file says is no difference: the apply that removes the old one writes that, too.
    """
    if old.key.kind != wanted.key.kind:
        return "there"  # nothing of it can be carried over
    then = overlaid(payload_of(here) if here.key.kind == wanted.key.kind else None, wanted)
    if then == overlaid(payload_of(old), wanted):
        return "there"
    return "to merge" if then == overlaid(None, wanted) else "apart"


def overlaid(payload: Xml | None, wanted: Child) -> Xml:
    """`payload` with the file's words laid over it."""
    return BY_NAME[wanted.key.kind].overlay(payload, wanted.key.target, wanted.fields)


def payload_of(live: Child) -> Xml | None:
    """What a live child holds; None: an item without a payload."""
    return next(iter(live_item(live).payloads), None)

"""Looks at what a map or a page shows besides what a plan needs to know."""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync import engine
from spaces_sync.model.children import address_of
from spaces_sync.model.selection import EVERYTHING, Selection
from spaces_sync.model.state import Address, Reading
from spaces_sync.plan.actions import PublishItem
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import Reader
from spaces_sync.report.picture import Picture
from spaces_sync.report.picturing import picture


async def pictured(
    reading: Reading, plan: Plan | None, reader: Reader, selection: Selection = EVERYTHING
) -> Picture:
    """What was read, what its spaces list and will list, and what `plan` makes of all that.

    What `selection` excludes is not looked at.
    """
    also = _published(plan) if plan is not None else ()
    found = await engine.survey(reading, reader, also, selection)
    return picture(found.reading, plan, found.outside)


def _published(plan: Plan) -> Iterator[Address]:
    for action in plan.actions:
        if isinstance(action, PublishItem):
            address = address_of(action.key)
            if address is not None:
                yield address

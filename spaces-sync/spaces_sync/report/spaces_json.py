"""The spaces of services as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from spaces_sync.codec import write
from spaces_sync.report.json_formats import (
    LIST_VERSION,
    REPORTS,
    ListedSpace,
    ListFile,
    ListVersion,
)
from spaces_sync.report.json_text import dump
from spaces_sync.report.reportable import SpaceSummary
from spaces_sync.report.style import Style


def render(spaces: Sequence[SpaceSummary], _: Style) -> str:
    """As `schema/list.schema.json` describes it, in the order given."""
    listed = tuple(map(_listed, spaces))
    return dump(write(REPORTS, ListFile(ListVersion(LIST_VERSION), listed), ListFile))


def _listed(space: SpaceSummary) -> ListedSpace:
    return ListedSpace(
        uri=space.address,
        service=space.address.service,
        node=space.address.node,
        title=space.title,
        exposure=space.exposure,
        children=space.children,
        source=space.source or None,
        note=space.note,
        contents=space.contents,
    )

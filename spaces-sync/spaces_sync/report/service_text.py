"""The line above what is told of a service, as text: its JID, its name, and what was read."""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync.model.counting import plural, took
from spaces_sync.report.cells import width_of
from spaces_sync.report.layout import GAP, Row, fold, shorten
from spaces_sync.report.view import ServiceView, View
from spaces_sync.report.visible import visible


def service_head(
    content: View, service_view: ServiceView, width: int, *, full: bool
) -> Iterator[Row]:
    """One row, but for `full`, where nothing is shortened. The first service says what was read."""
    first = service_view is next((each for each in content.services if each.holds_nodes), None)
    read = f"{plural(content.spaces, 'space')}, {plural(content.items, 'item')} read"
    read = f"{read} {took(content.seconds)}".rstrip() if first else ""
    service, name = visible(service_view.service), visible(service_view.name)
    if not full:
        service = shorten(service, width // 2)
        name = shorten(name, width - width_of(service) - width_of(read) - 2 * GAP)
    head = (" " * GAP).join(filter(None, (service, name, read)))
    yield from (Row(line, strong=True) for line in fold(head, width))

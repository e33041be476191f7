"""A map as one page of HTML."""

from __future__ import annotations

from spaces_sync.report.html_page import page
from spaces_sync.report.map_view import map_view
from spaces_sync.report.picture import Picture
from spaces_sync.report.style import Style


def render(picture: Picture, _: Style) -> str:
    """All of the picture, on one page that needs nothing else."""
    return page("map.html", map=map_view(picture))

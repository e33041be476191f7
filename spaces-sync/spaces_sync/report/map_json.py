"""A map as JSON."""

from __future__ import annotations

from spaces_sync.codec import write
from spaces_sync.report.json_text import dump
from spaces_sync.report.map_format import CODEC, MAP_VERSION, MapFile, MapVersion
from spaces_sync.report.picture import Picture
from spaces_sync.report.style import Style


def render(picture: Picture, _: Style) -> str:
    """As `schema/map.schema.json` describes it, all of the picture."""
    return dump(write(CODEC, MapFile(MapVersion(MAP_VERSION), picture), MapFile))

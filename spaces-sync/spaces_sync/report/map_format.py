"""What `spaces-sync map --format json` prints, as types that its schema follows from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, NewType

from spaces_sync.codec import Codec, Format
from spaces_sync.codec.notations import MODEL, version
from spaces_sync.model.annotations import INLINE
from spaces_sync.report.picture import Picture

MAP_VERSION: Final = "1.0"
MapVersion = NewType("MapVersion", str)


@dataclass(frozen=True, slots=True)
class MapFile:
    """What `spaces-sync map --format json` prints. Readers of 1.0 accept any 1.x and ignore keys
    that they do not know. Text of others may be in every value.
    """

    format_version: MapVersion
    picture: Annotated[Picture, INLINE]


CODEC: Final = Codec((*MODEL, version("map-version", MapVersion, MAP_VERSION)), ())
MAP: Final = Format(CODEC, MapFile, "urn:spaces-sync:schema:map:1", "A map of spaces")

"""Which space a room or a node says that it belongs to (XEP-0503 5.5), in each of the ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spaces_sync.model.addresses import NodeAddress, node_uri
from spaces_sync.model.state import Values, values_of
from spaces_sync.ports import NodeInfo, RoomInfo
from spaces_sync.profile import PARENT

FIELD: Final = "parent"  # of the form whose type is that of spaces
FORMER: Final = "muc#roominfo_pubsub"  # what XEP-0503 0.2.0 called PARENT


@dataclass(frozen=True, slots=True)
class Claims:
    """The texts as they came: of the form, and of the room's pointer by either name."""

    form: Values
    pointer: Values = ()
    former: Values = ()

    @property
    def texts(self) -> Values:
        """All of them, each once; empty: it names no space at all."""
        return tuple(dict.fromkeys(filter(None, (*self.form, *self.pointer, *self.former))))

    @property
    def spaces(self) -> tuple[NodeAddress, ...]:
        """What they name, each once, in the order of reading; what names no node is left out."""
        return tuple(dict.fromkeys(node for text in self.texts if (node := named(text))))


def claims(info: RoomInfo | NodeInfo) -> Claims:
    """What disco#info says. A node has the form alone."""
    form = values_of(info.membership, FIELD)
    if isinstance(info, NodeInfo):
        return Claims(form)
    return Claims(form, values_of(info.info, PARENT), values_of(info.info, FORMER))


def named(text: str) -> NodeAddress | None:
    """The node that a URI names; None where it names none."""
    try:
        return node_uri(text)
    except ValueError:
        return None

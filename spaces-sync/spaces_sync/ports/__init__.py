"""The ports: what is asked of pubsub and room services, the values that come back, the errors.

Two layers. `RawReader` and `RawWriter` have one method a request of the protocol; `xmpp/` and
`simulator/` implement them. `Reader` and `Writer` are what the engine and the commands use;
`client/` implements them once, over any raw port, and makes up there for what servers get wrong.

Terms of every method. A form is a mapping from field names (XEP-0004 `var`) to fields, a
configuration one to values; booleans are `true` and `false`. JIDs of type `Jid` are bare and
normalised. Whatever errors a method names, it raises `ServiceError` (refused),
`MalformedAnswerError` (not the shape that the XEP gives the answer), `UnansweredError` (nothing
came, though the stream lives) or `NoAnswerError` (a lost stream); of the last two a change may have
been made. A change also raises `NotSentError` (stopped before anything of it was sent), where
`one_change` says so.
"""

from spaces_sync.ports.careful import Reader, Writer
from spaces_sync.ports.errors import (
    MalformedAnswerError,
    NoAnswerError,
    NoServiceError,
    NotSentError,
    PortError,
    ServiceError,
    UnansweredError,
    UnusableAnswerError,
)
from spaces_sync.ports.ordering import in_order
from spaces_sync.ports.raw import RawReader, RawWriter
from spaces_sync.ports.stopping import admit_change, may_repeat, one_change
from spaces_sync.ports.together import together
from spaces_sync.ports.values import (
    Affiliation,
    DiscoInfo,
    Identity,
    ItemList,
    ItemPage,
    Listing,
    NodeEntry,
    NodeInfo,
    NodeList,
    NodePage,
    Occupancy,
    RoomInfo,
    RoomList,
    RoomPage,
    Subscription,
)

__all__ = [
    "Affiliation",
    "DiscoInfo",
    "Identity",
    "ItemList",
    "ItemPage",
    "Listing",
    "MalformedAnswerError",
    "NoAnswerError",
    "NoServiceError",
    "NodeEntry",
    "NodeInfo",
    "NodeList",
    "NodePage",
    "NotSentError",
    "Occupancy",
    "PortError",
    "RawReader",
    "RawWriter",
    "Reader",
    "RoomInfo",
    "RoomList",
    "RoomPage",
    "ServiceError",
    "Subscription",
    "UnansweredError",
    "UnusableAnswerError",
    "Writer",
    "admit_change",
    "in_order",
    "may_repeat",
    "one_change",
    "together",
]

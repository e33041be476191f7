"""Reads the services and carries out plans: `read` is the one way in, `execute` the one way out."""

from spaces_sync.engine.execution import (
    INTERRUPTED,
    Approval,
    Connect,
    Execution,
    StalePlanError,
    execute,
)
from spaces_sync.engine.lock import Holder, Locks
from spaces_sync.engine.reading import list_spaces, merged, read, read_addresses
from spaces_sync.engine.sending import SendContext

__all__ = [
    "INTERRUPTED",
    "Approval",
    "Connect",
    "Execution",
    "Holder",
    "Locks",
    "SendContext",
    "StalePlanError",
    "execute",
    "list_spaces",
    "merged",
    "read",
    "read_addresses",
]

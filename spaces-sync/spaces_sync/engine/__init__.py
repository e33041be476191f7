"""Reads the services and carries out plans: `read` is the one way in, `execute` the one way out."""

from spaces_sync.engine.attempts import SendContext
from spaces_sync.engine.concurrency import Count
from spaces_sync.engine.discovery import Discovery, discover
from spaces_sync.engine.execution import (
    INTERRUPTED,
    Approval,
    Execution,
    StalePlanError,
    execute,
)
from spaces_sync.engine.intents import Holder, LockedError
from spaces_sync.engine.ledger import find_ledger
from spaces_sync.engine.limits import LimitError
from spaces_sync.engine.offer import find_services, may_create
from spaces_sync.engine.ownership import read_ownership, with_people
from spaces_sync.engine.reading import merged, read, read_addresses, read_planned, read_service
from spaces_sync.engine.reconnecting import Connect
from spaces_sync.engine.records import unlock
from spaces_sync.engine.survey import Survey, survey

__all__ = [
    "INTERRUPTED",
    "Approval",
    "Connect",
    "Count",
    "Discovery",
    "Execution",
    "Holder",
    "LimitError",
    "LockedError",
    "SendContext",
    "StalePlanError",
    "Survey",
    "discover",
    "execute",
    "find_ledger",
    "find_services",
    "may_create",
    "merged",
    "read",
    "read_addresses",
    "read_ownership",
    "read_planned",
    "read_service",
    "survey",
    "unlock",
    "with_people",
]

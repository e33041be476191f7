"""What a stop means to the requests of a change: all of them go out, or none.

A change may take several requests, each of which waits for its turn. The engine says which
requests are one change, when nothing more is to be sent, and whether what is not answered may be
sent again as it is; the session that sends a request asks here at that very moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from spaces_sync.ports.errors import NotSentError


@dataclass(slots=True)
class _Change:
    stopped: Callable[[], bool]
    once: bool = False
    begun: bool = False


_CHANGE: Final[ContextVar[_Change | None]] = ContextVar("change", default=None)


@contextmanager
def one_change(stopped: Callable[[], bool], *, once: bool = False) -> Iterator[None]:
    """Makes all requests within the block one change.

    `once`: one without an answer is not sent again before somebody has looked what became of it.

    Once `stopped()` is true, a change of which nothing was sent raises `NotSentError` in place of
    its first request, also where that has waited for its turn. One that was begun goes on.
    """
    token = _CHANGE.set(_Change(stopped, once))
    try:
        yield
    finally:
        _CHANGE.reset(token)


def admit_change() -> None:
    """What a session calls when it is about to send a request that changes something.

    Raises `NotSentError` where it must not be sent any more. Outside `one_change` all is sent.
    """
    change = _CHANGE.get()
    if change is None:
        return
    if not change.begun and change.stopped():
        raise NotSentError("not sent: sending was stopped before")
    change.begun = True


def may_repeat() -> bool:
    """Whether a session may send a change again that was not answered; it asks at that moment."""
    change = _CHANGE.get()
    return change is None or not (change.once or change.stopped())

"""Stanza errors as data: those that both servers use, and the shape of them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spaces_sync.ports import ServiceError


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """A stanza error as data; `text` may hold `{var}` and `{value}`."""

    condition: str
    error_type: str
    text: str = ""
    detail: str = ""

    def error(self, var: str = "", value: str = "") -> ServiceError:
        """The error, with `var` and `value` filled in."""
        # Not `format`: the words that are filled in are foreign and may hold braces themselves.
        text = self.text.replace("{var}", var).replace("{value}", value)
        return ServiceError(self.condition, self.error_type, text, self.detail)


FORBIDDEN: Final = ErrorAnswer("forbidden", "auth")
MISSING: Final = ErrorAnswer("item-not-found", "cancel")
EXISTS: Final = ErrorAnswer("conflict", "cancel")
NOT_ALLOWED: Final = ErrorAnswer("not-allowed", "cancel")
NOT_ACCEPTABLE: Final = ErrorAnswer("not-acceptable", "modify")
BAD_REQUEST: Final = ErrorAnswer("bad-request", "modify")
NOT_OFFERED: Final = ErrorAnswer("service-unavailable", "cancel")
UNKNOWN_REQUEST: Final = ErrorAnswer("feature-not-implemented", "cancel")
NOT_PERSISTENT: Final = ErrorAnswer("feature-not-implemented", "cancel", detail="persistent-items")
OTHERWISE: Final = ErrorAnswer("conflict", "cancel", detail="precondition-not-met")
TOO_BIG: Final = ErrorAnswer("not-acceptable", "modify", detail="payload-too-big")
BROKEN: Final = ErrorAnswer("internal-server-error", "wait")
NO_SUCH_SERVICE: Final = ErrorAnswer(
    "remote-server-not-found", "cancel", "{value} is not in the snapshot"
)
UNREADABLE: Final = ErrorAnswer("undefined-condition", "cancel", "{value}")

"""What a request ends in where it gives no value."""

from __future__ import annotations

from spaces_sync.model.addresses import Jid
from spaces_sync.model.bounds import shortened


class PortError(Exception):
    """What a request can end in instead of a value; the text is for people, and bounded."""

    def __str__(self) -> str:
        return shortened(super().__str__())


class UnusableAnswerError(PortError):
    """The stream lives, and what was asked for did not come."""


class ServiceError(UnusableAnswerError):
    """A stanza error (RFC 6120 8.3): the service refused the request."""

    def __init__(self, condition: str, error_type: str, text: str = "", detail: str = "") -> None:
        super().__init__(condition)
        self.condition = condition  # of RFC 6120, such as `item-not-found`
        self.error_type = error_type  # auth, cancel, continue, modify or wait
        self.text = text  # foreign, for people
        self.detail = detail  # the condition of XEP-0060, such as `closed-node`

    def __str__(self) -> str:
        words = [self.condition, f"({self.detail})" if self.detail else "", self.text and "-"]
        return " ".join(filter(None, [*words, self.text]))


class MalformedAnswerError(UnusableAnswerError):
    """An answer without the shape that its XEP gives it; the text says what is missing."""


class UnansweredError(UnusableAnswerError):
    """No answer to one request, while the stream lives; the text names it. Others are answered.

    A question was asked twice. Whether a change took effect is not known; it was sent twice, but
    where `one_change` says that it is not to be sent again unseen. `to`: who was asked.
    """

    def __init__(self, text: str, to: Jid | None = None) -> None:
        super().__init__(text)
        self.to = to


class NoAnswerError(PortError):
    """No answer, and none to anything else: a lost stream, or one on which nothing comes.

    Whether the request took effect is not known. `to`: who was asked; None of a lost stream.
    """

    def __init__(self, text: str, to: Jid | None = None) -> None:
        super().__init__(text)
        self.to = to


class NotSentError(PortError):
    """Nothing of a change was sent: sending was stopped before its first request went out."""


class NoServiceError(PortError):
    """There is no usable pubsub service at the address `service`; the text says what was there."""

    def __init__(self, service: Jid, text: str) -> None:
        super().__init__(text)
        self.service = service

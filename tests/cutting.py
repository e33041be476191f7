"""A connection that is lost at a write, for tests in memory."""

from typing import Any

from spaces_sync.ports import NoAnswerError, Reader

QUESTIONS = {name for name in vars(Reader) if not name.startswith("_")}


class Cut:
    """A writer that is lost at a write: before it is sent, or with its answer.

    `writes`: how many are answered before that.
    """

    def __init__(self, writer: Any, writes: int, *, answered: bool) -> None:
        self._writer = writer
        self._left = writes
        self._answered = answered

    @property
    def is_lost(self) -> bool:
        return self._left < 0

    def asks(self, name: str) -> bool:
        """Whether a request of that name is a question."""
        return name in QUESTIONS

    def __getattr__(self, name: str) -> Any:
        request = getattr(self._writer, name)
        if not callable(request):
            return request
        asks = self.asks(name)

        async def sent(*given: Any, **named: Any) -> Any:
            if self.is_lost:
                raise NoAnswerError("the connection was lost")
            if not asks:
                self._left -= 1
            if not self.is_lost:
                return await request(*given, **named)
            if self._answered:
                await request(*given, **named)
            raise NoAnswerError("the connection was lost")

        return sent

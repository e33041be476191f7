"""A connection that is lost at a write, for tests in memory."""

from typing import Any

from spaces_sync.ports import NoAnswerError, Reader, Writer

QUESTIONS = {name for name in vars(Reader) if not name.startswith("_")}


class Cut:
    """A writer that is lost at a write: before it is sent, or with its answer.

    `writes`: how many are answered before that.
    """

    def __init__(self, writer: Writer, writes: int, *, answered: bool) -> None:
        self._writer = writer
        self._left = writes
        self._answered = answered

    @property
    def is_lost(self) -> bool:
        return self._left < 0

    def __getattr__(self, name: str) -> Any:
        request = getattr(self._writer, name)
        if not callable(request):
            return request
        asks = name in QUESTIONS

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

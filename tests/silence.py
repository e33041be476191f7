"""Requests that nothing comes for, on a stream that lives, for tests in memory."""

from contextlib import suppress
from typing import Any

from spaces_sync.ports import (
    PortError,
    RawReader,
    RawWriter,
    UnansweredError,
    may_repeat,
)

QUESTIONS = {name for name in vars(RawReader) if not name.startswith("_")}


class Silent:
    """Raw ports of which one request is not answered `times` times, whatever its sender does.

    `at`: the number of that request, from 1; 0 for none. `works`: whether it takes effect. A
    question, and a change that may be sent again unseen, is asked twice here, as on a stream.
    """

    def __init__(self, raw: RawWriter, at: int, *, works: bool, times: int) -> None:
        self._raw = raw
        self._at = at
        self._works = works
        self._left = times
        self._about: object = None
        self.requests: list[str] = []

    def __getattr__(self, name: str) -> Any:
        request = getattr(self._raw, name)
        if not callable(request):
            return request

        async def sent(*given: Any, **named: Any) -> Any:
            self.requests.append(name)
            this = (name, given, repr(named))
            if len(self.requests) == self._at:
                self._about = this
            if this != self._about or not self._left:
                return await request(*given, **named)
            for _ in range(2 if name in QUESTIONS or may_repeat() else 1):
                if not self._left:
                    return await request(*given, **named)
                self._left -= 1
                if self._works and name not in QUESTIONS:
                    with suppress(PortError):
                        await request(*given, **named)
            raise UnansweredError(f"no answer: {name}")

        return sent

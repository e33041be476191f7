"""One action on its way: held against what is there, sent, and sent once more if nothing comes.

A change that a service does not answer may have been made, and somebody may have changed the same
thing since. So it is not sent again unseen: its object is read, and only what is still as it was
approved goes out a second time. There is no third.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from spaces_sync.engine import retry
from spaces_sync.plan.actions import Action
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.outcome import Result, is_unanswered
from spaces_sync.ports import NoAnswerError, NoServiceError, NotSentError

Progress: TypeAlias = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class SendContext:
    """What sending needs besides a writer.

    `progress` takes each result as it comes, `say` what somebody who waits should know. After
    `stop` nothing more is sent. `wait` waits so many seconds, or until `stop`.
    """

    progress: Progress = lambda _: None
    say: Callable[[str], None] = lambda _: None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    wait: Callable[[float, asyncio.Event], Awaitable[None]] = retry.wait_or_stop


@dataclass(frozen=True, slots=True)
class Attempt:
    """What it takes to send one action.

    `check`: what has become of it without its being sent; None: it may be sent. `send`: what the
    service answered. `look`: what has become of it where there was no answer; None: nothing.
    """

    check: Callable[[], Awaitable[Result | None]]
    send: Callable[[], Awaitable[Result]]
    look: Callable[[], Awaitable[Result | None]]


async def tried(
    action: Action, attempt: Attempt, context: SendContext, sent: list[Action]
) -> Result | None:
    """What became of an action; None where nothing is sent any more. If it was, it is in `sent`."""
    try:
        if (found := await attempt.check()) is not None:
            return found
        first = await attempt.send()
        sent.append(action)
        if not is_unanswered(first) or context.stop.is_set():
            return first
        context.say(f"{first.causes[0].after}; looking what became of it")
        if (found := await attempt.look()) is not None:
            known = found.status != "unknown"
            return found if known else replace(found, causes=(*first.causes, *found.causes))
        second = await attempt.send()
    except NotSentError:
        return None
    except (NoAnswerError, NoServiceError) as error:
        return Result(action, "unknown", (Cause("no-answer", after=str(error)),))
    if not is_unanswered(second):
        return second
    return replace(second, causes=(replace(second.causes[0], before="twice"),))

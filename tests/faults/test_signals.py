"""A signal in each phase of an apply on real servers: what is not sent by then is not sent at all.

A proxy holds all answers from the first stanza of the phase on, so that the signal comes while
the command waits there, and lets them go when the command has heard it.
"""

import asyncio
import json
import os
import pty
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from contract.test_interruption import document
from faults import command
from faults.proxy import Proxy, changes, proxied
from servers import Server, process

ENOUGH = 30  # seconds, for what takes a few
ROOMS, WINDOW = 60, 4
INTERRUPTED = 130
ROOM = re.compile(rb"<item id='r\d+@rooms\.")
SIGNALS = pytest.mark.parametrize(
    ("number", "ignored"),
    [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGTERM, True)],
    ids=["ctrl-c", "sigterm", "sigterm where ctrl-c is ignored"],
)


def ignore_ctrl_c() -> None:
    """As `nohup`, `&` in a script and many runners start their children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def heed_ctrl_c() -> None:
    """Whatever whoever started the tests made of it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def publishes_a_room(stanza: bytes) -> bool:
    return bool(ROOM.search(stanza))


@asynccontextmanager
async def held(
    server: Server, starts: Callable[[bytes], bool], most: int
) -> AsyncIterator[tuple[Proxy, list[bytes], asyncio.Event]]:
    """A proxy, the stanzas of a phase that have passed it, and whether there are `most` of them.

    From the first of them on no answers arrive.
    """
    passed: list[bytes] = []
    there = asyncio.Event()

    def hear(stanza: bytes) -> None:
        if starts(stanza):
            if not passed:
                proxy.answering.clear()
            passed.append(stanza)
        if len(passed) == most:
            there.set()

    async with proxied(server) as proxy:
        proxy.heard = hear
        yield proxy, passed, there


async def prepared(server: Server, folder: Path, unique: str, spaces: int, rooms: int) -> Path:
    """A file that adds rooms to spaces that are there, empty."""
    empty = document(folder, unique, spaces, 0, "Empty")
    empty.write_text(empty.read_text().replace("    rooms:\n", ""))
    applied = await command.run(server, *command.APPLY, empty)
    assert applied.code == 0, applied
    return document(folder, unique, spaces, rooms)


def asleep(pid: int) -> bool:
    """Whether the main thread of a process waits for something."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("S")


@pytest.mark.parametrize(
    "starts",
    [lambda stanza: b"<stream:stream" in stanza, lambda stanza: b"disco#info" in stanza],
    ids=["connecting", "reading"],
)
@SIGNALS
def test_before_anything_is_sent_the_command_ends(
    server: Server, unique: Callable[[str], str], tmp_path: Path, number, ignored, starts
) -> None:
    file = document(tmp_path, unique("signal"), 1, ROOMS)

    async def work() -> tuple[command.Ended, list[bytes]]:
        async with held(server, starts, 1) as (proxy, _, there):
            running = await command.begin(
                server,
                *(*command.APPLY, file),
                port=proxy.port,
                preexec_fn=ignore_ctrl_c if ignored else heed_ctrl_c,
            )
            await asyncio.wait_for(there.wait(), ENOUGH)
            running.send_signal(number)
            return await command.end(running), proxy.seen

    ended, sent = asyncio.run(work())
    assert ended == (INTERRUPTED, "", "interrupted: nothing was sent\n")
    assert not any(map(changes, sent))


@SIGNALS
def test_at_the_question_the_command_ends(
    server: Server, unique: Callable[[str], str], tmp_path: Path, number, ignored
) -> None:
    file = document(tmp_path, unique("signal"), 1, ROOMS)

    async def work() -> tuple[command.Ended, list[bytes]]:
        ours, theirs = pty.openpty()
        async with proxied(server) as proxy:
            running = await command.begin(
                server,
                *("apply", *command.APPLY[2:], file),
                port=proxy.port,
                stdin=theirs,
                preexec_fn=ignore_ctrl_c if ignored else heed_ctrl_c,
            )
            assert running.stderr is not None
            await running.stderr.readuntil(b"Apply this")
            # Python misses a signal between the prompt and the wait for an answer.
            assert await asyncio.to_thread(process.until, lambda: asleep(running.pid), ENOUGH)
            running.send_signal(number)
            ended = await command.end(running)
            os.close(ours)
            os.close(theirs)
            return ended, proxy.seen

    ended, sent = asyncio.run(work())
    assert ended.code == INTERRUPTED
    assert ended.errors.endswith("\ninterrupted: nothing was sent\n")
    assert not any(map(changes, sent))


async def interrupted(
    server: Server,
    file: Path,
    starts: Callable[[bytes], bool],
    window: int,
    how: tuple[signal.Signals, bool],
) -> tuple[command.Ended, list[bytes]]:
    """An apply that gets the signal when so many stanzas of the phase that `starts` are sent."""
    number, ignored = how
    async with held(server, starts, window) as (proxy, passed, there):
        running = await command.begin(
            server,
            *(*command.APPLY, "--format", "json", f"--window={window}", file),
            port=proxy.port,
            preexec_fn=ignore_ctrl_c if ignored else heed_ctrl_c,
        )
        await asyncio.wait_for(there.wait(), ENOUGH)
        running.send_signal(number)
        assert running.stderr is not None
        heard = await running.stderr.readline()
        assert heard.startswith(b"interrupted: nothing more is sent")
        proxy.answering.set()
        return await command.end(running), passed


async def left_to_do(server: Server, file: Path) -> int:
    again = await command.run(server, *command.APPLY, "--format", "json", file)
    assert again.code == 0, again
    counts = json.loads(again.output)["counts"]
    return int(counts["done"])


@SIGNALS
def test_while_locking_no_further_lock_is_placed(
    server: Server, unique: Callable[[str], str], tmp_path: Path, number, ignored
) -> None:
    async def work() -> tuple[command.Ended, list[bytes], int]:
        file = await prepared(server, tmp_path, unique("signal"), 5, 1)
        ended, sent = await interrupted(server, file, changes, 1, (number, ignored))
        return ended, sent, await left_to_do(server, file)

    ended, sent, left = asyncio.run(work())
    assert ended.code == INTERRUPTED, ended
    assert ended.errors == ""  # beyond what was said at once
    placed, taken_away = sent
    assert b"<publish" in placed
    assert b"<retract" in taken_away
    counts = json.loads(ended.output)["counts"]
    assert counts == {"done": 0, "failed": 0, "unknown": 0, "skipped": left}


@SIGNALS
def test_while_sending_what_waits_for_its_turn_is_not_sent(
    server: Server, unique: Callable[[str], str], tmp_path: Path, number, ignored
) -> None:
    async def work() -> tuple[command.Ended, list[bytes], int]:
        file = await prepared(server, tmp_path, unique("signal"), 1, ROOMS)
        ended, sent = await interrupted(server, file, publishes_a_room, WINDOW, (number, ignored))
        return ended, sent, await left_to_do(server, file)

    ended, sent, left = asyncio.run(work())
    assert ended.code == INTERRUPTED, ended
    assert len(sent) == WINDOW
    told = json.loads(ended.output)
    assert told["halted"] == "interrupted"
    assert told["counts"]["failed"] == told["counts"]["unknown"] == 0
    assert told["counts"]["skipped"] == left >= ROOMS - WINDOW

"""The installed command as a process beside the test, which goes on meanwhile."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import forked
import installed
from servers import HOST, Server

SECONDS: Final = forked.SECONDS
STALE: Final = 5  # an exit code
APPLY: Final = ("apply", "--yes", "--allow", "open-access")  # the scene opens a private space


class Ended(NamedTuple):
    code: int
    output: str
    errors: str


async def begin(
    server: Server, *arguments: object, port: int | None = None, **process: Any
) -> Process:
    """`port` is a proxy's; `process` are arguments of asyncio's, such as `stdin`."""
    return await asyncio.create_subprocess_exec(
        installed.TOOL,
        *map(str, arguments),
        env=environment(server, port),
        **{"stdin": DEVNULL, "stdout": PIPE, "stderr": PIPE, **process},
    )


def environment(server: Server, port: int | None = None) -> Mapping[str, str]:
    place = {"SPACES_SYNC_CONNECT": f"{HOST}:{port or server.port}"}
    return installed.environment({**server.environment(), **place})


async def end(process: Process) -> Ended:
    """Waits for it; what takes too long is killed, and the test fails."""
    try:
        async with asyncio.timeout(SECONDS):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
    assert process.returncode is not None
    assert b"Traceback" not in errors, errors.decode()
    return Ended(process.returncode, output.decode(), errors.decode())


async def run(server: Server, *arguments: object) -> Ended:
    """From its beginning to its end, with nobody who disturbs it."""
    started = partial(forked.run, folder=Path.cwd(), environment=environment(server))
    done = await asyncio.to_thread(started, *arguments)
    assert "Traceback" not in done.stderr, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


async def settled(server: Server, file: Path) -> None:
    """One plain apply does what is left, and then nothing is left.

    The lock that a killed apply left keeps nobody out: its process is known to have ended.
    """
    applied = await run(server, *APPLY, file)
    assert applied.code == 0, applied
    planned = await run(server, "plan", "--detailed-exitcode", file)
    assert planned.code == 0, planned

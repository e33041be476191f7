"""A server far away: a proxy that hands on what it gets, a fixed time after it came.

Both directions take half of a round trip each. Nothing is held back for its size, and nothing is
read, so that TLS passes through. It runs in a process of its own: the client's loop has other work.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers import HOST, Server

CHUNK = 1 << 16


async def listen(host: str, port: int, round_trip: float) -> asyncio.Server:
    """Every connection is one to `host`:`port`, `round_trip` seconds away."""

    async def link(near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection(host, port)
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(
                _one_way(near, to_far, round_trip / 2), _one_way(far, to_near, round_trip / 2)
            )

    return await asyncio.start_server(link, HOST, 0)


async def _one_way(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
) -> None:
    """Returns when the end of what came in has been handed on, too."""
    loop = asyncio.get_running_loop()
    under_way = asyncio.Queue[tuple[float, bytes]]()

    async def take() -> None:
        data = b"all"
        while data:
            try:
                data = await reader.read(CHUNK)
            except ConnectionError:
                data = b""
            under_way.put_nowait((loop.time() + seconds, data))

    taking = asyncio.create_task(take())
    while True:
        due, data = await under_way.get()
        await asyncio.sleep(due - loop.time())
        if not data:
            break
        writer.write(data)  # without waiting: there is no limit on what is under way
    await taking
    writer.close()


@contextlib.contextmanager
def distant(server: Server, round_trip: float) -> Iterator[Server]:
    """`server` as it is seen from `round_trip` seconds away; at 0 without a proxy."""
    if not round_trip:
        yield server
        return
    command = [sys.executable, __file__, server.host, str(server.port), str(round_trip)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            yield replace(server, port=int(process.stdout.readline()))
        finally:
            process.terminate()


async def _serve(host: str, port: str, round_trip: str) -> None:
    listening = await listen(host, int(port), float(round_trip))
    print(listening.sockets[0].getsockname()[1])
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))

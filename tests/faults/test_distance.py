"""What the benchmark puts between a client and a server changes no byte, and ends when they do."""

import asyncio

from benchmark.distance import listen
from servers import HOST


def test_all_arrives_in_order_both_ways_and_then_the_end() -> None:
    sent = [bytes([number % 256]) * (1 + 37 * number) for number in range(100)]

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    async def run() -> bytes:
        async with await asyncio.start_server(echo, HOST, 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with await listen(HOST, port, 0.002) as far:
                address = far.sockets[0].getsockname()
                reader, writer = await asyncio.open_connection(*address)
                for each in sent:
                    writer.write(each)
                    await asyncio.sleep(0)
                back = await reader.readexactly(sum(map(len, sent)))
                writer.write_eof()
                assert await reader.read() == b""
                writer.close()
                await writer.wait_closed()
                return back

    assert asyncio.run(run()) == b"".join(sent)

"""The window of requests in flight, alone."""

import asyncio

import pytest

from spaces_sync.xmpp.window import FEWEST, FIRST, MOST, Window, adapted


@pytest.mark.parametrize(
    ("limit", "seconds", "following"),
    [
        (FIRST, 0.01, FIRST + 1),
        (FIRST, 0.5, FIRST),
        (FIRST, 2.0, FIRST - 1),
        (MOST, 0.01, MOST),
        (FEWEST, 60.0, FEWEST),
    ],
)
def test_the_window_follows_the_answer_times(limit: int, seconds: float, following: int) -> None:
    assert adapted(limit, seconds) == following


@pytest.mark.parametrize(("rate", "lowest", "highest"), [(10.0, FEWEST, 12), (5000.0, MOST, MOST)])
def test_a_queue_at_the_server_settles(rate: float, lowest: int, highest: int) -> None:
    """A server that answers `rate` requests a second keeps each waiting for `limit / rate`."""
    limit = FIRST
    for _ in range(1000):
        limit = adapted(limit, limit / rate)
    assert lowest <= limit <= highest


def test_no_more_than_the_window_are_in_flight_and_all_get_their_turn() -> None:
    async def run() -> tuple[list[int], int]:
        window, order, most = Window(3), list[int](), 0

        async def request(number: int) -> None:
            nonlocal most
            await window.enter()
            most = max(most, window.in_flight)
            order.append(number)
            await asyncio.sleep(0)
            window.leave(0.001)

        await asyncio.gather(*map(request, range(20)))
        assert window.in_flight == 0
        assert window.limit == 3  # as the user said
        return order, most

    assert asyncio.run(run()) == (list(range(20)), 3)


def test_whoever_gives_up_waiting_takes_no_place() -> None:
    async def run() -> None:
        window = Window(1)
        await window.enter()
        waiting = [asyncio.ensure_future(window.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        window.leave()  # lets the next one in ...
        waiting[1].cancel()  # ... which gives up in the same moment
        await waiting[2]
        assert window.in_flight == 1
        window.leave()
        assert window.in_flight == 0

    asyncio.run(run())


def test_at_the_end_everybody_who_waits_is_told() -> None:
    async def run() -> None:
        window = Window(1)
        await window.enter()
        waiting = [asyncio.ensure_future(window.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        window.close(lambda: EOFError("gone"))
        errors = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(error) for error in errors] == [EOFError] * 3
        assert len({id(error) for error in errors}) == 3

    asyncio.run(run())

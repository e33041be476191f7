"""The window of requests in flight, alone; its pace is tested in test_xmpp_pace.py."""

import asyncio

from spaces_sync.xmpp.pace import FIRST
from spaces_sync.xmpp.window import Window


def test_no_more_than_the_window_are_in_flight_and_all_get_their_turn() -> None:
    async def run() -> tuple[list[int], int]:
        window, order, most = Window(3), list[int](), 0

        async def request(number: int) -> None:
            nonlocal most
            place = await window.enter()
            most = max(most, window.in_flight)
            order.append(number)
            await asyncio.sleep(0)
            window.leave(place, 0.001)

        await asyncio.gather(*map(request, range(20)))
        assert window.in_flight == 0
        assert window.limit == 3  # as the user said
        return order, most

    assert asyncio.run(run()) == (list(range(20)), 3)


def test_whoever_gives_up_waiting_takes_no_place() -> None:
    async def run() -> None:
        window = Window(1)
        first = await window.enter()
        waiting = [asyncio.ensure_future(window.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        window.leave(first)  # lets the next one in ...
        waiting[1].cancel()  # ... which gives up in the same moment
        last = await waiting[2]
        assert window.in_flight == 1
        window.leave(last)
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


def test_far_from_one_addressee_is_not_far_from_another() -> None:
    """What comes from behind a link between servers is not held against our own server."""

    async def run() -> float:
        window = Window()
        for addressee, seconds in (("near", 0.001), ("far", 0.3)) * 5:
            waiting = [window.enter() for _ in range(int(window.limit))]
            for number in await asyncio.gather(*waiting):
                window.leave(number, seconds, addressee)
        return window.limit

    assert asyncio.run(run()) > FIRST


def test_a_window_that_is_not_made_use_of_does_not_grow() -> None:
    async def run() -> float:
        window = Window()
        for _ in range(1000):
            window.leave(await window.enter(), 0.001, "near")
        return window.limit

    assert asyncio.run(run()) == FIRST


def test_nor_does_one_that_was_made_use_of_once_and_is_never_empty_since() -> None:
    async def run() -> tuple[float, float]:
        window = Window()
        burst = await asyncio.gather(*(window.enter() for _ in range(FIRST)))
        for number in burst[1:]:
            window.leave(number, 0.001, "near")
        (under_way, *_), after_burst = burst, window.limit
        for _ in range(1000):
            number = await window.enter()
            window.leave(under_way, 0.001, "near")
            under_way = number
        return after_burst, window.limit

    after_burst, in_the_end = asyncio.run(run())
    assert after_burst > FIRST
    assert in_the_end - after_burst < 3

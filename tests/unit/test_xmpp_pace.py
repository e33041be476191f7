"""The pace of requests, against servers that are a few lines each and live in no real time."""

import heapq
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from spaces_sync.xmpp.pace import FIRST, MOST, QUEUE, TOLERATED, adapted

Work: TypeAlias = Callable[[float, float], float]
"""When a request is done that the server takes up then; the second: when it was done before."""

limits = st.floats(QUEUE, MOST)
times = st.floats(1e-5, 1000)


class Run(NamedTuple):
    seconds: float
    limits: list[float]  # after each answer
    answers: list[float]  # when each came

    def rate(self, first: int) -> float:
        """Answers a second from that one on."""
        return (len(self.answers) - first - 1) / (self.answers[-1] - self.answers[first])


def run(requests: int, round_trip: float, work: Work) -> Run:
    """As a session does it: as many in flight as the limit is, and an answer lets the next go."""
    limit, shortest, done, now = float(FIRST), float("inf"), 0.0, 0.0
    in_flight: list[tuple[float, float]] = []  # when the answer comes, when the request went
    limits, answers = [], []
    while len(answers) < requests:
        while len(in_flight) < limit and len(in_flight) + len(answers) < requests:
            done = work(max(now + round_trip / 2, done), done)
            heapq.heappush(in_flight, (done + round_trip / 2, now))
        now, sent = heapq.heappop(in_flight)
        shortest = min(shortest, now - sent)
        limit = adapted(limit, now - sent, shortest)
        limits.append(limit)
        answers.append(now)
    return Run(now, limits, answers)


def steady(rate: float) -> Work:
    return lambda begun, _: begun + 1 / rate


def shaped(rate: float, burst: float, quick: float = 5000.0) -> Work:
    """A bucket of `burst` requests that fills at `rate`; as long as it lasts, `quick` a second."""
    tokens, at = burst, 0.0

    def work(begun: float, _: float) -> float:
        nonlocal tokens, at
        tokens, at = min(burst, tokens + (begun - at) * rate), begun
        tokens -= 1
        return begun + 1 / quick + max(0.0, -tokens / rate)

    return work


@given(limit=limits, seconds=times, slower=times, shortest=times)
def test_a_slower_answer_never_lets_more_go(
    limit: float, seconds: float, slower: float, shortest: float
) -> None:
    seconds, slower = sorted((seconds, slower))
    assert adapted(limit, slower, shortest) <= adapted(limit, seconds, shortest)
    assert QUEUE <= adapted(limit, seconds, shortest) <= MOST


@given(limit=limits, seconds=times, shortest=times, unit=st.sampled_from([0.001, 60.0]))
def test_only_the_proportion_of_the_times_counts(
    limit: float, seconds: float, shortest: float, unit: float
) -> None:
    other = adapted(limit, seconds * unit, shortest * unit)
    assert abs(adapted(limit, seconds, shortest) - other) < 1e-6


@given(limit=limits, seconds=times, shortest=times)
def test_one_slow_answer_costs_one_request(limit: float, seconds: float, shortest: float) -> None:
    assert adapted(limit, seconds, shortest) >= limit - 1


@given(rate=st.floats(20, 5000), round_trip=st.floats(0.0002, 0.3))
def test_a_server_of_a_fixed_rate_has_always_work_and_no_long_queue(
    rate: float, round_trip: float
) -> None:
    shortest = round_trip + 1 / rate
    done = run(8000, round_trip, steady(rate))
    assert done.rate(6000) >= 0.95 * min(rate, MOST / shortest)
    for limit in done.limits[6000:]:
        assert limit <= min(MOST, 1.5 * TOLERATED * shortest * rate + 2 * QUEUE)


@given(
    rate=st.floats(3, 40),  # requests of 300 bytes: from 1 kB/s to 12 kB/s
    burst=st.floats(1, 100),
    round_trip=st.floats(0.0002, 0.3),
)
def test_behind_a_rate_limit_the_limit_shrinks_and_all_of_the_rate_is_used(
    rate: float, burst: float, round_trip: float
) -> None:
    done = run(1500, round_trip, shaped(rate, burst))
    assert done.rate(500) >= 0.95 * rate
    assert max(done.limits[1000:]) <= 2 * (QUEUE + TOLERATED * round_trip * rate)


def test_two_hundred_milliseconds_away_it_doubles_in_a_round_trip() -> None:
    done = run(4000, 0.2, steady(5000.0))
    assert done.seconds <= 4000 / 5000 + 6 * 0.2
    assert max(done.limits) >= 500


@given(limit=limits, shortest=st.floats(0.001, 0.3))
def test_after_a_pause_of_the_server_it_is_soon_what_it_was(limit: float, shortest: float) -> None:
    """All that was in flight waited for it."""
    slowed = limit
    for _ in range(int(limit)):
        slowed = adapted(slowed, 5.0, shortest)
    recovered, round_trips = slowed, 0
    while recovered < limit:
        for _ in range(int(recovered)):
            recovered = adapted(recovered, shortest, shortest)
        round_trips += 1
    assert round_trips <= 7


def test_it_comes_to_rest() -> None:
    limits = run(8000, 0.1, steady(500.0)).limits[4000:]
    assert max(abs(one - other) for one, other in pairwise(limits)) < 1
    assert max(limits) - min(limits) < 0.2 * max(limits)

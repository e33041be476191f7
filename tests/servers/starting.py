"""Starts a private server of any installation, once a run or for one test."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import cache, partial
from types import MappingProxyType
from typing import Any, NoReturn

import pytest

from servers import Brand, Server, ejabberd, process, prosody
from servers.installations import Installation, installations

ALL = os.environ.get("SERVERS") == "all"
Start = Callable[..., AbstractContextManager[Server]]
STARTS: Mapping[str, Start] = MappingProxyType(
    {"prosody": prosody.start, "ejabberd": ejabberd.start}
)


def tested(metafunc: pytest.Metafunc, brands: Sequence[Brand]) -> list[Installation]:
    """What a test runs on: what the running system has, and the newer ones where it is marked so or
    all tests are to run on all (SERVERS=all)."""
    return installations(brands, newer=on_newer(metafunc))


def on_newer(metafunc: pytest.Metafunc) -> bool:
    """Whether a test runs on newer servers, too: on all, or on one (`beyond_the_sample`)."""
    marks = ("newer_servers", "a_newer_server")
    return ALL or any(map(metafunc.definition.get_closest_marker, marks))


def beyond_the_sample(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Of each test that is marked `a_newer_server`, with each set of its other arguments, all on
    newer servers but one; which of them is another one each time."""
    groups: dict[tuple[object, ...], list[pytest.Item]] = {}
    for item in items if not ALL else ():
        arguments = item.callspec.params.items() if hasattr(item, "callspec") else ()
        newer = [each for _, each in arguments if isinstance(each, Installation) and each.suite]
        if newer and item.get_closest_marker("a_newer_server"):
            others = [str(each) for _, each in arguments if each not in newer]
            test = (item.path, getattr(item, "originalname", ""), *others)
            groups.setdefault(test, []).append(item)
    return [
        item
        for number, group in enumerate(groups.values())
        for place, item in enumerate(group)
        if place != number % len(group)
    ]


def of_the_large_run(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """What is left out without SERVERS=all: what takes a database, or a service from PyPI."""
    return [each for each in items if not ALL and each.get_closest_marker("large_run")]


def without(reason: str, *, promised: bool) -> NoReturn:
    """Skips the test, and says why; in CI it fails where what is missing is `promised`: it is the
    running system's own. What newer suites and PyPI hold is not ours to promise.
    """
    if promised and os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def startable(installation: Installation) -> Start:
    """Its `start`; where it is missing, the test goes `without` it."""
    if reason := installation.missing():
        without(reason, promised=installation.suite is None)
    return partial(STARTS[installation.brand], installation=installation)


def shared(stack: ExitStack, **options: Any) -> Callable[[Installation], Server]:
    """`options` are those of Prosody's `start`."""

    @cache
    def started(installation: Installation) -> Server:
        start = startable(installation)
        folder = stack.enter_context(process.temporary_folder())
        chosen = options if installation.brand == "prosody" else {}
        return stack.enter_context(start(folder, **chosen))

    return started

"""What follows a stanza with a long tag, and what follows what came in."""

import asyncio
import socket
from typing import Any

import pytest

from spaces_sync.model.xml import element, serialise
from spaces_sync.xmpp.stream import LONG_TAG, acknowledge, blanks_behind


def tag(length: int, character: str = "x") -> str:
    """An element of one start tag that has so many bytes."""
    around = len("<a b=''/>")
    count, rest = divmod(length - around, len(character.encode()))
    return f"<a b='{character * count}{'x' * rest}'/>"


@pytest.mark.parametrize(
    ("stanza", "blanks"),
    [
        ("<iq/>", 0),
        (tag(LONG_TAG), 0),
        (tag(LONG_TAG + 1), LONG_TAG + 1),
        (tag(24_000), 24_000),
        (tag(24_000, "é"), 24_000),
        (f"<iq>{tag(5_000)}<b>{tag(9_000)}</b>{tag(6_000)}</iq>", 9_000),
        (f"<iq>{tag(900) * 20}</iq>", 0),
        (f"<iq>{'text ' * 9_000}</iq>", 0),
        (serialise(element("", "a", {"b": "<>" * 3_000}), ""), len("<a b=''/>") + 8 * 3_000),
    ],
)
def test_as_many_blanks_as_the_longest_long_tag_has_bytes(stanza: str, blanks: int) -> None:
    assert blanks_behind(stanza) == blanks


class Heard(asyncio.BaseTransport):
    """Over a socket that keeps what is set, or one that is closed."""

    def __init__(self, *, closed: bool = False) -> None:
        super().__init__({"socket": self})
        self.closed = closed
        self.options: list[tuple[int, ...]] = []

    def setsockopt(self, *option: int) -> None:
        if self.closed:
            raise OSError(9, "Bad file descriptor")
        self.options.append(option)


def test_what_came_in_is_acknowledged_at_once() -> None:
    over = Heard()
    acknowledge(over)
    assert over.options == [(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)]


@pytest.mark.parametrize("over", [None, Heard(closed=True), asyncio.BaseTransport()])
def test_nothing_to_acknowledge_on_is_no_error(over: Any) -> None:
    acknowledge(over)


def test_a_system_without_a_way_to_acknowledge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "TCP_QUICKACK")
    acknowledge(over := Heard())
    assert over.options == []

"""What a run without SERVERS=all tries on newer servers (tests/servers/starting.py)."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from servers import starting
from servers.installations import Installation

OWN = [Installation("prosody"), Installation("ejabberd")]
NEWER = [Installation(brand, suite) for brand in ("prosody", "ejabberd") for suite in ("a", "b")]


def item(case: str, server: Installation, mark: str) -> Any:
    return SimpleNamespace(
        path=Path("test_it.py"),
        originalname="test_it",
        callspec=SimpleNamespace(params={"case": case, "server": server}),
        get_closest_marker=lambda name: name == mark or None,
    )


def items(mark: str) -> list[Any]:
    return [item(case, server, mark) for case in "abcdefgh" for server in (*OWN, *NEWER)]


def test_each_case_is_tried_on_one_newer_server_and_each_server_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(starting, "ALL", False)
    every = items("a_newer_server")
    left_out = [id(each) for each in starting.beyond_the_sample(every)]
    tried = [each.callspec.params for each in every if id(each) not in left_out]
    assert Counter(each["server"] for each in tried) == {
        **dict.fromkeys(OWN, 8),
        **dict.fromkeys(NEWER, 2),
    }
    newer = [each["case"] for each in tried if each["server"] in NEWER]
    assert sorted(newer) == [*"abcdefgh"]


def test_nothing_is_left_out_where_all_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "ALL", True)
    assert starting.beyond_the_sample(items("a_newer_server")) == []
    monkeypatch.setattr(starting, "ALL", False)
    assert starting.beyond_the_sample(items("newer_servers")) == []

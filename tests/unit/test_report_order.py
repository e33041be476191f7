"""The order in which reports name things."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces_sync.report.order import order_key


@pytest.mark.parametrize(
    "names",
    [
        ["room9", "room10", "room100"],
        ["a", "a1", "a1b", "a2", "b"],
        ["01", "1", "002", "10"],
        ["x1" + "0" * 4998, "x" + "9" * 5000],  # more digits than `int` takes
        ["2025-9-1", "2025-10-1"],
    ],
)
def test_numbers_are_sorted_by_their_values(names: list[str]) -> None:
    assert all(sorted(mixed, key=order_key) == names for mixed in permutations(names))


@given(st.lists(st.text()), st.randoms(use_true_random=False))
def test_any_names_have_one_order(names: list[str], chance: random.Random) -> None:
    mixed = chance.sample(names, len(names))

    assert sorted(mixed, key=order_key) == sorted(names, key=order_key)

"""Tables of words have a row for each value that they speak of."""

from typing import get_args

from spaces_sync.plan.actions import Action
from spaces_sync.plan.causes import Code
from spaces_sync.plan.guards import _WORDS as GUARD_WORDS
from spaces_sync.plan.guards import GUARDS
from spaces_sync.plan.plan import LeftReason
from spaces_sync.report.action_table import ACTION_TABLE
from spaces_sync.report.causes import _WORDS as CAUSE_WORDS
from spaces_sync.report.phrases import _LEFT_ALONE


def test_every_action_has_a_row() -> None:
    assert set(ACTION_TABLE) == set(get_args(Action))


def test_every_cause_has_words() -> None:
    assert set(CAUSE_WORDS) == set(get_args(Code))


def test_every_reason_to_leave_something_alone_is_counted() -> None:
    assert set(_LEFT_ALONE) == set(get_args(LeftReason))


def test_every_guard_has_words() -> None:
    assert set(GUARD_WORDS) == set(GUARDS)

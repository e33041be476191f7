"""What the fields of a plan cost, held against the actions that cost it."""

import pytest

from builders import DEV
from spaces_sync.model.state import Values
from spaces_sync.plan.actions import ConfigureNode
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.preconditions import concerns

TITLE = ("pubsub#title", ("A",), ("B",))


@pytest.mark.parametrize(
    ("code", "var", "before", "after"),
    [
        ("more-shut-out", "pubsub#access_model", ("open",), ("whitelist",)),
        ("more-shut-out", "pubsub#access_model", ("open",), ("presence",)),
        ("more-shut-out", "pubsub#publish_model", ("subscribers",), ("publishers",)),
        ("more-shut-out", "pubsub#tempsub", ("false",), ("true",)),
        ("more-shut-out", "pubsub#roster_groups_allowed", ("a", "b"), ("a",)),
        ("more-to-read", "pubsub#access_model", ("whitelist",), ("open",)),
        ("items-came", "pubsub#item_expire", ("0",), ("60",)),
        ("items-came", "pubsub#purge_offline", ("false",), ("true",)),
        ("overflow", "pubsub#max_items", ("9",), ("5",)),
    ],
)
def test_a_violation_stops_what_it_is_about_and_no_title(
    code: str, var: str, before: Values, after: Values
) -> None:
    cause = Cause(code)  # type: ignore[arg-type]  # one of the codes above
    assert concerns(cause, ConfigureNode(DEV, {var: before}, {var: after}))
    name, old, new = TITLE
    assert not concerns(cause, ConfigureNode(DEV, {name: old}, {name: new}))

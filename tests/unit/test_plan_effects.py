"""What the fields of a plan cost, held against the actions that cost it."""

import pytest

from builders import DEV, PROSODY, live_node
from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Field, Reading, State, Values
from spaces_sync.plan.actions import ConfigureNode
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.preconditions import concerns
from spaces_sync.plan.recheck import by_field

ME = Jid("me@megacorp.example")
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


@pytest.mark.parametrize(
    ("var", "before", "after"),
    [
        ("pubsub#max_items", ("9",), ("5",)),
        ("pubsub#item_expire", ("0",), ("60",)),
        ("pubsub#purge_offline", ("false",), ("true",)),
    ],
)
def test_what_was_approved_to_go_goes_with_the_field_that_costs_it(
    var: str, before: Values, after: Values
) -> None:
    """Where a colleague has set the title meanwhile, the rest is sent as it was approved."""
    name, old, new = TITLE
    action = ConfigureNode(DEV, {name: old, var: before}, {name: new, var: after}, drops=3)
    config = {**live_node().config, name: Field(new), var: Field(before)}
    live = Reading(ME, State({DEV: live_node(config=config)}), services={DEV.service: PROSODY})
    parts = {tuple(part.after): part for part in by_field(action, live)}  # type: ignore[union-attr]  # of a ConfigureNode
    assert {fields: part.drops for fields, part in parts.items()} == {(name,): 0, (var,): 3}  # type: ignore[union-attr]  # as above

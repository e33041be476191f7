"""The table of effects: directions, values that are not known, and what has no row."""

import pytest

from spaces_sync.fields import EFFECTS, effects

NODE = "pubsub#"
ROOM = "muc#roomconfig_"

# field, before, after, what follows
CASES = [
    ("pubsub#access_model", "open", "whitelist", {"shuts out"}),
    ("pubsub#access_model", "open", "presence", {"shuts out"}),
    ("pubsub#access_model", "open", "authorize", {"shuts out"}),
    ("pubsub#access_model", "authorize", "whitelist", {"shuts out"}),
    ("pubsub#access_model", "whitelist", "roster", {"opens"}),
    ("pubsub#access_model", "whitelist", "open", {"opens"}),
    ("pubsub#access_model", "presence", "roster", {"opens", "shuts out"}),
    ("pubsub#access_model", "open", "some-new-model", {"opens", "shuts out"}),
    ("pubsub#access_model", "some-new-model", "open", {"opens"}),
    ("pubsub#access_model", "", "whitelist", {"shuts out"}),
    ("pubsub#access_model", "open", "open", set()),
    ("pubsub#publish_model", "publishers", "open", {"opens"}),
    ("pubsub#publish_model", "subscribers", "publishers", {"shuts out"}),
    ("pubsub#max_items", "20", "10", {"loses data"}),
    ("pubsub#max_items", "max", "10", {"loses data"}),
    ("pubsub#max_items", "10", "max", set()),
    ("pubsub#max_items", "10", "20", set()),
    ("pubsub#persist_items", "1", "0", {"loses data"}),
    ("pubsub#persist_items", "1", "true", set()),
    ("pubsub#persist_items", "", "false", {"loses data"}),
    ("pubsub#persist_items", "false", "true", set()),
    ("pubsub#item_expire", "", "1", {"loses data"}),
    ("pubsub#item_expire", "0", "60", {"loses data"}),
    ("pubsub#item_expire", "60", "max", set()),
    ("pubsub#item_expire", "60", "0", set()),
    ("pubsub#item_expire", "60", "86400", set()),
    ("pubsub#purge_offline", "false", "true", {"loses data"}),
    ("pubsub#purge_offline", "true", "false", set()),
    ("pubsub#title", "a", "b", set()),
    ("pubsub#deliver_payloads", "true", "false", set()),
    (f"{ROOM}persistentroom", "true", "false", {"ends it"}),
    (f"{ROOM}persistentroom", "false", "true", set()),
    (f"{ROOM}membersonly", "true", "false", {"opens"}),
    (f"{ROOM}membersonly", "false", "true", {"shuts out"}),
    (f"{ROOM}publicroom", "false", "true", {"opens"}),
    (f"{ROOM}whois", "moderators", "anyone", {"opens"}),
    (f"{ROOM}whois", "anyone", "moderators", set()),
    (f"{ROOM}maxusers", "none", "20", {"shuts out"}),
    (f"{ROOM}maxusers", "20", "none", set()),
    (f"{ROOM}passwordprotectedroom", "true", "false", {"opens"}),
    (f"{ROOM}moderatedroom", "false", "true", {"shuts out"}),
    (f"{ROOM}moderatedroom", "true", "false", {"opens"}),
    (f"{ROOM}allowinvites", "false", "true", {"opens"}),
    (f"{ROOM}allowinvites", "true", "false", set()),
    (f"{ROOM}presencebroadcast", "moderator", "visitor", {"opens"}),
    (f"{ROOM}presencebroadcast", "visitor", "none", set()),
    ("members_by_default", "false", "true", {"opens"}),
    ("captcha_protected", "true", "false", {"opens"}),
    ("pubsub#collection", "", "news", {"opens"}),
    (f"{ROOM}historylength", "20", "0", {"loses data"}),
    (f"{ROOM}enablearchiving", "true", "false", {"loses data"}),
    ("public_list", "false", "true", {"opens"}),
    ("mam", "true", "false", {"loses data"}),
    (f"{ROOM}roomname", "a", "b", set()),
]


@pytest.mark.parametrize(("var", "before", "after", "found"), CASES)
def test_a_change_does_what_its_direction_says(var, before, after, found) -> None:
    values = [(each,) if each else () for each in (before, after)]
    assert {each.effect for each in effects(var, *values)} == found


def test_groups_of_a_roster_that_come_and_go() -> None:
    var = "pubsub#roster_groups_allowed"
    assert {e.effect for e in effects(var, ("a", "b"), ("b", "a"))} == set()
    assert {e.effect for e in effects(var, ("a",), ("a", "b"))} == {"opens"}
    assert {e.effect for e in effects(var, ("a",), ("b",))} == {"opens", "shuts out"}


@pytest.mark.parametrize("var", EFFECTS)
def test_no_change_has_no_effect(var: str) -> None:
    for values in ((), ("true",), ("open",), ("3",)):
        assert effects(var, values, values) == ()

"""Why something was not done, in words: what it is about, how many, and where items differ."""

import pytest

from builders import DEV
from spaces_sync.plan.causes import Cause
from spaces_sync.report.causes import causes_text

LONG = "<conference xmlns='urn:xmpp:bookmarks:1' name='{}' autojoin='true'>" + "<x/>" * 60


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (Cause("vanished"), "dev was there when planned, and is not any more"),
        (Cause("appeared"), "dev was not there when planned, and is"),
        (Cause("protected-since"), "dev is protected by now"),
        (Cause("items-came", after="1"), "1 item has come or changed since it was planned"),
        (Cause("items-came", after="2"), "2 items have come or changed since it was planned"),
        (
            Cause("more-to-read", after="1"),
            "1 item has come or changed since, and more people could read that then",
        ),
        (
            Cause("field-changed", "pubsub#access_model", "'open'", "'whitelist'"),
            "access model was 'open' when planned, and is 'whitelist'",
        ),
        (
            Cause("not-kept", "pubsub#title, muc#roomconfig_membersonly"),
            "the service said yes and did not keep title, members only",
        ),
        (
            Cause("not-offered", "muc#roomconfig_maxusers, urn:x"),
            "the service has no field for max users, urn:x",
        ),
        (
            Cause("not-offered", "muc#roomconfig_pubsub"),
            "the service has no field for space; Prosody has it with mod_muc_space_parent",
        ),
    ],
)
def test_a_cause_says_what_it_is_about(cause: Cause, text: str) -> None:
    assert causes_text([cause], DEV) == text


def test_without_its_object_it_is_it() -> None:
    assert causes_text([Cause("vanished")]).startswith("it was there")


def test_of_an_item_that_changed_the_difference_is_shown() -> None:
    text = causes_text([Cause("item-changed", "a", LONG.format("Hall"), LONG.format("Bar"))], DEV)

    assert len(text) < 200
    assert "name='Hall'" in text
    assert "name='Bar'" in text
    gone = causes_text([Cause("item-changed", "a", LONG.format("Hall"), "")], DEV)
    assert gone.endswith("… when planned, and is not there")

"""Affiliations and subscriptions out of answers."""

import pytest

from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import MalformedAnswerError
from spaces_sync.xmpp.affiliations import SUBSCRIPTIONS, strongest


def entry(**attributes: str) -> Xml:
    return element("u", "subscription", attributes)


def test_the_strongest_of_several_subscriptions_counts() -> None:
    found = strongest(
        [
            entry(jid="a@b", subscription="pending", subid="1"),
            entry(jid="A@b/desk", subscription="subscribed", subid="2"),
            entry(jid="a@b/phone", subscription="unconfigured", subid="3"),
            entry(jid="c@d", subscription="none"),
            entry(jid="e@f", subscription="unheard-of"),
        ],
        "subscription",
        SUBSCRIPTIONS,
    )
    assert found == {"a@b": "subscribed", "e@f": "unheard-of"}


def test_what_is_no_jid_is_left_out() -> None:
    entries = [entry(jid=jid, subscription="subscribed") for jid in ("a b@c", "@c", "", "x@y")]
    assert strongest(entries, "subscription", SUBSCRIPTIONS) == {"x@y": "subscribed"}


@pytest.mark.parametrize("given", [{"jid": "a@b"}, {"subscription": "subscribed"}, {}])
def test_an_entry_that_says_nothing(given: dict[str, str]) -> None:
    with pytest.raises(MalformedAnswerError, match="lacks"):
        strongest([entry(**given)], "subscription", SUBSCRIPTIONS)

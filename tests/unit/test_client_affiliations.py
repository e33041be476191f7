"""Lists of foreign JIDs into accounts."""

from spaces_sync.client.affiliations import NODE_AFFILIATIONS, SUBSCRIPTIONS, strongest_by_account
from spaces_sync.ports import Affiliation, Subscription


def test_the_strongest_of_several_subscriptions_counts() -> None:
    found = strongest_by_account(
        [
            Subscription("a@b", "pending", "1"),
            Subscription("A@b/desk", "subscribed", "2"),
            Subscription("a@b/phone", "unconfigured", "3"),
            Subscription("c@d", "none"),
            Subscription("e@f", "unheard-of"),
        ],
        SUBSCRIPTIONS,
    )
    assert found == {"a@b": "subscribed", "e@f": "unheard-of"}


def test_the_strongest_of_two_spellings_counts() -> None:
    entries = [Affiliation("a@B", "member"), Affiliation("A@b", "owner"), Affiliation("c", "none")]
    assert strongest_by_account(entries, NODE_AFFILIATIONS) == {"a@b": "owner"}


def test_what_is_no_jid_is_left_out() -> None:
    entries = [Subscription(jid, "subscribed") for jid in ("a b@c", "@c", "", "x@y")]
    assert strongest_by_account(entries, SUBSCRIPTIONS) == {"x@y": "subscribed"}

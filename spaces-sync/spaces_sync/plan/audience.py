"""Who may read a node after a plan: whom a whitelist shuts out, and whose subscription ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spaces_sync.fields import effects
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ranks import may_read
from spaces_sync.model.state import EMPTY, Node, Values
from spaces_sync.plan.actions import Action, SetAffiliation, SetSubscription, Why
from spaces_sync.plan.configs import field_after
from spaces_sync.profile import ACCESS_MODEL


def shut_out(node: Node, changes: Mapping[Jid, str]) -> tuple[Jid, ...]:
    """The subscribers whom a whitelist would shut out, with these changes of affiliations."""
    affiliations = {**(node.affiliations or EMPTY), **changes}
    return tuple(
        jid for jid in node.subscriptions or EMPTY if not may_read(affiliations.get(jid, "none"))
    )


def opens_to_more(before: Values, after: Values) -> bool:
    """Whether more people can read what comes from a node of one access model into another's."""
    return any(each.effect == "opens" for each in effects(ACCESS_MODEL, before, after))


def affiliation_changes(actions: Iterable[Action]) -> Mapping[Jid, str]:
    """What `actions` on one node make of whose affiliation."""
    return {each.jid: each.after for each in actions if isinstance(each, SetAffiliation)}


def access_after(actions: Iterable[Action], live: Node | None) -> Values:
    """The access model of one node when `actions` on it are done."""
    return field_after(ACCESS_MODEL, actions, live)


def ended_by_closing(
    address: NodeAddress, actions: Iterable[Action], live: Node, account: Jid, why: Why
) -> Iterator[SetSubscription]:
    """The end of each subscription that does not fit a whitelist, but for `account`'s own.

    COMPAT(ejabberd 23.01): who was subscribed before a node became a whitelist reads on, so that
    each is unsubscribed by name. Shown by
    test_compat_ejabberd_a_whitelist_is_open_to_former_subscribers.
    """
    actions = tuple(actions)
    ended = {each.jid for each in actions if isinstance(each, SetSubscription)}
    for jid in sorted(shut_out(live, affiliation_changes(actions))):
        if jid not in ended and jid != account:
            before = (live.subscriptions or EMPTY)[jid]
            yield SetSubscription(address, jid, before, "none", why)

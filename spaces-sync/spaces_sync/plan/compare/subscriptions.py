"""Plans who is subscribed to a node: the file's words, and an end where access ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spaces_sync.model.addresses import Jid
from spaces_sync.model.ledger import subscription_name
from spaces_sync.model.state import EMPTY
from spaces_sync.plan.actions import Action, SetSubscription, Why
from spaces_sync.plan.audience import access_after, affiliation_changes, ended_by_closing
from spaces_sync.plan.compare.affiliations import given_by_us
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.configs import field_after
from spaces_sync.profile import PUBLISH_MODEL


def plan_subscriptions(
    context: NodeContext, actions: Iterable[Action]
) -> Iterator[SetSubscription]:
    """The changes of who is subscribed to a node, by JID; the account itself comes first.

    actions: what is planned for the node so far, its access model and affiliations.
    """
    actions = tuple(actions)
    yield from _ourselves(context, actions)
    changes = sorted(_changes(context, actions), key=lambda each: each.jid)
    if access_after(actions, context.live) == ("whitelist",):
        why = Why("file", context.place("subscriptions"))
        changes.extend(
            ended_by_closing(
                context.address, (*actions, *changes), context.found, context.account, why
            )
        )
    yield from sorted(changes, key=lambda each: each.jid)


def _changes(context: NodeContext, actions: Iterable[Action]) -> Iterator[SetSubscription]:
    wanted = context.wanted.subscriptions
    now = context.found.subscriptions or EMPTY
    after = {**(wanted or EMPTY), **dict.fromkeys(_revoked(context, actions), "none")}
    if wanted is not None:
        given = given_by_us(context, subscription_name)
        after = {**{jid: "none" for jid in now if given(jid)}, **after}
    for jid, wished in after.items():
        before = now.get(jid, "none")
        if before != wished:
            place = context.place("subscriptions", jid)
            yield SetSubscription(context.address, jid, before, wished, Why("file", place))


def _revoked(context: NodeContext, actions: Iterable[Action]) -> Iterator[Jid]:
    """Whose right to read goes.

    COMPAT(ejabberd 23.01): it keeps the subscription of somebody who loses the affiliation.
    Shown by test_compat_ejabberd_keeps_the_subscription_of_who_loses_the_affiliation.
    """
    gone = ("none", "outcast") if context.policy.is_private else ("outcast",)
    changed = affiliation_changes(actions)
    return (jid for jid in context.found.subscriptions or EMPTY if changed.get(jid) in gone)


def _ourselves(context: NodeContext, actions: Iterable[Action]) -> Iterator[SetSubscription]:
    """Where only subscribers may publish, this account has to be one.

    COMPAT(ejabberd 23.01): it takes nothing there of an owner who is not subscribed.
    Shown by test_compat_ejabberd_takes_nothing_of_an_owner_who_is_not_subscribed.
    """
    wanted, account = context.wanted, context.account
    model = wanted.config.get(PUBLISH_MODEL)
    values = model.values if model else field_after(PUBLISH_MODEL, actions, context.live)
    before = (context.found.subscriptions or EMPTY).get(account, "none")
    named = account in (wanted.subscriptions or EMPTY)
    if values == ("subscribers",) and before == "none" and not named:
        words = ("who publishes here has to be subscribed, this account too",)
        why = Why("required", context.place("config", PUBLISH_MODEL), words)
        yield SetSubscription(context.address, account, before, "subscribed", why)

"""Plans who may do what with a node: the file's words, and an end to what it no longer says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from spaces_sync.model.addresses import Jid
from spaces_sync.model.ledger import affiliation_name, values_value
from spaces_sync.model.ranks import may_read, rank
from spaces_sync.model.state import EMPTY, Owned, may_be
from spaces_sync.plan.actions import Action, Reason, SetAffiliation, Why
from spaces_sync.plan.audience import access_after
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.compare.rename import Former
from spaces_sync.plan.plan import Obstacle
from spaces_sync.profile import PUBSUB


def plan_affiliations(
    context: NodeContext, former: Former | None, actions: Iterable[Action]
) -> Iterator[SetAffiliation | Obstacle]:
    """The changes of who may do what with a node, and why it would be left without an owner.

    former: the node that it was before; None: it was none, or is no copy any more.
    actions: what is planned for the node so far.
    """
    declared = _declared(context)
    inherited = _inherited(context, former) if former is not None else {}
    wanted = {**inherited, **declared}
    now = context.found.affiliations or EMPTY
    for jid, after in sorted(wanted.items()):
        if now.get(jid, "none") != after:
            reason: Reason = "file" if jid in declared else "rename"
            yield _change(context, jid, now.get(jid, "none"), after, reason)
    if now and "owner" not in {**now, **wanted}.values():
        text = "would be left without an owner; name one"
        yield Obstacle(context.address, text, context.place("affiliations"))
    if access_after(actions, context.live) == ("whitelist",):
        yield from _unreadable(context, {**now, **wanted})


def _change(
    context: NodeContext, jid: Jid, before: str, after: str, reason: Reason
) -> SetAffiliation | Obstacle:
    """The service names those affiliations that it knows in its features (XEP-0060 4.1)."""
    place = context.place("affiliations", jid)
    feature = f"{PUBSUB}#{after}-affiliation"
    if after not in ("owner", "none") and feature not in context.service.features:
        text = f"{jid}: the service does not offer the affiliation {after!r}"
        return Obstacle(context.address, text, place)
    return SetAffiliation(context.address, jid, before, after, Why(reason, place))


def _unreadable(context: NodeContext, affiliations: Mapping[Jid, str]) -> Iterator[Obstacle]:
    """Whom the file wants subscribed where only those can be whom a whitelist names."""
    for jid in sorted(context.wanted.subscriptions or EMPTY):
        if not may_read(affiliations.get(jid, "none")):
            text = f"{jid} cannot read a whitelist, nor be subscribed: name them as a member"
            yield Obstacle(context.address, text, context.place("subscriptions", jid))


def _inherited(context: NodeContext, former: Former) -> Mapping[Jid, str]:
    """Who was what there, but for those whom the file named then and does not name any more."""
    declared = _declared(former.as_live(context))
    people = (former.node.affiliations or EMPTY).items()
    return {
        jid: held for jid, held in people if jid != context.account and declared.get(jid) != "none"
    }


def fewer_rights(context: NodeContext, former: Former) -> Mapping[Jid, str]:
    """Who is less in a node than in the one that it was, or banned there only, and what there.

    Without whom the file names, or named then.
    """
    wanted, now = context.wanted.affiliations or EMPTY, context.found.affiliations or EMPTY
    return {
        jid: held
        for jid, held in sorted(_inherited(context, former).items())
        if jid not in wanted and is_more(held, now.get(jid, "none"))
    }


def is_more(held: str, now: str) -> bool:
    """Whether `held` says something that is lost where `now` is held: a right, or a ban."""
    return held != now if held == "outcast" else rank(held) > rank(now)


def _declared(context: NodeContext) -> Mapping[Jid, str]:
    """What the file says, and `none` for whom it once declared something and does no more.

    Where it has no affiliations that is only so of those who worked for its source.
    """
    given, now = given_by_us(context, affiliation_name), context.found.affiliations or EMPTY
    silent = context.declaration.state.nodes[context.address].affiliations is None
    left = (
        jid
        for jid, held in now.items()
        if given(jid)
        and (jid in context.former or not silent)
        and may_be_ended(affiliation_name(jid), held, context.owned)
    )
    return {**dict.fromkeys(left, "none"), **(context.wanted.affiliations or EMPTY)}


def may_be_ended(name: str, held: str, owned: Owned | None) -> bool:
    """Whether silence ends the right that a ledger calls `name`: it lifts no ban of others."""
    given = (owned or Owned()).applied.get(name, "")
    return held != "outcast" or may_be(given, values_value((held,)))


def given_by_us(context: NodeContext, name: Callable[[Jid], str]) -> Callable[[Jid], bool]:
    """Whether this source once gave somebody what the ledger calls `name(jid)`.

    Our own account's is not to be taken back by silence.
    """
    owned = context.owned
    if owned is None or context.policy.prune == "none":
        return lambda _: False
    return lambda jid: jid != context.account and name(jid) in owned.applied

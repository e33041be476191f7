"""Plans who may do what with a node, and who is subscribed to it: deltas, grants first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.marker import Marker, affiliation_name
from spaces_sync.model.state import EMPTY, Node, Service
from spaces_sync.plan.actions import RANK, SetAffiliation, SetSubscription, Why
from spaces_sync.plan.ownership import own_marker
from spaces_sync.plan.plan import Obstacle
from spaces_sync.profile import PUBLISH_MODEL, PUBSUB

Part = SetAffiliation | SetSubscription | Obstacle


def plan_people(
    declaration: Declaration,
    account: Jid,
    address: NodeAddress,
    live: Node,
    service: Service,
    former: Mapping[Jid, str] | None = None,
) -> Iterator[Part]:
    """`former` are the affiliations of the node that a new one was before."""
    wanted = declaration.state.nodes[address]
    said = _said(declaration, account, address, live)
    inherited = {jid: word for jid, word in (former or EMPTY).items() if jid != account}
    yield from _affiliations(declaration, account, address, live, service, {**inherited, **said})
    yield from _ourselves(declaration, account, address, live)
    now = live.subscriptions or EMPTY
    for jid, after in sorted((wanted.subscriptions or EMPTY).items()):
        before = now.get(jid, "none")
        if before != after:
            place = declaration.place(address, "subscriptions", jid)
            yield SetSubscription(address, jid, before, after, Why("file", place))


def _ourselves(
    declaration: Declaration, account: Jid, address: NodeAddress, live: Node
) -> Iterator[SetSubscription]:
    """Where only subscribers may publish, ejabberd takes nothing of an owner who is none."""
    wanted = declaration.state.nodes[address]
    said = wanted.config.get(PUBLISH_MODEL) or live.config.get(PUBLISH_MODEL)
    before = (live.subscriptions or EMPTY).get(account, "none")
    named = account in (wanted.subscriptions or EMPTY)
    if said is not None and said.values == ("subscribers",) and before == "none" and not named:
        place = declaration.place(address, "config", PUBLISH_MODEL)
        words = ("who publishes here has to be subscribed, this account too",)
        yield SetSubscription(address, account, before, "subscribed", Why("required", place, words))


def shut_out(live: Node, changes: Mapping[Jid, str]) -> int:
    """How many subscribers a whitelist would shut out, with these changes of affiliations."""
    people = {**(live.affiliations or EMPTY), **changes}
    return sum(RANK.get(people.get(jid, "none"), 0) <= 0 for jid in live.subscriptions or EMPTY)


def _said(
    declaration: Declaration, account: Jid, address: NodeAddress, live: Node
) -> Mapping[Jid, str]:
    """What the file says, and `none` for whom it once said something and does no more."""
    said = declaration.state.nodes[address].affiliations
    if said is None:
        return EMPTY
    mark = own_marker(declaration, live)
    if mark is None or declaration.policies[address].prune == "none":
        return said
    left = (jid for jid in live.affiliations or EMPTY if _gave(mark, jid))
    return {**{jid: "none" for jid in left if jid != account}, **said}


def _gave(mark: Marker, jid: Jid) -> bool:
    return affiliation_name(jid) in mark.applied


def _affiliations(
    declaration: Declaration,
    account: Jid,
    address: NodeAddress,
    live: Node,
    service: Service,
    wanted: Mapping[Jid, str],
) -> Iterator[Part]:
    """The service names those words that it knows in its features (XEP-0060 4.1)."""
    now = live.affiliations or EMPTY
    subscribed = live.subscriptions or EMPTY
    for jid, after in sorted(wanted.items()):
        before = now.get(jid, "none")
        if before == after:
            continue
        place = declaration.place(address, "affiliations", jid)
        feature = f"{PUBSUB}#{after}-affiliation"
        if after not in ("owner", "none") and feature not in service.features:
            text = f"{jid}: the service does not offer the affiliation {after!r}"
            yield Obstacle(address, text, place)
            continue
        shut_out = after == "none" and declaration.policies[address].is_private
        if jid in subscribed and (shut_out or after == "outcast"):
            # ejabberd keeps the subscription of somebody who may not read any more.
            yield SetSubscription(address, jid, subscribed[jid], "none", Why("file", place))
        lost = jid == account and before == "owner"
        words = ("this account can no longer manage it",) if lost else ()
        yield SetAffiliation(address, jid, before, after, Why("file", place, words))
    if now and "owner" not in {**now, **wanted}.values():
        text = "would be left without an owner; name one"
        yield Obstacle(address, text, declaration.place(address, "affiliations"))

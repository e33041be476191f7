"""Plans who may do what with a node, and who is subscribed to it: deltas, grants first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.marker import affiliation_name, subscription_name
from spaces_sync.model.state import EMPTY, Node, Service
from spaces_sync.plan.actions import RANK, SetAffiliation, SetSubscription, Why, shut_out
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
    *,
    access: str,
    former: Node | None = None,
) -> Iterator[Part]:
    """`access`: its access model afterwards. `former`: the node that it was before."""
    said = affiliations_said(declaration, account, address, live)
    inherited = _inherited(declaration, account, address, former) if former is not None else {}
    wanted = {**inherited, **said}
    staying = frozenset(live.subscriptions or EMPTY) if access == "open" else frozenset()
    yield from _affiliations(declaration, account, address, live, service, wanted, staying)
    yield from _ourselves(declaration, account, address, live)
    ends = dict.fromkeys(_revoked(declaration, address, live, said), "none")
    if access == "whitelist":
        yield from _unlisted(declaration, address, live, wanted)
        ends.update(dict.fromkeys(losing(declaration, account, address, live), "none"))
    yield from _subscriptions(declaration, account, address, live, ends)


def _unlisted(
    declaration: Declaration, address: NodeAddress, live: Node, said: Mapping[Jid, str]
) -> Iterator[Obstacle]:
    """Whom the file wants subscribed where only those can be whom a whitelist names."""
    people = {**(live.affiliations or EMPTY), **said}
    for jid in sorted(declaration.state.nodes[address].subscriptions or EMPTY):
        if RANK.get(people.get(jid, "none"), 0) <= 0:
            text = f"{jid} cannot read a whitelist, nor be subscribed: name them as a member"
            yield Obstacle(address, text, declaration.place(address, "subscriptions", jid))


def _inherited(
    declaration: Declaration, account: Jid, address: NodeAddress, former: Node
) -> Mapping[Jid, str]:
    """Who was what there, but for those whom the file named then and does not name any more."""
    said = affiliations_said(declaration, account, address, former)
    people = (former.affiliations or EMPTY).items()
    return {j: word for j, word in people if j != account and said.get(j) != "none"}


def affiliations_said(
    declaration: Declaration, account: Jid, address: NodeAddress, live: Node
) -> Mapping[Jid, str]:
    """What the file says, and `none` for whom it once said something and does no more."""
    wanted = declaration.state.nodes[address].affiliations
    if wanted is None:
        return EMPTY
    given = _given(declaration, account, address, live, affiliation_name)
    left = (jid for jid in live.affiliations or EMPTY if given(jid))
    return {**dict.fromkeys(left, "none"), **wanted}


def losing(
    declaration: Declaration, account: Jid, address: NodeAddress, live: Node
) -> tuple[Jid, ...]:
    """Whose subscription a whitelist ends, but for those that the file wants."""
    wanted = declaration.state.nodes[address].subscriptions or EMPTY
    said = affiliations_said(declaration, account, address, live)
    return tuple(jid for jid in shut_out(live, said) if jid not in wanted and jid != account)


def _given(
    declaration: Declaration,
    account: Jid,
    address: NodeAddress,
    live: Node,
    name: Callable[[Jid], str],
) -> Callable[[Jid], bool]:
    """Whether this source once gave it; our own account's is not to be taken back by silence."""
    mark = own_marker(declaration, live)
    if mark is None or declaration.policies[address].prune == "none":
        return lambda _: False
    return lambda jid: jid != account and name(jid) in mark.applied


def _revoked(
    declaration: Declaration, address: NodeAddress, live: Node, said: Mapping[Jid, str]
) -> Iterator[Jid]:
    """Whose right to read goes: on ejabberd their subscription would stay."""
    gone = ("none", "outcast") if declaration.policies[address].is_private else ("outcast",)
    before = live.affiliations or EMPTY
    for jid in live.subscriptions or EMPTY:
        after = said.get(jid)
        if after in gone and after != before.get(jid, "none"):
            yield jid


def _subscriptions(
    declaration: Declaration,
    account: Jid,
    address: NodeAddress,
    live: Node,
    ends: Mapping[Jid, str],
) -> Iterator[SetSubscription]:
    """Each end by name: ejabberd lets subscribers read on whom a whitelist does not name."""
    wanted = declaration.state.nodes[address].subscriptions
    now = live.subscriptions or EMPTY
    after = {**(wanted or EMPTY), **ends}
    if wanted is not None:
        given = _given(declaration, account, address, live, subscription_name)
        after = {**{jid: "none" for jid in now if given(jid)}, **after}
    for jid, word in sorted(after.items()):
        before = now.get(jid, "none")
        if before != word:
            place = declaration.place(address, "subscriptions", jid)
            yield SetSubscription(address, jid, before, word, why=Why("file", place))


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
        why = Why("required", place, words)
        yield SetSubscription(address, account, before, "subscribed", ours=True, why=why)


def _affiliations(
    declaration: Declaration,
    account: Jid,
    address: NodeAddress,
    live: Node,
    service: Service,
    wanted: Mapping[Jid, str],
    staying: frozenset[Jid],
) -> Iterator[SetAffiliation | Obstacle]:
    """The service names those words that it knows in its features (XEP-0060 4.1).

    `staying`: who reads on without an affiliation, once the node is open; not before.
    """
    now = live.affiliations or EMPTY
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
        change = set_affiliation(address, jid, before, after, account, Why("file", place))
        yield replace(change, last=True) if after == "none" and jid in staying else change
    if now and "owner" not in {**now, **wanted}.values():
        text = "would be left without an owner; name one"
        yield Obstacle(address, text, declaration.place(address, "affiliations"))


def set_affiliation(
    target: NodeAddress | Jid, jid: Jid, before: str, after: str, account: Jid, why: Why
) -> SetAffiliation:
    """Of a node or a room; our own account gives up being an owner last of all."""
    last = jid == account and before == "owner"
    words = ("this account can no longer manage it",) if last else ()
    why = replace(why, consequences=(*why.consequences, *words))
    return SetAffiliation(target, jid, before, after, last, why)

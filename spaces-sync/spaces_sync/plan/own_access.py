"""What would shut the account itself out of a node, so that no later plan could mend it."""

from __future__ import annotations

from collections.abc import Iterable

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import EMPTY, Node
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    SetAffiliation,
    SetSubscription,
)
from spaces_sync.plan.audience import access_after, affiliation_changes
from spaces_sync.plan.capacity import writes_item
from spaces_sync.plan.configs import field_after
from spaces_sync.profile import ACCESS_MODEL, PUBLISH_MODEL


def shut_out_ourselves(
    address: NodeAddress, drafts: Iterable[Action], live: Node | None, account: Jid
) -> tuple[Action, str] | None:
    """Which of the `drafts` on one node takes from the account what it needs there, and why.

    None where none does. Giving up the rights of an owner is no such thing: it comes last.
    """
    drafts = tuple(drafts)
    return _unreadable(address, drafts, live, account) or _unwritable(drafts, live, account)


def _unreadable(
    address: NodeAddress, drafts: tuple[Action, ...], live: Node | None, account: Jid
) -> tuple[Action, str] | None:
    """COMPAT(ejabberd 23.01): under `roster` no owner reads a node, nor under `presence` on a
    service one of several. Shown by test_compat_ejabberd_shuts_owners_out_of_their_node.
    """
    model = "".join(access_after(drafts, live))
    closing = next((each for each in drafts if _sets(each, ACCESS_MODEL)), None)
    if model == "roster" and closing is not None:
        return closing, (
            "access_model: roster would shut this account out, too: whom a roster does not name, "
            "its owner neither, cannot read the node, so that no plan could undo it. Use whitelist "
            "and name who may read under 'affiliations'"
        )
    if model != "presence" or address.service == account:
        return None
    rights = dict((live.affiliations if live is not None else None) or EMPTY)
    rights = {account: "owner", **rights, **affiliation_changes(drafts)}
    others = sorted(jid for jid, right in rights.items() if right == "owner" and jid != account)
    cause = closing or next((each for each in drafts if _makes_owner(each)), None)
    if not others or cause is None:
        return None
    return cause, (
        f"access_model: presence would shut this account out, too: {', '.join(others)} may own the "
        "node, and the service lets only those read it who are in the presence of one owner, so "
        "that no plan could undo it. Use whitelist or authorize, or have no other owner"
    )


def _sets(action: Action, var: str) -> bool:
    match action:
        case CreateNode(config=config) | ConfigureNode(after=config):
            return var in config
        case _:
            return False


def _makes_owner(action: Action) -> bool:
    return isinstance(action, SetAffiliation) and action.after == "owner"


def _unwritable(
    drafts: tuple[Action, ...], live: Node | None, account: Jid
) -> tuple[Action, str] | None:
    """COMPAT(ejabberd 23.01): where subscribers publish, an owner who is none may not.

    Shown by test_compat_ejabberd_takes_nothing_of_an_owner_who_is_not_subscribed.
    """
    if field_after(PUBLISH_MODEL, drafts, live) != ("subscribers",):
        return None
    now = (live.subscriptions if live is not None else None) or EMPTY
    ours = [each for each in drafts if isinstance(each, SetSubscription) and each.jid == account]
    if now.get(account, "none") != "none" or any(each.after != "none" for each in ours):
        return None
    publishes = next((each for each in drafts if writes_item(each)), None)
    if publishes is None:
        return None
    return publishes, (
        f"only subscribers may publish here, and the file keeps this account, {account}, from "
        "being one: take it out of 'subscriptions'"
    )

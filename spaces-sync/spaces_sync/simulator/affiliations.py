"""Who has which part in a node, and the answers of Prosody that say no after doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.profile import ACCESS_MODEL
from spaces_sync.simulator import nodes
from spaces_sync.simulator.refusals import BAD_REQUEST, FORBIDDEN, Refusal
from spaces_sync.simulator.world import Call

_NOT_SUBSCRIBED: Final = Refusal("unexpected-request", "modify", detail="not-subscribed")
_SUBSCRIPTIONS: Final = ("subscribed", "pending", "unconfigured")


def affiliations(call: Call) -> Mapping[Jid, str]:
    return _shown(nodes.find_as(call).affiliations)


def subscriptions(call: Call) -> Mapping[Jid, str]:
    return _shown(nodes.find_as(call).subscriptions)


def _shown(jids: Mapping[Jid, str] | None) -> Mapping[Jid, str]:
    if jids is None:
        raise FORBIDDEN.error()
    return dict(jids)


def affiliate(call: Call, jid: Jid, word: str) -> None:
    node, profile = nodes.find_as(call), call.host.profile
    held = node.affiliations = node.affiliations if node.affiliations is not None else {}
    known = word in profile.affiliations
    if not known and not profile.errs_though_changed:
        raise profile.bad_affiliation.error()
    owners = [each for each, affiliation in held.items() if affiliation == "owner"]
    if profile.keeps_last_owner and owners == [jid]:
        return
    if word == "none":
        held.pop(jid, None)
    else:
        held[jid] = word
    if not known:
        # COMPAT(prosody 0.12): a word it does not know is refused, and stored.
        raise profile.bad_affiliation.error()
    if profile.errs_though_changed and jid in (node.subscriptions or {}):
        shut_out = word == "none" and node.value(ACCESS_MODEL) == "whitelist"
        if word == "outcast" or shut_out:
            # COMPAT(prosody 0.12): it fails to end the subscription, after changing the rest.
            raise FORBIDDEN.error()


def unsubscribe(call: Call, jid: Jid) -> None:
    """As a careful client does it: only who is subscribed."""
    if jid in subscriptions(call):
        subscribe(call, jid, "none")


def subscribe(call: Call, jid: Jid, word: str) -> None:
    node, profile = nodes.find_as(call), call.host.profile
    held = node.subscriptions = node.subscriptions if node.subscriptions is not None else {}
    if word == "none":
        if held.pop(jid, None) is None and profile.subscribes_readers:
            raise _NOT_SUBSCRIBED.error()
    elif word not in _SUBSCRIPTIONS:
        raise BAD_REQUEST.error()
    elif profile.subscribes_readers:
        # COMPAT(prosody 0.12): it knows one kind of subscription and ignores the others.
        if word == "subscribed":
            if not nodes.may_read(call, node, jid):
                raise FORBIDDEN.error()
            held[jid] = word
    else:
        held[jid] = word

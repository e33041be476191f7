"""Who has which affiliation with a node, who is subscribed, and how both are changed.

Each public function answers a request of `RawReader` or `RawWriter`. It raises `ServiceError`
where the server refuses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spaces_sync.model.addresses import Jid
from spaces_sync.ports import Affiliation, Subscription
from spaces_sync.profile import ACCESS_MODEL
from spaces_sync.simulator import nodes
from spaces_sync.simulator.error_answers import FORBIDDEN
from spaces_sync.simulator.world import NodeCall

NONE = "none"


def affiliations(call: NodeCall) -> Sequence[Affiliation]:
    """As `RawReader.affiliations`; refused also where a snapshot does not hold them."""
    held = _if_visible(nodes.find_as(call).affiliations)
    return [Affiliation(jid, word) for jid, word in held.items()]


def subscriptions(call: NodeCall) -> Sequence[Subscription]:
    """As `RawReader.subscriptions`; refused also where a snapshot does not hold them."""
    # COMPAT(ejabberd 23.01): the list leaves out requests that wait for an owner.
    # Shown by test_compat_ejabberd_does_not_list_pending_subscriptions.
    unlisted = () if call.host.profile.lists_pending else ("pending",)
    held = _if_visible(nodes.find_as(call).subscriptions)
    # COMPAT(prosody 0.12.3): it also lists those of the node of the same name before.
    # Shown by test_compat_prosody_lists_who_was_subscribed_before_a_node_was_made_again.
    former = call.host.former.get(call.address.node, ())
    held = {**dict.fromkeys(former, "subscribed"), **held}
    return [Subscription(jid, word) for jid, word in held.items() if word not in unlisted]


def _if_visible(jids: Mapping[Jid, str] | None) -> Mapping[Jid, str]:
    if jids is None:
        raise FORBIDDEN.error()
    return jids


def affiliate(call: NodeCall, jid: Jid, word: str) -> None:
    """Sets one affiliation; `none` removes it. Raises `ServiceError`, on Prosody also after it."""
    node, profile = nodes.find_as(call), call.host.profile
    held = node.affiliations = node.affiliations if node.affiliations is not None else {}
    known = word in profile.affiliations
    if not known and not profile.stores_unknown_affiliations:
        raise profile.bad_affiliation.error()
    owners = [each for each, affiliation in held.items() if affiliation == "owner"]
    if profile.keeps_last_owner and owners == [jid]:
        # COMPAT(ejabberd 23.01): that the last owner goes is ignored, with success.
        # Shown by test_compat_ejabberd_keeps_the_last_owner_and_reports_success.
        return
    if word == NONE:
        held.pop(jid, None)
    else:
        held[jid] = word
    if not known:
        # COMPAT(prosody 0.12.3): a word that it does not know is refused, and stored.
        # Shown by test_compat_prosody_stores_an_unknown_affiliation_and_reports_an_error.
        raise profile.bad_affiliation.error()
    shut_out = word == "outcast" or (word == NONE and node.value(ACCESS_MODEL) == "whitelist")
    if shut_out and profile.fails_to_unsubscribe and jid in (node.subscriptions or {}):
        # COMPAT(prosody 0.12.3 to 13.0.1): it changes the affiliation, then fails to end the
        # subscription.
        # Shown by test_compat_prosody_removing_a_subscriber_is_an_error_that_takes_effect.
        raise FORBIDDEN.error()
    if profile.shutting_out_unsubscribes and not nodes.may_read(call, node, jid):
        (node.subscriptions or {}).pop(jid, None)


def subscribe(call: NodeCall, jid: Jid, word: str) -> None:
    """Sets one subscription; `none` ends it. Raises `ServiceError`."""
    node, profile = nodes.find_as(call), call.host.profile
    held = node.subscriptions = node.subscriptions if node.subscriptions is not None else {}
    if word == NONE:
        if held.pop(jid, None) is None:
            raise profile.not_subscribed.error()
    elif word not in profile.subscriptions:
        # COMPAT(prosody 0.12.3): whatever is not `subscribed` is ignored, with success.
        # Shown by test_compat_prosody_ignores_other_subscriptions_with_success.
        if profile.bad_subscription is not None:
            raise profile.bad_subscription.error()
    elif profile.subscribes_only_readers and not nodes.may_read(call, node, jid):
        raise FORBIDDEN.error()
    else:
        held[jid] = word
        call.host.former.get(call.address.node, set()).discard(jid)

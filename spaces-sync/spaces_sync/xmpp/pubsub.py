"""Publish-subscribe (XEP-0060): the requests about nodes, and what their answers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Form, Item, Values
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import (
    Affiliation,
    DiscoInfo,
    ItemPage,
    Listing,
    MalformedAnswerError,
    NodePage,
    Subscription,
)
from spaces_sync.profile import ACCESS_MODEL, PUBSUB
from spaces_sync.xmpp import disco, forms, items
from spaces_sync.xmpp.session import ReadSession, WriteSession

OWNER: Final = f"{PUBSUB}#owner"
NODE_CONFIG: Final = f"{PUBSUB}#node_config"
PUBLISH_OPTIONS: Final = f"{PUBSUB}#publish-options"


class PubsubReader:
    """The questions of `RawReader` about services and nodes; the contracts stand there."""

    def __init__(self, session: ReadSession) -> None:
        self._session = session

    @property
    def account(self) -> Jid:
        return self._session.account

    async def server_items(self, server: Jid) -> Sequence[Jid]:
        return await disco.addresses(self._session, server)

    async def service_info(self, service: Jid) -> DiscoInfo:
        return await disco.info(self._session, service)

    async def node_info(self, node: NodeAddress) -> DiscoInfo:
        return await disco.info(self._session, node.service, node.node)

    async def disco_items(
        self, service: Jid, listing: Listing = "nodes", after: str | None = None
    ) -> NodePage:
        return await disco.nodes(self._session, service, listing, after)

    async def default_config(self, service: Jid) -> Form:
        answer = await self._session.get(service, _owner(element(OWNER, "default")))
        return forms.form(_inside(answer, OWNER, "default"), "the default configuration")

    async def node_config(self, node: NodeAddress) -> Form:
        answer = await self._session.get(node.service, _owner(_about(node, "configure")))
        return forms.form(_inside(answer, OWNER, "configure"), f"the configuration of {node}")

    async def items(self, node: NodeAddress, after: str | None = None) -> ItemPage:
        return await items.page(self._session, node, after)

    async def item(self, node: NodeAddress, item_id: str) -> Sequence[Item]:
        return await items.by_id(self._session, node, item_id)

    async def own_affiliations(self, service: Jid) -> Mapping[str, str]:
        query = element(PUBSUB, "pubsub", {}, element(PUBSUB, "affiliations"))
        listed = _inside(await self._session.get(service, query), PUBSUB, "affiliations")
        return {
            name: each.get("affiliation") or ""
            for each in listed.find_all(PUBSUB, "affiliation")
            if (name := each.get("node")) is not None
        }

    async def affiliations(self, node: NodeAddress) -> Sequence[Affiliation]:
        answer = await self._session.get(node.service, _owner(_about(node, "affiliations")))
        listed = _inside(answer, OWNER, "affiliations").find_all(OWNER, "affiliation")
        return list(map(affiliation, listed))

    async def subscriptions(self, node: NodeAddress) -> Sequence[Subscription]:
        answer = await self._session.get(node.service, _owner(_about(node, "subscriptions")))
        listed = _inside(answer, OWNER, "subscriptions").find_all(OWNER, "subscription")
        return [
            Subscription(
                _required(each, "jid"), _required(each, "subscription"), each.get("subid") or ""
            )
            for each in listed
        ]


class PubsubWriter(PubsubReader):
    """The changes of `RawWriter` to nodes; the contracts stand there."""

    def __init__(self, session: WriteSession) -> None:
        super().__init__(session)
        self._writes = session

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> str:
        configure = element(PUBSUB, "configure", {}, forms.submission(NODE_CONFIG, config))
        answer = await self._writes.set(
            node.service, element(PUBSUB, "pubsub", {}, _about(node, "create", PUBSUB), configure)
        )
        pubsub = answer.find(PUBSUB, "pubsub")
        created = pubsub.find(PUBSUB, "create") if pubsub else None
        named = created.get("node") if created else None
        return node.node if named is None else named

    async def configure_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        form = forms.submission(NODE_CONFIG, config)
        await self._writes.set(node.service, _owner(_about(node, "configure", OWNER, form)))

    async def delete_node(self, node: NodeAddress, renamed_to: NodeAddress | None = None) -> None:
        # COMPAT(prosody 0.12.3): it takes the redirection and tells nobody of it.
        # Shown by test_compat_prosody_tells_nobody_where_a_deleted_node_went.
        # COMPAT(ejabberd 23.01): the same.
        # Shown by test_compat_ejabberd_tells_nobody_where_a_deleted_node_went.
        redirect = [element(OWNER, "redirect", {"uri": renamed_to.uri})] if renamed_to else []
        await self._writes.set(node.service, _owner(_about(node, "delete", OWNER, *redirect)))

    async def publish(
        self, node: NodeAddress, item_id: str, payload: Xml, *, access_model: str = ""
    ) -> None:
        # COMPAT(prosody 0.12.3): of several items it takes the first and says `result`.
        # Shown by test_compat_prosody_takes_the_first_of_several_items_and_reports_success.
        item = element(PUBSUB, "item", {"id": item_id}, payload)
        publish = _about(node, "publish", PUBSUB, item)
        options = _publish_options(access_model) if access_model else ()
        await self._writes.set(node.service, element(PUBSUB, "pubsub", {}, publish, *options))

    async def retract(self, node: NodeAddress, item_id: str) -> None:
        # COMPAT(prosody 0.12.3): subscribers hear of it only where the request asks for it.
        # Shown by test_compat_prosody_retractions_are_told_only_on_request.
        item = element(PUBSUB, "item", {"id": item_id})
        retract = element(PUBSUB, "retract", {"node": node.node, "notify": "true"}, item)
        await self._writes.set(node.service, element(PUBSUB, "pubsub", {}, retract))

    async def set_affiliation(self, node: NodeAddress, jid: Jid, affiliation: str) -> None:
        await self._change(node, "affiliation", {"jid": jid, "affiliation": affiliation})

    async def set_subscription(
        self, node: NodeAddress, jid: str, subscription: str, subid: str = ""
    ) -> None:
        number = {"subid": subid} if subid else {}
        about = {"jid": jid, "subscription": subscription, **number}
        await self._change(node, "subscription", about)

    async def _change(self, node: NodeAddress, what: str, attributes: Mapping[str, str]) -> None:
        change = element(OWNER, what, attributes)
        await self._writes.set(node.service, _owner(_about(node, f"{what}s", OWNER, change)))


def affiliation(entry: Xml) -> Affiliation:
    """An entry of an affiliation list (XEP-0060 8.9.1, XEP-0045 9.5). Raises as `_required`."""
    return Affiliation(_required(entry, "jid"), _required(entry, "affiliation"))


def _required(entry: Xml, name: str) -> str:
    """An attribute of an entry of a list. Raises `MalformedAnswerError` where it is missing."""
    value = entry.get(name)
    if value is None:
        raise MalformedAnswerError(f"<{entry.name}> lacks its {name}")
    return value


def _publish_options(access_model: str) -> tuple[Xml]:
    """What the node has to be like for an item to be taken (XEP-0060 7.1.5)."""
    form = forms.submission(PUBLISH_OPTIONS, {ACCESS_MODEL: (access_model,)})
    return (element(PUBSUB, "publish-options", {}, form),)


def _owner(child: Xml) -> Xml:
    return element(OWNER, "pubsub", {}, child)


def _about(node: NodeAddress, name: str, ns: str = OWNER, *children: Xml) -> Xml:
    return element(ns, name, {"node": node.node}, *children)


def _inside(answer: Xml, ns: str, name: str) -> Xml:
    """The element `name` in the answer's `<pubsub>`. Raises `MalformedAnswerError`."""
    pubsub = answer.find(ns, "pubsub")
    found = pubsub.find(ns, name) if pubsub else None
    if found is None:
        raise MalformedAnswerError(f"the answer of {answer.get('from')} has no <{name}>")
    return found

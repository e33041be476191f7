"""Publish-subscribe (XEP-0060): the requests about nodes, and what their answers say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import EMPTY, Form, Item, Service, Values
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import (
    ItemList,
    MalformedAnswerError,
    NodeEntry,
    NodeInfo,
    ServiceError,
    UnusableAnswerError,
)
from spaces_sync.xmpp import affiliations as people
from spaces_sync.xmpp import disco, forms
from spaces_sync.xmpp.items import PUBSUB, read_item, read_items
from spaces_sync.xmpp.session import ReadSession, WriteSession

OWNER: Final = "http://jabber.org/protocol/pubsub#owner"
NODE_CONFIG: Final = "http://jabber.org/protocol/pubsub#node_config"
META_DATA: Final = (
    "http://jabber.org/protocol/pubsub#meta-data",
    "http://jabber.org/protocol/pubsub#metadata",  # so spelled by XEP-0060 1.15.5 to 1.20
)


class PubsubReader:
    """Questions about pubsub services and nodes; see the port `service.Reader`."""

    def __init__(self, session: ReadSession) -> None:
        self._session = session

    @property
    def account(self) -> Jid:
        return self._session.account

    async def service(self, jid: Jid) -> Service:
        query, config = await asyncio.gather(
            disco.info(self._session, jid), self._default_config(jid)
        )
        return Service(jid, disco.name(query, "pubsub"), disco.features(query), config)

    async def _default_config(self, service: Jid) -> Form:
        """What a new node gets (8.3); empty where the service does not tell."""
        try:
            answer = await self._session.get(service, _owner(element(OWNER, "default")))
            return forms.form(_inside(answer, OWNER, "default"), "the default configuration")
        except UnusableAnswerError:
            return EMPTY

    async def node_list(self, service: Jid) -> Sequence[NodeEntry]:
        return await disco.nodes(self._session, service)

    async def node_info(self, node: NodeAddress) -> NodeInfo:
        if "!" in node.node:
            # COMPAT(ejabberd 23.01): its disco#info takes what follows a `!` for an item and
            # describes the node before it, whether the one we mean exists or not.
            try:
                return NodeInfo(await self.node_config(node))
            except ServiceError as error:
                if error.condition == "item-not-found":
                    raise
        query = await disco.info(self._session, node.service, node.node)
        return NodeInfo(forms.form_of_type(query, *META_DATA))

    async def node_config(self, node: NodeAddress) -> Form:
        answer = await self._session.get(node.service, _owner(_about(node, "configure")))
        return forms.form(_inside(answer, OWNER, "configure"), f"the configuration of {node}")

    async def items(self, node: NodeAddress) -> ItemList:
        return await read_items(self._session, node)

    async def item(self, node: NodeAddress, item_id: str) -> Item | None:
        return await read_item(self._session, node, item_id)

    async def own_nodes(self, service: Jid) -> Sequence[NodeAddress]:
        query = element(PUBSUB, "pubsub", {}, element(PUBSUB, "affiliations"))
        try:
            listed = _inside(await self._session.get(service, query), PUBSUB, "affiliations")
        except UnusableAnswerError:
            # COMPAT(prosody 0.12): it does not know the question. Its node list is complete.
            return [entry.address for entry in await self.node_list(service)]
        names = (each.get("node") for each in listed.find_all(PUBSUB, "affiliation"))
        return [NodeAddress(service, name) for name in names if name is not None]

    async def affiliations(self, node: NodeAddress) -> Mapping[Jid, str]:
        answer = await self._session.get(node.service, _owner(_about(node, "affiliations")))
        listed = _inside(answer, OWNER, "affiliations").find_all(OWNER, "affiliation")
        return people.strongest(listed, "affiliation", people.AFFILIATIONS)

    async def subscriptions(self, node: NodeAddress) -> Mapping[Jid, str]:
        return people.strongest(
            await self._subscription_elements(node), "subscription", people.SUBSCRIPTIONS
        )

    async def _subscription_elements(self, node: NodeAddress) -> Sequence[Xml]:
        answer = await self._session.get(node.service, _owner(_about(node, "subscriptions")))
        return list(_inside(answer, OWNER, "subscriptions").find_all(OWNER, "subscription"))


class PubsubWriter(PubsubReader):
    """Changes of nodes; see the port `service.Writer`."""

    def __init__(self, session: WriteSession) -> None:
        super().__init__(session)
        self._writes = session

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        """In one stanza (8.1.3), so that a private node is never public for a while."""
        configure = element(PUBSUB, "configure", {}, forms.submission(NODE_CONFIG, config))
        answer = await self._writes.set(
            node.service, element(PUBSUB, "pubsub", {}, _about(node, "create", PUBSUB), configure)
        )
        pubsub = answer.find(PUBSUB, "pubsub")
        created = pubsub.find(PUBSUB, "create") if pubsub else None
        if created is not None and created.get("node") not in (None, node.node):
            raise MalformedAnswerError(
                f"the service created {created.get('node')!r} instead of {node}"
            )

    async def configure_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        form = forms.submission(NODE_CONFIG, config)
        await self._writes.set(node.service, _owner(_about(node, "configure", OWNER, form)))

    async def delete_node(self, node: NodeAddress) -> None:
        await self._writes.set(node.service, _owner(_about(node, "delete")))

    async def publish(self, node: NodeAddress, item_id: str, payload: Xml) -> None:
        # COMPAT(prosody 0.12): of several items it takes the first and says `result`.
        item = element(PUBSUB, "item", {"id": item_id}, payload)
        await self._writes.set(
            node.service, element(PUBSUB, "pubsub", {}, _about(node, "publish", PUBSUB, item))
        )

    async def retract(self, node: NodeAddress, item_id: str) -> None:
        """An item that is not there counts as retracted."""
        # COMPAT(prosody 0.12): subscribers hear of it only where the request asks for it.
        item = element(PUBSUB, "item", {"id": item_id})
        retract = element(PUBSUB, "retract", {"node": node.node, "notify": "true"}, item)
        try:
            await self._writes.set(node.service, element(PUBSUB, "pubsub", {}, retract))
        except ServiceError as error:
            if error.condition != "item-not-found":
                raise

    async def set_affiliation(self, node: NodeAddress, jid: Jid, affiliation: str) -> None:
        try:
            await self._change(node, "affiliation", {"jid": jid, "affiliation": affiliation})
        except ServiceError as error:
            if error.condition != "forbidden" or affiliation not in ("none", "outcast"):
                raise
            # COMPAT(prosody 0.12): it says so about somebody who is subscribed, has changed the
            # affiliation all the same, and goes on sending items to them.
            await self.set_subscription(node, jid, "none")
            await self._change(node, "affiliation", {"jid": jid, "affiliation": affiliation})

    async def set_subscription(self, node: NodeAddress, jid: Jid, subscription: str) -> None:
        """`none` ends each subscription of the account, those of its resources too."""
        if subscription != "none":
            await self._change(node, "subscription", {"jid": jid, "subscription": subscription})
            return
        for each in await self._subscription_elements(node):
            full, number = each.get("jid", ""), each.get("subid")
            if full and people.bare(full) == jid and each.get("subscription") != "none":
                about = {"jid": full, "subscription": "none"}
                await self._change(
                    node, "subscription", about | ({"subid": number} if number else {})
                )

    async def _change(self, node: NodeAddress, what: str, attributes: Mapping[str, str]) -> None:
        """One JID (8.8.2, 8.9.2): services differ in what they apply of several."""
        change = element(OWNER, what, attributes)
        await self._writes.set(node.service, _owner(_about(node, f"{what}s", OWNER, change)))


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

"""Nodes that a service takes for one, although their ids differ in case or accents."""

from __future__ import annotations

import asyncio

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.collation import SQL, collated
from spaces_sync.model.state import Service
from spaces_sync.ports import RawReader, ServiceError


class Twins:
    """What a reader knows of names: the services that it has asked for, and the account's nodes.

    COMPAT(ejabberd 23.01): on MySQL and MariaDB a request about `Dev` is answered with the node
    `dev`. Of the account's own nodes only the list tells the true names. Shown by
    test_compat_ejabberd_on_mariadb_answers_with_a_node_of_another_case.
    """

    def __init__(self) -> None:
        self._services: dict[Jid, asyncio.Future[Service]] = {}
        self._names: dict[Jid, frozenset[str]] = {}

    async def told(self, jid: Jid, service: asyncio.Future[Service]) -> Service:
        """Remembers what a service says of itself, as soon as that is asked, at each reading."""
        self._services[jid] = service
        self._names.pop(jid, None)
        return await service

    async def refuse(self, raw: RawReader, node: NodeAddress) -> None:
        """Raises `ServiceError` `conflict` for a node that was found and has another name."""
        if not await self._may_confuse(node.service):
            return
        for fresh in (False, True):
            twin = self._twin(node, await self._own_names(raw, node.service, fresh=fresh))
            if twin is None:
                return
        raise ServiceError(
            "conflict", "cancel", f"the service takes it for {twin!r}: choose another node id"
        )

    async def _may_confuse(self, jid: Jid) -> bool:
        service = self._services.get(jid)
        if service is None:
            return False
        if not service.done():
            await asyncio.wait([service])  # who is stopped here does not stop it for others
        if service.cancelled() or service.exception() is not None:
            return False
        return SQL in service.result().features

    @staticmethod
    def _twin(node: NodeAddress, names: frozenset[str]) -> str | None:
        if node.node in names:
            return None
        meant = collated(node.node)
        return next((name for name in sorted(names) if collated(name) == meant), None)

    async def _own_names(self, raw: RawReader, service: Jid, *, fresh: bool) -> frozenset[str]:
        if fresh or service not in self._names:
            try:
                self._names[service] = frozenset(await raw.own_affiliations(service))
            except ServiceError as error:
                if error.condition not in ("feature-not-implemented", "service-unavailable"):
                    raise  # a failed question says nothing about names
                self._names[service] = frozenset()
        return self._names[service]

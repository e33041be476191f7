"""COMPAT, plans: what servers do that the planner takes into account.

Each test fails when its server heals; then its mark gets a last version, after which the test has
to fail (tests/compat.py).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from contract.backends import Backend, real
from servers import Server
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.xml import element
from spaces_sync.ports import ServiceError
from spaces_sync.profile import ACCESS_MODEL, MAX_ITEMS, PUBLISH_MODEL, TITLE

pytestmark = pytest.mark.newer_servers

Start = Callable[..., AbstractContextManager[Server]]
BOB = bare_jid("bob@megacorp.example")
MODELS = ("open", "authorize", "whitelist", "presence", "roster")
NOTE = element("urn:example:note", "note")


def test_compat_ejabberd_states_no_range_and_its_default_is_its_limit(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        field = (await w.service(node.service)).default_config[MAX_ITEMS]
        assert field.highest is None
        limit = int(field.values[0])
        await w.create_node(node, {MAX_ITEMS: (str(limit),)})
        with pytest.raises(ServiceError):
            await w.configure_node(node, {MAX_ITEMS: (str(limit + 1),)})

    ejabberd_backend.run(work)


def test_compat_ejabberd_keeps_fewer_than_its_default_says_and_refuses_more(
    start_ejabberd: Start, server_folder: Path, node: NodeAddress
) -> None:
    """What `max` comes to, nothing tells; a number that is taken is kept, and a higher one is not
    taken."""

    async def work(w: CarefulWriter) -> None:
        default = (await w.service(node.service)).default_config[MAX_ITEMS]
        assert (default.values, default.highest) == (("1000",), None)
        await w.create_node(node, {MAX_ITEMS: ("max",)})
        assert (await w.node_config(node))[MAX_ITEMS].values == ("max",)
        for number in range(12):
            await w.publish(node, str(number), NOTE)
        assert len((await w.items(node)).items) == 10
        with pytest.raises(ServiceError):
            await w.configure_node(node, {MAX_ITEMS: ("11",)})
        await w.configure_node(node, {MAX_ITEMS: ("10",)})

    with start_ejabberd(server_folder, max_items=10) as server:
        real(server).run(work)


def test_compat_ejabberd_leaves_fields_without_a_value_out_of_a_form(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_node(node, {ACCESS_MODEL: ("open",)})
        assert TITLE not in await w.node_config(node)
        await w.configure_node(node, {TITLE: ("Here",)})
        assert (await w.node_config(node))[TITLE].values == ("Here",)

    ejabberd_backend.run(work)


def test_compat_ejabberd_keeps_the_subscription_of_who_loses_the_affiliation(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_node(node, {ACCESS_MODEL: ("whitelist",)})
        await w.set_affiliation(node, BOB, "member")
        await w.set_subscription(node, BOB, "subscribed")
        await w.set_affiliation(node, BOB, "none")
        assert BOB in await w.subscriptions(node)

    ejabberd_backend.run(work)


def test_compat_ejabberd_shuts_owners_out_of_their_node(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    """And members. With `presence` where there are several: nothing tells in whose one must be."""

    async def readable(w: CarefulWriter, model: str) -> bool:
        await w.configure_node(node, {ACCESS_MODEL: (model,)})
        with suppress(ServiceError):
            await w.items(node)
            return True
        return False

    async def work(w: CarefulWriter) -> None:
        await w.create_node(node, {ACCESS_MODEL: ("open",)})
        found = {model: await readable(w, model) for model in MODELS}
        assert found == {**dict.fromkeys(MODELS, True), "roster": False}
        await w.set_affiliation(node, BOB, "owner")
        found = {model: await readable(w, model) for model in MODELS}
        assert found == {**dict.fromkeys(MODELS, True), "roster": False, "presence": False}

    ejabberd_backend.run(work)


def test_compat_ejabberd_takes_nothing_of_an_owner_who_is_not_subscribed(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_node(node, {PUBLISH_MODEL: ("subscribers",)})
        with pytest.raises(ServiceError):
            await w.publish(node, "one", NOTE)
        await w.set_subscription(node, w.account, "subscribed")
        await w.publish(node, "one", NOTE)

    ejabberd_backend.run(work)

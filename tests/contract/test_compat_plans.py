"""COMPAT, plans: what servers do that the planner takes into account.

Each test fails when its server heals; then its mark gets a last version, after which the test has
to fail (tests/compat.py).
"""

import pytest

from contract.backends import Backend
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.xml import element
from spaces_sync.ports import ServiceError
from spaces_sync.profile import ACCESS_MODEL, MAX_ITEMS, PUBLISH_MODEL, TITLE

pytestmark = pytest.mark.newer_servers


BOB = bare_jid("bob@megacorp.example")
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

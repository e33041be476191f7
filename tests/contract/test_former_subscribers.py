"""Who was subscribed to a node that was deleted, after it was made again."""

from pathlib import Path

import pytest

from contract.backends import Backend
from contract.walking import applied
from spaces_sync.client import CarefulWriter
from spaces_sync.document import load
from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.ports import ServiceError
from spaces_sync.profile import ACCESS_MODEL, TITLE

pytestmark = pytest.mark.a_newer_server

BOB = bare_jid("bob@megacorp.example")
CAROL = bare_jid("carol@megacorp.example")
OPEN, PRIVATE = {ACCESS_MODEL: ("open",)}, {ACCESS_MODEL: ("whitelist",)}


async def gone(w: CarefulWriter, node: NodeAddress) -> None:
    """Two are subscribed to the node, then it is deleted."""
    await w.raw.create_node(node, PRIVATE)
    for jid in (BOB, CAROL):
        await w.raw.set_affiliation(node, jid, "member")
        await w.raw.set_subscription(node, jid, "subscribed")
    await w.raw.delete_node(node)


def test_compat_prosody_lists_who_was_subscribed_before_a_node_was_made_again(
    prosody_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await gone(w, node)
        await w.raw.create_node(node, OPEN)
        listed = {each.jid: each.subscription for each in await w.raw.subscriptions(node)}
        assert listed == {BOB: "subscribed", CAROL: "subscribed"}
        with pytest.raises(ServiceError, match="not-subscribed"):
            await w.raw.set_subscription(node, BOB, "none")
        await w.raw.set_subscription(node, BOB, "subscribed")
        await w.raw.set_subscription(node, BOB, "none")
        assert [each.jid for each in await w.raw.subscriptions(node)] == [CAROL]

    prosody_backend.run(work)


@pytest.mark.parametrize("config", [OPEN, PRIVATE], ids=["open", "private"])
def test_nobody_is_subscribed_to_a_node_that_was_made_again(
    backend: Backend, node: NodeAddress, config: dict[str, tuple[str, ...]]
) -> None:
    async def work(w: CarefulWriter) -> None:
        await gone(w, node)
        await w.create_node(node, {**config, TITLE: ("Again",)})
        assert await w.subscriptions(node) == {}
        assert await w.affiliations(node) == {w.account: "owner"}
        kept = await w.node_config(node)
        assert (kept[ACCESS_MODEL].values, kept[TITLE].values) == (config[ACCESS_MODEL], ("Again",))

    backend.run(work)


def test_a_former_subscription_that_others_left_is_ended(
    backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await gone(w, node)
        await w.raw.create_node(node, OPEN)
        await w.set_subscription(node, BOB, "none")
        assert BOB not in await w.subscriptions(node)

    backend.run(work)


@pytest.mark.parametrize("exposure", ["public", "private"])
def test_a_space_that_was_deleted_is_made_again_in_one_apply(
    backend: Backend, node: NodeAddress, tmp_path: Path, exposure: str
) -> None:
    path = tmp_path / "spaces.yaml"
    path.write_text(
        f"version: 1\nsource: {node.node}\nservice: {node.service}\nspaces:\n  {node.node}:\n"
        f"    exposure: {exposure}\n    affiliations: {{{CAROL}: member}}\n"
        f"    subscriptions: {{{CAROL}: subscribed}}\n"
    )

    async def work(w: CarefulWriter) -> None:
        await gone(w, node)
        reading = await applied(load([path], {}), w)
        assert reading.state.nodes[node].subscriptions == {CAROL: "subscribed"}

    backend.run(work)

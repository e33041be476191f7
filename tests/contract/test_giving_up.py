"""An account gives up its rights and its own subscription, and others read on: nothing is left."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import Writer

ME = "admin@megacorp.example"
ALICE = "alice@megacorp.example"


@pytest.fixture
def declared(tmp_path: Path, node: NodeAddress) -> Callable[[str], Declaration]:
    def made(body: str) -> Declaration:
        path = tmp_path / "spaces.yaml"
        head = f"version: 1\nsource: {node.node}\nservice: {node.service}\nspaces:\n"
        path.write_text(f"{head}  {node.node}: {{{body}}}\n")
        return load([path], {})

    return made


@pytest.mark.parametrize("exposure", ["public", "private"])
def test_an_account_that_gives_up_a_space_is_not_left_subscribed(
    exposure: str, backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration]
) -> None:
    def body(ours: str, subscription: str) -> str:
        people = f"affiliations: {{{ALICE}: owner, {ME}: {ours}}}"
        return f"exposure: {exposure}, {people}, subscriptions: {{{ME}: {subscription}}}"

    async def work(writer: Writer) -> None:
        await applied(declared(body("owner", "subscribed")), writer)
        over = declared(body("none", "none"))
        made = plan(over, await engine.read(over, writer))
        execution = await engine.execute(made, writer)
        assert [result for result in execution.results if result.status != "done"] == []

    async def look(writer: Writer) -> None:
        assert ME not in await writer.subscriptions(node)

    backend.run(work)
    backend.run(look, "alice")


def test_whoever_reads_on_loses_the_affiliation_while_we_are_still_an_owner(
    backend: Backend, declared: Callable[[str], Declaration]
) -> None:
    bob = "bob@megacorp.example"

    async def work(writer: Writer) -> None:
        people = f"affiliations: {{{ALICE}: owner, {ME}: owner, {bob}: member}}"
        before = f"exposure: private, {people}, subscriptions: {{{bob}: subscribed}}"
        await applied(declared(before), writer)
        people = f"affiliations: {{{ALICE}: owner, {ME}: none, {bob}: none}}"
        over = declared(f"exposure: public, {people}")
        made = plan(over, await engine.read(over, writer))
        execution = await engine.execute(made, writer)
        assert [result for result in execution.results if result.status != "done"] == []

    backend.run(work)

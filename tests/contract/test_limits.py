"""How many items services keep: what they say, what has to be tried, and what changes meanwhile."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from contract.backends import Backend, real, simulated
from servers import Server, process
from spaces_sync import engine
from spaces_sync.client import CarefulWriter
from spaces_sync.document import load
from spaces_sync.engine.ledger import read_node
from spaces_sync.engine.limits import LimitError
from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import LedgerError
from spaces_sync.model.state import Form
from spaces_sync.model.xml import element
from spaces_sync.plan import file
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.ports import MalformedAnswerError, ServiceError, Writer
from spaces_sync.simulator import EJABBERD

Start = Callable[..., AbstractContextManager[Server]]
SERVICE = bare_jid("pubsub.megacorp.example")
DEV = NodeAddress(SERVICE, "dev")
NOTE = element("urn:example:note", "note")
MAX = "pubsub#max_items"
ALICE = "alice@megacorp.example"
ERIN = "erin@megacorp.example"  # may create nothing


@pytest.fixture
def declared(tmp_path: Path) -> Callable[..., Declaration]:
    """A space with that many links, and further lines."""

    def made(links: int, more: str = "", source: str = "t/x") -> Declaration:
        lines = ["version: 1", f"source: {source}" if source else "", f"service: {SERVICE}"]
        lines += ["spaces:", "  dev:", "    exposure: public", *more.splitlines(), "    links:"]
        lines += [f"      https://megacorp.example/{n}: {{}}" for n in range(links)] or ["      {}"]
        path = tmp_path / "spaces.yaml"
        path.write_text("\n".join(lines) + "\n")
        return load([path], {})

    return made


async def planned(declaration: Declaration, writer: Writer) -> Plan:
    return plan(declaration, await engine.read(declaration, writer))


async def apply(declaration: Declaration, writer: Writer) -> engine.Execution:
    made = await planned(declaration, writer)
    assert made.obstacles == ()
    return await engine.execute(made, writer)


async def held(writer: Writer, node: NodeAddress = DEV) -> set[str]:
    return {item.id for item in (await writer.items(node)).items}


async def nodes(writer: Writer) -> set[str]:
    return {node.node for node in await writer.own_nodes(SERVICE)}


def done(execution: engine.Execution) -> bool:
    return all(result.status == "done" for result in execution.results)


# --- proved, not believed ---------------------------------------------------------------------


@pytest.mark.parametrize("source", ["t/x", ""])
def test_nothing_is_sent_where_a_service_keeps_less_than_it_says(
    source: str,
    start_ejabberd: Start,
    server_folder: Path,
    declared: Callable[..., Declaration],
) -> None:
    """The default of a new node is 1000 there, and 50 are kept."""

    async def work(writer: Writer) -> None:
        assert done(await apply(declared(1, source=source), writer))
        for n in range(44):
            await writer.publish(DEV, f"theirs-{n}", NOTE)
        before, names = await held(writer), await nodes(writer)
        with pytest.raises(LimitError, match=r"keeps fewer than 5\d items"):
            await apply(declared(10, source=source), writer)
        assert (await held(writer), await nodes(writer)) == (before, names)
        assert done(await apply(declared(3, source=source), writer))
        assert before < await held(writer)
        title = declared(3, "    title: Other", source=source)
        assert done(await apply(title, writer))
        assert before < await held(writer)
        assert await nodes(writer) == names
        for ledger_node in names - {"dev"}:
            # A record, and what it says of itself.
            assert len(await held(writer, NodeAddress(SERVICE, ledger_node))) == 2

    with start_ejabberd(server_folder, max_items=50) as server:
        real(server).run(work)


def test_a_number_that_the_service_takes_needs_no_trial(
    start_ejabberd: Start, server_folder: Path, declared: Callable[..., Declaration]
) -> None:
    """And what does not fit is told by the plan then."""

    async def work(writer: Writer) -> None:
        assert done(await apply(declared(20, "    max_items: 50"), writer))
        made = await planned(declared(60, "    max_items: 50"), writer)
        assert "keeps at most 50" in made.obstacles[0].text

    with start_ejabberd(server_folder, max_items=50) as server:
        real(server).run(work)


def test_an_owner_who_may_create_nothing_tries_on_the_node_itself(
    start_ejabberd: Start, server_folder: Path, declared: Callable[..., Declaration]
) -> None:
    async def prepare(writer: Writer) -> None:
        assert done(await apply(declared(1, source=""), writer))
        await writer.set_affiliation(DEV, bare_jid(ERIN), "owner")

    async def work(writer: Writer) -> None:
        with pytest.raises(LimitError, match="keeps fewer than 31 items"):
            await apply(declared(31, source=""), writer)
        assert (await writer.node_config(DEV))[MAX].values == ("max",)
        assert done(await apply(declared(30, source=""), writer))
        assert (await writer.node_config(DEV))[MAX].values == ("max",)
        assert len(await held(writer)) == 30

    with start_ejabberd(server_folder, max_items=30) as server:
        backend = real(server)
        backend.run(prepare)
        backend.run(work, "erin")


def test_a_trial_leaves_no_intent_and_no_item(
    start_ejabberd: Start, server_folder: Path, declared: Callable[..., Declaration]
) -> None:
    async def work(writer: Writer) -> None:
        with pytest.raises(LimitError):
            await apply(declared(1), writer)
        (ledger_node,) = await nodes(writer)
        found = await read_node(writer, NodeAddress(SERVICE, ledger_node), None)
        assert found is not None
        assert (found.records, found.intents) == ({}, {})

    with start_ejabberd(server_folder, max_items=3) as server:
        real(server).run(work)


def test_a_ledger_that_is_full_is_not_written_into(
    start_ejabberd: Start, server_folder: Path, declared: Callable[..., Declaration]
) -> None:
    """Whatever number its node was given; a record that a service drops would be forgotten."""
    ledger = NodeAddress(SERVICE, "urn:spaces-sync:ledger:0:t/x")

    async def work(writer: Writer) -> None:
        assert done(await apply(declared(1), writer))
        before = await held(writer, ledger)
        await writer.configure_node(ledger, {MAX: (str(len(before)),)})
        assert done(await apply(declared(2), writer))
        assert int((await writer.node_config(ledger))[MAX].values[0]) > len(before)

    async def full(writer: Writer) -> None:
        before = await held(writer, ledger)
        await writer.configure_node(ledger, {MAX: ("1",)})
        with pytest.raises(LedgerError, match="is full"):
            await apply(declared(3), writer)
        assert await held(writer, ledger) == before

    with start_ejabberd(server_folder) as server:
        real(server).run(work)
    with start_ejabberd(server_folder, max_items=1) as server:
        real(server).run(full)


# --- a failed question ------------------------------------------------------------------------


def failing(writer: CarefulWriter, error: Exception) -> None:
    async def default_config(_: object) -> Form:
        raise error

    writer.raw.default_config = default_config  # type: ignore[method-assign]  # this one only


@pytest.mark.parametrize(
    ("error", "blocked"),
    [
        (ServiceError("internal-server-error", "wait"), True),
        (ServiceError("remote-server-timeout", "wait"), True),
        (MalformedAnswerError("it holds no form"), True),
        (ServiceError("feature-not-implemented", "cancel"), False),
        (ServiceError("service-unavailable", "cancel"), False),
    ],
    ids=str,
)
def test_a_failed_question_is_a_failure_and_no_absence_of_a_limit(
    error: Exception, blocked: bool, declared: Callable[..., Declaration]
) -> None:
    """Only where the answer is needed: a node whose own form tells goes on."""
    backend = simulated(EJABBERD)

    async def work(writer: CarefulWriter) -> None:
        assert done(await apply(declared(1), writer))
        failing(writer, error)
        made = await planned(declared(2), writer)
        assert bool(made.obstacles) is blocked
        for obstacle in made.obstacles:
            assert "did not tell how it configures a new node" in obstacle.text
            assert "plan again" in obstacle.text
        assert (await planned(declared(1), writer)).obstacles == ()
        await writer.configure_node(DEV, {MAX: ("900",)})
        numbered = await planned(declared(2, "    max_items: 900"), writer)
        assert numbered.obstacles == ()
        await writer.delete_node(DEV)
        anew = await planned(declared(1), writer)
        assert bool(anew.obstacles) is blocked

    backend.run(work)


# --- what a saved plan relied on --------------------------------------------------------------


def test_a_saved_plan_of_a_service_that_keeps_more_is_stale(
    start_prosody: Start, tmp_path: Path, declared: Callable[..., Declaration]
) -> None:
    """Forty links, of which one that keeps thirty would drop ten."""
    saved = tmp_path / "plan.json"

    async def prepare(writer: Writer) -> None:
        made = await planned(declared(40), writer)
        assert made.obstacles == ()
        saved.write_text(json.dumps(file.to_data(made)))

    async def work(writer: Writer) -> None:
        made = file.from_data(json.loads(saved.read_text()))
        steps = resumed(made.actions, await engine.read_planned(made, writer), made.preconditions)
        failed = [step for step in steps if isinstance(step, Result)]
        assert {cause.code for each in failed for cause in each.causes} == {"limit-lowered"}
        with pytest.raises(engine.StalePlanError):
            await engine.execute(made, writer)

    for limit, run in ((1000, prepare), (30, work)):
        with process.temporary_folder() as folder, start_prosody(folder, max_items=limit) as server:
            real(server).run(run)


# --- ledgers and large items ------------------------------------------------------------------


def test_a_ledger_that_does_not_fit_is_an_obstacle(
    start_prosody: Start, server_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "spaces.yaml"
    entries = "".join(f"  n{n}: {{title: N}}\n" for n in range(40))
    path.write_text(f"version: 1\nsource: t/x\nservice: {SERVICE}\nnodes:\n{entries}")

    async def work(writer: Writer) -> None:
        made = await planned(load([path], {}), writer)
        (obstacle,) = made.obstacles
        assert obstacle.about == NodeAddress(SERVICE, "urn:spaces-sync:ledger:0:t/x")
        assert "keeps at most 10" in obstacle.text

    with start_prosody(server_folder, max_items=10) as server:
        real(server).run(work)


def test_an_item_that_is_too_large_is_told_by_the_plan(
    ejabberd_backend: Backend, node: NodeAddress, tmp_path: Path
) -> None:
    path = tmp_path / "spaces.yaml"

    def of(size: int) -> Declaration:
        path.write_text(
            f"version: 1\nservice: {SERVICE}\nspaces:\n  {node.node}:\n    exposure: public\n"
            "    config: {pubsub#max_payload_size: 1000}\n"
            f"    items:\n      one: {{xml: \"<n xmlns='urn:n'>{'x' * size}</n>\"}}\n"
        )
        return load([path], {})

    async def work(writer: Writer) -> None:
        (obstacle,) = (await planned(of(1001), writer)).obstacles
        assert "item 'one' holds 1001 bytes, and the service takes at most 1000" in obstacle.text
        assert obstacle.place is not None
        assert done(await apply(of(900), writer))

    ejabberd_backend.run(work)

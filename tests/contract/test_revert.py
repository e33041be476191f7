"""Taking an applied plan back, on each backend: the state is the one before it, and stays so."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend
from contract.table import FOREIGN_ROOM, HEAD, POLL
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.marker import MARKER_ID, OWN_PREFIX
from spaces_sync.model.state import Reading
from spaces_sync.model.xml import serialise
from spaces_sync.plan.actions import DeleteNode, RecordOwnership
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.file import from_data, to_data
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.removals import NO_REMOVALS, Removals
from spaces_sync.plan.undo.revert import Reversion
from spaces_sync.plan.undo.revert import revert as plan_revert
from spaces_sync.ports import Writer

pytestmark = pytest.mark.a_newer_server


PUBSUB = Jid("pubsub.megacorp.example")

BEFORE = f"""{HEAD}
spaces:
  dev-UNIQ:
    title: The developers corner
    exposure: public
    rooms:
      hall@rooms.megacorp.example: {{name: Hall, autojoin: true, pinned: true}}
      old-ops@rooms.megacorp.example: Ops
    links:
      https://megacorp.example/handbook: Handbook
      https://megacorp.example/old: Old
    nodes:
      news-UNIQ: News
    affiliations:
      bob@megacorp.example: publisher
      carol@megacorp.example: member
"""

AFTER = f"""{HEAD}
spaces:
  dev-UNIQ:
    title: The makers corner
    description: All of us
    exposure: private
    rooms:
      hall@rooms.megacorp.example: {{name: Great hall, autojoin: false}}
      ops@rooms.megacorp.example: {{name: Ops, previously: [old-ops@rooms.megacorp.example]}}
      new@rooms.megacorp.example: New
    links:
      https://megacorp.example/handbook: Handbook
    nodes:
      news-UNIQ: {{title: Newest}}
    affiliations:
      bob@megacorp.example: owner
      dave@megacorp.example: publisher
  sales-UNIQ:
    title: Sales team
    exposure: private
    rooms:
      deals@rooms.megacorp.example: Deals
    affiliations:
      bob@megacorp.example: owner
"""


@dataclass(frozen=True)
class Scene:
    """The two spaces of a test on one backend."""

    backend: Backend
    uniq: str
    folder: Path

    @property
    def dev(self) -> NodeAddress:
        return NodeAddress(PUBSUB, f"dev-{self.uniq}")

    @property
    def sales(self) -> NodeAddress:
        return NodeAddress(PUBSUB, f"sales-{self.uniq}")

    async def read(self, writer: Writer) -> Reading:
        return await engine.read_addresses([self.dev, self.sales], writer, [PUBSUB])

    async def apply(self, text: str, writer: Writer, removals: Removals = NO_REMOVALS) -> Plan:
        """The plan, as its file has it, after everything in it was done."""
        file = self.folder / "spaces.yaml"
        file.write_text(text.replace("UNIQ", self.uniq), encoding="utf-8")
        declaration = load([file], {})
        reading = engine.merged(await engine.read(declaration, writer), await self.read(writer))
        made = plan(declaration, reading, removals=removals)
        assert made.obstacles == ()
        await sent(made, writer)
        return from_data(json.loads(json.dumps(to_data(made))))


@pytest.fixture
def scene(backend: Backend, unique: Callable[[str], str], tmp_path: Path) -> Scene:
    return Scene(backend, unique("r"), tmp_path)


async def sent(made: Plan, writer: Writer) -> None:
    execution = await engine.execute(made, writer)
    assert [result for result in execution.results if result.status != "done"] == []


async def revert(applied: Plan, writer: Writer) -> Reversion:
    reading = await engine.read_planned(applied, writer)
    found = plan_revert(applied, reading)
    assert found.plan.obstacles == ()
    await sent(found.plan, writer)
    return found


def picture(reading: Reading) -> dict[NodeAddress, Any]:
    """All that a plan can change, markers included."""
    return {
        address: (
            {item.id: item.payloads for item in node.items},
            {var: set(field.values) for var, field in node.config.items() if any(field.values)},
            node.affiliations,
            node.subscriptions,
        )
        for address, node in reading.state.nodes.items()
    }


def test_a_plan_is_taken_back(scene: Scene) -> None:
    async def work(writer: Writer) -> None:
        await scene.apply(BEFORE, writer)
        await writer.publish(scene.dev, "poll-1", POLL)
        before = picture(await scene.read(writer))
        applied = await scene.apply(AFTER, writer)
        assert picture(await scene.read(writer)) != before

        found = await revert(applied, writer)

        assert found.not_reverted == ()
        after = await scene.read(writer)
        assert picture(after) == before
        assert scene.sales in after.absent
        again = plan_revert(applied, await engine.read_planned(applied, writer))
        assert again.plan.actions == ()

    scene.backend.run(work)


@pytest.mark.parametrize("exposure", ["public", "private"])
def test_a_deleted_space_comes_back(scene: Scene, exposure: str) -> None:
    async def work(writer: Writer) -> None:
        await scene.apply(BEFORE.replace("public", exposure), writer)
        await writer.publish(scene.dev, "poll-1", POLL)
        await writer.set_subscription(scene.dev, Jid("carol@megacorp.example"), "subscribed")
        before = picture(await scene.read(writer))
        nothing = f"{HEAD}spaces: {{}}\n"
        applied = await scene.apply(nothing, writer, {"delete-space": None})
        assert [type(action) for action in applied.actions] == [DeleteNode, RecordOwnership]
        assert scene.dev in (await scene.read(writer)).absent

        await revert(applied, writer)

        assert picture(await scene.read(writer)) == before

    scene.backend.run(work)


def test_what_has_changed_since_is_named_and_stays(scene: Scene) -> None:
    async def work(writer: Writer) -> None:
        await scene.apply(BEFORE, writer)
        before = picture(await scene.read(writer))[scene.dev]
        applied = await scene.apply(AFTER.replace("private", "public"), writer)
        await writer.publish(scene.dev, "hall@rooms.megacorp.example", FOREIGN_ROOM)
        await writer.publish(scene.sales, "poll-1", POLL)

        found = await revert(applied, writer)

        causes = {c.code: c for result in found.not_reverted for c in result.causes}
        assert causes.keys() == {"item-changed", "others-put"}
        hall = causes["item-changed"]
        assert "<conference xmlns='urn:xmpp:bookmarks:1' name='Great hall'" in hall.before
        assert serialise(FOREIGN_ROOM) in hall.after
        assert causes["others-put"] == Cause("others-put", name="2", before="1", after="1")
        after = await scene.read(writer)
        items = {**before[0], "hall@rooms.megacorp.example": (FOREIGN_ROOM,)}
        now = picture(after)[scene.dev]
        assert without_own(now[0]) == without_own(items)
        assert now[1:] == before[1:]
        assert scene.sales in after.state.nodes
        again = plan_revert(applied, await engine.read_planned(applied, writer))
        assert again.plan.actions == ()
        assert len(again.not_reverted) == 2

    scene.backend.run(work)


def without_own(items: dict[str, Any]) -> dict[str, list[str]]:
    return {
        item_id: sorted(map(serialise, payloads))
        for item_id, payloads in items.items()
        if not item_id.startswith(OWN_PREFIX)
    }


def test_what_later_plans_did_stays_in_the_record(scene: Scene) -> None:
    async def work(writer: Writer) -> None:
        await scene.apply(BEFORE, writer)
        applied = await scene.apply(AFTER, writer)
        later = AFTER.replace("      new@", "      newer@rooms.megacorp.example: Newer\n      new@")
        await scene.apply(later, writer)

        await revert(applied, writer)

        both = BEFORE.replace(
            "      old-ops@", "      newer@rooms.megacorp.example: Newer\n      old-ops@"
        )
        file = scene.folder / "spaces.yaml"
        file.write_text(both.replace("UNIQ", scene.uniq), encoding="utf-8")
        declaration = load([file], {})
        reading = await engine.read(declaration, writer)
        assert plan(declaration, reading).actions == ()
        assert MARKER_ID in picture(reading)[scene.dev][0]

    scene.backend.run(work)


TAKEN = f"""{HEAD}
spaces:
  dev-UNIQ:
    title: Ours
    exposure: public
    rooms:
      hall@rooms.megacorp.example: Great hall
      new@rooms.megacorp.example: New
"""

# Fields that ejabberd does not show before they are set, beside those of every space.
UNSHOWN = [
    "",
    "pubsub#item_expire: '0'",
    "pubsub#language: de",
    "pubsub#contact: [admin@megacorp.example]",
    "pubsub#tempsub: 'true'",
]


@pytest.mark.parametrize("config", UNSHOWN)
def test_a_space_that_was_made_by_hand_is_given_back(scene: Scene, config: str) -> None:
    """What had no value and takes none keeps its own, which is said; all else comes back."""
    text = TAKEN + (f"    config: {{{config}}}\n" if config else "")

    async def work(writer: Writer) -> None:
        by_hand = {"pubsub#type": ("urn:xmpp:spaces:0",), "pubsub#title": ("Theirs",)}
        await writer.create_node(scene.dev, by_hand)
        await writer.publish(scene.dev, "hall@rooms.megacorp.example", FOREIGN_ROOM)
        before = (await scene.read(writer)).state.nodes[scene.dev]
        applied = await scene.apply(text, writer)
        assert (await scene.read(writer)).state.nodes[scene.dev] != before

        found = await revert(applied, writer)
        after = (await scene.read(writer)).state.nodes[scene.dev]
        assert {i.id: i.payloads for i in after.items} == {i.id: i.payloads for i in before.items}
        assert after.affiliations == before.affiliations
        kept = {note.text.partition(":")[0] for note in found.plan.notes if note.reason == "stays"}
        values = {var: field.values for var, field in after.config.items() if any(field.values)}
        was = {var: field.values for var, field in before.config.items() if any(field.values)}
        assert {var: v for var, v in values.items() if var not in kept} == was
        again = plan_revert(applied, await engine.read_planned(applied, writer))
        assert again.plan.actions == ()

    scene.backend.run(work)

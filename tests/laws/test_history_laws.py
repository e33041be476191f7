"""Laws over histories: several files, sources and strangers, one after another, on one space."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from builders import ACCOUNT, DEV, SERVICE, declare, form, item, room
from cutting import Cut
from laws.test_apply_laws import (
    PEOPLE,
    TARGETS,
    declarations,
    foreign_items,
    picture,
)
from spaces_sync import engine
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME, is_reserved
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Item, Key, Reading, State
from spaces_sync.plan import file
from spaces_sync.plan.actions import (
    DeleteNode,
    PublishItem,
    RetractItem,
    SetSubscription,
    WriteMarker,
)
from spaces_sync.plan.allowable import ALLOWABLE
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import NoAnswerError, ServiceError, Writer
from spaces_sync.simulator import EJABBERD, PROSODY, Simulator

NEW = NodeAddress(SERVICE, "dev2")


@st.composite
def owned(
    draw: st.DrawFn, address: NodeAddress = DEV, previously: tuple[NodeAddress, ...] = ()
) -> Declaration:
    """As `declarations`, with a source, renames of children, protection and a limit."""
    made = draw(declarations(address))
    node = made.state.nodes[address]
    former_keys, claimed = {}, set[Key]()
    for key in node.children:
        if not BY_NAME[key.kind].keys:
            continue  # a section that is one child has no `previously`
        targets = draw(st.lists(st.sampled_from(TARGETS[key.kind]), max_size=2, unique=True))
        olds = {Key(key.kind, target) for target in targets} - node.children.keys() - claimed
        if olds:
            claimed |= olds
            former_keys[key] = tuple(sorted(olds))
    policy = replace(
        made.policies[address],
        former_keys=former_keys,
        protect=draw(st.booleans()),
        previously=previously,
    )
    size = form(max_items=draw(st.sampled_from(["max", "12", "8"])))
    return replace(
        made,
        state=State({address: replace(node, config={**node.config, **size})}),
        policies={address: policy},
        source=draw(st.sampled_from(["A", "A", "A", "B", None])),
    )


def histories() -> st.SearchStrategy[list[tuple[Declaration, list[Item]]]]:
    return st.lists(st.tuples(owned(), foreign_items()), max_size=2)


async def lived(simulator: Simulator, history: list[tuple[Declaration, list[Item]]]) -> None:
    for declaration, strangers in history:
        made = plan(declaration, await engine.read(declaration, simulator), take_over=True)
        if made.obstacles:
            continue
        await engine.execute(made, simulator)
        await others(simulator, strangers)


async def others(writer: Writer, strangers: list[Item]) -> None:
    for each in strangers:
        with suppress(ServiceError):
            await writer.publish(DEV, each.id, each.payloads[0])
    with suppress(ServiceError):  # a private space lets in only its members
        await writer.set_subscription(DEV, PEOPLE[0], "subscribed")


async def held(writer: Writer, node: NodeAddress) -> Mapping[str, Item]:
    try:
        items = (await writer.items(node)).items
    except ServiceError:
        return {}
    return {item.id: item for item in items}


def named(made: Plan) -> dict[str, Item]:
    """What a plan says that it takes away from `DEV`."""
    found: dict[str, Item] = {}
    for action in made.actions:
        match action:
            case RetractItem(node=node, before=before) if node == DEV:
                found[before.id] = before
            case DeleteNode(node=node, before=before) if node == DEV:
                found |= {item.id: item for item in before.items}
            case WriteMarker(node=node, before=Item() as before, after=None) if node == DEV:
                found[before.id] = before
            case _:
                pass
    return found


PROFILES = st.sampled_from([PROSODY, EJABBERD])


@settings(max_examples=100, deadline=None)
@given(PROFILES, histories(), owned() | owned(NEW, (DEV,)))
def test_whatever_happened_before_the_second_plan_is_empty(profile, history, declaration):
    async def work() -> None:
        simulator = Simulator(ACCOUNT, profile)
        await lived(simulator, history)
        before = await held(simulator, DEV)
        made = plan(declaration, await engine.read(declaration, simulator), take_over=True)
        assume(not made.obstacles)
        results = (await engine.execute(made, simulator)).results
        assert [result for result in results if result.status != "done"] == []
        assert before.keys() - (await held(simulator, DEV)).keys() <= named(made).keys()
        again = plan(declaration, await engine.read(declaration, simulator), take_over=True)
        assert (again.obstacles, again.actions) == ((), ())

    asyncio.run(work())


@settings(max_examples=100, deadline=None)
@given(PROFILES, histories(), owned(), foreign_items(), st.sampled_from(["open", "whitelist", ""]))
def test_a_plan_takes_away_what_it_names_and_only_as_it_was(
    profile, history, declaration, strangers, access
):
    """Others act between the plan and its application: it does what it said, or nothing."""

    async def work() -> None:
        simulator = Simulator(ACCOUNT, profile)
        await lived(simulator, history)
        made = plan(declaration, await engine.read(declaration, simulator), take_over=True)
        assume(not made.obstacles and made.actions)
        approved = file.from_data(json.loads(json.dumps(file.to_data(made))))
        await others(simulator, strangers)
        if access:
            with suppress(ServiceError):
                await simulator.configure_node(DEV, {"pubsub#access_model": (access,)})
        reading = await engine.read(declaration, simulator)
        before = await held(simulator, DEV)
        try:
            await executed(approved, simulator)
        except engine.StalePlanError:
            assert picture(await engine.read(declaration, simulator)) == picture(reading)
            return
        gone = {i: item for i, item in before.items() if i not in await held(simulator, DEV)}
        said = named(approved)
        assert {i: item.payloads for i, item in gone.items()} == {
            i: said[i].payloads for i in gone if i in said
        }

    asyncio.run(work())


async def executed(approved: Plan, writer: Writer, first: Any = None) -> engine.Execution:
    """A saved plan. `first`: the connection that there is before the first is lost."""
    reading = await engine.read_planned(approved, writer)
    steps = resumed(approved.actions, reading, approved.preconditions)
    if not_reverted := [s for s in steps if isinstance(s, Result) and s.status == "failed"]:
        raise engine.StalePlanError(not_reverted)

    async def reconnect() -> Writer:
        return writer

    async def at_once(_: float, __: asyncio.Event) -> None:
        """No test of this waits."""

    return await engine.execute(
        approved,
        first or writer,
        engine.Approval(steps),
        reconnect=reconnect,
        context=engine.SendContext(wait=at_once),
    )


def _sized(most: str, *targets: str) -> Declaration:
    """A space with rooms, which keeps so many items."""
    config = form(publish_model="publishers", access_model="open", max_items=most)
    return replace(declare(*map(room, targets), config=config), source="A")


# Strangers fill a space until it drops its marker; a revert makes room by taking the new one away.
_FULL = [
    (_sized("4", *TARGETS["room"][:2]), [item(each, "<a xmlns='urn:a'/>") for each in ("b", "c")])
]


@settings(max_examples=100, deadline=None)
@given(PROFILES, histories(), owned() | owned(NEW, (DEV,)), st.integers(0, 25), st.booleans())
@example(PROSODY, _FULL, _sized("max"), 0, False)
def test_a_plan_cut_anywhere_reaches_its_end_and_can_be_taken_back(
    profile, history, declaration, writes, answered
):
    async def work() -> None:
        simulator = Simulator(ACCOUNT, profile)
        await lived(simulator, history)
        reading = await engine.read(declaration, simulator)
        made = plan(declaration, reading, take_over=True)
        assume(not made.obstacles)
        found = await executed(made, simulator, Cut(simulator, writes, answered=answered))
        assert [each for each in found.results if each.status != "done"] == []
        assert (
            plan(declaration, await engine.read(declaration, simulator), take_over=True).actions
            == ()
        )

        back = revert(made, await engine.read(declaration, simulator))
        assume(not objections(back.plan, dict.fromkeys(ALLOWABLE)))
        assert (back.not_reverted, back.plan.obstacles) == ((), ())
        ended = {a.jid for a in back.plan.actions if isinstance(a, SetSubscription)}
        await executed(back.plan, simulator, Cut(simulator, writes, answered=answered))
        then = await engine.read(declaration, simulator)
        assert items(then) == items(reading)
        assert people(then, ended) == people(reading, ended)

    asyncio.run(work())


# Who comes after an apply that was cut off, and knows that.
NEXT = engine.Holder("next", lambda _: "ended")


def smaller(draw: st.DrawFn, declaration: Declaration) -> Declaration:
    """The same sections with less in them."""
    node = declaration.state.nodes[DEV]
    keys = (
        draw(st.lists(st.sampled_from(sorted(node.children)), unique=True)) if node.children else ()
    )
    people = node.affiliations
    if people:
        kept = draw(st.lists(st.sampled_from(sorted(people)), unique=True))
        people = {jid: people[jid] for jid in kept}
    children = {key: node.children[key] for key in keys}
    less = replace(node, children=children, affiliations=people)
    policy = replace(declaration.policies[DEV], former_keys={})
    return replace(declaration, state=State({DEV: less}), policies={DEV: policy})


@settings(max_examples=150, deadline=None)
@given(
    PROFILES, histories(), owned(), st.integers(0, 25), st.integers(0, 12), st.booleans(), st.data()
)
def test_of_a_plan_that_was_cut_nothing_is_left_after_a_smaller_document(
    profile, history, declaration, writes, later, answered, data
):
    """What its source put there goes; of what others did only what it removed or took charge of.

    Also where the apply of the smaller one is cut before it is made once more.
    """
    larger = replace(declaration, source="A")
    assume(larger.policies[DEV].prune != "none")
    less = smaller(data.draw, larger)

    async def after(*, cut: bool) -> tuple[Any, set[str]]:
        simulator = Simulator(ACCOUNT, profile)
        await lived(simulator, history)
        reading = await engine.read(larger, simulator)
        made = plan(larger, reading, take_over=True)
        assume(not made.obstacles)
        wanted = larger.state.nodes[DEV].children
        there = reading.state.nodes[DEV].children if DEV in reading.state.nodes else {}
        touched = {there[key].item.id for key in wanted if key in there} | named(made).keys()
        replaced = (a for a in made.actions if isinstance(a, PublishItem) and a.before)
        touched |= {action.item_id for action in replaced}
        if cut:
            line = Cut(simulator, writes, answered=answered)
            with suppress(NoAnswerError):
                await engine.execute(made, line)
            next_line = Cut(simulator, later, answered=answered)
            with suppress(NoAnswerError):
                first = plan(less, await engine.read(less, simulator), take_over=True)
                assume(not first.obstacles)
                await engine.execute(first, next_line, engine.Approval(holder=NEXT))
        rest = plan(less, await engine.read(less, simulator), take_over=True)
        assume(not rest.obstacles)
        results = (await engine.execute(rest, simulator, engine.Approval(holder=NEXT))).results
        assert [result for result in results if result.status != "done"] == []
        reading = await engine.read(less, simulator)
        assert plan(less, reading, take_over=True).actions == ()
        live = reading.state.nodes[DEV]
        # A reserved item goes only where the file names it under `absent`.
        there = {item.id for item in live.items if not is_reserved(item.id)}
        return (there, live.affiliations or {}), touched

    async def work() -> None:
        (items, people), touched = await after(cut=True)
        (alone, alone_people), _ = await after(cut=False)
        assert items <= alone
        assert alone - items <= touched
        assert people.items() <= alone_people.items()

    asyncio.run(work())


def items(reading: Reading) -> Any:
    return {
        node: {item.id: item.payloads for item in live.items}
        for node, live in reading.state.nodes.items()
    }


def people(reading: Reading, but: set[Jid]) -> Any:
    return {
        node: (
            live.affiliations,
            {j: w for j, w in (live.subscriptions or {}).items() if j not in but},
        )
        for node, live in reading.state.nodes.items()
    }

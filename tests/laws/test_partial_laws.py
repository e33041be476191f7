"""Laws of what is left out: `apply --partial` does all else, and a plan says what is left."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from builders import ACCOUNT, DEV
from laws.test_history_laws import PROFILES, held, histories, lived, owned
from spaces_sync import engine
from spaces_sync.model.state import Item, Node, live_item
from spaces_sync.model.xml import Xml, element
from spaces_sync.plan import file
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
)
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import ServiceError, Writer
from spaces_sync.simulator import Simulator

WORDS = ("none", "member", "publisher", "owner", "outcast")


def things(action: Action) -> Iterator[tuple[str, ...]]:
    """What an action is about, whatever it makes of that."""
    match action:
        case RecordOwnership():
            pass
        case PublishItem(item_id=item_id) | RetractItem(before=Item(id=item_id)):
            yield "item", item_id
        case SetAffiliation(jid=jid):
            yield "affiliation", jid
        case SetSubscription(jid=jid):
            yield "subscription", jid
        case ConfigureNode(after=after):
            yield from (("field", var) for var in after)
        case _:
            yield (type(action).__name__,)


def _touched(payload: Xml) -> Xml:
    """As another client extends it."""
    return payload.with_children((*payload.children, element("urn:stranger", "was-here")))


async def disturb(action: Action, writer: Writer) -> set[tuple[str, ...]]:
    """Makes what an action is about neither what it was nor what it would be; what that is."""
    match action:
        case PublishItem(item_id=item_id, payload=payload):
            await writer.publish(DEV, item_id, _touched(payload))
        case RetractItem(before=Item(id=item_id, payloads=(payload,))):
            await writer.publish(DEV, item_id, _touched(payload))
        case SetAffiliation(jid=jid, before=before, after=after):
            other = next(word for word in WORDS if word not in (before, after))
            await writer.set_affiliation(DEV, jid, other)
            # Who may not read any more cannot stay subscribed where the node closes.
            return {*things(action), ("subscription", jid)}
        case ConfigureNode(after={"pubsub#title": _}):
            await writer.configure_node(DEV, {"pubsub#title": ("Theirs alone",)})
            return {("field", "pubsub#title")}
        case _:
            return set()
    return set(things(action))


def _other_half(action: Action, made: Plan, before: Node) -> Iterator[tuple[str, ...]]:
    """The other item of a rename, old or new: what others add to either is merged into the new."""
    ids = {key: live_item(child).id for key, child in before.children.items()}
    ids |= {each.key: each.item_id for each in made.actions if isinstance(each, PublishItem)}
    for each in made.actions:
        if isinstance(each, RetractItem) and each.successor in ids:
            halves = {("item", each.before.id), ("item", ids[each.successor])}
            if halves & set(things(action)):
                yield from halves


@settings(max_examples=200, deadline=None)
@given(PROFILES, histories(), owned(), st.data())
def test_after_a_partial_apply_a_plan_says_what_was_left_out(profile, history, declaration, data):
    async def work() -> None:
        simulator = Simulator(ACCOUNT, profile)
        await lived(simulator, history)
        reading = await engine.read(declaration, simulator)
        made = plan(declaration, reading, take_over=True)
        assume(made.actions and not made.obstacles and DEV in reading.state.nodes)
        approved = file.from_data(json.loads(json.dumps(file.to_data(made))))
        disturbed, before = set[Any](), await held(simulator, DEV)
        for action in data.draw(st.lists(st.sampled_from(made.actions), max_size=3)):
            with suppress(ServiceError):  # which may not let a stranger do that
                disturbed |= await disturb(action, simulator)
                disturbed.update(_other_half(action, made, reading.state.nodes[DEV]))
        # Of a full node the service drops more than what a stranger touched.
        assume(before.keys() <= (await held(simulator, DEV)).keys())

        found = await engine.execute(approved, simulator, engine.Approval(partial=True))
        assert {r.status for r in found.results} <= {"done", "failed", "skipped"}
        assert all(r.causes for r in found.results if r.status != "done")
        left = {thing for r in found.results if r.status != "done" for thing in things(r.action)}
        then = await engine.read(declaration, simulator)
        again = plan(declaration, then, take_over=True)
        assume(not again.obstacles)
        still = {thing for action in again.actions for thing in things(action)}
        assert still <= left | disturbed
        done = {thing for r in found.results if r.status == "done" for thing in things(r.action)}
        # An outcast is unsubscribed by the service itself.
        ended = {
            ("subscription", name)
            for kind, *name_ in done
            for name in name_
            if kind == "affiliation"
        }
        assert left - still <= disturbed | ended

    asyncio.run(work())

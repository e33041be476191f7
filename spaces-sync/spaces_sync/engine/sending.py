"""Sends a plan through the ports, stage by stage, and reads back what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, groupby
from typing import TypeAlias, assert_never

from spaces_sync.engine import concurrency, retry
from spaces_sync.engine import reading as live
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import Address, Reading
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Stage,
    stage,
    subject,
)
from spaces_sync.plan.outcome import Result, Step, closed
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.requirements import unkept
from spaces_sync.plan.standing import effects
from spaces_sync.ports import (
    MalformedAnswerError,
    NoAnswerError,
    NotSentError,
    Reader,
    ServiceError,
    Writer,
    one_change,
)

Progress: TypeAlias = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class Means:
    """What sending needs besides a writer: whom to tell, when to stop, and time."""

    progress: Progress = lambda _: None
    say: Callable[[str], None] = lambda _: None  # to whoever waits
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    rest: Callable[[float, asyncio.Event], Awaitable[None]] = retry.rest


async def send(plan: Plan, writer: Writer, progress: Progress) -> list[Result]:
    """Sends `plan` as far as one connection carries."""
    steps = await advance(plan.actions, writer, Means(progress))
    return closed(steps, "not sent: the connection was lost before")


async def advance(steps: Iterable[Step], writer: Writer, means: Means) -> list[Step]:
    """Sends each action in `steps`, which are in the order of sending; the results stay.

    Within a stage all are under way at once. Where one fails, the later stages skip its node
    or room; the others go on. After `means.stop`, or a request without an answer, nothing more
    is sent, and what was not sent yet is handed back as it came.
    """
    after: list[Step] = []
    failed: dict[Address, str] = {}
    lost = False

    async def one(step: Step) -> Step:
        nonlocal lost
        if isinstance(step, Result):
            return step
        if subject(step) in failed:
            result = Result(step, "skipped", failed[subject(step)])
        elif lost or means.stop.is_set():
            return step
        else:
            try:
                result = await _sent(step, writer, means)
            except NotSentError:
                return step
            if result.status == "unknown":
                lost = True
                return result
        means.progress(result)
        return result

    for _, group in groupby(steps, key=_stage):
        sent = await concurrency.each(one, group)
        for step in sent:
            if isinstance(step, Result) and step.status == "failed":
                failed.setdefault(subject(step.action), step.cause)
        after.extend(sent)
    return after


def _stage(step: Step) -> int:
    return stage(step.action if isinstance(step, Result) else step)


async def read_back(results: Iterable[Result], writer: Writer) -> tuple[list[Result], Reading]:
    """The results by what the service holds now: an answer, or the lack of one, is no proof.

    Raises `NoAnswerError` where the service cannot be read any more, and `NoServiceError`.
    """
    results = list(results)
    sent = [result for result in results if result.status != "skipped"]
    reading = await read_objects([result.action for result in sent], writer)
    silent = _given_up(results) & reading.failed.keys()
    missing = iter(effects([result.action for result in sent], reading))

    def judged(result: Result) -> Result:
        if result.status == "skipped":
            return result
        why = next(missing)
        return result if subject(result.action) in silent else _judged(result, why)

    return list(map(judged, results)), reading


def _given_up(results: Iterable[Result]) -> frozenset[Address]:
    """What this account has just lost its rights on: there its answers are all the proof."""
    last = (r.action for r in results if r.status == "done" and stage(r.action) is Stage.LAST)
    return frozenset(map(subject, last))


async def read_objects(actions: Sequence[Action], reader: Reader) -> Reading:
    """The nodes and rooms that `actions` are about. Raises as `live.read` does."""
    touched = dict.fromkeys(map(subject, actions))
    nodes = [address for address in touched if isinstance(address, NodeAddress)]
    rooms = [address for address in touched if not isinstance(address, NodeAddress)]
    return await live.read(reader, nodes, rooms)


def _judged(result: Result, missing: str) -> Result:
    if not missing:
        return replace(result, status="done", cause="")
    if result.status == "done":
        return replace(result, status="failed", cause=missing)
    return replace(result, status="failed", cause=result.cause or missing)


async def _sent(action: Action, writer: Writer, means: Means) -> Result:
    try:
        await _patiently(action, writer, means)
        lost = await _not_kept(action, writer)
    except ServiceError as error:
        return Result(action, "failed", _refusal(action, error))
    except (MalformedAnswerError, ValueError) as error:
        return Result(action, "failed", str(error))
    except NoAnswerError as error:
        return Result(action, "unknown", str(error))
    if lost:
        return Result(action, "failed", f"the service said yes and did not keep {lost}")
    return Result(action, "done")


async def _patiently(action: Action, writer: Writer, means: Means) -> None:
    """Sends it again where the service asks to wait."""
    for tries in count():
        try:
            with one_change(means.stop.is_set):
                await _send(action, writer)
        except ServiceError as error:
            pause = retry.before_next_try(error, tries, form=_carries_form(action))
            if pause is None or means.stop.is_set():
                raise
            means.say(f"{_host(action)} asks to wait ({error}); trying again in {pause:g} s")
            await means.rest(pause, means.stop)
        else:
            return


def _carries_form(action: Action) -> bool:
    return isinstance(action, CreateNode | ConfigureNode | CreateRoom | ConfigureRoom)


def _host(action: Action) -> str:
    target = subject(action)
    return target.service if isinstance(target, NodeAddress) else target.rpartition("@")[2]


def _send(action: Action, writer: Writer) -> Awaitable[None]:
    match action:
        case CreateNode(node=node, config=config):
            return writer.create_node(node, config)
        case ConfigureNode(node=node, after=after):
            return writer.configure_node(node, after)
        case DeleteNode(node=node):
            return writer.delete_node(node)
        case PublishItem():
            return _publish(action, writer)
        case RetractItem(node=node, before=before):
            return writer.retract(node, before.id)
        case SetAffiliation(target=target, jid=jid, after=affiliation):
            if isinstance(target, NodeAddress):
                return writer.set_affiliation(target, jid, affiliation)
            return writer.set_room_affiliation(target, jid, affiliation)
        case SetSubscription(node=node, jid=jid, after=subscription):
            return writer.set_subscription(node, jid, subscription)
        case CreateRoom(room=room, config=config, password=password):
            return writer.create_room(room, config, password)
        case ConfigureRoom(room=room, after=after, password=password):
            return writer.configure_room(room, after, password)
        case DestroyRoom(room=room):
            return writer.destroy_room(room)
        case _:
            assert_never(action)


async def _publish(action: PublishItem, writer: Writer) -> None:
    try:
        await writer.publish(action.node, action.item_id, action.payload)
    except ServiceError as error:
        if error.condition != "forbidden" or action.item_id != MARKER_ID or action.before is None:
            raise
        # COMPAT(ejabberd 23.01): only who published an item may replace it, and an owner retract
        # it. A marker that is lost in between costs what it recorded, and nobody's item.
        await writer.retract(action.node, action.item_id)
        await writer.publish(action.node, action.item_id, action.payload)


async def _not_kept(action: Action, writer: Writer) -> str:
    """A configuration is read back at once: nothing goes into a node that is open by mistake."""
    match action:
        case CreateNode(node=node, config=config) | ConfigureNode(node=node, after=config):
            return ", ".join(unkept(config, await writer.node_config(node)))
        case _:
            return ""


def _refusal(action: Action, error: ServiceError) -> str:
    """The service's no, and where we know why, the next step."""
    if error.condition == "forbidden" and isinstance(action, CreateNode):
        return f"{error}: this account may not create nodes there; make it an admin of the service"
    if error.condition == "forbidden" and isinstance(action, PublishItem) and action.before:
        # COMPAT(ejabberd 23.01): only who published an item may replace it, before 23.10.
        return f"{error}: another account published it; an owner may retract it, see 'absent'"
    return str(error)

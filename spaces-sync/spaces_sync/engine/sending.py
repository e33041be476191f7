"""Sends actions on one connection, stage by stage, and holds the results against a reading."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, count, groupby
from typing import assert_never

from spaces_sync.engine import concurrency, retry
from spaces_sync.engine.attempts import Attempt, SendContext, tried
from spaces_sync.engine.last_check import NOTHING, Approved, LastCheck, last_check, look_again
from spaces_sync.engine.reading import read_addresses
from spaces_sync.engine.refusals import refusal
from spaces_sync.model import marker
from spaces_sync.model.addresses import NodeAddress, domain_of
from spaces_sync.model.state import EMPTY, Address, Reading, values_of
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
    by_subject,
    subject,
)
from spaces_sync.plan.capacity import is_too_small
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.dependence import awaited
from spaces_sync.plan.outcome import Result, Step, is_lost, is_unanswered
from spaces_sync.plan.preconditions import Preconditions, reconfigured
from spaces_sync.plan.requirements import not_kept
from spaces_sync.plan.stages import Stage
from spaces_sync.plan.verification import Causes, missing_effects, not_offered
from spaces_sync.ports import (
    MalformedAnswerError,
    NoAnswerError,
    ServiceError,
    UnansweredError,
    UnusableAnswerError,
    Writer,
    in_order,
    one_change,
)
from spaces_sync.profile import MAX_ITEMS


async def send(
    steps: Iterable[Step], writer: Writer, context: SendContext, approved: Approved = NOTHING
) -> tuple[list[Step], list[Action]]:
    """Sends each action in `steps`, which are in the order of their stages; results stay.

    What became of each, and which of them went out: not what was found done, or stale, before.

    Within a stage all are under way at once. Where one fails, or is not answered twice while others
    are, the later stages skip its node or room, what moves there stays where it is, and no room
    points at it; the others go on. What cannot be had back is held once more against what was
    `approved` (last_check.py). After `context.stop`, or a lost connection, nothing more is sent,
    and what was not sent yet is handed back as it came.
    """
    steps = list(steps)
    failed: dict[Address, Causes] = {}
    not_there: dict[object, Causes] = {}  # items that were to be published, by node and key
    sent: list[Action] = []
    lost = False

    async def one(number: int, check: LastCheck) -> Step:
        nonlocal lost
        step = steps[number]
        if isinstance(step, Result | RecordOwnership):  # a record follows what was read back
            return step
        if subject(step) in failed:
            result = Result(step, "skipped", failed[subject(step)])
        elif (item := awaited(step)) in not_there:
            result = Result(step, "skipped", not_there[item])
        elif lost or context.stop.is_set():
            return step
        else:
            attempt = Attempt(
                check=partial(check, number),
                send=partial(_result, step, writer, context, approved),
                look=partial(look_again, steps, number, writer, approved),
            )
            found = await tried(step, attempt, context, sent)
            if found is None or is_lost(found):
                lost = lost or found is not None
                return found or step
            result = found
        context.progress(result)
        return result

    for _, group in groupby(range(len(steps)), key=lambda number: _stage(steps[number])):
        numbers = list(group)
        check = last_check(steps, numbers, writer, approved, _made(sent))
        results = await concurrency.each(partial(one, check=check), numbers)
        for number, step in zip(numbers, results, strict=True):
            before, steps[number] = steps[number], step
            if not isinstance(step, Result) or step.status == "done" or is_lost(step):
                continue  # after a lost connection nothing is sent that could wait for it
            if isinstance(step.action, PublishItem):
                not_there[step.action.node, step.action.key] = step.causes
            # What was a result before was judged then, with what relies on it.
            if step.status != "skipped" and step is not before:
                failed.setdefault(subject(step.action), step.causes)
    return steps, sent


def _made(sent: Iterable[Action]) -> frozenset[Address]:
    return frozenset(subject(each) for each in sent if isinstance(each, CreateNode | CreateRoom))


def _stage(step: Step) -> Stage:
    return step.action.stage if isinstance(step, Result) else step.stage


async def read_back(
    results: Iterable[Result],
    writer: Writer,
    planned: Preconditions = EMPTY,
    doubtful: Iterable[Address] = (),
) -> tuple[list[Result], Reading]:
    """The results by what the service holds now: an answer, or the lack of one, is no proof.

    An item in a node that is not as it was `planned` for is not where it should be. `doubtful`:
    what is read in any case. Raises `NoAnswerError` where the service cannot be read any more, and
    `NoServiceError`.
    """
    results = list(results)
    sent = [result for result in results if result.status != "skipped"]
    subjects = (subject(result.action) for result in sent)
    reading = await read_addresses(chain(subjects, doubtful), writer, expected=True)
    unprovable = _objects_given_up(results) & reading.failed.keys()
    actions = [result.action for result in sent]
    missing = iter(missing_effects(actions, reading))
    misplaced = _misplaced(actions, reading, planned)

    def judged(result: Result) -> Result:
        if result.status == "skipped":
            return result
        causes = next(missing)
        if isinstance(result.action, PublishItem):
            causes = causes or misplaced.get(result.action.node, ())
        if subject(result.action) in unprovable:
            return result
        return _judged(result, causes, not_offered(result.action, reading))

    return list(map(judged, results)), reading


def _misplaced(
    actions: Iterable[Action], reading: Reading, planned: Preconditions
) -> Mapping[Address, Causes]:
    """Why items are not where they should be, by the node."""
    by_node = by_subject(actions)
    return {
        node: causes[:1]
        for node, precondition in planned.items()
        if node in reading.state.nodes
        and (
            causes := tuple(
                reconfigured(precondition, by_node.get(node, ()), reading.state.nodes[node])
            )
        )
    }


def _objects_given_up(results: Iterable[Result]) -> frozenset[Address]:
    """What this account has just lost its rights on: there its answers are all the proof."""
    last = (r.action for r in results if r.status == "done" and r.action.stage is Stage.LAST)
    return frozenset(map(subject, last))


def _judged(result: Result, missing: Causes, unoffered: Causes) -> Result:
    if isinstance(result.action, CreateNode | CreateRoom) and _is_refused(result):
        return result  # what is there was made by somebody else
    if not missing:
        return replace(result, status="done", causes=unoffered)
    if result.status == "done":
        return replace(result, status="failed", causes=missing)
    if is_unanswered(result):
        unread = missing[0].code == "unreadable"
        return (
            result if unread else replace(result, status="failed", causes=result.causes + missing)
        )
    return replace(result, status="failed", causes=result.causes or missing)


def _is_refused(result: Result) -> bool:
    return result.status == "failed" and any(each.code == "refused" for each in result.causes)


# --- one action ------------------------------------------------------------------------------


async def _result(
    action: Action, writer: Writer, context: SendContext, approved: Approved
) -> Result:
    """What the service answered. A `ValueError` says that the request cannot be written."""
    try:
        if isinstance(action, CreateNode | ConfigureNode):
            lost = await _configured(action, writer, context, approved.items_in(action.node))
        else:
            lost = ""
            await _with_retries(action, writer, context)
    except ServiceError as error:
        return Result(action, "failed", (await refusal(action, error, writer),))
    except (MalformedAnswerError, ValueError) as error:
        return Result(action, "failed", (Cause("malformed", after=str(error)),))
    except UnansweredError as error:
        return Result(action, "unknown", (Cause("unanswered", before="once", after=str(error)),))
    except NoAnswerError as error:
        return Result(action, "unknown", (Cause("no-answer", after=str(error)),))
    if lost:
        return Result(action, "failed", (Cause("not-kept", lost),))
    return Result(action, "done")


async def _with_retries(action: Action, writer: Writer, context: SendContext) -> None:
    """Sends it again where the service asks to wait."""
    for tries in count():
        try:
            with one_change(context.stop.is_set, once=True):
                await _request(action, writer)
        except ServiceError as error:
            pause = retry.before_next_try(error, tries, form=_carries_form(action))
            if pause is None or context.stop.is_set():
                raise
            context.say(f"{_host(action)} asks to wait ({error}); trying again in {pause:g} s")
            await context.wait(pause, context.stop)
        else:
            return


def _carries_form(action: Action) -> bool:
    return isinstance(action, CreateNode | ConfigureNode | CreateRoom | ConfigureRoom)


def _host(action: Action) -> str:
    target = subject(action)
    return target.service if isinstance(target, NodeAddress) else domain_of(target)


def _request(action: Action, writer: Writer) -> Awaitable[None]:
    """The one request that an action stands for."""
    match action:
        case CreateNode(node=node, config=config):
            return writer.create_node(node, config)
        case ConfigureNode(node=node, after=after):
            return writer.configure_node(node, after)
        case DeleteNode(node=node, renamed_to=new):
            return writer.delete_node(node, new)
        case PublishItem(node=node, item_id=item_id, payload=payload, access_model=model):
            return writer.publish(node, item_id, payload, access_model=model)
        case RetractItem(node=node, before=before):
            return writer.retract(node, before.id)
        case WriteMarker():
            return _write_marker(action, writer)
        case RecordOwnership():
            raise TypeError("a record is no request: the ledger settles it")
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
        case DestroyRoom(room=room, renamed_to=successor):
            return writer.destroy_room(room, successor)
        case _:
            assert_never(action)


async def _write_marker(action: WriteMarker, writer: Writer) -> None:
    if action.after is None:
        await writer.retract(action.node, marker.MARKER_ID)
        return
    payload = marker.encode(action.after)
    try:
        await writer.publish(
            action.node, marker.MARKER_ID, payload, access_model=action.access_model
        )
    except ServiceError as error:
        if error.condition != "forbidden" or action.before is None:
            raise
        # Where the second request fails the marker is gone until the next apply.
        # COMPAT(ejabberd 23.01 to 23.04): only who published an item may replace it, and an owner
        # retract it. Shown by test_compat_ejabberd_only_the_publisher_may_replace_an_item.
        await writer.retract(action.node, marker.MARKER_ID)
        await writer.publish(
            action.node, marker.MARKER_ID, payload, access_model=action.access_model
        )


async def _configured(
    action: CreateNode | ConfigureNode, writer: Writer, context: SendContext, holds: int
) -> str:
    """Sends a configuration and reads it back at once; the fields that were not kept.

    Nothing goes into a node that is open by mistake, or too small for what it `holds`.
    """
    _, lost = await in_order(
        _with_retries(action, writer, context), _not_kept_so_far(action, writer, holds)
    )
    return lost and await _not_kept(action, writer, holds)


async def _not_kept_so_far(action: CreateNode | ConfigureNode, writer: Writer, holds: int) -> str:
    """As `_not_kept`, asked right behind the request, which may yet have to be sent again."""
    try:
        return await _not_kept(action, writer, holds)
    except UnusableAnswerError as error:
        return str(error)


async def _not_kept(action: CreateNode | ConfigureNode, writer: Writer, holds: int) -> str:
    config = action.config if isinstance(action, CreateNode) else action.after
    form = await writer.node_config(action.node)
    asked, kept = config.get(MAX_ITEMS), values_of(form, MAX_ITEMS)
    small = asked not in (None, kept) and is_too_small(form, holds)
    return ", ".join((*not_kept(config, form), *((MAX_ITEMS,) if small else ())))

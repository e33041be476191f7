"""Holds steps that cannot be had back against the services, immediately before they are sent.

Between the question and the last stage minutes may pass. What was approved was approved for what
a person saw: no item that came since goes with its space, nobody who subscribed since is shut out,
nothing written since is opened to everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from spaces_sync.engine.reading import read_addresses
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import EMPTY, Address, Ownership
from spaces_sync.plan.actions import Action, PublishItem, RecordOwnership, RetractItem, subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.irreversible import held_against
from spaces_sync.plan.outcome import Result, Step
from spaces_sync.plan.preconditions import Preconditions
from spaces_sync.plan.recheck import recheck_item, rechecked
from spaces_sync.ports import Reader, UnusableAnswerError

ItemAddress: TypeAlias = tuple[NodeAddress, str]

LastCheck: TypeAlias = Callable[[int], Awaitable[Result | None]]
"""What has become of the step with that index without its being sent; None: it may be sent.

Raises `NoAnswerError`, and `NoServiceError` where the service is not there any more.
"""


@dataclass(frozen=True, slots=True)
class Approved:
    """What was taken for granted when the steps were approved, and what is owned."""

    preconditions: Preconditions
    ownership: Ownership


NOTHING: Final = Approved(EMPTY, Ownership())


def last_check(steps: Sequence[Step], reader: Reader, approved: Approved) -> LastCheck:
    """For the steps of one stage; `steps` are all of the plan, with what came of earlier stages.

    An object is read once, and all of the stage that concerns it follows. An item that an earlier
    step wrote is as that left it.
    """
    first: dict[ItemAddress, int] = {}
    by_object: dict[Address, list[int]] = {}
    for number, step in enumerate(steps):
        action = _action(step)
        if (item := _item(action)) is not None:
            first.setdefault(item, number)
        if not isinstance(action, RecordOwnership):
            by_object.setdefault(subject(action), []).append(number)
    objects: dict[Address, asyncio.Task[Mapping[int, Step]]] = {}

    async def one(number: int) -> Result | None:
        action = _action(steps[number])
        match held_against(action):
            case "item" if (item := _item(action)) is not None and first[item] == number:
                return await _by_item(action, item, reader)
            case "object":
                about = subject(action)
                if about not in objects:
                    mine = {n: steps[n] for n in by_object[about]}
                    checking = _by_object(about, mine, reader, approved)
                    objects[about] = asyncio.create_task(checking)
                found = (await objects[about])[number]
                return found if isinstance(found, Result) else None
            case _:
                return None

    return one


async def _by_object(
    about: Address, steps: Mapping[int, Step], reader: Reader, approved: Approved
) -> Mapping[int, Step]:
    """The steps on one node or room as they stand to what is there now."""
    reading = replace(await read_addresses([about], reader), ownership=approved.ownership)
    planned = {node: each for node, each in approved.preconditions.items() if node == about}
    return dict(zip(steps, rechecked(steps.values(), reading, planned), strict=True))


async def _by_item(action: Action, item: ItemAddress, reader: Reader) -> Result | None:
    try:
        found = recheck_item(action, await reader.item(*item))
    except UnusableAnswerError as error:
        return Result(action, "failed", (Cause("unreadable", after=str(error)),))
    if found.done:
        return Result(action, "done")
    return Result(action, "failed", found.stale) if found.stale else None


def _action(step: Step) -> Action:
    return step.action if isinstance(step, Result) else step


def _item(action: Action) -> ItemAddress | None:
    match action:
        case PublishItem(node=node, item_id=item_id):
            return node, item_id
        case RetractItem(node=node, before=before):
            return node, before.id
        case _:
            return None

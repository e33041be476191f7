"""Holds steps against the services, immediately before they are sent.

Between the question and the last stage minutes may pass. What was approved was approved for what
a person saw: no item that came since is replaced, or goes with its space, nobody who subscribed
since is shut out, no right that was given since is taken, nothing written since is opened to
everybody. What each action is held against is a table (plan/irreversible.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final, TypeAlias, TypeVar

from spaces_sync.engine.objects import items_of
from spaces_sync.engine.reading import read_addresses
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.state import EMPTY, Address, Key, Ownership
from spaces_sync.plan.actions import (
    Action,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    WriteMarker,
    subject,
    to_be_read,
)
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.irreversible import Scope, held_against
from spaces_sync.plan.outcome import Result, Step, pending
from spaces_sync.plan.preconditions import Preconditions
from spaces_sync.plan.recheck import rechecked
from spaces_sync.plan.recheck_one import Recheck, recheck_item, recheck_right, written_item
from spaces_sync.ports import Reader, UnusableAnswerError

_A = TypeVar("_A")
_T = TypeVar("_T")

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

    def items_in(self, address: Address) -> int:
        """How many items a node is to keep in the end; 0 where nothing is written there."""
        planned = self.preconditions.get(address) if isinstance(address, NodeAddress) else None
        return 0 if planned is None else planned.holds


NOTHING: Final = Approved(EMPTY, Ownership())


def last_check(
    steps: Sequence[Step], reader: Reader, approved: Approved, new: Collection[Address] = ()
) -> LastCheck:
    """For the steps of one stage; `steps` are all of the plan, with what came of earlier stages.

    An object is read once, and all of the stage that concerns it follows. An item that an earlier
    step wrote is as that left it. `new`: the objects that the same apply has made.
    """
    first: dict[ItemAddress, int] = {}
    by_object: dict[Address, list[int]] = {}
    for number, step in enumerate(steps):
        action = _action(step)
        if (item := _item(action)) is not None:
            first.setdefault(item, number)
        if not isinstance(action, RecordOwnership):
            by_object.setdefault(subject(action), []).append(number)
    mine = {about: {n: steps[n] for n in numbers} for about, numbers in by_object.items()}
    of_object: Callable[[Address], Awaitable[Mapping[int, Step]]] = _once(
        lambda about: _by_object(about, mine[about], reader, approved)
    )
    rights_in: Callable[[Address], Awaitable[Mapping[Jid, str]]] = _once(
        lambda about: _rights(about, reader)
    )
    children_in: Callable[[NodeAddress], Awaitable[Collection[Key]]] = _once(
        lambda node: _children(node, reader)
    )

    async def in_scope(number: int, scope: Scope) -> Result | None:
        action = _action(steps[number])
        match scope, action:
            case "object", _:
                step = (await of_object(subject(action)))[number]
                return step if isinstance(step, Result) else None
            case "rights", SetAffiliation(target=target, jid=jid):
                held = (await rights_in(target)).get(jid, "none")
                return _judged(action, recheck_right(action, held))
            case "item", _ if (item := _item(action)) is not None and first[item] == number:
                return _judged(action, recheck_item(action, await reader.item(*item)))
            case "arrival", RetractItem(key=key, moved_to=NodeAddress() as where):
                found = key in await children_in(where)
                return None if found else _not_arrived(action, key, where)
            case _:
                return None

    async def one(number: int) -> Result | None:
        action = _action(steps[number])
        for scope in held_against(action, new=subject(action) in new):
            try:
                result = await in_scope(number, scope)
            except UnusableAnswerError as error:
                return Result(action, "failed", (Cause("unreadable", after=str(error)),))
            if result is not None:
                return result
        return None

    return one


def _once(read: Callable[[_A], Coroutine[Any, Any, _T]]) -> Callable[[_A], Awaitable[_T]]:
    """`read`, which is done once for each address, whoever asks for it."""
    tasks: dict[_A, asyncio.Task[_T]] = {}

    def shared(address: _A) -> Awaitable[_T]:
        if address not in tasks:
            tasks[address] = asyncio.create_task(read(address))
        return tasks[address]

    return shared


async def _by_object(
    about: Address, steps: Mapping[int, Step], reader: Reader, approved: Approved
) -> Mapping[int, Step]:
    """The steps on one node or room as they stand to what is there now."""
    due = [action for step in steps.values() if (action := pending(step)) is not None]
    wanted = (about, *chain.from_iterable(map(to_be_read, due)))
    reading = replace(await read_addresses(wanted, reader), ownership=approved.ownership)
    planned = {node: each for node, each in approved.preconditions.items() if node == about}
    return dict(zip(steps, rechecked(steps.values(), reading, planned), strict=True))


async def _rights(about: Address, reader: Reader) -> Mapping[Jid, str]:
    if isinstance(about, NodeAddress):
        return await reader.affiliations(about)
    return await reader.room_affiliations(about)


async def _children(node: NodeAddress, reader: Reader) -> Collection[Key]:
    return decode((await items_of(reader, node)).items).keys()


def _not_arrived(action: Action, key: Key, where: NodeAddress) -> Result:
    return Result(action, "failed", (Cause("not-arrived", key.target, after=where.node),))


def _judged(action: Action, found: Recheck) -> Result | None:
    if found.done:
        return Result(action, "done")
    return Result(action, "failed", found.stale) if found.stale else None


def _action(step: Step) -> Action:
    return step.action if isinstance(step, Result) else step


def _item(action: Action) -> ItemAddress | None:
    match action:
        case PublishItem() | RetractItem() | WriteMarker():
            return written_item(action)
        case _:
            return None

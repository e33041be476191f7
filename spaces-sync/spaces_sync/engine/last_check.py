"""Holds steps against the services once more, immediately before they are sent.

Between the question and the last stage minutes may pass. What was approved was approved for what
a person saw: no item that came since goes with its space or is replaced, nobody who subscribed
since is shut out, no right that somebody gave or took since is overwritten, nothing written since
is opened to everybody. plan/irreversible.py is the table of what each action is held against.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Final, TypeAlias, TypeVar

from spaces_sync.engine.objects import items_of
from spaces_sync.engine.reading import read_addresses, read_service
from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.grouping import grouped
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import EMPTY, Address, Item, Key, Node, Ownership, Service, nothing
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
from spaces_sync.plan.copies import Originals, outdated
from spaces_sync.plan.irreversible import FEW, Scope, held_against, successor
from spaces_sync.plan.outcome import Result, Step
from spaces_sync.plan.preconditions import Preconditions, concerns
from spaces_sync.plan.recheck import rechecked
from spaces_sync.plan.recheck_content import recheck_content, recheck_marker
from spaces_sync.plan.recheck_one import Recheck, recheck_item, recheck_right, written_item
from spaces_sync.plan.verification import Causes
from spaces_sync.ports import Reader, UnusableAnswerError, together
from spaces_sync.profile import SPACE

T = TypeVar("T")
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
    originals: Originals = field(default_factory=nothing)

    def items_in(self, address: Address) -> int:
        """How many items a node is to keep in the end; 0 where nothing is written there."""
        planned = self.preconditions.get(address) if isinstance(address, NodeAddress) else None
        return 0 if planned is None else planned.holds


NOTHING: Final = Approved(EMPTY, Ownership())


@dataclass(frozen=True, slots=True)
class _Stage:
    """The steps of a plan, and what is read again while one stage of it is sent."""

    steps: Sequence[Step]
    reader: Reader
    approved: Approved
    first: Mapping[ItemAddress, int]  # which step is the first one about an item
    by_object: Mapping[Address, Sequence[int]]
    askers: Mapping[Hashable, int]  # how many actions of the stage need a reading
    shared: dict[Hashable, asyncio.Task[Any]] = field(default_factory=dict)


def last_check(
    steps: Sequence[Step],
    numbers: Collection[int],
    reader: Reader,
    approved: Approved,
    new: Collection[Address] = (),
) -> LastCheck:
    """For the steps `numbers`, which are one stage; `steps` are all of the plan.

    An item that an earlier step wrote is as that left it. `new`: the objects that the same apply
    has made.
    """
    due = [_action(steps[number]) for number in numbers if not isinstance(steps[number], Result)]
    askers = Counter(
        _reading(scope, action)
        for action in due
        for scope in held_against(action, new=subject(action) in new)
    )
    stage = _stage(steps, reader, approved, askers)

    async def one(number: int) -> Result | None:
        action = _action(steps[number])
        for scope in held_against(action, new=subject(action) in new):
            try:
                found = await _CHECKS[scope](action, number, stage)
            except UnusableAnswerError as error:
                return Result(action, "failed", (Cause("unreadable", after=str(error)),))
            if found is not None:
                return found
        return None

    return one


async def look_again(
    steps: Sequence[Step], number: int, reader: Reader, approved: Approved
) -> Result | None:
    """What has become of the step with that index, which was sent and not answered.

    None: it took no effect, and may be sent once more. Raises as `LastCheck`.
    """
    stage, action = _stage(steps, reader, approved, {}), _action(steps[number])
    found = await _by_object(action, number, stage)
    if found is not None and any(cause.code == "unreadable" for cause in found.causes):
        return replace(found, status="unknown")
    return found


def _stage(
    steps: Sequence[Step], reader: Reader, approved: Approved, askers: Mapping[Hashable, int]
) -> _Stage:
    actions = [_action(step) for step in steps]
    first: dict[ItemAddress, int] = {}
    for number, action in enumerate(actions):
        if (item := _item(action)) is not None:
            first.setdefault(item, number)
    by_object = grouped(
        (subject(action), number)
        for number, action in enumerate(actions)
        if not isinstance(action, RecordOwnership)
    )
    return _Stage(steps, reader, approved, first, by_object, askers)


# --- readings --------------------------------------------------------------------------------


def _reading(scope: Scope, action: Action) -> Hashable:
    """What is read for `action`, which others of its stage may need as well."""
    child = successor(action) if scope == "arrival" else None
    return scope, subject(action) if child is None else child[0]


async def _read(
    what: Hashable, ask: Callable[[], Coroutine[Any, Any, T]], stage: _Stage, *, once: bool = False
) -> T:
    """`once`: in the whole stage, however few need it."""
    if not once and stage.askers[what] <= FEW:
        return await ask()
    if what not in stage.shared:
        stage.shared[what] = asyncio.create_task(ask())
    found: T = await stage.shared[what]
    return found


async def _service(jid: Jid, stage: _Stage) -> Service:
    async def ask() -> Service:
        return await read_service(stage.reader, jid)

    return await _read(("service", jid), ask, stage, once=True)


async def _without_people(address: NodeAddress, reader: Reader) -> Node:
    form, items = await together(reader.node_config(address), items_of(reader, address))
    children, found = decode(items.items), marker.find(items.items)
    return Node(form, children, complete=items.complete, marker=found)


# --- what is held against them ---------------------------------------------------------------


async def _by_object(action: Action, number: int, stage: _Stage) -> Result | None:
    """With all of the stage that concerns the object, and knowing what follows in later ones."""
    about = subject(action)
    mine = {n: stage.steps[n] for n in stage.by_object[about]}

    async def ask() -> Mapping[int, Step]:
        wanted = chain.from_iterable(to_be_read(_action(step)) for step in mine.values())
        reading = await read_addresses(wanted, stage.reader)
        reading = replace(reading, ownership=stage.approved.ownership)
        planned = {n: each for n, each in stage.approved.preconditions.items() if n == about}
        return dict(zip(mine, rechecked(mine.values(), reading, planned), strict=True))

    found = (await _read(_reading("object", action), ask, stage, once=True))[number]
    return found if isinstance(found, Result) else None


async def _by_content(action: Action, number: int, stage: _Stage) -> Result | None:
    item = _item(action)
    if item is None:
        return None
    node, item_id = item

    async def ask() -> tuple[Mapping[str, Item], Causes]:
        live = await _without_people(node, stage.reader)
        held = {each.id: each for each in live.items}
        planned = stage.approved.preconditions.get(node)
        if planned is None:
            return held, ()
        mine = [stage.steps[n] for n in stage.by_object[node]]
        done = [step.action for step in mine if isinstance(step, Result) and step.status == "done"]
        due = [step for step in mine if not isinstance(step, Result)]
        service = await _service(node.service, stage)
        return held, recheck_content(planned, done, due, live, service, stage.reader.account)

    held, causes = await _read(_reading("content", action), ask, stage)
    if stage.first[item] == number and (
        found := _judged(action, recheck_item(action, held.get(item_id)))
    ):
        return found
    mine = tuple(each for each in causes if concerns(each, action))
    return _judged(action, Recheck(done=False, stale=mine[:1]))


async def _by_marker(action: Action, _: int, stage: _Stage) -> Result | None:
    node = subject(action)
    planned = stage.approved.preconditions.get(node) if isinstance(node, NodeAddress) else None
    if not isinstance(node, NodeAddress) or planned is None or planned.type != (SPACE,):
        return None  # nothing else has a marker

    async def ask() -> Item | None:
        return await stage.reader.item(node, MARKER_ID)

    held = await _read(_reading("marker", action), ask, stage)
    mine = (_action(stage.steps[n]) for n in stage.by_object[node])
    return _judged(action, Recheck(done=False, stale=recheck_marker(planned, mine, held)))


async def _by_item(action: Action, number: int, stage: _Stage) -> Result | None:
    item = _item(action)
    if item is None or stage.first[item] != number:
        return None
    return _judged(action, recheck_item(action, await stage.reader.item(*item)))


async def _by_rights(action: Action, _: int, stage: _Stage) -> Result | None:
    if not isinstance(action, SetAffiliation):
        return None
    target = action.target

    async def ask() -> Mapping[Jid, str]:
        if isinstance(target, NodeAddress):
            return await stage.reader.affiliations(target)
        return await stage.reader.room_affiliations(target)

    people = await _read(_reading("rights", action), ask, stage)
    return _judged(action, recheck_right(action, people.get(action.jid, "none")))


async def _by_arrival(action: Action, _: int, stage: _Stage) -> Result | None:
    child = successor(action)
    if child is None:
        return None
    node, key = child

    async def ask() -> Collection[Key]:
        return decode((await items_of(stage.reader, node)).items).keys()

    children = await _read(_reading("arrival", action), ask, stage)
    gone = () if key in children else (Cause("not-arrived", key.target, after=node.node),)
    return _judged(action, Recheck(done=False, stale=gone))


async def _by_original(action: Action, _: int, stage: _Stage) -> Result | None:
    about = subject(action)
    original = stage.approved.originals.get(about)
    if original is None:
        return None

    async def ask() -> Causes:
        reading = await read_addresses((original.address,), stage.reader)
        return outdated({about: original}, map(_action, stage.steps), reading).get(about, ())

    stale = await _read(_reading("original", action), ask, stage)
    return _judged(action, Recheck(done=False, stale=stale))


_CHECKS: Final[Mapping[Scope, Callable[[Action, int, _Stage], Awaitable[Result | None]]]] = {
    "object": _by_object,
    "content": _by_content,
    "marker": _by_marker,
    "item": _by_item,
    "rights": _by_rights,
    "arrival": _by_arrival,
    "original": _by_original,
}


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

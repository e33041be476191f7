"""Sends a plan through the ports, stage by stage, and reads back what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias, assert_never

from spaces_sync import flight, live
from spaces_sync.model.addresses import NodeAddress
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
    stage,
    subject,
)
from spaces_sync.plan.check import effects
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.wishes import unkept
from spaces_sync.service import MalformedAnswer, NoAnswer, ServiceError, Writer

Progress: TypeAlias = Callable[[Result], None]


async def send(plan: Plan, writer: Writer, progress: Progress) -> list[Result]:
    """Sends each action of `plan` that no earlier failure on its object forbids.

    Within a stage all are under way at once. Where one fails, the later stages skip its node
    or room; the others go on.
    """
    results: list[Result] = []
    failed: dict[Address, str] = {}
    for _, group in groupby(plan.actions, key=stage):
        actions = tuple(group)

        async def one(action: Action) -> Result:
            target = subject(action)
            if target in failed:
                result = Result(action, "skipped", failed[target])
            else:
                result = await _sent(action, writer)
            progress(result)
            return result

        sent = await flight.each(one, actions)
        for result in sent:
            if result.status in ("failed", "unknown"):
                failed.setdefault(subject(result.action), result.cause)
        results.extend(sent)
    return results


async def read_back(results: Iterable[Result], writer: Writer) -> tuple[list[Result], Reading]:
    """The results by what the service holds now: an answer, or the lack of one, is no proof.

    Raises `NoAnswer` where the service cannot be read any more, and `live.NoService`.
    """
    results = list(results)
    touched = dict.fromkeys(subject(result.action) for result in results)
    nodes = [address for address in touched if isinstance(address, NodeAddress)]
    rooms = [address for address in touched if not isinstance(address, NodeAddress)]
    reading = await live.read(writer, nodes, rooms)
    missing = effects((result.action for result in results), reading)
    return [_judged(*pair) for pair in zip(results, missing, strict=True)], reading


def _judged(result: Result, missing: str) -> Result:
    if result.status == "skipped":
        return result
    if not missing:
        return replace(result, status="done", cause="")
    if result.status == "done":
        return replace(result, status="failed", cause=missing)
    return replace(result, status="failed", cause=result.cause or missing)


async def _sent(action: Action, writer: Writer) -> Result:
    try:
        await _send(action, writer)
        lost = await _not_kept(action, writer)
    except ServiceError as error:
        return Result(action, "failed", _refusal(action, error))
    except (MalformedAnswer, ValueError) as error:
        return Result(action, "failed", str(error))
    except NoAnswer as error:
        return Result(action, "unknown", str(error))
    if lost:
        return Result(action, "failed", f"the service said yes and did not keep {lost}")
    return Result(action, "done")


def _send(action: Action, writer: Writer) -> Awaitable[None]:
    match action:
        case CreateNode(node=node, config=config):
            return writer.create_node(node, config)
        case ConfigureNode(node=node, after=after):
            return writer.configure_node(node, after)
        case DeleteNode(node=node):
            return writer.delete_node(node)
        case PublishItem(node=node, item_id=item_id, payload=payload):
            return writer.publish(node, item_id, payload)
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

"""What a plan takes from people, from what is stored, or opens: each has to be allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, assert_never

from spaces_sync.fields import Effect
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address
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
    subject,
)
from spaces_sync.plan.allowable import OTHER_RIGHTS, SHUTS_OUT, Case, Counted, Guard
from spaces_sync.plan.configs import place_of
from spaces_sync.plan.effects import costs, fields_with, has_effect, words_for
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.removals import name, removal

Loss: TypeAlias = tuple[Guard, int, Case]
"""What stops it, as how many it counts, and what it is; 0: a further case of the one before."""

Words: TypeAlias = dict[str, Place | None]
"""What is said of one object, each text once, and where the file says the first field of it."""


def losses(plan: Plan) -> Iterator[Loss]:
    """All that `plan` takes or opens, but for the children that it removes."""
    for action in plan.actions:
        yield from _lost(action, plan)
    yield from _openings(plan)
    yield from _closings(plan)


def _lost(action: Action, plan: Plan) -> Iterator[Loss]:
    place = action.why.place
    match action:
        case DeleteNode():
            yield from _lost_with_node(action, plan)
        case DestroyRoom(room=room):
            words = "goes with its history"
            yield "destroy-room", 1, Case(room, _with_why(action, words), place)
            yield from _lost_rights(action)
            if room in plan.facts.protected:
                yield "protect", 1, Case(room, "is protected", place)
        case ConfigureNode() | ConfigureRoom():
            yield from _lost_by_fields(action, plan)
        case SetSubscription(node=node, jid=jid, before=before, after="none") if before != "none":
            yield "lose-access", 1, Case(node, f"{jid} is unsubscribed", place)
        case SetAffiliation(target=target, jid=jid, before="owner", after=after):
            if after != "owner":
                who = f"this account, {jid}," if jid == plan.account else jid
                text = f"{who} is no owner any more"
                yield "remove-owner", 1, Case(target, text, place)
        case (
            CreateNode()
            | PublishItem()
            | RetractItem()
            | WriteMarker()
            | RecordOwnership()
            | SetAffiliation()
            | SetSubscription()
            | CreateRoom()
        ):
            pass
        case _:
            assert_never(action)


def _lost_with_node(action: DeleteNode, plan: Plan) -> Iterator[Loss]:
    node, before, place = action.node, action.before, action.why.place
    text = f"goes with {plural(len(before.children), 'child')}"
    yield removal(before), 1, Case(node, _with_why(action, text), place)
    if action.lost:
        words = next(iter(action.why.consequences), "goes with items")
        yield "drop-items", action.lost, Case(node, words, place)
    yield from _lost_rights(action)
    if node in plan.facts.protected:
        yield "protect", 1, Case(node, "is protected", place)


def why_it_goes(action: DeleteNode | DestroyRoom) -> str:
    """Why an object goes that the file does not speak of any more, as raw text; else empty."""
    if action.why.reason != "file" or action.why.place is not None:
        return ""
    new = action.renamed_to
    return f"is {name(new)} by now" if new is not None else "has left the file"


def _with_why(action: DeleteNode | DestroyRoom, words: str) -> str:
    return ", ".join(filter(None, (why_it_goes(action), words)))


def _lost_rights(action: DeleteNode | DestroyRoom) -> Iterator[Loss]:
    if action.shuts_out:
        people = f"{action.shuts_out} {'person has' if action.shuts_out == 1 else 'people have'}"
        words = f"{people} other rights where it was renamed to"
        case = Case(subject(action), words, action.why.place, OTHER_RIGHTS)
        yield "lose-access", action.shuts_out, case


def _lost_by_fields(action: ConfigureNode | ConfigureRoom, plan: Plan) -> Iterator[Loss]:
    """What changing fields of a live object costs, by the table of effects."""
    about, place = subject(action), action.why.place
    items, people = costs(action)
    if items:
        text = f"{items} {'item goes' if items == 1 else 'items go'}"
        if isinstance(action, ConfigureRoom):
            text = ", ".join(words_for(action, "loses data"))
        yield "drop-items", items, Case(about, text, place)
    if people and isinstance(action, ConfigureNode):
        text = f"{plural(people, 'person')} may lose access"
        yield "lose-access", people, Case(about, text, place)
    ends = has_effect(action, "ends it")
    if ends:
        yield "destroy-room", 1, Case(about, ", ".join(words_for(action, "ends it")), place)
    if about in plan.facts.protected and (items or ends):
        yield "protect", 1, Case(about, "is protected, with what is in it", place)


def _openings(plan: Plan) -> Iterator[Loss]:
    """Each object that more people can read, enter, find or write, once."""
    found: dict[Address, Words] = {}
    new = made(plan.actions)
    for action in plan.actions:
        about = subject(action)
        copied = isinstance(action, CreateNode | PublishItem | CreateRoom) and action.opens
        if copied or (about not in new and has_effect(action, "opens")):
            _add(found.setdefault(about, {}), _opening_words(action))
    for about, words in found.items():
        yield from _of_object("open-access", about, words, "more people can read it")


def _opening_words(action: Action) -> Iterator[tuple[str, Place | None]]:
    place = action.why.place
    if isinstance(action, PublishItem) and action.opens:
        yield "more people can read what others put into the children that come into it", place
    elif isinstance(action, CreateRoom):
        yield from ((text, place) for text in action.opens)
    elif isinstance(action, ConfigureNode | ConfigureRoom):
        yield from _by_field(action, "opens")
    else:
        yield "", place


def _closings(plan: Plan) -> Iterator[Loss]:
    """Each room that shuts people out, once: nobody tells who is in it, or has its password."""
    found: dict[Address, Words] = {}
    new = made(plan.actions)
    for action in plan.actions:
        if isinstance(action, ConfigureRoom) and action.room not in new and costs(action)[1]:
            _add(found.setdefault(action.room, {}), _by_field(action, "shuts out"))
    for room, words in found.items():
        yield from _of_object("lose-access", room, words, "shuts people out", SHUTS_OUT)


def _by_field(
    action: ConfigureNode | ConfigureRoom, effect: Effect
) -> Iterator[tuple[str, Place | None]]:
    return ((text, place_of(action, var)) for var, text in fields_with(action, effect))


def _add(words: Words, found: Iterable[tuple[str, Place | None]]) -> None:
    for text, place in found:
        words.setdefault(text, place)


def _of_object(
    guard: Guard, about: Address, words: Words, otherwise: str, counted_as: Counted | None = None
) -> Iterator[Loss]:
    """One loss, a case for each of its words; `otherwise` where a table has none for it."""
    said = {text: place for text, place in words.items() if text} or {
        otherwise: next(iter(words.values()), None)
    }
    for number, (text, place) in enumerate(said.items()):
        yield guard, int(number == 0), Case(about, text, place, counted_as)


def made(actions: Iterable[Action]) -> frozenset[Address]:
    """What was not there before, so that it takes nothing from anybody."""
    return frozenset(subject(a) for a in actions if isinstance(a, CreateNode | CreateRoom))

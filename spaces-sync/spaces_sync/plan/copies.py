"""What a copy is made of, held against what that is by the time that the copy is sent.

A rename copies what an object is like, who has which right in it and what it holds, as that was
when it was planned. Who was shut out or banned since, what was retracted, a password that was set:
a copy of before would undo all that where nobody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Final, TypeAlias

from spaces_sync.model import ledger
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import EMPTY, Address, Node, Reading, Room
from spaces_sync.model.xml import serialise
from spaces_sync.plan.actions import Action, DeleteNode, DestroyRoom, by_subject, subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.ownership import config_values, names, people_values
from spaces_sync.profile import SECRET, has_password

_SHOWN: Final = ("fixed", "hidden")  # types of fields that nobody sets (XEP-0004 3.3)
_PARTS: Final = ("configuration", "people", "items")


@dataclass(frozen=True, slots=True)
class CopyOf:
    """That an object which is planned is, or becomes, a copy of another one."""

    about: Address
    original: Address


Tokens: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Original:
    """An object of which another one is made a copy, as it was when that was planned.

    What it had stands here by short tokens of names, each with one of its value, as in ledgers.
    """

    address: Annotated[Address, "The node or room that is copied."]
    configuration: Annotated[Tokens, "Its fields."]
    people: Annotated[Tokens, "Who had which right in it."]
    items: Annotated[Tokens, "What it held."]


Originals: TypeAlias = Mapping[Address, Original]
"""What copies are made of, by the copy."""


def originals(copies: Iterable[CopyOf], actions: Iterable[Action], reading: Reading) -> Originals:
    """Of the copies that `actions` write to."""
    written = {subject(action) for action in actions}
    found: dict[Address, Original] = {}
    for copy in copies:
        live = reading.state.get(copy.original)
        if copy.about in written and live is not None:
            found[copy.about] = _original(copy.original, live)
    return found


def _original(address: Address, live: Node | Room) -> Original:
    config = {var: each.values for var, each in live.config.items() if each.type not in _SHOWN}
    fields = config_values(config)
    if isinstance(live, Room):
        fields[ledger.config_name(SECRET)] = str(has_password(live))
    people = dict(people_values(ledger.affiliation_name, live.affiliations))
    return Original(address, fields, people, dict(_items(live)))


def _items(live: Node | Room) -> Iterator[tuple[str, str]]:
    for item in live.items if isinstance(live, Node) else ():
        payload = "".join(map(serialise, item.payloads))
        if item.id != MARKER_ID:
            yield ledger.item_name(item.id), ledger.values_value((payload,))


def outdated(
    originals: Originals, actions: Iterable[Action], reading: Reading
) -> Mapping[Address, tuple[Cause]]:
    """The copies whose originals are not as they were, but for what `actions` do to these.

    actions: all of the plan.
    """
    mine: Mapping[Address, Sequence[Action]] = by_subject(actions) if originals else EMPTY
    causes = ((a, _why(each, mine.get(each.address, ()), reading)) for a, each in originals.items())
    return {about: (cause,) for about, cause in causes if cause is not None}


def _why(original: Original, done_to_it: Sequence[Action], reading: Reading) -> Cause | None:
    address, live = original.address, reading.state.get(original.address)
    if live is not None:
        touched = frozenset(chain.from_iterable(map(names, done_to_it)))
        now = _original(address, live)
        parts = [part for part in _PARTS if _differ(original, now, part) - touched]
        return Cause("original-changed", str(address), after=", ".join(parts)) if parts else None
    if address in reading.failed and address not in reading.destroyed:
        return Cause("unreadable", after=f"{address}: {reading.failed[address]}")
    goes = any(isinstance(each, DeleteNode | DestroyRoom) for each in done_to_it)  # after all else
    return None if goes else Cause("original-gone", str(address))


def _differ(one: Original, other: Original, part: str) -> frozenset[str]:
    """The names in a part of two originals of which the values are not the same."""
    before, now = getattr(one, part), getattr(other, part)
    return frozenset(each for each in {**before, **now} if before.get(each) != now.get(each))

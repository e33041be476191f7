"""The turns in which the fields of one object change, by what each change does (fields/effects.py).

What a service may refuse and harms nobody comes first. Who loses access by a field loses it when
those who shall keep it have got theirs. What loses items or ends a room waits for the retractions,
which may spare it, and what opens an object comes when all that must not be seen is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import assert_never

from spaces_sync.fields import Effect
from spaces_sync.plan.actions import ConfigureNode, ConfigureRoom
from spaces_sync.plan.configs import Configure, fields_of, with_fields
from spaces_sync.plan.effects import field_effects


class Turn(IntEnum):
    """When a field changes among the others of its object."""

    FIRST = 1
    CLOSING = 2  # of rooms alone
    LOSING = 3
    OPENING = 4


def turn_of(action: ConfigureNode | ConfigureRoom) -> Turn:
    """The last turn of what an action changes."""
    return max(_turns(action).values(), default=Turn.FIRST)


def in_turns(action: Configure) -> Iterator[Configure]:
    """`action` as one action for each turn, in their order.

    Of a node the first two are one: what closes it is refused together with what else may be.
    """
    fields, turns = fields_of(action), _turns(action)
    for turn in sorted({turns.get(var, Turn.FIRST) for var in fields}):
        yield with_fields(action, [var for var in fields if turns.get(var, Turn.FIRST) is turn])


def _turns(action: ConfigureNode | ConfigureRoom) -> Mapping[str, Turn]:
    """The turn of each field that has an effect; the password's under `SECRET`."""
    found: dict[str, Turn] = {}
    for var, each in field_effects(action):
        found[var] = max(found.get(var, Turn.FIRST), _turn(action, each.effect, var))
    return found


def _turn(action: ConfigureNode | ConfigureRoom, effect: Effect, var: str) -> Turn:
    match effect:
        case "opens":
            return Turn.OPENING
        case "shuts out":
            return Turn.FIRST if isinstance(action, ConfigureNode) else Turn.CLOSING
        case "loses data" | "ends it":
            # What a field loses that had no value is not known; it may as well be a gain.
            return Turn.LOSING if any(action.before.get(var, ())) else Turn.FIRST
        case _:
            assert_never(effect)

"""What actions make of a configuration, and their parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from spaces_sync.model.declaration import Place
from spaces_sync.model.state import EMPTY, Form, Node, Values, same_values, values_of
from spaces_sync.plan.actions import Action, ConfigureNode, ConfigureRoom, CreateNode
from spaces_sync.profile import SECRET

Configure = TypeVar("Configure", bound=ConfigureNode | ConfigureRoom)


def configs(actions: Iterable[Action]) -> Iterator[Mapping[str, Values]]:
    """The fields that each of the `actions` on one node submits, in their order."""
    for action in actions:
        match action:
            case CreateNode(config=config) | ConfigureNode(after=config):
                yield config
            case _:
                pass


def former_values(
    old: Form, config: Mapping[str, Values], default: Form = EMPTY
) -> Mapping[str, Values]:
    """What the fields of `config`, which makes a copy, are in the form of what is copied, and those
    of `default`, that of a new object, which are other ones there and are not copied.
    """
    lost = (
        var
        for var, field in default.items()
        if var in old and not same_values(old[var].values, field.values) and any(old[var].values)
    )
    return {var: old[var].values for var in (*config, *lost) if var in old}


def field_after(var: str, actions: Iterable[Action], live: Node | None) -> Values:
    """The values of one field when `actions` on the node are done; empty where it has none."""
    values = () if live is None else values_of(live.config, var)
    for config in configs(actions):
        values = config.get(var, values)
    return values


def fields_of(action: ConfigureNode | ConfigureRoom) -> tuple[str, ...]:
    """The fields that an action changes; a password is the field `SECRET`."""
    secret = isinstance(action, ConfigureRoom) and action.password is not None
    return (*action.after, SECRET) if secret else (*action.after,)


def place_of(action: Configure, var: str) -> Place | None:
    """Where the file says a field that `action` changes, or the action itself."""
    return action.places.get(var, action.why.place)


def with_fields(action: Configure, fields: Collection[str]) -> Configure:
    """`action` with those of its `fields_of` that are among `fields`."""
    before = {var: values for var, values in action.before.items() if var in fields}
    after = {var: values for var, values in action.after.items() if var in fields}
    places = {var: place for var, place in action.places.items() if var in fields}
    part = replace(action, before=before, after=after, places=places)
    if isinstance(part, ConfigureRoom) and SECRET not in fields:
        return replace(part, password=None)
    return part

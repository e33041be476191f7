"""What actions make of a node's configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spaces_sync.model.state import Node, Values, values_of
from spaces_sync.plan.actions import Action, ConfigureNode, CreateNode


def configs(actions: Iterable[Action]) -> Iterator[Mapping[str, Values]]:
    """The fields that each of the `actions` on one node submits, in their order."""
    for action in actions:
        match action:
            case CreateNode(config=config) | ConfigureNode(after=config):
                yield config
            case _:
                pass


def field_after(var: str, actions: Iterable[Action], live: Node | None) -> Values:
    """The values of one field when `actions` on the node are done; empty where it has none."""
    values = () if live is None else values_of(live.config, var)
    for config in configs(actions):
        values = config.get(var, values)
    return values

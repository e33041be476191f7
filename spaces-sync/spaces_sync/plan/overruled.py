"""What services made of fields that were sent: remembered, so that it is not tried for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from spaces_sync.model.state import Address, Reading
from spaces_sync.plan.actions import ConfigureNode, CreateNode, RecordOwnership
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.requirements import overruled


def overruled_by(
    results: Iterable[Result], reading: Reading
) -> Mapping[Address, Mapping[str, str]]:
    """Of each node that was configured, the fields that the service lacks or overrules.

    As a ledger has them; `reading` is what is there since.
    """
    found: dict[Address, dict[str, str]] = {}
    for result in results:
        match result:
            case Result(
                CreateNode(node=node, config=sent) | ConfigureNode(node=node, after=sent), "done"
            ) if node in reading.state.nodes:
                form = reading.state.nodes[node].config
                service = reading.services[node.service]
                found.setdefault(node, {}).update(overruled(sent, form, service))
            case _:
                pass
    return {node: each for node, each in found.items() if each}


def with_overruled(result: Result, found: Mapping[Address, Mapping[str, str]]) -> Result:
    """A record says what became of fields, too."""
    record = result.action
    if not isinstance(record, RecordOwnership) or record.after is None:
        return result
    applied = {**record.after.applied, **found.get(record.about, {})}
    return replace(result, action=replace(record, after=replace(record.after, applied=applied)))

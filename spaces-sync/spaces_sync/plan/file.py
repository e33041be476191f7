"""A plan as a versioned JSON file and back; every plan survives the way there and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from spaces_sync.codec import read, write
from spaces_sync.model.annotations import INLINE
from spaces_sync.plan.actions import Action
from spaces_sync.plan.codec import CODEC, FORMAT_VERSION, Digest, FormatVersion
from spaces_sync.plan.plan import Plan

_EXPLAINING: Final = ("reason", "place", "consequences", "changes", "by")


@dataclass(frozen=True, slots=True)
class Head:
    """What a plan file has in every version."""

    format_version: FormatVersion


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What `spaces-sync plan -o` saves."""

    format_version: FormatVersion
    digest: Annotated[
        Digest,
        "SHA-256 of what would be done and from which state; people are shown 6 digits of it.",
    ]
    plan: Annotated[Plan, INLINE]


def to_data(plan: Plan) -> dict[str, Any]:
    """`plan` as `schema/plan.schema.json` describes it, without any secret."""
    unsigned = PlanFile(FormatVersion(FORMAT_VERSION), Digest(""), plan)
    data = write(CODEC, unsigned, PlanFile)
    return {**data, "digest": _digest(data["account"], data["actions"])}


def digest(plan: Plan) -> Digest:
    """SHA-256 in hex of what the plan would do, and from which state; people see 6 digits of it.

    Two plans that do the same have the same digest, wherever a file says so and why.
    """
    return _digest(plan.account, write(CODEC, plan.actions, tuple[Action, ...]))


def _digest(account: str, actions: Iterable[Mapping[str, Any]]) -> Digest:
    doing = [{k: v for k, v in each.items() if k not in _EXPLAINING} for each in actions]
    text = json.dumps({"account": account, "actions": doing}, sort_keys=True)
    return Digest(hashlib.sha256(text.encode()).hexdigest())


def from_data(data: Any) -> Plan:
    """The plan in parsed JSON. Unknown keys are ignored: a later 3.x may write them.

    Raises `DataError` for anything that is not a plan of format 3; its digest is not checked.
    """
    read(CODEC, data, Head)  # first: what else there is depends on it
    return read(CODEC, data, PlanFile).plan

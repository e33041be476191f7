"""A plan as a versioned JSON file and back; every plan survives the way there and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from spaces_sync.codec import read, without_surrogates, write
from spaces_sync.model.annotations import INLINE
from spaces_sync.model.state import EMPTY
from spaces_sync.plan.codec import CODEC, FORMAT_VERSION, Digest, FormatVersion
from spaces_sync.plan.plan import Plan

UNSIGNED: Final = frozenset({"digest", "summary", "risks", "refusals"})
"""What says nothing that the plan does not: the same plan is called the same with any options."""


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
        "SHA-256 of all else in this file but for `summary`, `risks` and `refusals`, as JSON in "
        "ASCII without blanks, keys in order; people are shown 6 digits of it.",
    ]
    plan: Annotated[Plan, INLINE]


def to_data(plan: Plan, beside: Mapping[str, Any] = EMPTY) -> dict[str, Any]:
    """`plan` as `schema/plan.schema.json` describes it, without any secret, signed by its digest.

    beside: what reports say of it, under keys that are `UNSIGNED`.
    """
    unsigned = PlanFile(FormatVersion(FORMAT_VERSION), Digest(""), plan)
    data = write(CODEC, unsigned, PlanFile)
    return {**data, "digest": _digest(data), **beside}


def digest(plan: Plan) -> Digest:
    """The digest of the plan's file; people are shown 6 digits of it."""
    return Digest(to_data(plan)["digest"])


def is_unchanged(data: Mapping[str, Any]) -> bool:
    """Whether the parsed JSON of a plan file says what it said when it was written.

    The order of keys and the blanks between them say nothing. It is no proof against intent.
    """
    return data.get("digest") == _digest(data)


def _digest(data: Mapping[str, Any]) -> Digest:
    said = {key: value for key, value in data.items() if key not in UNSIGNED}
    text = _canonical(said)
    if r"\ud" in text:  # the escape of half a surrogate pair, with or without its other half
        text = _canonical(without_surrogates(said))
    return Digest(hashlib.sha256(text.encode()).hexdigest())


def _canonical(said: Any) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def from_data(data: Any) -> Plan:
    """The plan in parsed JSON. Unknown keys are ignored: a later 4.x may write them.

    Raises `DataError` for anything that is not a plan of format 4; its digest is not checked.
    """
    read(CODEC, data, Head)  # first: what else there is depends on it
    return read(CODEC, data, PlanFile).plan

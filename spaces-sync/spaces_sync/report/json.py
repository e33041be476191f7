"""A plan as the same JSON that a plan file is, with the counts of the other reports beside it."""

from __future__ import annotations

import json
from typing import Any

from spaces_sync.codec import write
from spaces_sync.plan import file
from spaces_sync.plan.codec import CODEC
from spaces_sync.plan.plan import Plan
from spaces_sync.report.summary import Summary, summarise


def to_data(plan: Plan) -> dict[str, Any]:
    """`plan` as `schema/plan.schema.json` describes it."""
    return {**file.to_data(plan), "summary": write(CODEC, summarise(plan), Summary)}


def render(plan: Plan) -> str:
    """The same as text, without a line feed at its end."""
    return dumps(to_data(plan))


def dumps(data: Any) -> str:
    """ASCII, which every locale can say, and which can be read back."""
    text = json.dumps(data, indent=2)
    # The name of a file may hold bytes that are no text: half a surrogate pair stands for each.
    return json.dumps(_whole(data), indent=2) if "\\ud" in text else text


def _whole(value: Any) -> Any:
    match value:
        case str():
            return value.encode(errors="backslashreplace").decode()
        case dict():
            return {_whole(key): _whole(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_whole(each) for each in value]
        case _:
            return value

"""What a line tells of each thing that differs, as raw text: a name, what it was, what it will be.

Of a new child the value that is its short form (`Kind.short`) needs no name, and a field that is
true no value.
"""

from __future__ import annotations

from typing import NamedTuple

from spaces_sync.model.children import BY_NAME
from spaces_sync.report.explain import Difference
from spaces_sync.report.lines import Line


class Told(NamedTuple):
    """None is a value that is not told; what is not there is `nothing`."""

    name: str
    before: str | None
    after: str | None


def told(line: Line, difference: Difference) -> Told:
    """What `line` tells of one of its differences."""
    name, before, after = difference.name, difference.before, difference.after
    if line.sign == "-":
        return Told(name, before, None)
    if before is None and (line.sign != "~" or not (line.identity or name)):
        short = BY_NAME[line.noun].short if line.noun in BY_NAME else None
        if name and after == "true":
            return Told(name, None, None)
        return Told("" if name == short else name, None, _or_nothing(after))
    return Told(name, _or_nothing(before), _or_nothing(after))


def _or_nothing(value: str | None) -> str:
    return "nothing" if value is None else value

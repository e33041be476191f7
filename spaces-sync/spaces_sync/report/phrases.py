"""Phrases about a whole plan or object that several formats say, of our words alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from spaces_sync.model.counting import plural
from spaces_sync.plan.plan import LeftAlone, LeftReason
from spaces_sync.report.alike import LineBlock
from spaces_sync.report.view import ObjectView, View

_DOING: Final = {
    "create": "to create",
    "configure": "to configure",
    "publish": "to publish",
    "rename": "to rename",
    "retract": "to retract",
    "delete": "to delete",
}
_LEFT_ALONE: Final[Mapping[LeftReason, str]] = {
    "not ours": "{} not ours",
    "unlisted": "{} ours but unlisted",
    "unknown kind": "{} of an unknown kind",
    "reserved": "{} reserved",
    "duplicate": "{} listed twice",
    "item": "",
}


def totals(content: View) -> list[str]:
    """What a plan does, in numbers; nothing where there is nothing to do."""
    summary = content.summary
    if not summary.actions and not content.obstacles:
        return []
    left = f"{summary.left_alone} left alone" if summary.left_alone else ""
    touched = [
        plural(count, word)
        for count, word in ((summary.nodes, "node"), (summary.rooms, "room"))
        if count
    ]
    doing = [
        f"{count} {_DOING[word]}" if word in _DOING else plural(count, word)
        for word, count in summary.actions.items()
    ]
    blocked = plural(summary.obstacles, "obstacle")
    blocked = f"{blocked} left out" if content.partial else f"cannot be applied: {blocked}"
    counts = [
        blocked if summary.obstacles else "",
        f"{' and '.join(touched)} touched" if touched else "",
        *doing,
        left,
    ]
    return [*filter(None, counts)]


def extent(content: View, quote: Callable[[str], str]) -> str:
    """How much of the files a plan is about, after its number; quote: makes a text of others safe.

    Empty where it is all of them.
    """
    narrowed = f", narrowed to {quote(content.selection)}" if content.selection else ""
    rest = content.part and content.summary.changes
    return f"{narrowed}{', what is left of it' if rest else ''}"


def no_changes(content: View, within: str = "") -> str:
    """What is said of a plan without `totals`; within: its extent, where nothing else tells it."""
    left = content.summary.left_alone
    return f"No changes{within}.{f' {left} left alone' if left else ''}"


def folded(block: LineBlock, quote: Callable[[str], str]) -> str:
    """Lines that are alike in one: how many, what all of them will be, and the first by name.

    quote: makes a text of others safe.
    """
    names, values = block.first_names, ", ".join(map(quote, block.new_values))
    head = plural(len(block.lines), block.lines[0].noun) + (f" ({values})" if values else "")
    return f"{head}: {', '.join(map(quote, names))} and {len(block.lines) - len(names)} more"


def expected(each: ObjectView) -> str:
    """How many fields of an object are told of by their number; empty for none."""
    count = sum(line.expected for line in each.lines)
    asked = "as before, or as XEP-0503 asks" if each.former else "as XEP-0503 asks"
    return f"{plural(count, 'field')} {asked}" if count else ""


def left_alone(spared: Sequence[LeftAlone]) -> str:
    """How many things of one object a plan does not touch, and why."""
    counts = Counter(each.reason for each in spared)
    found = (text.format(counts[word]) for word, text in _LEFT_ALONE.items() if counts[word])
    why = ", ".join(filter(None, found))
    count = plural(len(spared), "child" if why else "item")
    return f"{count} left alone{why and f': {why}'}"

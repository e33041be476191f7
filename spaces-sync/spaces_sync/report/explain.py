"""Words for what differs inside a structured value; the planner decides whether it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from spaces_sync.model.children import without_secrets
from spaces_sync.model.state import Item
from spaces_sync.model.xml import Xml
from spaces_sync.plan.actions import Change
from spaces_sync.report.words import HIDDEN, value_text


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs, as raw text; None is nothing there."""

    name: str
    before: str | None
    after: str | None


def difference(name: str, before: Any, after: Any) -> Difference:
    """Two values as one difference, in words; None stands for nothing there."""
    return Difference(name, value_text(before), value_text(after))


def config_sort_key(var: str) -> tuple[bool, str]:
    """Sorts the fields that decide about access first, the others by name."""
    return ("_model" not in var, var)


def change_differences(changed: Change) -> Iterator[Difference]:
    """One difference, or several where both sides have parts that can be compared."""
    before, after = _plain(changed.before), _plain(changed.after)
    if before is None or after is None:
        yield difference(changed.field, changed.before, changed.after)
        return
    inner = list(_inside(changed.field, before, after))
    yield from inner or [difference(changed.field, changed.before, changed.after)]


def payload_differences(before: Item, payload: Xml) -> Iterator[Difference]:
    """What differs between a payload and the item before it, where no known field does."""
    old = before.payloads[0] if len(before.payloads) == 1 else before.payloads
    yield from change_differences(Change("content", old, payload))


def _inside(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    from deepdiff import DeepDiff  # noqa: PLC0415 - 65 ms, which most plans need not wait for

    tree = DeepDiff(
        before,
        after,
        view="tree",
        verbose_level=2,
        ignore_private_variables=False,
        threshold_to_diff_deeper=0,
    )
    for change_type in sorted(tree):
        for level in tree[change_type]:
            path = [name, *map(str, level.path(output_format="list"))]
            added, removed = change_type.endswith("_added"), change_type.endswith("_removed")
            old = None if added else _text(level.t1)
            yield Difference(" ".join(path), old, None if removed else _text(level.t2))


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items()) or "present"
    return value_text(value)


def _plain(value: Any) -> dict[str, Any] | None:
    """Elements and pictures as nested mappings; None of a value without parts."""
    match value:
        case Xml():
            return _shown(value)
        case tuple() if value and all(isinstance(each, Xml) for each in value):
            return _numbered((each.name, _shown(each)) for each in value)
        case frozenset() if value and all(_is_picture(each) for each in value):
            variants = [dict(each) for each in sorted(value)]
            return _numbered((each.get("url", "picture"), each) for each in variants)
        case _:
            return None


def _is_picture(variant: Any) -> bool:
    """As `Kind` image has them: pairs of an attribute and its value."""
    return isinstance(variant, tuple) and all(
        isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)  # noqa: PLR2004 - a pair
        for pair in variant
    )


def _shown(xml: Xml) -> dict[str, Any]:
    return _element(without_secrets(xml, HIDDEN))


def _element(xml: Xml, levels: int = 8) -> dict[str, Any]:
    """Elements that lie deeper than `levels` are one text each: comparing recurses."""
    found: dict[str, Any] = {f"@{name}": value for (_, name), value in xml.attributes}
    if xml.text.strip():
        found["text"] = xml.text
    inner = ((e.name, _element(e, levels - 1) if levels else str(e)) for e in xml.elements)
    return found | _numbered(inner)


def _numbered(pairs: Iterator[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs as a mapping; a name that comes again gets its number, as in `body 2`."""
    counts: Counter[str] = Counter()
    found = {}
    for name, value in pairs:
        counts[name] += 1
        found[name if counts[name] == 1 else f"{name} {counts[name]}"] = value
    return found

"""A plan as Markdown for a comment on a pull request, in as many words as fit.

Four stages, each whole in itself: a table a space; one folded a space, where what is alike is told
by its first names; the names of spaces, rooms and nodes alone; totals. Risks and refusals stand in
each of them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.plan.plan import Plan
from spaces_sync.report import words
from spaces_sync.report.markdown import (
    first_that_fits,
    fold,
    html_code,
    joined,
    marker,
    quoted,
    sentence,
    table,
)
from spaces_sync.report.markdown_boxes import boxes, place_text
from spaces_sync.report.markdown_objects import kinds, object_table, signs
from spaces_sync.report.phrases import extent, no_changes, totals
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.style import Style
from spaces_sync.report.view import OF_ONE, ObjectView, ServiceView, View, view

_SIGNS: Final = ("+", "→", "~", "-")

Body: TypeAlias = Callable[[View, "Stage"], Iterator[str]]


class Stage(NamedTuple):
    """How much is told. `name`: of a stage that leaves something out.

    named: cases of a risk by name. longest: bytes of a text. alike: lines of one kind, or objects.
    """

    body: Body
    name: str
    named: int | None
    longest: int | None
    alike: int | None = None


def render(shown: ShownPlan, style: Style) -> str:
    """The fullest stage that has at most `style.max_bytes`; with `style.full` no value is cut."""
    first = STAGES[0]._replace(longest=None, named=None)
    stages = (first, *STAGES) if style.full else STAGES
    content = view(shown)
    texts = (partial(_text, shown.plan, content, stage) for stage in stages)
    return first_that_fits(texts, style.max_bytes)


def at_stage(shown: ShownPlan, stage: Stage) -> str:
    """The plan in as many words as `stage` has, however long that is."""
    return _text(shown.plan, view(shown), stage)


def identity(plan: Plan) -> object:
    """What stays the same from one plan of a source to the next; JSON data.

    Without a source these are its files, and the services of which they speak. What is narrowed to
    a part of the files by other options is another plan.
    """
    narrowed = [plan.facts.selection] if plan.facts.selection else []
    if plan.source is not None:
        return ["source", plan.source.name, plan.source.home, *narrowed]
    files = {posixpath.normpath(place.file) for place in plan.places.values()}
    services = {words.service_of(each) for each in plan.places if isinstance(each, NodeAddress)}
    return ["files", sorted(files), sorted(services), *narrowed]


def _text(plan: Plan, content: View, stage: Stage) -> str:
    source = "" if plan.source is None else plan.source.name
    return joined([marker("plan", identity(plan)), *_lines(content, source, stage)])


def _lines(content: View, source: str, stage: Stage) -> Iterator[str]:
    counts = totals(content)
    of_source = f" of {quoted(source, 100)}" if source else ""
    within = extent(content, lambda options: quoted(options, 100))
    title = f"Plan `{content.digest[:6]}`{of_source}{within}"
    yield f"### {title}: {' · '.join(counts) if counts else no_changes(content)}"
    yield ""
    yield from boxes(content, stage.named, stage.longest)
    if stage.name and counts:
        yield f"All of it would be too long for a comment: {stage.name}{_left_out(content, stage)}."
        yield ""
    yield from stage.body(content, stage)


def _left_out(content: View, stage: Stage) -> str:
    if stage.body not in (_of_names, _of_totals):
        return ""
    objects = (each for service in content.services for each in service.objects)
    notes = sum(note.reason in OF_ONE for each in objects for note in each.notes)
    return f"; {plural(notes, 'note')} left out" if notes else ""


def _full(content: View, stage: Stage) -> Iterator[str]:
    for service, objects in _services(content):
        yield from _service_head(content, service)
        for each in objects:
            yield " ".join(filter(None, _names(each, stage.longest)))
            yield ""
            yield from object_table(each, stage.longest, stage.alike)
    yield from _notes(content, stage)


def _folded(content: View, stage: Stage) -> Iterator[str]:
    for service, objects in _services(content):
        yield from _service_head(content, service)
        for each in objects:
            title = html_code(each.title, stage.longest) if each.title else ""
            former = f"{html_code(each.former, stage.longest)} → " if each.former else ""
            name = f"{former}{html_code(each.name, stage.longest)}"
            head = f"<code>{each.sign}</code> {name} {title}".rstrip()
            yield from fold(
                f"{head} · {plural(len(each.lines), 'change')}",
                object_table(each, stage.longest, stage.alike),
            )
    yield from _notes(content, stage)


def _of_names(content: View, stage: Stage) -> Iterator[str]:
    for service, objects in _services(content):
        yield from _service_head(content, service)
        rows = (
            (
                f"`{each.sign}`",
                quoted(each.name, stage.longest),
                kinds(each),
                place_text(each.place, stage.longest),
            )
            for each in objects[: stage.alike]
        )
        yield from table(("", "name", "what", "where"), rows)
        yield ""
        if stage.alike is not None and (more := len(objects) - stage.alike) > 0:
            yield f"and {more} more"
            yield ""


def _of_totals(content: View, stage: Stage) -> Iterator[str]:
    found = [(service, signs(objects)) for service, objects in _services(content)]
    shown = found if stage.named is None else found[: stage.named]
    if shown:
        rows = (
            (quoted(service.service, 80), *(str(counts[sign] or "") for sign in _SIGNS))
            for service, counts in shown
        )
        yield from table(("service", *(f"`{sign}`" for sign in _SIGNS)), rows)
        yield ""
    if more := len(found) - len(shown):
        yield f"and {plural(more, 'service')} more" if shown else plural(more, "service")


STAGES: Final = (
    Stage(_full, "", 20, 160),
    Stage(_folded, "what is alike is told by its first names", 20, 120, 50),
    Stage(_folded, "what is alike is told by its first names", 20, 120, 10),
    Stage(_folded, "what is alike is told by its first names", 20, 120, 3),
    Stage(_of_names, "only what changes is named, without its values", 10, 100),
    Stage(_of_names, "some of what changes is named, without its values", 10, 100, 300),
    Stage(_of_names, "some of what changes is named, without its values", 10, 100, 50),
    Stage(_of_totals, "only numbers", 10, 100),
    Stage(_of_totals, "only numbers", 3, 80),
    Stage(_of_totals, "only numbers", 0, 60),
)


def _services(content: View) -> Iterator[tuple[ServiceView, list[ObjectView]]]:
    """The services where something changes, or is to be noted of one object."""
    for service in content.services:
        objects = [each for each in service.objects if _is_told(each)]
        if objects:
            yield service, objects


def _is_told(each: ObjectView) -> bool:
    return each.sign != "·" or any(note.reason in OF_ONE for note in each.notes)


def _service_head(content: View, service: ServiceView) -> Iterator[str]:
    name = f" {sentence(service.name, 100)}" if service.name else ""
    read = ""
    if service is next((each for each in content.services if each.holds_nodes), None):
        spaces, items = plural(content.spaces, "space"), plural(content.items, "item")
        took = f" in {content.seconds:.1f} s" if content.seconds is not None else ""
        read = f" · {spaces}, {items} read{took}"
    yield f"#### {quoted(service.service, 100)}{name}{read}"
    yield ""


def _names(each: ObjectView, longest: int | None) -> Iterator[str]:
    yield f"`{each.sign}`"
    yield f"{quoted(each.former, longest)} →" if each.former else ""
    yield f"**{quoted(each.name, longest)}**"
    yield sentence(each.title, longest) if each.title else ""
    yield f"({sentence(each.reason, longest)})" if each.reason else ""
    yield place_text(each.place, longest)


def _notes(content: View, stage: Stage) -> Iterator[str]:
    """What is no change, each text once, with how often it applies."""
    found: dict[tuple[str, str], int] = {}
    for service in content.services:
        for each in service.objects:
            for note in each.notes:
                if note.reason not in OF_ONE:
                    key = (note.reason, note.text)
                    found[key] = found.get(key, 0) + 1
    lines = [
        f"- {reason}: {sentence(text, stage.longest)}" + (f" ({n} times)" if n > 1 else "")
        for (reason, text), n in found.items()
    ]
    yield from fold(plural(len(lines), "note"), lines)

"""The options that allow what a guard refuses, and the end of a command whose plan is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

import click

from spaces_sync.cli import printing
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.model.counting import first_of, whole_number
from spaces_sync.model.nearest import did_you_mean
from spaces_sync.plan.actions import subject
from spaces_sync.plan.allowable import ALLOWABLE, NAMED, WHOLE, Allowable, Allowed, Case, Limit
from spaces_sync.plan.file import digest
from spaces_sync.plan.guards import Objection, namings, objections
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.removals import Removal, Removals, allowed_as
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.words import short_name

_NO_ANSWER: Final = "no answer from "  # as every session words it
_CASES_SHOWN: Final = 20  # cases of one kind; the plan names them all


class _Allow(click.ParamType["tuple[Allowable, Limit]"]):
    name = "KIND[=N|NAME]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Allowable, Limit]:
        if isinstance(value, tuple):  # converted before
            return value
        word, equals, limit = str(value).partition("=")
        allowable = next((each for each in ALLOWABLE if each == word), None)
        if allowable is None:
            near = did_you_mean(word, ALLOWABLE)
            self.fail(f"{word!r} is not one of {', '.join(ALLOWABLE)}{near}", param, ctx)
        if (number := whole_number(limit)) is not None:
            return allowable, number
        if allowable in NAMED and limit:
            return allowable, frozenset((limit,))
        if allowable in WHOLE:
            # A job that always says so must not remove what another file of the source declares.
            self.fail(f"say how many or which: {allowable}=1 or {allowable}=NAME", param, ctx)
        if equals:
            self.fail(f"{value!r}: {limit!r} is not a number, as in {allowable}=12", param, ctx)
        return allowable, None


def _together(
    _context: click.Context, _option: click.Parameter, pairs: tuple[tuple[Allowable, Limit], ...]
) -> Allowed:
    """Names of the same kind add up; of numbers the last one counts."""
    allowed: dict[Allowable, Limit] = {}
    for kind, limit in pairs:
        before = allowed.get(kind)
        if isinstance(before, frozenset) and isinstance(limit, frozenset):
            allowed[kind] = before | limit
        else:
            allowed[kind] = limit
    return allowed


def removals(allowed: Allowed) -> Removals:
    """Which objects that have left the file a plan may remove."""
    found: dict[Removal, frozenset[str] | None] = {}
    for kind in WHOLE & allowed.keys():
        limit = allowed[kind]
        found[kind] = limit if isinstance(limit, frozenset) else None
    return found


ALLOW: Final = click.option(
    "--allow",
    "allowed",
    multiple=True,
    type=_Allow(),
    callback=_together,
    help=f"What a guard refuses, at most N of it: {', '.join(ALLOWABLE)}. Of whole spaces, nodes "
    "and rooms N or a NAME is needed; open-access takes a NAME, too. Repeats.",
)
TAKE_OVER: Final = click.option(
    "--take-over", is_flag=True, help="Also change what another source manages."
)


def shown(plan: Plan, allowed: Allowed, seconds: float | None = None) -> ShownPlan:
    """`plan` as reports show it; `seconds`: how long it took to read what it is made from."""
    return ShownPlan(plan, digest(plan), refusals=objections(plan, allowed), seconds=seconds)


def end_if_blocked(plan: Plan, consequence: str, command: str = "apply") -> None:
    """Raises `CommandEnd` where an object of the plan cannot be planned; the plan shows which.

    command: which takes `--partial`, to do the rest of it.
    """
    blocked = {obstacle.about for obstacle in plan.obstacles}
    rest = any(subject(action) not in blocked for action in plan.actions)
    more = (f"    {command} --partial leaves that out, and does the rest",) if rest else ()
    if any(obstacle.source for obstacle in plan.obstacles):
        why = "another source manages what the plan touches"
        raise CommandEnd(Exit.STALE, f"{consequence}: {why}", *more)
    if plan.obstacles:
        if any(_NO_ANSWER in obstacle.text for obstacle in plan.obstacles):
            more = ("    where no answer came, --timeout gives more time", *more)
        raise CommandEnd(Exit.UNAVAILABLE, f"{consequence}: not everything can be planned", *more)


def check_names(plan: Plan, allowed: Allowed, consequence: str) -> None:
    """Says which names in `allowed` nothing in `plan` has.

    Raises `CommandEnd` for one that several objects have.
    """
    for option, objects, names in namings(plan, allowed):
        if not objects:
            text = f"{option} allows nothing: the plan does that to no object of this name"
            printing.warn(f"{text}{_instead(option, names)}")
        elif len(objects) > 1:
            head = f"{consequence}: {option} may mean {len(objects)} objects; say which:"
            raise CommandEnd(
                Exit.REFUSED, head, *(f"  {allowed_as(each, objects)}" for each in objects)
            )


def _instead(option: str, names: Collection[str]) -> str:
    if near := did_you_mean(option.partition("=")[2].strip("'"), names):
        return near
    return f", but to {first_of(names)}" if names else ""


def end_if_refused(plan: Plan, allowed: Allowed) -> None:
    """Raises `CommandEnd` where a guard refuses `plan`, with all reasons and what to do."""
    if found := objections(plan, allowed):
        lines = [line for objection in found for line in _objection_lines(objection)]
        raise CommandEnd(Exit.REFUSED, "nothing was sent: the plan is refused", *lines)


def warn_of(refusals: Iterable[Objection]) -> None:
    """Says on stderr why `apply` would refuse a plan, and which option it would take."""
    for objection in refusals:
        printing.warn(f"apply will refuse this: {objection.why}; {objection.next_step}")


def _objection_lines(objection: Objection) -> Iterator[str]:
    yield f"{objection.guard}: {objection.why}"
    yield from (f"    {_case_line(case)}" for case in objection.cases[:_CASES_SHOWN])
    if more := len(objection.cases[_CASES_SHOWN:]):
        yield f"    and {more} more"
    yield f"    {objection.next_step}"


def _case_line(case: Case) -> str:
    position = f"  {case.place.file}:{case.place.line}" if case.place is not None else ""
    return f"{short_name(case.about)}: {case.text}{position}"

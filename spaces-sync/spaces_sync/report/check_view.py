"""What every format shows of a check: findings that say the same as one, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, get_args

from spaces_sync.check.values import Checked, Finding, Result, Rule, Strength, Subject
from spaces_sync.model.counting import plural

RESULTS: Final[tuple[Result, ...]] = get_args(Result)
STRENGTHS: Final[tuple[Strength, ...]] = get_args(Strength)
QUIET: Final[frozenset[Result]] = frozenset({"ok", "ok-by-default", "not-applicable"})
"""What is counted, and shown only on request."""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule that say the same of several subjects; at least one.

    counts: against whether all conforms. others: the rules of which the same question, which
    failed, tells nothing either.
    """

    findings: Sequence[Finding]
    counts: bool
    others: tuple[str, ...] = ()

    @property
    def first(self) -> Finding:
        """The one that stands for all."""
        return self.findings[0]

    @property
    def rule(self) -> Rule:
        """Whose findings they are."""
        return self.first.rule

    @property
    def asks_for(self) -> str:
        """In words; of ours alone."""
        also = f" (and {', '.join(self.others)})" if self.others else ""
        return f"{self.rule.text}{also}"

    @property
    def more(self) -> int:
        """How many others say the same."""
        return len(self.findings) - 1


def groups(checked: Checked, *, full: bool) -> list[Group]:
    """What is to be shown. `full`: all, each by itself."""
    shown = (each for each in checked.findings if full or each.said.result not in QUIET)
    ordered = sorted(shown, key=lambda each: _rank(checked, each))
    if full:
        return [Group((each,), checked.counts(each)) for each in ordered]
    same = groupby(ordered, lambda each: (each.rule.id, each.said.result, each.said.evidence))
    found = (tuple(group) for _, group in same)
    return _merged([Group(group, checked.counts(group[0])) for group in found])


def _merged(found: Iterable[Group]) -> list[Group]:
    """One of several rules of which one failed question tells nothing."""
    kept: dict[object, Group] = {}
    for group in found:
        said = group.first.said
        about = tuple(each.said.subject for each in group.findings)
        known: object = (said.evidence, said.request, about, group.counts)
        if said.result != "unverifiable":
            known = len(kept)
        earlier = kept.setdefault(known, group)
        if earlier is not group:
            kept[known] = replace(earlier, others=(*earlier.others, group.rule.id))
    return [*kept.values()]


def _rank(checked: Checked, finding: Finding) -> tuple[object, ...]:
    """Those that say the same stand together, in the order in which the first came."""
    rule, said = finding.rule, finding.said
    word = STRENGTHS.index(rule.strength)
    counts = not checked.counts(finding)
    return (counts, RESULTS.index(said.result), word, _number(rule.id), said.evidence)


def _number(rule_id: str) -> tuple[int, int]:
    return "RDX".index(rule_id[0]), int(rule_id[1:])


def numbers(checked: Checked) -> Mapping[Result, Mapping[str, int]]:
    """How many findings there are: by result, then by `MUST`, `SHOULD` and `other`."""
    found = Counter((each.said.result, column(each.rule.strength)) for each in checked.findings)
    return {result: {name: found[result, name] for name in COLUMNS} for result in RESULTS}


COLUMNS: Final = ("MUST", "SHOULD", "other")


def column(strength: Strength) -> str:
    """Where findings of a strength are counted."""
    return strength if strength in COLUMNS else COLUMNS[-1]


def verdict(checked: Checked) -> str:
    """In one sentence, of our words alone."""
    against = sum(map(checked.counts, checked.findings))
    if against:
        return f"Does not conform: {plural(against, 'finding')} against it."
    failed = sum(each.said.result == "fail" for each in checked.findings)
    open_ = sum(each.said.result == "unverifiable" for each in checked.findings)
    beside = f"; {plural(failed, 'other finding')} against it" if failed else ""
    unknown = f"; {open_} cannot be told by reading" if open_ else ""
    return f"Conforms: no MUST fails{beside}{unknown}."


def services(findings: Iterable[Finding]) -> Mapping[str, str]:
    """The services that they are about, in the order of their names, and how many spaces each has
    that were looked at, in words.
    """
    spaces: dict[str, set[str | None]] = {}
    for each in findings:
        spaces.setdefault(each.said.subject.service, set()).add(each.said.subject.node)
    return {jid: plural(len(spaces[jid] - {None}), "space") for jid in sorted(spaces)}


def subject_text(subject: Subject, *, several: bool) -> str:
    """Raw text. `several`: there are several services, so that a space says on which it is."""
    if several and subject.node is not None:
        return f"{subject.service}/{subject.name}"
    return subject.name

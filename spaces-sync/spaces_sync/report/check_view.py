"""What every format shows of a check: findings that say the same as one, the worst first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, get_args

from spaces_sync.check.faults import CURES, FAULTS, UNADVERTISED
from spaces_sync.check.values import (
    FORBIDDING,
    Checked,
    Finding,
    Result,
    Rule,
    Strength,
    Subject,
)
from spaces_sync.model.counting import plural
from spaces_sync.model.state import EMPTY

RESULTS: Final[tuple[Result, ...]] = get_args(Result)
STRENGTHS: Final[tuple[Strength, ...]] = get_args(Strength)
QUIET: Final[frozenset[Result]] = frozenset({"ok", "ok-by-default", "not-applicable"})
"""What is counted, and shown only on request."""
_FAULTS: Final[Mapping[Result, Mapping[str, str]]] = {
    "fail": FAULTS,
    "works-unadvertised": UNADVERTISED,
}
_NODE: Final = re.compile(r"(xmpp:)([^?]*)(\?.*)", re.DOTALL)


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
    def in_words(self) -> str:
        """What is wrong, else what the rule asks for; of our words alone."""
        also = f" (and {', '.join(self.others)})" if self.others else ""
        return f"{fault(self.first) or self.rule.text}{also}"

    @property
    def cure(self) -> str:
        """What can be done about it, of our words alone; empty where nothing is known."""
        said = self.first.said
        of_node = said.subject.child is not None and "@" not in said.subject.child
        return "" if said.result != "fail" or of_node else CURES.get(self.rule.id, "")

    @property
    def more(self) -> int:
        """How many others say the same."""
        return len(self.findings) - 1


def fault(finding: Finding) -> str:
    """What is wrong, of our words alone; empty where nothing is, or nothing is known."""
    faults: Mapping[str, str] = _FAULTS.get(finding.said.result, EMPTY)
    return faults.get(finding.rule.id, "")


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
    against = [each for each in checked.findings if checked.counts(each)]
    must = sum(each.rule.strength in FORBIDDING for each in against)
    failed = [each for each in checked.findings if each.said.result == "fail"]
    others = sum(not checked.counts(each) for each in failed)
    open_ = sum(
        each.said.result == "unverifiable" and not checked.counts(each) for each in checked.findings
    )
    unknown = f"; {open_} cannot be told by reading" if open_ else ""
    if not against:
        beside = f"; {plural(others, 'other finding')} against it" if others else ""
        return f"Conforms: no MUST fails{beside}{unknown}."
    beside = f"; {others} against other rules" if others else ""
    some = "" if must == len(against) else f", {must} of them"
    said = f"{plural(len(against), 'finding')}{some} against a MUST"
    return f"Does not conform: {said}{beside}{unknown}."


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
    return "".join(text for text, _ in subject_parts(subject, several=several))


def subject_parts(subject: Subject, *, several: bool) -> Iterator[tuple[str, bool]]:
    """The same in parts, and of each whether it is a host, beside the name of something on it."""
    if subject.node is None:
        yield subject.service, False
        return
    if several:
        yield subject.service, True
        yield "/", False
    yield subject.node, False
    if subject.child is None:
        return
    yield ": ", False
    name, at, host = subject.child.rpartition("@")
    if node := _NODE.fullmatch(subject.child):
        yield from zip(node.groups(), (False, True, False), strict=True)
    elif at:
        yield f"{name}@", False
        yield host, True
    else:
        yield subject.child, False

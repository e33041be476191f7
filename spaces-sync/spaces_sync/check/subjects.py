"""Rules for each service, each space, or the children of each space, from rules for one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from spaces_sync.check import questions
from spaces_sync.check.evidence import Evidence, Refusal, ServiceAnswers, SpaceAnswers
from spaces_sync.check.values import Binds, Rule, Said, Strength, Subject, space
from spaces_sync.model.counting import plural

Examine: TypeAlias = Callable[[Evidence], Iterable[Said]]
OfService: TypeAlias = Callable[[Evidence, ServiceAnswers], Iterable[Said]]
OfSpace: TypeAlias = Callable[[Evidence, SpaceAnswers], Iterable[Said]]
Count: TypeAlias = Callable[[Evidence, SpaceAnswers], int]


def each_service(judge: OfService) -> Examine:
    """The rule for every service."""

    def examine(evidence: Evidence) -> Iterator[Said]:
        for answers in evidence.services.values():
            yield from judge(evidence, answers)

    return examine


def each_space(judge: OfSpace) -> Examine:
    """The rule for every node that is known to be a space; R1 says what of the others is wrong."""

    def examine(evidence: Evidence) -> Iterator[Said]:
        for answers in evidence.spaces.values():
            if answers.is_space:
                yield from judge(evidence, answers)

    return examine


def each_listed(noun: str, judge: OfSpace, count: Count) -> Examine:
    """The rule for the children of every space whose items could be read.

    judge: of a space, what is wrong with its children. count: how many the rule is about.
    """

    def of_space(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
        if isinstance(answers.items, Refusal):
            return  # as R37 says
        wrong = judge(evidence, answers)
        yield from _or_well(answers, noun, wrong, count(evidence, answers))

    return each_space(of_space)


def _or_well(
    answers: SpaceAnswers, noun: str, wrong: Iterable[Said], count: int
) -> Collection[Said]:
    """What is wrong; where nothing is: that all is well, or that there is nothing to look at."""
    if found := list(wrong):
        return found
    about, request = space(answers.address), questions.items(answers.address)
    if not count:
        return [Said("not-applicable", about, f"no {noun}", request, (answers.address,))]
    return [Said("ok", about, plural(count, noun), request, (answers.address,))]


def not_applicable(reason: str) -> Examine:
    """For what binds neither a service nor a space: once for each service, with the reason."""

    def of_service(_: Evidence, answers: ServiceAnswers) -> Iterator[Said]:
        yield Said("not-applicable", Subject(answers.service.jid), reason)

    return each_service(of_service)


class Row(NamedTuple):
    """A rule, and what holds the evidence against it."""

    rule: Rule
    examine: Examine


def row(
    name: str, section: str, strength: Strength, binds: Binds, text: str, examine: Examine
) -> Row:
    """The row of a rule, by what `Rule` has."""
    return Row(Rule(name, section, strength, binds, text), examine)

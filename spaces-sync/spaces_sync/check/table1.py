"""R1 to R10: how a space is configured (XEP-0503 3, table 1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spaces_sync.check import questions
from spaces_sync.check.evidence import Evidence, Refusal, SpaceAnswers
from spaces_sync.check.subjects import Examine, Row, each_space, row
from spaces_sync.check.values import Said, space
from spaces_sync.model.state import plain_boolean, values_of
from spaces_sync.profile import ACCESS_MODEL, SPACE, TABLE_1, TYPE, Requirement


def of_type(evidence: Evidence) -> Iterator[Said]:
    """R1, also of what is declared to be a space and is none."""
    for address, answers in evidence.spaces.items():
        about, asked, path = space(address), questions.node_info(address), (address,)
        if answers.is_space:
            yield Said("ok", about, f"{TYPE} is {SPACE}", asked, path)
        elif isinstance(answers.info, Refusal) and answers.info.is_absence:
            yield Said("fail", about, f"disco#info: {answers.info.reason}", asked, path)
        elif isinstance(answers.info, Refusal):
            yield Said("unverifiable", about, f"disco#info: {answers.info.reason}", asked, path)
        else:
            found = ", ".join(values_of(answers.form, TYPE)) or "not told"
            yield Said("fail", about, f"{TYPE} is {found}", asked, path)


def of_row(asked_for: Requirement) -> Examine:
    """The rule that a row of table 1 is."""

    def judge(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
        yield _judged(asked_for, evidence, answers)

    return each_space(judge)


def _judged(wanted: Requirement, evidence: Evidence, answers: SpaceAnswers) -> Said:
    address = answers.address
    about, path = space(address), (address, "config", wanted.var)
    exposure = evidence.exposure(address)
    by_others = isinstance(answers.config, Refusal)  # what everybody is told is all that is known
    asked = questions.node_info(address) if by_others else questions.config(address)
    if wanted.exposure is not None:
        known = wanted.var in answers.form
        if (exposure or ("private" if known else wanted.exposure)) != wanted.exposure:
            other = f"a {exposure or 'closed'} space"
            return Said("not-applicable", about, other, asked, path)
    if wanted.var in answers.form:
        found = tuple(map(plain_boolean, values_of(answers.form, wanted.var)))
        fits = bool(found) and {*found} <= {*wanted.allowed}
        return Said("ok" if fits else "fail", about, _shown(wanted.var, found), asked, path)
    if isinstance(answers.config, Refusal):
        asked = questions.config(address)
        return Said("unverifiable", about, f"owner form: {answers.config.reason}", asked, path)
    missing = f"no {wanted.var} in the owner form"
    never = wanted.allowed == ("false",)
    return Said("ok-by-default" if never else "unverifiable", about, missing, asked, path)


def _shown(var: str, values: tuple[str, ...]) -> str:
    return f"{var} is {', '.join(values)}" if values else f"{var} has no value"


def is_private(answers: SpaceAnswers) -> bool:
    """Whether not everybody may read it."""
    model = values_of(answers.form, ACCESS_MODEL)
    return bool(model) and model != ("open",)


_TEXTS: Final = (
    "its type is urn:xmpp:spaces:0",
    "it tells of retractions",
    "it keeps its items",
    "it keeps them when publishers go offline",
    "it tells its owners of subscriptions",
    "it tells of changes of its configuration",
    "it tells of its end",
    "not everybody may publish",
    "a public space is open",
    "a private space is authorize or whitelist",
)


def _rows() -> Iterator[Row]:
    for number, (asked, text) in enumerate(zip(TABLE_1, _TEXTS, strict=True), 1):
        examine = of_type if asked.var == TYPE else of_row(asked)
        yield row(f"R{number}", "3", asked.strength, "space", text, examine)


ROWS: Final = tuple(_rows())

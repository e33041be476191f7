"""What each code means that a command prints or a report holds, and what to do about it.

Most of it stands where it is used: here are those tables together, and what was only in the README.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, get_args

from spaces_sync.check.faults import CURES, FAULTS
from spaces_sync.check.rules import RULES
from spaces_sync.check.values import Rule
from spaces_sync.plan.allowable import NAMED, WHOLE, Guard
from spaces_sync.plan.causes import Cause, Code
from spaces_sync.plan.guards import UNPROTECT
from spaces_sync.plan.plan import NoteReason
from spaces_sync.report.causes import causes_text

ASKED_FOR: Final[Mapping[Guard, str]] = {
    "remove": "more than 10 removals, or more than 30 % of a space with 10 children or more, or "
    "all of a smaller one",
    "delete-space": "the removal of a space; a number or a name is needed, also below",
    "delete-node": "the removal of a plain node",
    "destroy-room": "the removal of a room, also by `persistent: false`, after which it goes with "
    "its last occupant",
    "lose-access": "people who have fewer rights under a new name than under the old one that "
    "goes, or are banned under the old one only; people whose subscription ends, each named in "
    "the plan, or whom a field shuts out (`access_model: presence`); a room that shuts people "
    "out (`members_only: true`, a new password) counts as one, for nobody tells who they are",
    "drop-items": "the removal of an old name with items that the new one has not, or not so; a "
    "lower `max_items` of a plain node that costs items, no store at all, items that age "
    "(`item_expire`, `purge_offline`), a room's archive or history; a space that would lose items "
    "is refused",
    "remove-owner": "an owner who is one no more, this account included",
    "open-access": "something that is there and opens: a private space or node (also as a copy "
    "under a new name, and what others put into a child that moves to where more can read it), who "
    "may publish, a room that stops being members-only, moderated, hidden or behind a password, in "
    "which members may invite, that shows JIDs or is logged",
    "protect": "the removal of what `protect: true` keeps, or a field of it that costs items or a "
    "history",
}
"""What each guard stops, as the README has it."""

_NOTES: Final[Mapping[NoteReason, tuple[str, str]]] = {
    "by default": ("the service has that by itself, so that nothing is sent for it", ""),
    "impossible": (
        "the file wants what this service does not have or does not keep, so that it is not sent",
        "take it out of the file, or change the service's configuration as the note says",
    ),
    "recommended": ("XEP-0503 recommends a field that the service does not have", ""),
    "not checked": (
        "whether the account may create nodes there, which some services show to nobody",
        "apply tells; where it is refused, have the server's option say so that the note names",
    ),
    "made": (
        "the ledger of the source is made with its first record, and the operators own it, too",
        "",
    ),
    "stays": (
        "something stays as it is, though the file might be read otherwise",
        "the note names the option or the key that would change it",
    ),
    "advice": ("this is allowed, and seldom meant", "the note says what else could be written"),
}

_CAUSES: Final[Mapping[Code, str]] = {
    "refused": "the service refused the request; its own words are given",
    "malformed": "the answer, or the request, has not the shape that its XEP gives it",
    "no-answer": "nothing came any more; what happened to the connection is given",
    "unanswered": "no answer came, while others were answered; who was asked for what is given",
    "not-sent": "nothing of it was sent; why is given",
    "not-begun": "the plan was refused, is stale, or nobody agreed to it: nothing was sent",
    "unreadable": "its object could not be read afterwards; why is given",
    "obstacle": "its object could not be planned; why is given",
}
"""Of those whose message is that of somebody else."""

_AGAIN: Final = "mend what it names, then run apply again: it does what is left"
_STALE: Final = "plan again, or leave it out with --partial"
_LATER: Final = "run apply again: it reads what became of it, and does what is left"
_CHANGED_FROM: Final[Code] = "vanished"  # from there on they are of what has changed since
_NOT_DONE: Final[frozenset[Code]] = frozenset(
    ("no-answer", "unanswered", "not-sent", "not-begun", "interrupted", "unreadable")
)


class Explanation(NamedTuple):
    """What a code of a group means; `advice`: what to do, empty where there is nothing to."""

    group: str
    code: str
    meaning: str
    advice: str


def explanations() -> Iterator[Explanation]:
    """Of all codes of plans, outcomes and `check`, by group. One may stand in several groups."""
    for guard, asked in ASKED_FOR.items():
        head = "this keeps from" if guard == "protect" else f"`--allow {guard}` is needed for"
        yield Explanation("refusal", guard, f"{head} {asked}", _allowing(guard))
    for reason, (meaning, advice) in _NOTES.items():
        yield Explanation("note", reason.replace(" ", "-"), meaning, advice)
    yield from (_of_rule(each.rule) for each in RULES)
    yield from _of_causes()


def _allowing(guard: Guard) -> str:
    if guard == "protect":
        return UNPROTECT
    ways = [f"--allow {guard}=N"]
    ways += [f"--allow {guard}=NAME"] if guard in NAMED else []
    ways += [f"--allow {guard}"] if guard not in WHOLE else []
    return f"if that is meant: {' or '.join(ways)}"


def _of_rule(rule: Rule) -> Explanation:
    where = f"XEP-0503 {rule.section}" if rule.section[:1].isdigit() else rule.section
    head = ", ".join(filter(None, (where, rule.strength, f"binds the {rule.binds}")))
    fault = f". It fails where {FAULTS[rule.id]}" if rule.id in FAULTS else ""
    return Explanation("rule of check", rule.id, f"{rule.text} ({head}){fault}", _cure(rule))


def _cure(rule: Rule) -> str:
    return CURES.get(rule.id, "")


def _of_causes() -> Iterator[Explanation]:
    advice = _AGAIN
    for code in get_args(Code):
        if code == _CHANGED_FROM:
            advice = _STALE
        # As its message, without what differs each time.
        words = _CAUSES.get(code) or causes_text([Cause(code, "…", "…", "…")])
        what_to_do = _LATER if code in _NOT_DONE else advice
        yield Explanation("cause of an outcome", code, words, what_to_do)

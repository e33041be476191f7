"""The document of a reading: read back, and planned with, until a plan has nothing to do."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.document.dump import dump
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.load import examine_files
from spaces_sync.document.split import split
from spaces_sync.document.wanted import About, Wanted
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.state import EMPTY, Address, Reading
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
    subject,
)
from spaces_sync.plan.compare import planner
from spaces_sync.plan.ownership import other_owner
from spaces_sync.plan.plan import Obstacle
from spaces_sync.report.naming import action_name

_UNFAITHFUL: Final = "the language cannot say it as it is"


@dataclass(frozen=True, slots=True)
class Imported:
    """A document, and how many spaces are in it. `still`: what a plan of it would change, in words.
    `left_out`: how many things are not in it, each with a remark that says why.
    """

    text: str
    spaces: int
    still: Sequence[str]
    left_out: int
    files: Mapping[str, str]  # the same, a file a space, by name
    wanted: Wanted  # with what could not be written


def imported(reading: Reading, wanted: Wanted) -> Imported:
    """The smallest document of what was read: it is read back, and planned with, to know that.

    What cannot be written so that it is read as it was is left out, with the reason. Raises
    `CommandEnd` where that is what the whole stands on, such as the name of the source.
    """
    while True:
        made = dump(reading, wanted)
        file = DocumentFile("import", made.text)
        declaration, problems = examine_files([file], EMPTY)
        bad: dict[Hashable, str] = {}
        for each in problems:
            if each.severity == "error":
                bad.setdefault(made.about[each.place.line - 1], each.message)
        actions: Sequence[Action] = ()
        if not bad:
            actions = planner.plan(declaration, reading, take_over=True).actions
            unlike = (about for action in actions for about in changed(action))
            bad = dict.fromkeys(set(unlike).intersection(made.about), _UNFAITHFUL)
        if not bad:
            refused = planner.plan(declaration, reading).obstacles
            still = [*changes_in_words(actions), *refused_in_words(refused, reading, wanted)]
            if still:
                wanted = replace(wanted, above=["A plan still shows:", *still])
            made = dump(reading, wanted)
            spaces = len({(each,) for each in wanted.spaces}.intersection(made.about))
            texts = split(reading, wanted)
            return Imported(made.text, spaces, still, made.left_out, texts, wanted)
        known = (None, *wanted.without)
        if unknown := next((text for about, text in bad.items() if about in known), ""):
            raise CommandEnd(Exit.INVALID, f"nothing was written: {unknown}")
        wanted = replace(wanted, without={**wanted.without, **bad})


def refused_in_words(
    refused: Iterable[Obstacle], reading: Reading, wanted: Wanted
) -> Iterator[str]:
    """Why a plan is refused; of all that one source manages, and is not the file's, once."""
    managed: dict[str, list[Address]] = {}
    for each in refused:
        if other := other_owner(each.about, reading, wanted.source):
            managed.setdefault(other, []).append(each.about)
        else:
            yield f"  {each.about}: {each.text}"
    for source, addresses in sorted(managed.items()):
        one = len(addresses) == 1
        who = f"{addresses[0]} is" if one else f"{_counted(addresses, wanted)} are"
        option = f"--source {shlex.quote(source)} writes that source's file; "
        yield (
            f"  {who} managed by the source {source!r}: {option if source.isprintable() else ''}"
            f"--take-over of plan and apply makes {'it' if one else 'them'} this file's"
        )


def _counted(addresses: Sequence[Address], wanted: Wanted) -> str:
    """How many spaces, nodes and rooms they are."""
    spaces = frozenset(wanted.spaces)
    nouns = (
        "space" if a in spaces else "node" if isinstance(a, NodeAddress) else "room"
        for a in addresses
    )
    return " and ".join(plural(count, noun) for noun, count in Counter(nouns).items())


def told(made: Imported, output: Path) -> Iterator[str]:
    """What was written into a file, for people."""
    yield f"{output}: {plural(made.spaces, 'space')}"
    if made.left_out:
        yield f"{plural(made.left_out, 'thing')} left out, each with a comment that says why"
    if made.still:
        yield "a plan of it still shows:"
        yield from made.still


def changed(action: Action) -> Iterator[About]:
    """The child, the fields or the person that an action is about, as the lines of a document."""
    match action:
        case PublishItem(node=node, key=key) | RetractItem(node=node, key=key):
            yield node, key
        case ConfigureNode(after=after) | ConfigureRoom(after=after):
            yield from ((subject(action), "config", var) for var in after)
        case SetAffiliation(target=address, jid=jid):
            yield address, "affiliations", jid
        case SetSubscription(node=node, jid=jid):
            yield node, "subscriptions", jid
        case _:
            pass


def changes_in_words(actions: Iterable[Action]) -> Iterator[str]:
    """What a plan does beyond taking charge: fields that XEP-0503 demands, and the space lacks."""
    for action in actions:
        if isinstance(action, ConfigureNode | ConfigureRoom):
            for var, values in action.after.items():
                before = _shown(action.before.get(var))
                yield f"  {subject(action)}: {var} {before} -> {_shown(values)}"
        elif not isinstance(action, RecordOwnership | WriteMarker):
            yield f"  {subject(action)}: {action_name(action)}"


def _shown(values: Sequence[str] | None) -> str:
    return ", ".join(values or ()) or "not set"

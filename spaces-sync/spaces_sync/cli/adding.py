"""`spaces-sync import --into FILE`: the file with what is live and not declared in it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from spaces_sync.cli.imported import changed, changes_in_words, imported, refused_in_words
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.into import lost, missing
from spaces_sync.document.load import examine_files
from spaces_sync.document.splicing import Addition, CannotAddError, with_added
from spaces_sync.document.wanted import Wanted
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Reading
from spaces_sync.plan.compare import planner

_BOM: Final = "\ufeff"
_OTHERWISE: Final = "beside it the file would say something else of {}; add it by hand"


class Enlarged(NamedTuple):
    """The text of a file, how many things were added to it, what was left out, what a plan of the
    file changes or removes, so that it was not added, and what a plan of it shows now that none of
    the file before it did.
    """

    text: str
    added: int
    left_out: Sequence[str]
    planned: Sequence[str]
    still: Sequence[str]


def enlarged(
    file: DocumentFile, declaration: Declaration, reading: Reading, wanted: Wanted
) -> Enlarged:
    """The text of `file`, as it is on the disk, with what of `wanted` it does not declare.

    declaration: what it declares. What cannot stand beside that is left out.
    """
    before = planner.plan(declaration, reading, take_over=True).actions
    planned = {about for action in before for about in changed(action)}
    found = missing(reading, imported(reading, wanted).wanted, declaration, planned)
    added: list[Addition] = []
    refused: list[str] = []
    waiting = [found.additions] if found.additions else []
    while waiting:
        some = waiting.pop()
        why = _why_not(file, (*added, *some), declaration)
        if not why:
            added.extend(some)
        elif len(some) == 1:
            refused.append(f"{some[0].row.key}: {why}")
        else:
            half = len(some) // 2
            waiting.extend((some[half:], some[:half]))
    text = _with_added(file, added)
    after = _declared(file, text)[0]
    then = planner.plan(after, reading, take_over=True).actions
    known = set(changes_in_words(before))
    still = [each for each in changes_in_words(then) if each not in known]
    blocked = {each.about for each in planner.plan(declaration, reading).obstacles}
    refused_now = [o for o in planner.plan(after, reading).obstacles if o.about not in blocked]
    ours = replace(wanted, source=declaration.source)
    still.extend(refused_in_words(refused_now, reading, ours))
    return Enlarged(text, len(added), (*found.left_out, *refused), found.planned, still)


def _why_not(file: DocumentFile, added: Sequence[Addition], declaration: Declaration) -> str:
    """Why these cannot be added, all together; empty where they can."""
    try:
        after, errors = _declared(file, _with_added(file, added))
    except CannotAddError as error:
        return str(error)
    what = lost(declaration, after)
    return next(iter(errors), _OTHERWISE.format(what) if what else "")


def _declared(file: DocumentFile, text: str) -> tuple[Declaration, Sequence[str]]:
    """What the file declares when it holds `text`, and what is wrong with that."""
    document = DocumentFile(file.name, text)
    declaration, problems = examine_files([document], os.environ, secrets=False)
    return declaration, [each.message for each in problems if each.severity == "error"]


def _with_added(file: DocumentFile, added: Sequence[Addition]) -> str:
    """The text of the file, and these. Raises `CannotAddError`."""
    text = file.text.removeprefix(_BOM)
    return file.text.removesuffix(text) + with_added(text, added) if added else file.text

"""`spaces-sync explain`: what a code means, and what to do about it; no network."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

import click

from spaces_sync.cli import printing
from spaces_sync.cli.display import Display
from spaces_sync.cli.exits import MEANINGS, CommandEnd, Exit
from spaces_sync.document import CODES
from spaces_sync.model.nearest import did_you_mean
from spaces_sync.report import formats
from spaces_sync.report.explanations import Explanation, explanations
from spaces_sync.report.layout import hanging_indent

_NEXT: Final[dict[Exit, str]] = {
    Exit.UNEXPECTED: "the message says what; a plan that is lost is made again, of what an apply "
    "did 'plan' tells what is left; with SPACES_SYNC_DEBUG=1 there is a trace to report",
    Exit.INVALID: "each problem has its file:line:column; 'validate' shows them all",
    Exit.REFUSED: "the refusal names the option that allows it",
    Exit.STALE: "plan again; of a lock that hangs 'unlock' tells who holds it",
    Exit.UNAVAILABLE: "the message names the service, and what it lacks",
    Exit.PARTLY: "mend what it names, then run apply again: it does what is left",
    Exit.INTERRUPTED: "run it again: it does what is left",
}
_LONGEST: Final = 90  # characters of a meaning in the list of all codes


@click.command("explain")
@click.argument("code", required=False, default="", metavar="[CODE]")
def command(code: str) -> None:
    """Say what CODE means and what to do about it: of a rule, a refusal, a note, a problem, a
    cause or an exit code. Without CODE: all of them.
    """
    known = (*_of_exits(), *_of_files(), *explanations())
    if not code:
        printing.write_stdout("".join(f"{line}\n" for line in _list(known)))
        return
    word = code.strip().lower().replace(" ", "-")
    found = [each for each in known if each.code.lower() == word]
    if not found:
        near = did_you_mean(word, [each.code for each in known])
        hint = near or "; 'spaces-sync explain' lists them"
        raise CommandEnd(Exit.USAGE, f"no such code {code!r}{hint}")
    width = Display(formats.DEFAULT).style(sys.stdout).columns
    texts = ("".join(f"{line}\n" for line in _one(each, width)) for each in found)
    printing.write_stdout("\n".join(texts))


def _of_exits() -> Iterator[Explanation]:
    for number, meaning in MEANINGS.items():
        yield Explanation("exit code", str(int(number)), meaning, _NEXT.get(number, ""))


def _of_files() -> Iterator[Explanation]:
    for code, meaning in CODES.items():
        yield Explanation("problem of a file", code, meaning, "")


def _one(explained: Explanation, width: int) -> Iterator[str]:
    yield f"{explained.code} ({explained.group})"
    yield from hanging_indent("    ", explained.meaning, width)
    if explained.advice:
        yield from hanging_indent("    ", f"What to do: {explained.advice}", width)


def _list(known: Iterable[Explanation]) -> Iterator[str]:
    for group, inside in groupby(known, lambda each: each.group):
        yield f"{group}:"
        for each in inside:
            short = each.meaning
            shown = short if len(short) <= _LONGEST else f"{short[: _LONGEST - 1].rstrip()}…"
            yield f"  {each.code:<29} {shown}"
        yield ""

"""The options that say what of files and services a command is about: `--space`, `--exclude`,
`--only`.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Collection, Iterable
from typing import Final, get_args

import click

from spaces_sync.cli.choices import Choice
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import Function
from spaces_sync.model.counting import first_of
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.narrowing import narrowed
from spaces_sync.model.selection import Section, Selection, names
from spaces_sync.model.state import Address

SPACE: Final = "--space"
EXCLUDE: Final = "--exclude"


def selects(*, sections: bool) -> Callable[[Function], Function]:
    """Decorates the function of a command that gets `selection`, a `Selection`.

    sections: whether it has `--only`, which means nothing to a command that is about spaces alone.
    """

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def called(
            included: tuple[str, ...],
            excluded: tuple[str, ...],
            only: tuple[Section, ...] = (),
            **given: object,
        ) -> None:
            function(selection=Selection(included, excluded, frozenset(only)), **given)

        decorated: Function = called
        for option in reversed(_OPTIONS if sections else _OPTIONS[:2]):
            decorated = option(decorated)
        return decorated

    return decorate


def _pattern(_context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> object:
    if "" in texts:
        raise click.BadParameter("an empty pattern matches nothing", param=option)
    return texts


_OPTIONS: Final = (
    click.option(
        SPACE,
        "included",
        multiple=True,
        metavar="GLOB",
        callback=_pattern,
        help="Only what matches: the id of a node, service/node, or the JID of a room. Repeats.",
    ),
    click.option(
        EXCLUDE,
        "excluded",
        multiple=True,
        metavar="GLOB",
        callback=_pattern,
        help="All but what matches. Repeats.",
    ),
    click.option(
        "--only",
        "only",
        multiple=True,
        type=Choice(list(get_args(Section))),
        help="Only what files have under this key. Repeats.",
    ),
)


def end_if_unmatched(selection: Selection, addresses: Collection[Address], where: str) -> None:
    """Raises `CommandEnd` for a pattern that matches none of `addresses`: it is mistyped, or what
    it meant is gone. where: what has them, in words.
    """
    for pattern in selection.without_match(addresses):
        option = SPACE if pattern in selection.included else EXCLUDE
        known = sorted({name for address in addresses for name in names(address)})
        raise CommandEnd(
            Exit.USAGE,
            f"{option} {pattern!r} matches nothing {where}",
            *(f"    {line}" for line in _hints(pattern, addresses, known)),
        )


def _hints(pattern: str, addresses: Iterable[Address], known: Collection[str]) -> Iterable[str]:
    if near := difflib.get_close_matches(pattern, known, n=3):
        yield f"did you mean {' or '.join(near)}?"
    elif shown := [names(address)[0] for address in addresses]:
        yield f"there: {first_of(shown)}"


def selected(declaration: Declaration, selection: Selection) -> Declaration:
    """What `selection` selects of what files declare.

    Raises as `end_if_nothing` where the files have no source, and so name all that there is.
    """
    found = narrowed(declaration, selection)
    if found.source is None:
        end_if_nothing(found, ())
    return found


def end_if_nothing(declaration: Declaration, owned: Collection[Address]) -> None:
    """Raises `CommandEnd` for a pattern that matches nothing, and where nothing at all is selected.

    owned: what the ledgers say that the source of the files owns, also what has left them.
    """
    if declaration.narrowed_from is None:
        return
    known = dict.fromkeys((*declaration.whole.spoken_of, *owned))
    end_if_unmatched(declaration.selection, known, "in the files")
    former = (each for each in declaration.former_of_others if each in owned)
    kept = any(map(declaration.selection.selects, former))  # which the plan says
    if not declaration.spoken_of and not declaration.left(owned) and not kept:
        raise CommandEnd(
            Exit.USAGE,
            "the options that select leave nothing of the files",
            *(f"    {line}" for line in _empty_sections(declaration)),
        )


def _empty_sections(declaration: Declaration) -> Iterable[str]:
    whole = declaration.whole
    found = {whole.section(address) for address in whole.spoken_of}
    for section in sorted(declaration.selection.sections - found):
        yield f"they have nothing under the top-level '{section}'"
        if section != "spaces":
            yield f"the {section} that a space lists are of the space"

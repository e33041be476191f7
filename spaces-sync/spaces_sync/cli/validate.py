"""`spaces-sync validate`: files only, no network."""

from __future__ import annotations

import os
from pathlib import Path

import click

from spaces_sync.cli import printing
from spaces_sync.cli.display import Display, displays, end_if_clash, show
from spaces_sync.cli.documents import FILES, end_if_plan
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.document import CODES, ParserError, Problem, examine
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Declaration
from spaces_sync.report import formats
from spaces_sync.report.reportable import Validation


@click.command("validate")
@FILES
@displays(formats.VALIDATIONS, full=False, colours=False)
def command(files: tuple[Path, ...], display: Display) -> None:
    """Check files: syntax, schema and rules, every problem with its place."""
    end_if_clash(display, files)
    end_if_plan(files)
    try:
        declaration, problems = examine(files, os.environ, secrets=False)
    except ParserError as error:
        raise CommandEnd(Exit.UNEXPECTED, str(error)) from None
    validation = _validation(files, declaration, problems)
    if display.for_people:
        _tell(problems)
    show(formats.VALIDATIONS, validation, display)
    if not validation.valid:
        found = sum(each.severity == "error" for each in problems)
        told = (f"{plural(found, 'problem')} in the files",) if display.for_people else ()
        raise CommandEnd(Exit.INVALID, *told)


def _tell(problems: tuple[Problem, ...]) -> None:
    """Where there are errors these alone."""
    errors = [each for each in problems if each.severity == "error"]
    printing.say(*map(str, errors or problems))


def _validation(
    files: tuple[Path, ...], declaration: Declaration, problems: tuple[Problem, ...]
) -> Validation:
    nodes = declaration.state.nodes
    spaces = sum(policy.is_space for policy in declaration.policies.values())
    return Validation(
        problems=problems,
        spaces=spaces,
        children=sum(len(node.children) for node in nodes.values()),
        rooms=len(declaration.state.rooms),
        nodes=len(nodes) - spaces,
        absent=len(declaration.absent),
        files=tuple(map(str, files)),
        codes=CODES,
    )

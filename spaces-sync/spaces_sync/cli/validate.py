"""`spaces-sync validate`: files only, no network."""

from __future__ import annotations

import os
from pathlib import Path

import click

from spaces_sync.cli.display import Display, format_option, show
from spaces_sync.cli.documents import FILES, declared
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.document import ParserError, Problem, examine
from spaces_sync.model.declaration import Declaration
from spaces_sync.report import formats
from spaces_sync.report.reportable import Validation


@click.command("validate")
@FILES
@format_option(formats.VALIDATIONS)
def command(files: tuple[Path, ...], output_format: str) -> None:
    """Check files: syntax, schema and rules, every problem with its place."""
    display = Display(output_format)
    problems: tuple[Problem, ...] = ()
    if display.for_people:
        declaration = declared(files, secrets=False)
    else:
        declaration, problems = _examined(files)
    validation = _validation(declaration, problems)
    show(formats.VALIDATIONS, validation, display)
    if not validation.valid:
        raise CommandEnd(Exit.INVALID)


def _examined(files: tuple[Path, ...]) -> tuple[Declaration, tuple[Problem, ...]]:
    try:
        return examine(files, os.environ, secrets=False)
    except ParserError as error:
        raise CommandEnd(Exit.UNEXPECTED, str(error)) from None


def _validation(declaration: Declaration, problems: tuple[Problem, ...]) -> Validation:
    nodes = declaration.state.nodes
    spaces = sum(policy.is_space for policy in declaration.policies.values())
    return Validation(
        problems=problems,
        spaces=spaces,
        children=sum(len(node.children) for node in nodes.values()),
        rooms=len(declaration.state.rooms),
        nodes=len(nodes) - spaces,
        absent=len(declaration.absent),
    )

"""`spaces-sync validate`: files only, no network."""

from __future__ import annotations

import os
from pathlib import Path

import click

from spaces_sync.cli.documents import FILES, declared
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.options import Command, Options
from spaces_sync.cli.printing import put


@click.command(cls=Command)
@FILES
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def validate(files: tuple[Path, ...], form: str, options: Options) -> None:
    """Check files: syntax, schema and rules, every problem with its place."""
    del options
    if form == "json":
        _as_json(files)
        return
    from spaces_sync.model.counting import plural

    declaration = declared(files)
    nodes, rooms = len(declaration.state.nodes), len(declaration.state.rooms)
    spaces = sum(policy.is_space for policy in declaration.policies.values())
    children = sum(len(node.children) for node in declaration.state.nodes.values())
    listed = f"{plural(spaces, 'space')} with {plural(children, 'child')}"
    put(f"valid: {listed}, {plural(rooms, 'room')}, {plural(nodes - spaces, 'node')}\n")


def _as_json(files: tuple[Path, ...]) -> None:
    from spaces_sync.document import ParserError, examine
    from spaces_sync.report import json as as_json

    try:
        _, found = examine(files, os.environ)
    except ParserError as error:
        raise Stop(Exit.UNEXPECTED, str(error)) from None
    valid = not any(problem.severity == "error" for problem in found)
    problems = [
        {
            "severity": problem.severity,
            "code": problem.code,
            "file": problem.place.file,
            "line": problem.place.line,
            "column": problem.place.column,
            "message": problem.message,
        }
        for problem in found
    ]
    data = {"format_version": "1.0", "valid": valid, "problems": problems}
    put(as_json.dumps(data) + "\n")
    if not valid:
        raise Stop(Exit.INVALID)

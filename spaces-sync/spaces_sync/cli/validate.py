"""`spaces-sync validate`: files only, no network."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from spaces_sync.cli.documents import FILES, declared
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.options import Command, Options


@click.command(cls=Command)
@FILES
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def validate(files: tuple[Path, ...], form: str, options: Options) -> None:
    """Check files: syntax, schema and rules, every problem with its place."""
    del options
    if form == "json":
        _as_json(files)
        return
    declaration = declared(files)
    nodes, rooms = len(declaration.state.nodes), len(declaration.state.rooms)
    spaces = sum(policy.is_space for policy in declaration.policies.values())
    children = sum(len(node.children) for node in declaration.state.nodes.values())
    click.echo(
        f"valid: {spaces} spaces with {children} children, {rooms} rooms, {nodes - spaces} nodes"
    )


def _as_json(files: tuple[Path, ...]) -> None:
    from spaces_sync.document import DocumentError, load

    found = []
    try:
        declaration = load(files, os.environ)
        found = [("warning", place, text) for place, text in declaration.warnings]
    except DocumentError as error:
        found = [("error", problem.place, problem.message) for problem in error.problems]
    valid = not any(severity == "error" for severity, _, _ in found)
    problems = [
        {
            "severity": severity,
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "message": text,
        }
        for severity, place, text in found
    ]
    data = {"format_version": "1.0", "valid": valid, "problems": problems}
    click.echo(json.dumps(data, indent=2))
    if not valid:
        raise Stop(Exit.INVALID)

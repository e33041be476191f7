"""`spaces-sync schema`: the JSON Schema of the language."""

from __future__ import annotations

import json

import click

from spaces_sync import document
from spaces_sync.cli import printing


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the files, for editors."""
    printing.write_stdout(json.dumps(document.schema(), indent=2, ensure_ascii=False) + "\n")

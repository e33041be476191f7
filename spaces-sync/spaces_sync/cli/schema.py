"""`spaces-sync schema`: the JSON Schema of the language."""

from __future__ import annotations

import json

import click

from spaces_sync.cli import printing
from spaces_sync.cli.options import Command, Options


@click.command(cls=Command)
def schema(options: Options) -> None:
    """Print the JSON Schema of the files, for editors."""
    from spaces_sync import document

    del options
    printing.put(json.dumps(document.schema(), indent=2, ensure_ascii=False) + "\n")

"""The option that takes one of several words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import click

from spaces_sync.model.nearest import did_you_mean

OF_SUFFIX: Final = {
    "md": "markdown",
    "htm": "html",
    "html": "html",
    "json": "json",
    "sarif": "sarif",
    "txt": "text",
    "xml": "junit",
    "gv": "dot",
    "mmd": "mermaid",
}
"""The formats of files by how their names end."""


class Choice(click.Choice[str]):
    """As click's; where none of the words is given it names the one that may have been meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """One of the words. Raises `click.BadParameter`."""
        if value not in self.choices:
            self.fail(not_one_of(str(value), self.choices), param, ctx)
        return str(value)


def not_one_of(word: str, words: Iterable[str]) -> str:
    """What is wrong with a word that is none of `words`, and which one may have been meant."""
    words = tuple(words)
    return f"{word!r} is not one of {', '.join(words)}{did_you_mean(word, words, OF_SUFFIX)}"

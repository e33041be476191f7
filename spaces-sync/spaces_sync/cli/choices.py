"""The option that takes one of several words."""

from __future__ import annotations

from typing import Any

import click

from spaces_sync.model.nearest import did_you_mean


class Choice(click.Choice[str]):
    """As click's; where none of the words is given it names the one that may have been meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """One of the words. Raises `click.BadParameter`."""
        if value not in self.choices:
            listed = ", ".join(self.choices)
            near = did_you_mean(str(value), self.choices)
            self.fail(f"{value!r} is not one of {listed}{near}", param, ctx)
        return str(value)

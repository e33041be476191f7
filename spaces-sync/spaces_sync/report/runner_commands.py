"""Keeps foreign text in a log from being a command to the runner that reads the log."""

from __future__ import annotations

import re
from typing import Final

# The runner of GitHub Actions, and those that follow it, read both streams of a step by lines. They
# take `##[word]` anywhere in a line, and `::word::` behind leading white space (actions/runner,
# src/Runner.Common/ActionCommand.cs); Azure Pipelines `##vso[`, TeamCity `##teamcity[`. It is not
# asked which runner there is: a log is read by one that sets no variable of GitHub's as well, and
# nothing that we write ourselves begins like that.
_ANYWHERE: Final = re.compile(r"##(?=\w*\[)")
_AHEAD: Final = re.compile(r"((?:^|[\r\n])[^\S\r\n]*):(?=:)")


def without_commands(text: str) -> str:
    r"""`text`, in which `#\x23[` stands for `##[`, and `\x3a:` for `::` that begins a line.

    Looked at as it is written, when it is folded: where a line begins nobody knows before.
    `without_commands(without_commands(text)) == without_commands(text)`.
    """
    if "##" in text:
        text = _ANYWHERE.sub(r"#\\x23", text)
    return _AHEAD.sub(r"\1\\x3a", text) if "::" in text else text

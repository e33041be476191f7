"""What a runner of pipelines takes as a command in the output of a step."""

import re
from typing import Final

# actions/runner, src/Runner.Common/ActionCommand.cs (TryParseV2, TryParse), with any word as a
# command; Azure Pipelines and TeamCity take theirs as the second.
_COMMANDS: Final = (re.compile(r"\s*::.*?::"), re.compile(r".*?##\w*\[.*?\]"))


def commands(text: str) -> list[str]:
    """The lines of `text`, as the runner cuts them, which it would take as commands."""
    lines = re.split(r"\r\n|\r|\n", text)
    return [line for line in lines if any(each.match(line) for each in _COMMANDS)]

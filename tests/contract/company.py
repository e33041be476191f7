"""A year of the company in examples/company: its files at each commit (company_year.yaml)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from spaces_sync.document import load
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.allowable import Allowed

EXAMPLE = Path(__file__).parents[2] / "examples" / "company"
YEAR = Path(__file__).with_name("company_year.yaml")
SECRETS = {"STAFF_ROOM_PASSWORD": "correct horse", "PAYROLL_PASSWORD": "battery staple"}

Files = Mapping[str, Any]
"""What stands in each file, by its name."""


@dataclass(frozen=True)
class Commit:
    """`files`: all of them, after it."""

    subject: str
    files: Files
    allow: tuple[str, ...] = ()

    @property
    def allowed(self) -> Allowed:
        """As the command line takes `--allow KIND=N` and `KIND=NAME`; of one kind names add up."""
        found: dict[Any, Any] = {}
        for kind, _, limit in (text.partition("=") for text in self.allow):
            found[kind] = int(limit) if limit.isdigit() else found.get(kind, frozenset()) | {limit}
        return found

    def declaration(self, folder: Path) -> Declaration:
        """What the files declare, written into an empty `folder`."""
        for name, content in self.files.items():
            text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
            (folder / name).write_text(text, encoding="utf-8")
        return load([folder], SECRETS)


def history() -> Iterator[Commit]:
    """The company as the example has it, then each commit of the year."""
    files: Files = {
        path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(EXAMPLE.glob("*.yaml"))
    }
    yield Commit("The company", files)
    for commit in yaml.safe_load(YEAR.read_text(encoding="utf-8")):
        files = patched(files, commit["change"])
        yield Commit(commit["subject"], files, tuple(commit.get("allow", ())))


def patched(before: Any, change: Any) -> Any:
    """`change` as a merge patch (RFC 7396): mappings entry by entry, null takes one away."""
    if not isinstance(change, dict):
        return change
    found = dict(before) if isinstance(before, dict) else {}
    for key, value in change.items():
        if value is None:
            del found[key]
        else:
            found[key] = patched(found.get(key), value)
    return found

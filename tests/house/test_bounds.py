"""SECURITY.md tells how much is taken from a server: the table is that of the program."""

import os
import re
from pathlib import Path

from spaces_sync.model import bounds

FILE = Path(__file__).parents[2] / "SECURITY.md"


def test_the_table_of_bounds_is_that_of_the_program() -> None:
    text = FILE.read_text(encoding="utf-8")
    rows = "".join(f"| {bound} | {bound.reason} |\n" for bound in bounds.BOUNDS)
    table = f"| at most | since |\n|---|---|\n{rows}"
    if os.environ.get("UPDATE_BOUNDS"):
        text = re.sub(r"(?s)\| at most \|.*?\n\n", lambda _: f"{table}\n", text)
        FILE.write_text(text, encoding="utf-8")
    assert table in text


def test_each_bound_is_in_the_table_and_used_somewhere() -> None:
    named = {name: each for name, each in vars(bounds).items() if isinstance(each, bounds.Bound)}
    assert list(named.values()) == list(bounds.BOUNDS)
    modules = Path(bounds.__file__).parents[1].rglob("*.py")
    texts = [path.read_text().partition("BOUNDS: Final")[2] or path.read_text() for path in modules]
    assert [name for name in named if not re.search(rf"\b{name}\b", "".join(texts))] == []

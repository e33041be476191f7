"""The terminal as people see it, in pictures: a plan with a refusal, and one of many changes."""

import struct
from pathlib import Path

import pytest

import shots
from golden.plans import everyday, everything
from showing import as_shown
from spaces_sync.plan.plan import Plan
from spaces_sync.report import plan_compact, plan_text
from spaces_sync.report.style import Style
from unit.test_report_folding import of_every_kind

PLANS = {
    "everyday": everyday(),
    "refused": everything(),
    "many": Plan(everyday().account, tuple(of_every_kind())[:4000]),
}


def size(path: Path) -> tuple[int, int]:
    """Width and height, which stand at the head of a PNG."""
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    return width, height


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_on_a_terminal(name: str, columns: int) -> None:
    style = Style(width=columns, colour=True)
    shown = as_shown(PLANS[name])._replace(seconds=0.84)
    text = plan_text.render(shown, style)
    title = "spaces-sync plan spaces.yaml"
    made = shots.terminal(f"terminal-{name}-{columns}", title, text, columns)
    assert size(made) == (columns * 9 + 32, (text.count("\n") + 4) * 19)


def test_a_compact_plan_on_a_terminal() -> None:
    text = plan_compact.render(as_shown(everything()), Style(colour=True))
    title = "spaces-sync plan spaces.yaml --format compact"
    assert shots.terminal("terminal-compact-80", title, text, 80).stat().st_size > 10_000

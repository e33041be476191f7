"""Pictures of what people see, for whoever changes how it looks: in `.shots`, which git ignores.

A terminal is what rich makes of its escape sequences; Chromium makes a picture of that.
"""

import io
import subprocess
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from programs import SHOTS, program, sandbox

SECONDS = 60
_CELL = (9, 19)  # pixels that a character takes at most


def terminal(name: str, title: str, output: str, columns: int) -> Path:
    """The picture of `output`, of a terminal with so many columns; its file."""
    SHOTS.mkdir(exist_ok=True)
    console = Console(record=True, width=columns, file=io.StringIO())
    console.print(Text.from_ansi(f"$ {title}\n{output}"), soft_wrap=True)
    page = SHOTS / f"{name}.html"
    page.write_text(console.export_html(theme=MONOKAI, code_format=_PAGE), encoding="utf-8")
    height = (output.count("\n") + 4) * _CELL[1]
    return picture(page, (columns * _CELL[0] + 32, height))


def picture(page: Path, size: tuple[int, int]) -> Path:
    """The picture of a page in a window of that size; its file, beside the page."""
    made = page.with_suffix(".png")
    made.unlink(missing_ok=True)
    command = [program("chromium"), "--headless", "--disable-gpu", "--hide-scrollbars", *sandbox()]
    command += [f"--window-size={size[0]},{size[1]}", f"--screenshot={made}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return made


_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><style>
{stylesheet}
body {{ color: {foreground}; background: {background}; margin: 16px; }}
pre {{ font: 15px/18px "DejaVu Sans Mono", monospace; margin: 0; }}
</style></head><body><pre><code style="font-family: inherit">{code}</code></pre></body></html>
"""

"""Damaged documents: a declaration that can be planned, or problems with places inside the file."""

import asyncio
import re
import shutil
from pathlib import Path
from random import Random

import pytest

from fuzz.mutations import bytes_of
from showing import as_shown
from spaces_sync import engine
from spaces_sync.document import CODES, DocumentError, load
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.compare.planner import plan
from spaces_sync.report import plan_json, plan_text
from spaces_sync.report.style import Style
from spaces_sync.simulator import Simulator

TESTS = Path(__file__).parents[1]
GOOD = TESTS / "documents" / "good"
ORIGINALS = sorted([*TESTS.parent.glob("examples/**/*.yaml"), *GOOD.glob("*.yaml")])
ENVIRONMENT = {"SECRET": "hunter2-canary", "DOMAIN": "example", "STAFF_ROOM_PASSWORD": "s3cret"}
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # a line's end in YAML 1.1
COUNT = 4000


def test_a_damaged_document(hammer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(GOOD, tmp_path, dirs_exist_ok=True)
    contents = [path.read_bytes() for path in ORIGINALS]
    path = Path("damaged.yaml")
    with asyncio.Runner() as runner:

        def case(rng: Random) -> None:
            content = bytes_of(rng, rng.choice(contents), contents)
            path.write_bytes(content)
            try:
                declaration = load([path], ENVIRONMENT)
            except DocumentError as error:
                check_problems(error, content)
                return
            runner.run(check_planned(declaration))

        hammer("documents", COUNT, case)


def check_problems(error: DocumentError, content: bytes) -> None:
    lines = len(BREAK.split(content.decode(errors="replace")))
    assert error.problems
    for problem in error.problems:
        assert problem.code in CODES
        assert problem.place.file == "damaged.yaml"
        assert 1 <= problem.place.line <= lines + 1
        assert problem.place.column >= 1
        assert str(problem).isprintable(), ascii(str(problem))
        assert len(problem.message) < 2000
        assert "hunter2" not in str(problem)


async def check_planned(declaration: Declaration) -> None:
    """What loads can be planned, and its plan shown."""
    reader = Simulator(Jid("admin@megacorp.example"))
    made = plan(declaration, await engine.read(declaration, reader))
    plan_text.render(as_shown(made), Style()).encode()
    assert "hunter2" not in plan_json.render(as_shown(made), Style())

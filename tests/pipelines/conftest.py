"""A pipeline on each forge in turn."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.forge import BOT, serving
from pipelines.jobs import CI
from pipelines.pipeline import Pipeline
from servers import Server

KIND = {"github": "github", "forgejo": "forgejo", "gitlab": "gitlab", "woodpecker": "forgejo"}


@pytest.fixture(params=KIND)
def forge(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def pipeline(
    forge: str,
    prosody: Server,
    unique: Callable[[str], str],
    tmp_path: Path,
) -> Iterator[Pipeline]:
    with serving(KIND[forge]) as api:
        pipeline = Pipeline(forge, api, prosody, tmp_path, unique("pipeline"))
        # What GitHub and Forgejo call their pipelines stands in the jobs.
        author = {"github": "github-actions[bot]", "forgejo": "forgejo-actions"}
        api.writer = author.get(forge, BOT)
        pipeline.git("init", "--quiet", "--bare", "-b", "main", "origin", cwd=tmp_path)
        pipeline.git("clone", "--quiet", "origin", "work", cwd=tmp_path)
        work = tmp_path / "work"
        (work / "ci").mkdir()
        (work / "ci" / "review.py").write_bytes((CI / "review.py").read_bytes())
        (work / "spaces.yaml").write_text("version: 1\n")
        pipeline.git("checkout", "--quiet", "-b", "main", cwd=work)
        pipeline.git("add", "--all", cwd=work)
        pipeline.commit("main", title="Begin")
        yield pipeline

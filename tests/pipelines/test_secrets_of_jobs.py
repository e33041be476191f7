"""Which secrets the commands of a pipeline can see: a file may name any variable of its own, and a
report shows it to whoever reads the pull request, where no log masks it.
"""

import pytest

from pipelines.pipeline import PULL, Pipeline

SEEN = {
    "python3 -m pip": set(),
    "spaces-sync validate": set(),
    "spaces-sync plan": {"password"},
    "spaces-sync apply": {"password"},
    "python3 ci/review.py": {"token"},
}


@pytest.fixture
def seen(pipeline: Pipeline) -> dict[str, set[str]]:
    """By a plan with its comment, by an apply, and by a look for drift."""
    pipeline.commit("change", title="The developers")
    assert pipeline.run("plan", "change")[0] == 0
    proposed, pipeline.saw = pipeline.saw, {}
    commit = pipeline.merge("change")
    pipeline.api.merged[commit] = int(PULL)
    assert pipeline.run("apply", commit=commit)[0] == 0
    assert pipeline.run("drift")[0] == 0
    # The runner's own token is masked in what stays in the log: all but the plan for the comment.
    logged = [proposed[each] for each in proposed if each != "spaces-sync plan"]
    for found in (*logged, *pipeline.saw.values()):
        found.discard("run")
    names = proposed | pipeline.saw
    return {each: proposed.get(each, set()) | pipeline.saw.get(each, set()) for each in names}


def test_each_command_sees_what_it_needs_and_no_other_secret(
    pipeline: Pipeline, seen: dict[str, set[str]]
):
    if pipeline.name == "woodpecker":  # where a step has what the command has that it is for
        for command in ("python3 -m pip", "spaces-sync validate"):
            seen[command] -= {"password"}
    assert seen == SEEN

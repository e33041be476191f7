"""The pipelines at work: what is proposed, merged and applied, on each forge in turn."""

import re
import subprocess

import pytest

import installed
from pipelines.pipeline import PULL, Pipeline

WORD = "<!-- spaces-sync would send "
# The steps that apply are the same on all, in bash and in sh (test_examples.py).
SHELLS = pytest.mark.parametrize("forge", ["github", "woodpecker"])


def proposed(pipeline: Pipeline, branch: str, **what: str) -> None:
    pipeline.commit(branch, **what)
    code, said = pipeline.run("plan", branch)
    assert code == 0, said


def by_hand(said: str) -> str:
    """The number with which a refused plan is applied all the same."""
    return said.partition("by hand with its number, ")[2].split()[0]


def test_a_change_goes_from_its_proposal_to_the_service(pipeline: Pipeline):
    proposed(pipeline, "change", title="The developers")
    (comment,) = pipeline.api.comments
    assert comment.body.startswith("<!-- spaces-sync:")
    assert WORD in comment.body
    assert "The developers" in comment.body

    proposed(pipeline, "change", title="The developers corner")
    assert pipeline.api.comments == [comment]
    assert "The developers corner" in comment.body

    commit = pipeline.merge("change")
    pipeline.api.merged[commit] = int(PULL)
    code, said = pipeline.run("apply", commit=commit)
    assert code == 0, said
    assert "This plan was reviewed." in said
    assert said.rstrip().endswith("No changes.")  # the second plan
    assert pipeline.run("drift")[0] == 0


@SHELLS
def test_what_moved_since_it_was_reviewed_is_not_applied(pipeline: Pipeline):
    commit = pipeline.commit("main", title="The developers")
    code, said = pipeline.run("apply", commit=commit)
    assert (code, "was not reviewed" in said) == (5, True), said  # by nobody at all
    code, said = pipeline.run("apply", commit=commit, REVIEWED=by_hand(said))
    assert code == 0, said

    proposed(pipeline, "next", title="Next")
    commit = pipeline.merge("next")
    pipeline.api.merged[commit] = int(PULL)
    pipeline.rename("By hand")
    code, said = pipeline.run("apply", commit=commit)
    assert (code, "is another than was reviewed" in said) == (5, True), said
    code, drift = pipeline.run("drift")
    assert (code, "By hand" in drift) == (2, True), drift  # so nothing was sent
    assert pipeline.run("apply", commit=commit, REVIEWED=by_hand(said))[0] == 0


@SHELLS
def test_what_a_guard_refuses_is_shown_and_applied_by_hand(pipeline: Pipeline):
    commit = pipeline.commit("main", title="Old")
    code, said = pipeline.run("apply", commit=commit)
    assert pipeline.run("apply", commit=commit, REVIEWED=by_hand(said))[0] == 0

    work = pipeline.folder / "work"
    text = (work / "spaces.yaml").read_text().split("    title")[0] + "    absent: true\n"
    pipeline.git("checkout", "--quiet", "-b", "away", cwd=work)
    (work / "spaces.yaml").write_text(text)
    pipeline.git("commit", "--quiet", "--all", "--message", "Away", cwd=work)
    pipeline.git("push", "--quiet", "origin", "away", cwd=work)
    code, said = pipeline.run("plan", "away")
    assert code == 0, said
    assert "--allow delete-space" in said
    assert "--allow delete-space=" in pipeline.api.comments[0].body

    commit = pipeline.merge("away")
    pipeline.api.merged[commit] = int(PULL)
    assert pipeline.run("drift")[0] == 4
    code, said = pipeline.run("apply", commit=commit)
    assert code == 4, said
    (number,) = re.findall(r"Its number is (\w{64})$", said, re.MULTILINE)
    assert pipeline.api.comments[0].body.rstrip().endswith(f"`{number}`")
    pipeline.api.merged.clear()  # so that nothing but the number counts
    allow = f"delete-space={pipeline.node}"
    assert pipeline.run("apply", commit=commit, ALLOW=allow, REVIEWED=number[:6])[0] == 5
    code, said = pipeline.run("apply", commit=commit, ALLOW=allow, REVIEWED=number)
    assert code == 0, said
    assert pipeline.run("drift")[0] == 0


def test_a_fork_is_planned_against_a_snapshot_and_knows_no_secret(pipeline: Pipeline):
    pipeline.commit("fork", title="From a fork")
    code, said = pipeline.run("fork", "fork", secrets=False)
    assert (code, "There is no ci/live.json" in said) == (0, True), said

    work = pipeline.folder / "work"
    pipeline.git("checkout", "--quiet", "main", cwd=work)
    snapshot = ["snapshot", "spaces.yaml", pipeline.server.pubsub, "-o", "ci/live.json"]
    subprocess.run(
        [installed.TOOL, *snapshot],
        cwd=work,
        env=installed.environment(pipeline.server.environment()),
        capture_output=True,
        check=True,
    )
    pipeline.git("add", "ci/live.json", cwd=work)
    pipeline.commit("main", title="With a snapshot")
    pipeline.commit("fork-of-it", title="From a fork")
    code, said = pipeline.run("fork", "fork-of-it", secrets=False)
    assert (code, "From a fork" in said) == (0, True), said
    assert pipeline.api.comments == []


def test_a_proposal_that_cannot_be_merged_is_not_planned(pipeline: Pipeline):
    pipeline.commit("change", title="One")
    pipeline.git("checkout", "--quiet", "main", cwd=pipeline.folder / "work")
    pipeline.commit("main", title="Another")
    if pipeline.name == "github":  # which has no commit to run on then
        with pytest.raises(subprocess.CalledProcessError):
            pipeline.checked_out("change")
        return
    code, said = pipeline.run("plan", "change")
    assert code != 0
    assert "CONFLICT" in said
    assert pipeline.api.comments == []

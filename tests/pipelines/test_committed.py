"""What a proposal commits by the names of a pipeline's own files is not taken for them."""

import json

import pytest

from pipelines.pipeline import PULL, Pipeline

MARKER = "<!-- spaces-sync:plan:0123456789abcdef -->"


def commit_plans(pipeline: Pipeline, branch: str, title: str = "Mine") -> str:
    """Files as a plan would write them; the name of the commit."""
    work = pipeline.folder / "work"
    pipeline.git("checkout", "--quiet", "-B", branch, cwd=work)
    (work / "plan.json").write_text(
        json.dumps({"account": "a@localhost", "actions": [{"do": "x"}]})
    )
    (work / "plan.md").write_text(f"{MARKER}\n## Plan, my own\n")
    (work / "tfplan.json").write_text("{}")
    pipeline.git("add", "--all", cwd=work)
    return pipeline.commit(branch, title=title)


@pytest.mark.parametrize("why", ["invalid", "unreachable"])
def test_a_committed_plan_is_not_posted_where_none_was_made(why: str, pipeline: Pipeline):
    commit_plans(pipeline, "change", title="[}" if why == "invalid" else "Mine")
    pipeline.reachable = why != "unreachable"
    code, said = pipeline.run("plan", "change")
    assert code == (3 if why == "invalid" else 6), said
    assert pipeline.api.comments == []
    assert not (pipeline.folder / "summary.md").exists()
    if pipeline.name == "gitlab":  # which shows it in its widget, however a job ends
        assert not (pipeline.tree / "tfplan.json").exists()


def test_what_is_posted_and_applied_is_what_the_run_has_planned(pipeline: Pipeline):
    commit_plans(pipeline, "change")
    code, said = pipeline.run("plan", "change")
    assert code == 0, said
    (comment,) = pipeline.api.comments
    assert "Mine" in comment.body
    assert "my own" not in comment.body
    written = {"gitlab": " M tfplan.json"}.get(pipeline.name, "")  # an artifact is in the checkout
    assert pipeline.git("status", "--porcelain", cwd=pipeline.tree) == written.strip()

    commit = pipeline.merge("change")
    pipeline.api.merged[commit] = int(PULL)
    code, said = pipeline.run("apply", commit=commit)
    assert code == 0, said
    status = pipeline.git("status", "--porcelain", cwd=pipeline.tree)
    assert status.split() in ([], ["D", "tfplan.json"])

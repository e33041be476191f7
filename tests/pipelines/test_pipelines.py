"""The pipelines at work: their steps in a shell, from fresh clones, on Prosody, each forge in turn.

What is left out of the scripts is the line that installs, which would need a network, and what a
forge does itself: it says which job is run, and hands over variables. Its API is in forge.py.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import installed
from contract.backends import real
from pipelines.forge import BOT, CREDENTIAL, REPOSITORY, Forge, serving
from pipelines.jobs import CI, filled, steps
from servers import Server
from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.report.ci_jobs import INSTALL

PULL = "7"
KIND = {"github": "github", "forgejo": "forgejo", "gitlab": "gitlab", "woodpecker": "forgejo"}
SPACES = """\
version: 1
source: {source}
service: pubsub.megacorp.example
spaces:
  {node}:
    title: {title}
    exposure: public
"""
WORD = "<!-- spaces-sync would send "


@dataclass
class Pipeline:
    """A repository on a forge, and the server that its pipeline works on."""

    name: str
    api: Forge
    server: Server
    folder: Path
    node: str

    def git(self, *arguments: str, cwd: Path) -> str:
        command = ["git", "-c", "user.name=test", "-c", "user.email=test@invalid", *arguments]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def clone(self, to: str, branch: str = "main") -> Path:
        self.git("clone", "--quiet", "--branch", branch, "origin", to, cwd=self.folder)
        return self.folder / to

    def commit(self, branch: str, *, title: str) -> str:
        """One that says what the space is called, on a branch; its name."""
        work = self.folder / "work"
        self.git("checkout", "--quiet", "-B", branch, cwd=work)
        (work / "spaces.yaml").write_text(
            SPACES.format(source=self.node, node=self.node, title=title)
        )
        self.git("commit", "--quiet", "--all", "--message", title, cwd=work)
        self.git("push", "--quiet", "origin", branch, cwd=work)
        return self.git("rev-parse", "HEAD", cwd=work)

    def merge(self, branch: str) -> str:
        work = self.folder / "work"
        self.git("checkout", "--quiet", "main", cwd=work)
        self.git("merge", "--quiet", "--no-ff", "--no-edit", branch, cwd=work)
        self.git("push", "--quiet", "origin", "main", cwd=work)
        return self.git("rev-parse", "HEAD", cwd=work)

    def checked_out(self, branch: str) -> Path:
        """GitHub itself makes the commit by which a pull request would be merged."""
        number = len([*self.folder.glob("clone-*")])
        tree = self.clone(f"clone-{number}", branch)
        if self.name == "github" and branch != "main":
            self.git("merge", "--quiet", "--no-edit", "origin/main", cwd=tree)
        return tree

    def run(
        self, job: str, branch: str = "main", *, commit: str = "", secrets: bool = True, **more: str
    ) -> tuple[int, str]:
        """The exit code of a job, and what it says. more: what somebody gives it by hand."""
        tree = self.checked_out(branch)
        given = self.variables(commit, more, secrets=secrets)
        code, said = 0, ""
        for step in steps(self.name, job):
            if (step.needs and not (tree / step.needs).exists()) or (code and not step.needs):
                continue
            environment = {**filled(step.environment, self.values(commit, more)), **given}
            script = "\n".join(line for line in step.script.splitlines() if line.strip() != INSTALL)
            shell = ["sh", "-e"] if self.name == "woodpecker" else ["bash", "-eo", "pipefail"]
            done = subprocess.run(
                [*shell, "-c", script],
                cwd=tree,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            code, said = code or done.returncode, said + done.stdout
        assert self.server.password() not in said
        assert CREDENTIAL not in said
        return code, said

    def variables(self, commit: str, more: Mapping[str, str], *, secrets: bool) -> dict[str, str]:
        """What the runner and the forge put into the environment."""
        server = self.server.environment()
        reach = {name: server[name] for name in ("SPACES_SYNC_CONNECT", "SPACES_SYNC_TLS")}
        found = {
            "PATH": f"{installed.TOOL.parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "CI_COMMIT_SHA": commit,
            "CI_COMMIT_BRANCH": "main",
            **(reach if secrets else {}),
        }
        password = {"SPACES_SYNC_PASSWORD": server["SPACES_SYNC_PASSWORD"] if secrets else ""}
        match self.name:
            case "gitlab":
                found |= {
                    "CI_API_V4_URL": self.api.address,
                    "CI_PROJECT_ID": REPOSITORY["gitlab"],
                    "CI_MERGE_REQUEST_IID": PULL,
                    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
                    "SPACES_REVIEW_TOKEN": CREDENTIAL if secrets else "",
                    **password,
                    **more,
                }
            case "woodpecker":
                found |= {
                    "CI_FORGE_URL": self.api.address,
                    "CI_REPO": REPOSITORY["forgejo"],
                    "CI_COMMIT_PULL_REQUEST": PULL,
                    "CI_COMMIT_TARGET_BRANCH": "main",
                    "TOKEN": CREDENTIAL if secrets else "",
                    "AUTHOR": BOT,
                    **password,
                    **more,
                }
        return found

    def values(self, commit: str, more: Mapping[str, str]) -> dict[str, str]:
        """Of the expressions in jobs of GitHub's syntax."""
        return {
            "secrets.SPACES_SYNC_PASSWORD": self.server.password(),
            "github.api_url": self.api.address,
            "github.repository": REPOSITORY[self.api.kind],
            "github.token": CREDENTIAL,
            "github.sha": commit,
            "github.ref_name": "main",
            "github.event.pull_request.number": PULL,
            "github.event.pull_request.base.ref": "main",
            "inputs.allow": more.get("ALLOW", ""),
            "inputs.reviewed": more.get("REVIEWED", ""),
        }

    def rename(self, title: str) -> None:
        """As somebody does it by hand, in a client."""
        address = NodeAddress(bare_jid(self.server.pubsub), self.node)
        change = {"pubsub#title": (title,)}
        real(self.server).run(lambda writer: writer.raw.configure_node(address, change))


@pytest.fixture(params=KIND)
def forge(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


# The steps that apply are the same on all, in bash and in sh (test_examples.py).
SHELLS = pytest.mark.parametrize("forge", ["github", "woodpecker"])


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
    code, said = pipeline.run("apply", commit=commit, ALLOW=f"delete-space={pipeline.node}")
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

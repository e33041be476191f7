"""A repository on a forge, whose jobs run in a shell, from fresh clones, on Prosody.

What a forge does itself is left out: it says which job is run, and hands over variables. Its API is
in forge.py. Of what the scripts call, it is noted which secrets each command could see; pip, which
would need a network, does nothing.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import installed
from contract.backends import real
from pipelines.forge import BOT, CREDENTIAL, REPOSITORY, Forge
from pipelines.jobs import filled, steps
from servers import Server
from spaces_sync.model.addresses import NodeAddress, bare_jid

PULL: Final = "7"
OF_THE_RUN: Final = "canary-8102"  # the token that a forge puts into the environment by itself
SPACES = """\
version: 1
source: {source}
service: pubsub.megacorp.example
spaces:
  {node}:
    title: {title}
    exposure: public
"""
NO_SECRETS: Final = {
    "secrets.spaces_sync_password": "",
    "secrets.spaces_review_token": "",
    "secrets.spaces_review_author": "",
}
SHIM: Final = """\
#!/bin/sh
seen=
case "$(env)" in *{token}*) seen="$seen token";; esac
case "$(env)" in *{password}*) seen="$seen password";; esac
case "$(env)" in *{of_the_run}*) seen="$seen run";; esac
echo "{name} $1 $2:$seen" >> {log}
if [ "$1 $2" = "-m pip" ]; then exit; fi
exec {program} "$@"
"""


@dataclass
class Pipeline:
    """A repository on a forge, and the server that its pipeline works on."""

    name: str
    api: Forge
    server: Server
    folder: Path
    node: str
    reachable: bool = True  # the server, by the jobs
    tree: Path = Path()  # the last clone that a job has run in
    saw: dict[str, set[str]] = field(default_factory=dict)  # the secrets, by what the jobs called

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
        self.tree = self.checked_out(branch)
        given = self.variables(commit, more, secrets=secrets)
        values = self.values(commit, more) if secrets else self.values(commit, more) | NO_SECRETS
        code, said = 0, ""
        for step in steps(self.name, job):
            if (code and not step.always) or (step.needs and not values.get(step.needs)):
                continue
            shell = ["sh", "-e"] if self.name == "woodpecker" else ["bash", "-eo", "pipefail"]
            done = subprocess.run(
                [*shell, "-c", step.script],
                cwd=self.tree,
                env={**given, **filled(step.environment, values)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            code, said = code or done.returncode, said + done.stdout
            for line in Path(given["GITHUB_OUTPUT"]).read_text().splitlines():
                name, _, value = line.partition("=")
                values[f"steps.{step.name}.outputs.{name}"] = value
            Path(given["GITHUB_OUTPUT"]).write_text("")
        self.look_at_what_was_seen()
        for secret in (self.server.password(), CREDENTIAL, OF_THE_RUN):
            assert secret not in said
        return code, said

    def shims(self, *names: str) -> Path:
        """A folder of commands that note which secrets are in their environment."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        program = {"spaces-sync": installed.TOOL}
        for name in names:
            (folder / name).write_text(
                SHIM.format(
                    token=shlex.quote(CREDENTIAL),
                    password=shlex.quote(self.server.password()),
                    of_the_run=OF_THE_RUN,
                    name=name,
                    log=shlex.quote(str(self.folder / "seen")),
                    program=shlex.quote(str(program.get(name) or shutil.which(name))),
                )
            )
            (folder / name).chmod(0o755)
        return folder

    def look_at_what_was_seen(self) -> None:
        for line in (self.folder / "seen").read_text().splitlines():
            command, _, secrets = line.rpartition(":")
            word = "python3 -m pip" if "-m pip" in command else " ".join(command.split()[:2])
            self.saw.setdefault(word, set()).update(secrets.split())

    def variables(self, commit: str, more: Mapping[str, str], *, secrets: bool) -> dict[str, str]:
        """What the runner and the forge put into the environment."""
        server = self.server.environment()
        reach = {name: server[name] for name in ("SPACES_SYNC_CONNECT", "SPACES_SYNC_TLS")}
        if not self.reachable:
            reach["SPACES_SYNC_CONNECT"] = "127.0.0.1:1"
        temporary = self.folder / "runner"
        temporary.mkdir(exist_ok=True)
        for name in ("output", "seen"):
            (self.folder / name).write_text("")
        found = {
            "PATH": f"{self.shims('spaces-sync', 'python3')}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "RUNNER_TEMP": str(temporary),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "CI_COMMIT_SHA": commit,
            "CI_COMMIT_BRANCH": "main",
            **(reach if secrets else {}),
        }
        password = {"SPACES_SYNC_PASSWORD": server["SPACES_SYNC_PASSWORD"] if secrets else ""}
        match self.name:
            case "forgejo":
                found |= dict.fromkeys(("GITHUB_TOKEN", "FORGEJO_TOKEN"), OF_THE_RUN)
            case "gitlab":
                found |= {
                    "CI_API_V4_URL": self.api.address,
                    "CI_JOB_TOKEN": OF_THE_RUN,
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
                    **more,
                }
        return found

    def values(self, commit: str, more: Mapping[str, str]) -> dict[str, str]:
        """Of the expressions in jobs of GitHub's syntax."""
        return {
            "secrets.SPACES_SYNC_PASSWORD": self.server.password(),
            "secrets.spaces_sync_password": self.server.password(),
            "secrets.spaces_review_token": CREDENTIAL,
            "secrets.spaces_review_author": BOT,
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

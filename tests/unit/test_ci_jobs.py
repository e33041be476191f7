"""The jobs that init prints: valid for their forges, and with steps that a shell takes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from spaces_sync.cli import forges
from spaces_sync.cli.options import ConnectionOptions
from spaces_sync.report.ci_jobs import FORGE, FORGES, Forge, Job, job_text

VARIABLE = "SPACES_SYNC_PASSWORD"
JID = {"SPACES_SYNC_JID": "admin@megacorp.example"}
OPTIONS = ConnectionOptions(JID["SPACES_SYNC_JID"], None, None, "required", None, None, 30, None)
PLAIN = forges.job(Path("spaces.yaml"), OPTIONS)
ODD = Job(
    "-x/$(touch a) '${B}.yaml",
    "spaces-sync",
    "SPACES_SYNC_COMPONENT_SECRET",
    {"SPACES_SYNC_JID": "a$b${{c}}#d\\20e${f}: g@megacorp.example", "SPACES_SYNC_CA_FILE": "null"},
)
SCHEMAS = {
    "github": ["vendor.github-workflows"],
    "forgejo": ["vendor.github-workflows"],  # whose syntax it has
    "gitlab": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    "woodpecker": ["vendor.woodpecker-ci"],
}
EACH = pytest.mark.parametrize("forge", FORGES, ids=lambda forge: forge.name)
JOBS = pytest.mark.parametrize("job", [PLAIN, ODD], ids=["plain", "odd"])


def jobs(forge: Forge, job: Job) -> dict[str, tuple[list[str], dict[str, Any]]]:
    """The shell lines of each job, and its variables, by the job's name."""
    parsed = yaml.safe_load(job_text(forge, job))
    match forge.name:
        case "github" | "forgejo":
            return {
                name: ([step["run"] for step in each["steps"] if "run" in step], each["env"])
                for name, each in parsed["jobs"].items()
            }
        case "gitlab":
            common = parsed[".spaces"]
            return {
                name.removeprefix("spaces-"): (
                    [*common["before_script"], *each["script"]],
                    common["variables"],
                )
                for name, each in parsed.items()
                if name != ".spaces"
            }
    return {each["name"]: (each["commands"], each["environment"]) for each in parsed["steps"]}


def literally(forge: Forge, variables: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The variables as the forge hands them to a shell, but for the secret."""
    replaced = {
        "github": ("${{ '${{' }}", "${{"),
        "forgejo": ("${{ '${{' }}", "${{"),
        "gitlab": ("$$", "$"),
        "woodpecker": ("$${", "${"),
    }
    for name, value in variables.items():
        if isinstance(value, str) and "secrets." not in value:
            yield name, value.replace(*replaced[forge.name])


@EACH
@JOBS
def test_a_job_is_valid_for_its_forge(forge: Forge, job: Job, tmp_path: Path):
    path = tmp_path / "job.yaml"
    path.write_text(job_text(forge, job))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *SCHEMAS[forge.name]]
    done = subprocess.run([*command, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@EACH
@JOBS
def test_a_job_has_the_variables_of_this_run_and_no_password(forge: Forge, job: Job):
    found = jobs(forge, job)
    assert set(found) == {"plan", "apply"}
    for _, variables in found.values():
        assert dict(literally(forge, variables)) == {"PACKAGE": job.package, **job.environment}


@EACH
@JOBS
@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_its_steps_run_what_they_say_and_no_more(
    forge: Forge, job: Job, shell: str, tmp_path: Path
):
    """With commands that print their arguments; /bin/sh runs the steps of Woodpecker."""
    (tmp_path / "bin").mkdir()
    for name in ("spaces-sync", "python3"):
        (tmp_path / "bin" / name).write_text('#!/bin/sh\nprintf "%s|" "${0##*/}" "$@"; echo\n')
        (tmp_path / "bin" / name).chmod(0o755)
    options = ["-eo", "pipefail"] if shell == "bash" else ["-e"]
    said = {}
    for password in ("", "x"):
        environment = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", job.secret: password}
        for name, (lines, variables) in jobs(forge, job).items():
            environment |= dict(literally(forge, variables))
            script = "\n".join(lines)
            done = subprocess.run(
                [shell, *options, "-c", script],
                env=environment,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=True,
            )
            said[name, password] = done.stdout.splitlines()
    file = f"./{job.file}" if job.file.startswith("-") else job.file
    install = f"python3|-m|pip|install|{job.package}|"
    assert said["plan", "x"] == [
        install,
        f"spaces-sync|validate|{file}|",
        f"spaces-sync|plan|{file}|",
    ]
    assert said["plan", ""][:2] == said["plan", "x"][:2]
    assert said["plan", ""][2].startswith("No password here")
    assert said["apply", "x"] == [install, f"spaces-sync|apply|{file}|--yes|"]
    assert {each.name for each in tmp_path.iterdir()} == {"bin"}


def test_what_it_installs_is_to_be_written_and_can_be_nobodys_until_then():
    """A name on an index of packages is whoever's registers it, who gets the password."""
    name, _, url = PLAIN.package.partition(" @ ")  # PEP 508
    host = urlsplit(url).hostname
    assert name == "spaces-sync"
    assert host.rpartition(".")[2] == "invalid"  # RFC 2606 2
    for forge in FORGES:
        head = "".join(line for line in job_text(forge, PLAIN).splitlines() if line[0] == "#")
        assert "PACKAGE is what pip installs" in head


@EACH
def test_a_job_says_where_it_belongs_and_that_nobody_wrote_it(forge: Forge):
    head = [line for line in job_text(forge, PLAIN).splitlines() if line.startswith("# ")]
    assert head[0] == f"# {forge.path}, printed by spaces-sync init and not written by it."
    assert VARIABLE.lower() in "".join(head).lower()
    assert all(len(line) <= 100 for line in head)


def test_actions_are_pinned():
    for name in ("github", "forgejo"):
        text = job_text(FORGE[name], PLAIN)
        uses = [line.partition("uses: ")[2] for line in text.splitlines() if "uses: " in line]
        assert len(uses) == 4
        assert all(each.rpartition("@v")[2].count(".") == 2 for each in uses)


@pytest.mark.parametrize(
    ("marks", "names"),
    [
        ([], []),
        ([".github/"], ["github"]),
        ([".gitlab-ci.yml"], ["gitlab"]),
        ([".forgejo/"], ["forgejo"]),
        ([".woodpecker/"], ["woodpecker"]),
        ([".woodpecker.yml"], ["woodpecker"]),
        ([".github/", ".forgejo/"], ["forgejo", "github"]),
    ],
)
def test_a_forge_is_seen_by_what_lies_up_to_the_root(
    marks: list[str], names: list[str], tmp_path: Path
):
    top = tmp_path / "repository"
    below = top / "chat" / "spaces"
    below.mkdir(parents=True)
    (top / ".git").mkdir()
    (tmp_path / ".gitlab").mkdir()  # beyond the root
    for mark in marks:
        (top / mark).mkdir() if mark.endswith("/") else (top / mark).touch()
    assert [each.name for each in forges.seen(below)] == names


def test_outside_of_a_repository_only_the_folder_itself_is_looked_at(tmp_path: Path):
    below = tmp_path / "a"
    below.mkdir()
    (tmp_path / ".github").mkdir()
    assert forges.seen(below) == []
    assert [each.name for each in forges.seen(tmp_path)] == ["github"]


ORIGINS = {
    "https://github.com/club/chat.git": "github",
    "git@github.com:club/chat.git": "github",
    "ssh://git@codeberg.org/club/chat.git": "forgejo",
    "https://me:secret@GitLab.com:443/club/chat": "gitlab",
    "https://github.com.evil.example/x": None,
    "https://forge.megacorp.example/github.com/x": None,
    "/srv/git/github.com/chat.git": None,
    "": None,
}


@pytest.mark.parametrize(("url", "name"), ORIGINS.items())
@pytest.mark.parametrize("worktree", [False, True])
def test_a_forge_is_seen_by_where_the_repository_was_cloned_from(
    url: str, name: str | None, worktree: bool, tmp_path: Path
):
    main = tmp_path / "main"
    (main / ".git").mkdir(parents=True)
    other = '[remote "fork"]\n\turl = https://codeberg.org/x/y\n'
    text = f'[core]\n\tbare = false\n{other}[remote "origin"]\n\turl = {url}\n\tfetch = +x\n{other}'
    (main / ".git" / "config").write_text(text)
    top = main
    if worktree:
        top = tmp_path / "tree"
        inside = main / ".git" / "worktrees" / "tree"
        inside.mkdir(parents=True)
        (inside / "commondir").write_text("../..\n")
        top.mkdir()
        (top / ".git").write_text(f"gitdir: {inside}\n")
    below = top / "spaces"
    below.mkdir()
    assert [each.name for each in forges.seen(below)] == ([name] if name else [])


@pytest.mark.parametrize("content", [None, b"", b"\xff\x00[remote", b"gitdir: /nowhere\n"])
def test_a_repository_that_says_nothing_of_its_origin_is_on_no_known_forge(
    content: bytes | None, tmp_path: Path
):
    if content is None:
        (tmp_path / ".git").mkdir()
    else:
        (tmp_path / ".git").write_bytes(content)
    assert forges.seen(tmp_path) == []


@pytest.mark.parametrize("name", ["github", "forgejo"])
def test_a_tag_that_is_called_as_the_main_branch_applies_nothing(name: str):
    """The name of a reference is that of a tag as well; a reference itself is not."""
    condition = yaml.safe_load(job_text(FORGE[name], PLAIN))["jobs"]["apply"]["if"]
    assert condition == (
        "github.event_name == 'push'"
        " && github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"
    )

"""The pipelines of examples/ci: valid for their forges, alike what init prints, and careful."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipelines.jobs import CI, NAMES, PATHS, ROOT, parsed, secrets, steps
from programs import program
from spaces_sync.report.ci_jobs import FORGE, INSTALL, UNKNOWN_PACKAGE, Job, job_text

SCHEMAS = {
    "github": ["vendor.github-workflows"],
    "forgejo": ["vendor.github-workflows"],  # whose syntax it has
    "gitlab": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    "woodpecker": ["vendor.woodpecker-ci"],
}
ACTIONS = ("github", "forgejo")
EACH = pytest.mark.parametrize("forge", PATHS)
ACTION = ROOT / "action.yml"
PRINTED = Job(
    "spaces.yaml",
    UNKNOWN_PACKAGE,
    "SPACES_SYNC_PASSWORD",
    {"SPACES_SYNC_JID": "admin@megacorp.example"},
)


def valid(path: Path, *schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *schema, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@EACH
def test_a_pipeline_is_valid_for_its_forge(forge: str):
    valid(PATHS[forge], *SCHEMAS[forge])


def test_each_forge_of_which_init_prints_a_job_has_a_whole_pipeline():
    assert set(PATHS) == set(FORGE)
    for name, path in PATHS.items():
        assert Path(FORGE[name].path).name == path.name
        assert FORGE[name].path in path.read_text().split("\n")[0]


@EACH
def test_it_begins_as_the_job_that_init_prints(forge: str):
    """Installation, variables, images and actions, so that the one grows into the other."""
    printed, whole = job_text(FORGE[forge], PRINTED), PATHS[forge].read_text()

    def lines(text: str, marks: str) -> set[str]:
        return set(re.findall(rf"^ *(?:- )?((?:{marks}): .*)$", text, re.MULTILINE))

    variables = "|".join(PRINTED.variables)
    assert lines(whole, variables) == lines(printed, variables)
    assert lines(whole, "uses|image|runs-on") - {"image: woodpeckerci/plugin-git"} == lines(
        printed, "uses|image|runs-on"
    )
    assert INSTALL in printed
    for name in NAMES:
        assert INSTALL in "\n".join(step.script for step in steps(forge, name))
    assert "examples/ci" in printed


def test_they_apply_by_the_same_lines():
    """So that what was tried with one shell of each kind holds for all."""
    lines = {}
    for forge in PATHS:
        script = "\n".join(step.script for step in steps(forge, "apply"))
        script = re.sub(r"^[A-Z_]+=\$(?:password|token) ", "", script, flags=re.MULTILINE)
        lines[forge] = [
            *dict.fromkeys(
                line
                for line in script.splitlines()
                if line.startswith(("set ", "for ", "spaces-sync ", "python3 ci/"))
            )
        ]
    assert len(lines["github"]) == 6
    assert all(found == lines["github"] for found in lines.values())


@EACH
def test_a_fork_gets_no_secret_and_every_other_job_only_what_it_needs(forge: str):
    password, token = {"SPACES_SYNC_PASSWORD"}, {"TOKEN"}
    if forge == "woodpecker":  # which has no jobs that tell a fork from others
        assert "Require approval for: forked repositories" in PATHS[forge].read_text()
        return
    assert secrets(forge, "fork") == set()
    assert secrets(forge, "plan") == secrets(forge, "apply") == password | token
    assert secrets(forge, "drift") == password


@pytest.mark.parametrize("forge", ACTIONS)
def test_a_secret_is_known_to_the_step_that_needs_it_alone(forge: str):
    for job in parsed(forge)["jobs"].values():
        assert "env" not in job
        for step in job["steps"]:
            found = {name for name, value in step.get("env", {}).items() if "ecrets." in value}
            assert not found or "spaces-sync" in step["run"]
            assert not (found and "TOKEN" in step["env"])


def test_where_steps_have_secrets_each_has_but_one():
    """On Woodpecker; on GitLab all see all, and test_secrets_of_jobs.py looks what commands do."""
    for step in parsed("woodpecker")["steps"]:
        found = {key for key, value in step["environment"].items() if isinstance(value, dict)}
        assert found in ({"SPACES_SYNC_PASSWORD"}, {"TOKEN", "AUTHOR"})


@pytest.mark.parametrize("forge", ACTIONS)
def test_a_tag_that_is_called_as_the_main_branch_applies_nothing(forge: str):
    content = parsed(forge)
    assert content[True]["push"] == {"branches": ["**"]}
    condition = content["jobs"]["apply"]["if"]
    assert "ref_name" not in condition
    assert "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)" in (
        condition
    )


def test_where_a_branch_is_told_from_a_tag_by_the_forge_nothing_else_is_asked():
    """GitLab has CI_COMMIT_BRANCH for branches alone, Woodpecker an event of its own for tags."""
    (rule,) = parsed("gitlab")["spaces-apply"]["rules"]
    assert rule["if"].endswith("&& $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH")
    events = [each["event"] for each in parsed("woodpecker")["when"]]
    assert events == [["pull_request", "cron", "manual"], "push"]
    for step in parsed("woodpecker")["steps"]:
        assert "tag" not in {each["event"] for each in step["when"]}


def test_a_job_may_do_what_it_needs_and_no_more():
    content = parsed("github")
    assert content["permissions"] == {}
    assert {name: job["permissions"] for name, job in content["jobs"].items()} == {
        "plan": {"contents": "read", "pull-requests": "write"},
        "fork": {"contents": "read"},
        "apply": {"contents": "read", "pull-requests": "read"},
        "drift": {"contents": "read"},
    }
    for job in content["jobs"].values():
        assert job["steps"][0]["with"]["persist-credentials"] is False


@pytest.mark.parametrize("forge", ACTIONS)
def test_no_pull_request_runs_with_the_rights_of_the_repository(forge: str):
    content = parsed(forge)
    assert set(content[True]) == {"pull_request", "push", "schedule", "workflow_dispatch"}
    same, other = (content["jobs"][name]["if"] for name in ("plan", "fork"))
    assert "head.repo.full_name == github.repository" in same
    assert other == same.replace("==", "!=").replace("name != 'pull", "name == 'pull")


@pytest.mark.parametrize("forge", [*PATHS, "action"])
def test_nothing_that_others_write_is_put_into_a_script(forge: str):
    """An expression is replaced before a shell sees the script; a variable is not."""
    if forge == "action":
        scripts = [step["run"] for step in yaml.safe_load(ACTION.read_text())["runs"]["steps"]]
    else:
        scripts = [step.script for name in NAMES for step in steps(forge, name)]
    assert scripts
    for script in scripts:
        assert "${{" not in script
        assert "${" not in script.replace("${more[@]}", "").replace("${paths[@]}", "")


@pytest.mark.parametrize("forge", [*PATHS, "action"])
def test_its_scripts_have_no_trap_of_a_shell(forge: str):
    if forge == "action":
        scripts = [step["run"] for step in yaml.safe_load(ACTION.read_text())["runs"]["steps"]]
    else:
        scripts = [step.script for name in NAMES for step in steps(forge, name)]
    shell = "sh" if forge == "woodpecker" else "bash"
    for script in scripts:
        # SC2086: the words of ALLOW are to be split, and `set -f` keeps them from being patterns.
        # SC2034: of the secrets that GitLab gives to each job, some need none.
        done = subprocess.run(
            [program("shellcheck"), "--shell", shell, "--exclude", "SC2086,SC2034", "-"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, ""), script


def test_the_action_is_valid():
    valid(ACTION, "vendor.github-actions")


def instructions() -> list[tuple[str, str]]:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    return [
        (word, rest)
        for line in lines
        if line and not line.startswith("#")
        for word, _, rest in [line.partition(" ")]
    ]


def test_the_image_is_nobodys_and_holds_what_is_locked():
    said = instructions()
    assert said[-5:] == [
        ("ENV", "PATH=/opt/spaces-sync/bin:$PATH"),
        ("USER", "65534:65534"),
        ("WORKDIR", "/work"),
        ("ENTRYPOINT", '["spaces-sync"]'),
        ("CMD", '["--help"]'),
    ]
    scripts = " ".join(rest for word, rest in said if word == "RUN")
    (uv,) = re.findall(r"^UV_VERSION := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert f"uv=={uv}" in scripts
    assert "uv sync --locked --no-default-groups --no-editable" in scripts
    assert {word for word, _ in said} & {"ARG", "ADD"} == set()
    images = [rest.split()[0] for word, rest in said if word == "FROM"]
    assert images == ["python:3.13-slim"] * 2


def test_the_image_is_built_from_the_package_and_nothing_else():
    """All that the build reads, pyproject.toml says; the rest stays out of the context."""
    kept = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert sorted(kept) == sorted(
        ["pyproject.toml", "uv.lock", "README.md", "LICENSE", "spaces-sync", "docs"]
    )
    assert all((ROOT / name).exists() for name in kept)


def test_review_is_one_script_of_the_standard_library():
    text = (CI / "review.py").read_text()
    found = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    assert found <= sys.stdlib_module_names

"""The job of each forge that plans a change where it is proposed and applies it where it is merged.

What the jobs run is the same everywhere; a row of `FORGES` says how a forge wants to be told.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

INSTALL: Final = 'python3 -m pip install "$PACKAGE"'
UNKNOWN_PACKAGE: Final = "spaces-sync @ https://write-what-PACKAGE-is.invalid/spaces-sync.zip"
"""What pip fails on, and nobody can come to own (RFC 2606 2): what it installs has the password,
and the name alone is nobody's on the index of packages, or anybody's who registers it there.
"""
PLAN: Final = """\
spaces-sync validate {file}
if [ -n "${secret}" ]; then spaces-sync plan {file}
else echo "No password here, as in a fork's pipeline: the file is valid, and was not planned."
fi"""
APPLY: Final = "spaces-sync apply {file} --yes"


@dataclass(frozen=True, slots=True)
class Job:
    """file: from the root of the repository. package: what pip installs. secret: the variable that
    holds the password. environment: the other variables of the program, which are no secrets.
    """

    file: str
    package: str
    secret: str
    environment: Mapping[str, str]

    @property
    def variables(self) -> Mapping[str, str]:
        """All that is no secret."""
        return {"PACKAGE": self.package, **self.environment}

    @property
    def plan(self) -> str:
        """The lines of a shell for a proposed change."""
        return PLAN.format(file=_word(self.file), secret=self.secret)

    @property
    def apply(self) -> str:
        """The lines of a shell for a merged one."""
        return APPLY.format(file=_word(self.file))


Render: TypeAlias = Callable[[Job], str]


@dataclass(frozen=True, slots=True)
class Forge:
    """marks: what is in the root of a repository on it. hosts: where it is run for everybody.
    path: where the job belongs.
    """

    name: str
    marks: Sequence[str]
    hosts: Sequence[str]
    path: str
    render: Render
    hint: str  # where the password is put, and what else is to be known


def job_text(forge: Forge, job: Job) -> str:
    """The job as the file that it belongs in, with a head that says what is to be done."""
    head = (
        f"{forge.path}, printed by spaces-sync init and not written by it.\n"
        f"{forge.hint.format(secret=job.secret, lower=job.secret.lower())}\n"
        "PACKAGE is what pip installs, and gets the password: write there a repository and a\n"
        "commit that you trust, git+https://HOST/PATH@COMMIT. As it stands here the job fails.\n"
        "The name spaces-sync alone would be whatever somebody has put on PyPI by it.\n"
        "A whole pipeline (the plan as a comment, what was reviewed and nothing else applied, a\n"
        f"look for drift each night) is in examples/ci/{forge.name} of the sources of spaces-sync."
    )
    return "".join(f"# {line}\n" for line in head.split("\n")) + forge.render(job)


def _word(text: str) -> str:
    """One word for a shell; a name that begins with a dash is no option."""
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def _quoted(text: str) -> str:
    """A double-quoted scalar of YAML, which takes what JSON does."""
    return json.dumps(text)


def _indented(text: str, columns: int) -> str:
    return text.replace("\n", "\n" + " " * columns)


def _pairs(variables: Mapping[str, str], columns: int) -> str:
    lines = (f"{name}: {_quoted(value)}" for name, value in variables.items())
    return ("\n" + " " * columns).join(lines)


# Of a tag that is called as the branch the short name is the same, the whole one is not.
_MAIN_BRANCH: Final = "format('refs/heads/{0}', github.event.repository.default_branch)"
_ACTIONS: Final = """\
name: spaces
on: [pull_request, push]
{permissions}\
jobs:
  plan:
    if: github.event_name == 'pull_request'
    runs-on: {runner}
    env:
      {variables}
      {secret}: ${{{{ secrets.{secret} }}}}
    steps:
      - uses: {checkout}
      - uses: {python}
        with: {{python-version: "3.13"}}
      - run: {install}
      - run: |
          {plan}
  apply:
    if: github.event_name == 'push' && github.ref == {branch}
    runs-on: {runner}
    concurrency: {{group: spaces, cancel-in-progress: false}}
    env:
      {variables}
      {secret}: ${{{{ secrets.{secret} }}}}
    steps:
      - uses: {checkout}
      - uses: {python}
        with: {{python-version: "3.13"}}
      - run: {install}
      - run: {apply}
"""
_GITLAB: Final = """\
.spaces:
  image: python:3.13
  variables:
    {variables}
  before_script:
    - {install}
spaces-plan:
  extends: .spaces
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - |
      {plan}
spaces-apply:
  extends: .spaces
  resource_group: spaces
  rules:
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - {apply}
"""
_WOODPECKER: Final = """\
when:
  - event: pull_request
  - event: push
    branch: ${{CI_REPO_DEFAULT_BRANCH}}
steps:
  - name: plan
    image: python:3.13
    when:
      - event: pull_request
    environment:
      {variables}
      {secret}: {{from_secret: {lower}}}
    commands:
      - {install}
      - |
        {plan}
  - name: apply
    image: python:3.13
    when:
      - event: push
    environment:
      {variables}
      {secret}: {{from_secret: {lower}}}
    commands:
      - {install}
      - {apply}
"""


def _github(job: Job) -> str:
    return _actions(
        job,
        permissions="permissions: {contents: read}\n",
        runner="ubuntu-24.04",
        checkout="actions/checkout@v6.1.0",
        python="actions/setup-python@v6.3.0",
    )


def _forgejo(job: Job) -> str:
    return _actions(
        job,
        permissions="",
        runner="docker",
        checkout="https://github.com/actions/checkout@v4.3.1",
        python="https://github.com/actions/setup-python@v5.6.0",
    )


def _actions(job: Job, **words: str) -> str:
    variables = {n: value.replace("${{", "${{ '${{' }}") for n, value in job.variables.items()}
    return _ACTIONS.format(
        variables=_pairs(variables, 6),
        secret=job.secret,
        install=INSTALL,
        plan=_indented(job.plan, 10),
        apply=_quoted(job.apply),
        branch=_MAIN_BRANCH,
        **words,
    )


def _gitlab(job: Job) -> str:
    variables = {name: value.replace("$", "$$") for name, value in job.variables.items()}
    return _GITLAB.format(
        variables=_pairs(variables, 4),
        install=INSTALL,
        plan=_indented(job.plan, 6),
        apply=_quoted(job.apply),
    )


def _woodpecker(job: Job) -> str:
    variables = {name: value.replace("${", "$${") for name, value in job.variables.items()}
    return _WOODPECKER.format(
        variables=_pairs(variables, 6),
        secret=job.secret,
        lower=job.secret.lower(),
        install=INSTALL,
        plan=_indented(job.plan, 8),
        apply=_quoted(job.apply),
    )


# In the order in which they are looked for: Forgejo takes workflows of GitHub's folder, too.
FORGES: Final = (
    Forge(
        "forgejo",
        (".forgejo",),
        ("codeberg.org",),
        ".forgejo/workflows/spaces.yaml",
        _forgejo,
        "Settings > Actions > Secrets: {secret}. Who can push to a branch can read it.\n"
        "Runners with the label docker have Node.js in their image, as the two actions need it.",
    ),
    Forge(
        "woodpecker",
        (".woodpecker", ".woodpecker.yaml", ".woodpecker.yml"),
        (),
        ".woodpecker/spaces.yaml",
        _woodpecker,
        "Settings > Secrets: {lower}, for the events push and\n"
        "pull_request; who can open a pull request that is let run can read it then.",
    ),
    Forge(
        "gitlab",
        (".gitlab-ci.yml", ".gitlab"),
        ("gitlab.com",),
        ".gitlab-ci.yml",
        _gitlab,
        "It can stand beside other jobs. Settings > CI/CD > Variables: {secret},\n"
        "masked; not protected, or merge requests are validated and not planned. Who can push to\n"
        "a branch can read it then.",
    ),
    Forge(
        "github",
        (".github",),
        ("github.com",),
        ".github/workflows/spaces.yaml",
        _github,
        "Settings > Secrets and variables > Actions: {secret}. Who can push to a branch can\n"
        "read it; a fork's pull request does not get it, and is validated and not planned.",
    ),
)
FORGE: Final = {forge.name: forge for forge in FORGES}

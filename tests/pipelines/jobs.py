"""The jobs of examples/ci as scripts that a shell runs, as each forge would hand them over."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
CI: Final = ROOT / "examples" / "ci"
PATHS: Final = {
    "github": CI / "github" / "spaces.yaml",
    "forgejo": CI / "forgejo" / "spaces.yaml",
    "gitlab": CI / "gitlab" / ".gitlab-ci.yml",
    "woodpecker": CI / "woodpecker" / "spaces.yaml",
}
NAMES: Final = ("plan", "fork", "apply", "drift")
_EXPRESSION: Final = re.compile(r"\$\{\{ *([\w.]+) *\}\}")


@dataclass(frozen=True)
class Step:
    """needs: the file without which it is not run; where it is there, it runs also after others
    have failed."""

    script: str
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: str = ""


def parsed(forge: str) -> Any:
    return yaml.safe_load(PATHS[forge].read_text())


def steps(forge: str, name: str) -> list[Step]:
    """Woodpecker has a fork planned by the job that plans."""
    content = parsed(forge)
    match forge:
        case "github" | "forgejo":
            return [*_of_actions(content, name)]
        case "gitlab":
            common, job = content[".spaces"], content[f"spaces-{name}"]
            script = "\n".join([*common["before_script"], *job["script"]])
            return [Step(script, common["variables"])]
    job = next(each for each in content["steps"] if each["name"] == name.replace("fork", "plan"))
    known = {k: v for k, v in job["environment"].items() if isinstance(v, str)}
    return [Step("\n".join(job["commands"]), known)]


def secrets(forge: str, name: str) -> set[str]:
    """The variables of a job that come from secrets, or from the token of the run."""
    content = parsed(forge)
    match forge:
        case "github" | "forgejo":
            job = content["jobs"][name]
            every = [content.get("env", {}), job.get("env", {})]
            every += [step.get("env", {}) for step in job["steps"]]
            found = [pair for each in every for pair in each.items()]
            return {key for key, value in found if "secrets." in value or ".token" in value}
        case "gitlab":
            text = "\n".join(content[f"spaces-{name}"]["script"])
            return {"TOKEN"} if "$SPACES_REVIEW_TOKEN" in text else set()
    job = next(each for each in content["steps"] if each["name"] == name)
    return {key for key, value in job["environment"].items() if isinstance(value, dict)}


def _of_actions(content: Any, name: str) -> Iterator[Step]:
    for step in content["jobs"][name]["steps"]:
        if "run" in step:
            needs = re.search(r"hashFiles\('([\w.]+)'\)", step.get("if", ""))
            yield Step(
                step["run"],
                {**content["env"], **step.get("env", {})},
                needs[1] if needs else "",
            )


def filled(environment: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """With the expressions of GitHub's syntax replaced; one that no row has is an error."""
    return {
        name: _EXPRESSION.sub(lambda found: values[found[1]], value)
        for name, value in environment.items()
    }

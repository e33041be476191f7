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
_OUTPUT: Final = re.compile(r"steps\.\w+\.outputs\.\w+")


@dataclass(frozen=True)
class Step:
    """name: what others have its outputs by. needs: the output without which it is not run. always:
    it runs also after others have failed. environment: with expressions, as GitHub writes them.
    """

    script: str
    environment: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    needs: str = ""
    always: bool = False


def parsed(forge: str) -> Any:
    return yaml.safe_load(PATHS[forge].read_text())


def steps(forge: str, name: str) -> list[Step]:
    """Woodpecker has a fork planned by the steps that plan."""
    content = parsed(forge)
    match forge:
        case "github" | "forgejo":
            return [*_of_actions(content, name)]
        case "gitlab":
            common, job = content[".spaces"], content[f"spaces-{name}"]
            script = "\n".join([*common["before_script"], *job["script"]])
            return [Step(script, common["variables"])]
    return [*_of_woodpecker(content, name)]


def secrets(forge: str, name: str) -> set[str]:
    """The variables of a job that come from secrets, or from the token of the run."""
    if forge == "gitlab":  # which gives them all to every job
        text = "\n".join(parsed(forge)[f"spaces-{name}"]["script"])
        return {*re.findall(r"\b([A-Z_]+)=\$(?:password|token)\b", text)}
    every = [pair for step in steps(forge, name) for pair in step.environment.items()]
    return {key for key, value in every if "secrets." in value or ".token" in value}


def _of_actions(content: Any, name: str) -> Iterator[Step]:
    job = content["jobs"][name]
    for step in job["steps"]:
        if "run" in step:
            condition = step.get("if", "")
            needs = _OUTPUT.search(condition)
            yield Step(
                step["run"],
                {**content.get("env", {}), **job.get("env", {}), **step.get("env", {})},
                step.get("id", ""),
                needs[0] if needs else "",
                "always()" in condition or "!cancelled()" in condition,
            )


def _of_woodpecker(content: Any, name: str) -> Iterator[Step]:
    event = {"plan": "pull_request", "fork": "pull_request", "apply": "push", "drift": "cron"}
    for step in content["steps"]:
        if when := next((each for each in step["when"] if each["event"] == event[name]), None):
            hidden = {k for k, v in step["environment"].items() if isinstance(v, dict)}
            environment = {
                key: f"${{{{ secrets.{value['from_secret']} }}}}" if key in hidden else value
                for key, value in step["environment"].items()
            }
            script = "\n".join(step["commands"])
            yield Step(script, environment, always="failure" in when.get("status", []))


def filled(environment: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """With the expressions of GitHub's syntax replaced; one that no row has is an error, but for
    outputs of steps, which are empty then.
    """

    def value(found: re.Match[str]) -> str:
        return values.get(found[1], "") if _OUTPUT.match(found[1]) else values[found[1]]

    return {name: _EXPRESSION.sub(value, text) for name, text in environment.items()}

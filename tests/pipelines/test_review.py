"""examples/ci/review.py: one comment a plan, and whose word counts when it is to be applied."""

import json
import runpy
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.forge import BOT, CREDENTIAL, REPOSITORY, Forge, serving
from pipelines.jobs import CI

MARKER = "<!-- spaces-sync:plan:0123456789abcdef -->"
REPORT = f"{MARKER}\n## Plan a1b2c3\n\n1 to create\n"
ACTION = {"do": "create-node", "node": "xmpp:p.example?;node=a", "consequences": ["7 lose access"]}
PLAN = {
    "account": "admin@megacorp.example",
    "actions": [{**ACTION, "place": {"file": "spaces.yaml", "line": 4, "column": 3}}],
    "preconditions": {"xmpp:p.example?;node=a": {"items": {"1": "f00d"}}},
}
Review = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=["github", "forgejo", "gitlab"])
def forge(request: pytest.FixtureRequest) -> Iterator[Forge]:
    with serving(request.param) as forge:
        yield forge


@pytest.fixture
def review(
    forge: Forge,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Review:
    """In this process, as a shell would start it (tests/pipelines/test_pipelines.py)."""
    (tmp_path / "plan.md").write_text(REPORT)
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    monkeypatch.chdir(tmp_path)
    script = runpy.run_path(str(CI / "review.py"))

    def review(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "FORGE": forge.kind,
            "API": forge.address,
            "REPOSITORY": REPOSITORY[forge.kind],
            "TOKEN": CREDENTIAL,
            "AUTHOR": BOT if forge.kind == "github" else "",  # where the API does not tell
            "PULL": "7",
            "COMMIT": "c0ffee",
            "BRANCH": "main",
            "REVIEWED": "",
            **more,
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = script["main"]([*arguments])
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return review


def post(review: Review, **more: str) -> None:
    done = review("post", "plan.md", "plan.json", **more)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def number(done: subprocess.CompletedProcess[str]) -> str:
    """The one that is asked for, where a plan is refused."""
    assert done.returncode == 5
    return done.stderr.split()[-1]


def last_line(number: str) -> str:
    return f"To apply it by hand, where a run has refused it: the number of this plan is `{number}`"


def change(tmp_path: Path, **more: Any) -> None:
    (tmp_path / "plan.json").write_text(json.dumps({**PLAN, **more}))


def test_the_plan_is_one_comment_that_is_edited_in_place(
    forge: Forge, review: Review, tmp_path: Path
):
    for text in ("Nice", "Really?", "LGTM"):
        forge.say(7, "alice", text)
    post(review)
    assert [each.author for each in forge.comments] == ["alice"] * 3 + [BOT]
    forge.say(7, "alice", "Now?")
    (tmp_path / "plan.md").write_text(REPORT.replace("1 to create", "2 to create"))
    post(review)
    assert len(forge.comments) == 5
    assert forge.comments[3].body.startswith(f"{MARKER}\n<!-- ")
    assert "2 to create" in forge.comments[3].body
    assert "1 to create" not in forge.comments[3].body


def test_plans_of_other_files_have_comments_of_their_own(
    forge: Forge, review: Review, tmp_path: Path
):
    post(review)
    (tmp_path / "plan.md").write_text(REPORT.replace("0123", "4567"))
    post(review)
    assert len(forge.comments) == 2


def test_lines_may_end_as_a_browser_sends_them(forge: Forge, review: Review):
    post(review)
    forge.comments[0].body = forge.comments[0].body.replace("\n", "\r\n")
    forge.merged["c0ffee"] = 7
    assert review("check", "plan.json").returncode == 0
    post(review)
    assert len(forge.comments) == 1


@pytest.mark.parametrize("end", ["\r", "\x0b", "\x85", "\u2028"])
def test_nothing_else_ends_a_line(end: str, forge: Forge, review: Review, tmp_path: Path):
    post(review)
    forge.merged["c0ffee"] = 7
    first, second, rest = forge.comments[0].body.split("\n", 2)
    for body in (f"{first}{end}{second}\n{rest}", f"{end}{first}\n{second}\n{rest}"):
        forge.comments[0].body = body
        assert review("check", "plan.json").returncode == 5
        post(review)
        assert forge.comments[0].body == body  # which is none of its own
        del forge.comments[1:]
    (tmp_path / "plan.md").write_bytes(f"{MARKER}\n## A{end}title\n".encode())
    post(review)
    assert f"\n## A{end}title\n" in forge.comments[1].body


def test_the_number_is_where_people_look_for_it(forge: Forge, review: Review):
    """At the end of the comment, and in the run, also where it goes on to what a guard refuses."""
    asked = number(review("check", "plan.json"))
    post(review)
    assert forge.comments[0].body.rstrip().endswith(f"\n\n{last_line(asked)}")
    forge.merged["c0ffee"] = 7
    assert asked in review("check", "plan.json").stdout
    assert asked in review("check", "plan.json", REVIEWED=asked).stdout


def test_what_was_reviewed_is_applied(forge: Forge, review: Review):
    post(review)
    forge.merged["c0ffee"] = 7
    done = review("check", "plan.json")
    assert (done.returncode, done.stderr) == (0, "")


def test_where_a_line_stands_now_is_no_other_plan(forge: Forge, review: Review, tmp_path: Path):
    post(review)
    forge.merged["c0ffee"] = 7
    change(tmp_path, actions=[ACTION], facts={"spaces": 9})
    assert review("check", "plan.json").returncode == 0


@pytest.mark.parametrize(
    "other",
    [
        {"actions": [{**ACTION, "consequences": ["9 lose access"]}]},
        {"actions": [ACTION, ACTION]},
        {"account": "other@megacorp.example"},
        {"preconditions": {"xmpp:p.example?;node=a": {"items": {"1": "beef"}}}},
        {"originals": {"xmpp:p.example?;node=a": {}}},
    ],
    ids=["other people", "more", "other account", "other items in what opens", "a copy"],
)
def test_another_plan_than_was_reviewed_is_stale(
    other: dict[str, Any], forge: Forge, review: Review, tmp_path: Path
):
    post(review)
    forge.merged["c0ffee"] = 7
    change(tmp_path, **other)
    done = review("check", "plan.json")
    assert "is another than was reviewed" in done.stderr
    assert review("check", "plan.json", REVIEWED=number(done)).returncode == 0
    change(tmp_path)
    assert review("check", "plan.json", REVIEWED=number(done)).returncode == 0  # by the comment


def test_what_nobody_reviewed_is_not_applied(forge: Forge, review: Review):
    done = review("check", "plan.json")
    assert "was not reviewed" in done.stderr
    forge.merged["c0ffee"] = 7
    assert "was not reviewed" in review("check", "plan.json").stderr
    assert review("check", "plan.json", REVIEWED="0" * 64).returncode == 5


def test_the_comment_of_a_stranger_is_nobodys_word(forge: Forge, review: Review):
    asked = number(review("check", "plan.json"))
    forge.merged["c0ffee"] = 7
    forged = f"{MARKER}\n<!-- spaces-sync would send {asked} -->\n"
    forge.say(7, "mallory", forged)
    assert review("check", "plan.json").returncode == 5
    post(review)  # and it is not what is edited
    assert forge.comments[0].body == forged
    assert review("check", "plan.json").returncode == 0


def test_what_another_comment_of_the_pipeline_quotes_is_no_review(forge: Forge, review: Review):
    asked = number(review("check", "plan.json"))
    forge.merged["c0ffee"] = 7
    line = f"<!-- spaces-sync would send {asked} -->"
    for text in (line, f"A linter says:\n{line}", f"{MARKER}\n\n{line}", f"> {MARKER}\n{line}"):
        forge.say(7, BOT, text)
    assert review("check", "plan.json").returncode == 5


def test_what_was_written_after_the_merge_was_read_by_nobody(forge: Forge, review: Review):
    post(review)
    forge.merged["c0ffee"] = 7
    forge.now = "2026-01-01T00:00:01.5+00:00"
    post(review)  # by a run that was slower than whoever merged it
    assert "was not reviewed" in review("check", "plan.json").stderr


def test_what_was_merged_into_another_branch_was_not_reviewed_for_this_one(
    forge: Forge, review: Review
):
    post(review)
    forge.merged["c0ffee"] = 7
    forge.branch = "scratch"
    assert "was not reviewed" in review("check", "plan.json").stderr
    assert review("check", "plan.json", BRANCH="scratch").returncode == 0


def test_of_two_reports_of_the_same_files_the_last_one_counts(forge: Forge, review: Review):
    """Two runs at once may both have found no comment to edit."""
    asked = number(review("check", "plan.json"))
    forge.merged["c0ffee"] = 7
    forge.say(7, BOT, f"{MARKER}\n<!-- spaces-sync would send {asked} -->\n")
    forge.say(7, BOT, f"{MARKER}\n<!-- spaces-sync would send {'0' * 64} -->\n")
    assert review("check", "plan.json").returncode == 5
    post(review)  # into the one that counts
    assert len(forge.comments) == 2
    assert review("check", "plan.json").returncode == 0


def test_a_pull_request_that_is_not_merged_lets_nothing_be_applied(forge: Forge, review: Review):
    post(review)
    forge.waiting["c0ffee"] = 7
    assert review("check", "plan.json").returncode == 5


def test_an_empty_plan_needs_no_word(review: Review, tmp_path: Path):
    change(tmp_path, actions=[])
    assert review("check", "plan.json", TOKEN="").returncode == 0


@pytest.mark.parametrize("command", [["check"], ["post", "plan.md"]], ids=lambda each: each[0])
@pytest.mark.parametrize(
    "text",
    [
        *("[null]", '"text"', "null", "[" * 200_000),
        *("{}", '{"actions": null}', '{"actions": [null]}'),
        '{"actions": [{}], "obstacles": {"a": 1}}',
    ],
)
def test_what_is_no_plan_lets_nothing_be_applied(
    command: list[str], text: str, review: Review, tmp_path: Path
):
    (tmp_path / "odd.json").write_text(text)
    done = review(*command, "odd.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("review.py: ")


@pytest.mark.parametrize(
    ("arguments", "more", "code"),
    [
        (["post", "plan.md", "plan.json"], {"TOKEN": "other"}, 1),
        (["check", "plan.json"], {"TOKEN": "other"}, 1),
        (["check", "plan.json"], {"API": "file:///etc"}, 1),
        (["check", "nowhere.json"], {}, 1),
        (["check", "plan.md"], {}, 1),
        (["nonsense"], {}, 64),
    ],
)
def test_what_fails_lets_nothing_be_applied_and_shows_no_trace(
    arguments: list[str], more: dict[str, str], code: int, review: Review
):
    done = review(*arguments, **more)
    assert done.returncode == code
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert CREDENTIAL not in done.stderr

"""Keeps the plan of a pull request as one comment, and lets nothing be applied but that plan.

    python3 ci/review.py post plan.md plan.json     on a pull request
    python3 ci/review.py check plan.json            where it is merged

`post` writes the report as a comment, or into the comment of an earlier run, with the plan's number
in it: a SHA-256 over the account, all that the plan would send, with what it does to people, whose
it is, and what it takes for granted; not over what apply does not act on, such as where a line
stands in a file, so that it is another than the six digits in the report's title. `check` gets the
plan that was made anew of what is merged now. It ends with 5, as of a plan that is stale, unless
the number of that plan stands in a comment which the pipeline itself wrote on the pull request that
the commit comes from, before it was merged into this branch. So what is applied is what was
reviewed, to the letter, whatever has been merged or changed on the service meanwhile; and no plan,
which may name people, lies about as an artifact. Who can edit the pipeline's comments could merge
as well.

What was pushed without a pull request, or comes from a fork, was planned by nobody with the account
of the pipeline. Read the plan in the log then, and start the pipeline by hand with its number. The
number stands at the end of the comment, and `check` says it, also of a plan that it lets pass: a
guard may refuse what was reviewed.

The environment: FORGE is github, forgejo (and Gitea), or gitlab. API, REPOSITORY, TOKEN: where its
API is, the repository there (GitLab: its number), and what may read it and write comments. AUTHOR:
by what name the token writes; empty: the API tells. PULL: the number of the pull request; or COMMIT
and BRANCH: what is to be applied. REVIEWED: the number that somebody has given by hand.
"""

import hashlib
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

STALE = 5  # as spaces-sync ends where a saved plan is stale
NUMBER = re.compile(r"<!-- spaces-sync would send ([0-9a-f]{64}) -->")
MARKER = re.compile(r"<!-- spaces-sync:plan:\S+ -->")
TIMEOUT = 60  # seconds

# What of a plan file apply does not act on. All else is in the number, also what a later version of
# the format adds. Names hold at their own level alone: an item of a node may be called "place".
TOLD = {
    *("format_version", "digest", "notes", "left_alone", "places", "facts"),
    *("summary", "risks", "refusals"),
}
PLACES = {"place", "places"}  # of an action, and of what cannot be planned


class Forge(NamedTuple):
    """What is each forge's own. pulls: the pull requests that brought a commit."""

    header: str  # in which it wants the token, after the prefix
    prefix: str
    comments: str
    edit: tuple[str, str]  # the method, and the address of a comment
    pulls: str
    number: str  # what it calls the number of a pull request
    branch: tuple[str, ...]  # where a pull request says what it is merged into
    author: tuple[str, str]  # where a comment says who wrote it, and what an account is called by


GITHUB = Forge(
    "Authorization",
    "Bearer ",
    "/repos/{repository}/issues/{pull}/comments",
    ("PATCH", "/repos/{repository}/issues/comments/{comment}"),
    "/repos/{repository}/commits/{commit}/pulls",
    "number",
    ("base", "ref"),
    ("user", "login"),
)
FORGES = {
    "github": GITHUB,
    "forgejo": GITHUB._replace(prefix="token ", pulls="/repos/{repository}/commits/{commit}/pull"),
    "gitlab": Forge(
        "PRIVATE-TOKEN",
        "",
        "/projects/{repository}/merge_requests/{pull}/notes",
        ("PUT", "/projects/{repository}/merge_requests/{pull}/notes/{comment}"),
        "/projects/{repository}/repository/commits/{commit}/merge_requests",
        "iid",
        ("target_branch",),
        ("author", "username"),
    ),
}


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["post", report, plan]:
                return post(Path(report).read_bytes().decode(), read(plan))
            case ["check", plan]:
                return check(read(plan))
    # An HTTPError is an OSError; the others are what JSON of another shape than ours ends in.
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        print(f"review.py: {error!r}", file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 64


def read(plan: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(plan).read_bytes())
    if not (isinstance(found, dict) and isinstance(found.get("actions"), list)):
        raise TypeError(f"{plan} is no plan")
    return found


def number_of(plan: dict[str, Any]) -> str:
    """Of all that apply acts on: what is sent by whom, whose it is, and what that takes for
    granted, such as the items of a node that opens.
    """
    said = without(plan, TOLD)
    for key in ("actions", "obstacles"):
        said[key] = [without(each, PLACES) for each in plan.get(key, [])]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def without(said: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key not in names}


def post(report: str, plan: dict[str, Any]) -> int:
    """The first line of a report is hidden, and the same in each report of these files."""
    marker, *rest = lines(report)
    number = number_of(plan)
    told = f"To apply it by hand, where a run has refused it: the number of this plan is `{number}`"
    hidden = f"<!-- spaces-sync would send {number} -->"
    body = "\n".join([marker, hidden, *rest]).rstrip() + f"\n\n{told}\n"
    pull = os.environ["PULL"]
    method, edited = forge().edit
    for comment in reversed(in_order(ours(pull))):  # the last one, whose number counts
        if lines(comment["body"])[0] == marker:
            ask(method, edited, {"body": body}, pull=pull, comment=comment["id"])
            return 0
    ask("POST", forge().comments, {"body": body}, pull=pull)
    return 0


def check(plan: dict[str, Any]) -> int:
    if not plan["actions"]:
        print("Nothing is to be sent.")
        return 0
    number = number_of(plan)
    if os.environ.get("REVIEWED", "").strip() == number:
        print(f"This plan is the one whose number was given by hand, {number}")
        return 0
    found, _ = ask("GET", forge().pulls, commit=os.environ["COMMIT"], absent=[])
    reviewed = {
        told
        for pull in (found if isinstance(found, list) else [found])
        if pull["merged_at"] and into(pull) == os.environ["BRANCH"]
        for told in numbers_in(until(pull["merged_at"], ours(str(pull[forge().number]))))
    }
    if number in reviewed:
        print(f"This plan was reviewed. Its number is {number}")
        return 0
    why = "is another than was reviewed" if reviewed else "was not reviewed"
    print(
        f"nothing was sent: the plan {why}. Read it above, and start this pipeline by hand with"
        f" its number, {number}",
        file=sys.stderr,
    )
    return STALE


def into(pull: dict[str, Any]) -> str:
    """The branch that a pull request is merged into."""
    found: Any = pull
    for key in forge().branch:
        found = found[key]
    return str(found)


def until(merged: str, comments: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The comments that stand as they did when it was merged: whoever merged it has read them."""
    then = datetime.fromisoformat(merged)
    return [each for each in comments if datetime.fromisoformat(each["updated_at"]) <= then]


def numbers_in(comments: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Where a comment is a report, the number in its second line; of reports of the same files that
    of the last one. What a comment quotes is none.
    """
    found = {}
    for comment in in_order(comments):
        marker, second, *_ = [*lines(comment["body"]), ""]
        told = NUMBER.fullmatch(second)
        if told and MARKER.fullmatch(marker):
            found[marker] = told[1]
    return found.values()


def lines(text: str) -> list[str]:
    """A line ends as in Git or as a browser sends it; nothing else ends one, whatever Unicode
    calls it, or one reader would see two lines where another sees one.
    """
    return [line.removesuffix("\r") for line in text.split("\n")]


def in_order(comments: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """From the first to the last that was written."""
    return sorted(comments, key=lambda each: int(each["id"]))


def ours(pull: str) -> Iterator[dict[str, Any]]:
    """The comments that the pipeline has written: anybody may write one that looks like them."""
    by, name = forge().author
    author = os.environ.get("AUTHOR") or ask("GET", "/user")[0][name]
    address: str | None = f"{forge().comments}?per_page=100"
    while address:
        page, address = ask("GET", address, pull=pull)
        yield from (each for each in page if (each[by] or {}).get(name) == author)


def forge() -> Forge:
    return FORGES[os.environ["FORGE"]]


def ask(
    method: str, path: str, content: object = None, *, absent: object = None, **parts: object
) -> tuple[Any, str | None]:
    """What the API answers, and where the next page of it is. absent: what 404 stands for."""
    api = os.environ["API"].rstrip("/")
    if not path.startswith(f"{api}/"):  # the address of a next page is a whole one
        known = {"repository": os.environ["REPOSITORY"], **parts}
        quoted = {name: urllib.parse.quote(str(part)) for name, part in known.items()}
        path = api + path.format(**quoted)
    if urllib.parse.urlsplit(path).scheme not in ("http", "https"):
        raise ValueError(f"API is no address: {api}")
    request = urllib.request.Request(
        path,
        method=method,
        data=None if content is None else json.dumps(content).encode(),
        headers={
            forge().header: forge().prefix + os.environ["TOKEN"],
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "spaces-sync",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            link = re.search(r'<([^>]*)>; *rel="next"', answer.headers.get("Link", ""))
            return json.load(answer), link[1] if link else None
    except urllib.error.HTTPError as error:
        if error.code == 404 and absent is not None:
            return absent, None
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

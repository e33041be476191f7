"""The comments of pull requests, as the APIs of three forges document them, on the loopback."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Literal

Kind = Literal["github", "forgejo", "gitlab"]
CREDENTIAL: Final = "canary-7311"
BOT: Final = "the-pipeline"
REPOSITORY: Final = {"github": "club/chat", "forgejo": "club/chat", "gitlab": "42"}
PAGE: Final = 2  # comments a page, so that there are several

# Of each kind: the token, the comments of a pull request, one of them, those of a commit.
_ROUTES: Final = {
    "github": (
        f"Bearer {CREDENTIAL}",
        r"/repos/club/chat/issues/(\d+)/comments",
        r"/repos/club/chat/issues/comments/()(\d+)",
        r"/repos/club/chat/commits/(\w+)/pulls",
    ),
    "forgejo": (
        f"token {CREDENTIAL}",
        r"/repos/club/chat/issues/(\d+)/comments",
        r"/repos/club/chat/issues/comments/()(\d+)",
        r"/repos/club/chat/commits/(\w+)/pull",
    ),
    "gitlab": (
        CREDENTIAL,
        r"/projects/42/merge_requests/(\d+)/notes",
        r"/projects/42/merge_requests/(\d+)/notes/(\d+)",
        r"/projects/42/repository/commits/(\w+)/merge_requests",
    ),
}


@dataclass
class Comment:
    number: int
    pull: int
    author: str
    body: str
    written: str = "2025-12-31T23:59:59Z"


@dataclass
class Forge:
    """Whoever has the token is `writer`; others write by `say`."""

    kind: Kind
    now: str = "2025-12-31T23:59:59Z"  # when what is written from now on is written
    address: str = ""
    writer: str = BOT
    comments: list[Comment] = field(default_factory=list)
    merged: dict[str, int] = field(default_factory=dict)  # commit -> pull request
    branch: str = "main"  # into which they are merged
    waiting: dict[str, int] = field(default_factory=dict)  # of one that is not merged

    def say(self, pull: int, author: str, body: str) -> Comment:
        self.comments.append(Comment(len(self.comments) + 1, pull, author, body, self.now))
        return self.comments[-1]

    def answer(self, method: str, path: str, page: int, token: str, content: Any) -> Any:
        """None: not found; a text: the status."""
        known, listed, one, of_commit = _ROUTES[self.kind]
        if token != known:
            return "401 Unauthorized"
        if method == "GET" and path == "/user" and self.kind != "github":
            return {"username" if self.kind == "gitlab" else "login": self.writer}
        if found := re.fullmatch(of_commit, path):
            return self._pulls(found[1])
        if found := re.fullmatch(listed, path):
            if method == "POST":
                return self._shown(self.say(int(found[1]), self.writer, content["body"]))
            ours = [each for each in self.comments if each.pull == int(found[1])]
            shown = [*map(self._shown, ours)]
            return shown if self.kind == "forgejo" else shown[(page - 1) * PAGE : page * PAGE]
        if found := re.fullmatch(one, path):
            edits = "PUT" if self.kind == "gitlab" else "PATCH"
            comment = self.comments[int(found[2]) - 1]
            if method == edits and comment.author == self.writer:
                comment.body, comment.written = content["body"], self.now
                return self._shown(comment)
        return None

    def _pulls(self, commit: str) -> Any:
        key = "iid" if self.kind == "gitlab" else "number"
        into = {"base": {"ref": self.branch}, "target_branch": self.branch}
        found = [
            {key: number, "merged_at": at, **into}
            for pulls, at in ((self.merged, "2026-01-01T00:00:00Z"), (self.waiting, None))
            if (number := pulls.get(commit)) is not None
        ]
        return found if self.kind != "forgejo" else found[0] if found else None

    def _shown(self, comment: Comment) -> Any:
        by, name = ("author", "username") if self.kind == "gitlab" else ("user", "login")
        said = {"id": comment.number, "body": comment.body, "updated_at": comment.written}
        return {**said, by: {name: comment.author}}


@contextmanager
def serving(kind: Kind) -> Iterator[Forge]:
    forge = Forge(kind)

    class Handler(BaseHTTPRequestHandler):
        def answered(self) -> None:
            path, _, query = self.path.removeprefix("/api/v1").partition("?")
            page = int(found[1]) if (found := re.search(r"\bpage=(\d+)", query)) else 1
            length = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(length)) if length else None
            token = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
            answer = forge.answer(self.command, path, page, token, content)
            if answer is None:
                answer = "404 Not Found"
            if isinstance(answer, str):
                self.send_response(int(answer[:3]))
                answer = {"message": answer}
            else:
                self.send_response(200)
            if isinstance(answer, list) and len(answer) == PAGE and forge.kind != "forgejo":
                following = f"{forge.address}{path}?per_page=100&page={page + 1}"
                self.send_header("Link", f'<{following}>; rel="next"')
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    for method in ("GET", "POST", "PATCH", "PUT"):
        setattr(Handler, f"do_{method}", Handler.answered)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        forge.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield forge
        finally:
            server.shutdown()
            thread.join()

"""Odd JIDs and node ids: what `validate` takes, servers take; where it takes none, it says why.

A sample that is always the same, or all of them with ADDRESSES=all.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from addresses import odd
from contract.backends import connection
from servers import Server
from spaces_sync import engine, xmpp
from spaces_sync.document import load
from spaces_sync.model.addresses import bare_jid
from spaces_sync.plan.compare.planner import plan

HEAD = "version: 1\nservice: pubsub.megacorp.example\n"
SPACE = "spaces:\n  {}:\n    exposure: public\n"

# What a message tells of an address; nothing else is a reason.
REASONS = (
    r"cannot stand (in a JID|in a domain|before the '@' of a JID)",
    "mixes letters that are written from right to left with others",
    "is written from right to left and so cannot begin or end with",
    r"is not in Unicode 3\.2, of which JIDs are made",
    "XML cannot carry the character",
    "which XML cannot carry",
    "has 1 to 1023 bytes",
    "has a resource; a bare JID has no '/'",
    "has nothing before the '@'",
    "a part between two dots is empty",
    "has a zone",
    "is no IPv4 address",
    "a '-' stands at its end",
    "stands for no other name",
    "it begins with a mark",
    "'_' cannot stand in a domain that all servers take",
    r"has \d+ bytes in DNS",
    "as a name of files, in which Prosody keeps it",
    "has a tab or a line break, which services do not keep",
    "is longer than 1023 bytes",
    "a variable stands only after the '@'|with no variable in the default",
    "is no room",
)


def unexplained(verdict: odd.Verdict) -> dict[str, str]:
    reason = re.compile("|".join(REASONS))
    return {text: words for text, words in verdict.refused.items() if not reason.search(words)}


async def applied(files: Sequence[Path], server: Server) -> None:
    """All is done, and nothing is left; what is silent, or kept as something else, is told of."""
    async with xmpp.writing(replace(connection(server), timeout=10.0)) as writer:
        for file in files:
            declaration = load([file], {})
            made = plan(declaration, await engine.read(declaration, writer))
            assert made.obstacles == ()
            execution = await engine.execute(made, writer, engine.Approval())
            undone = [result for result in execution.results if result.status != "done"]
            assert undone == []
            left = plan(declaration, await engine.read(declaration, writer)).actions
            assert left == ()


def told(server: Server, what: str, verdict: odd.Verdict) -> str:
    taken, refused = len(verdict.taken), len(verdict.refused)
    return f"{server}, {what}: {taken} accepted and kept, {refused} refused with a reason"


@pytest.mark.a_newer_server
def test_people(
    server: Server,
    unique: Callable[[str], str],
    figures: Callable[[str], None],
    tmp_path: Path,
) -> None:
    """As members of a space, and as rooms listed there, as far as items can have such ids."""
    head = HEAD + SPACE.format("dev") + "    affiliations:"
    verdict = odd.validated(odd.sample(odd.person, 2500, 10), tmp_path / "all.yaml", head, "member")
    assert unexplained(verdict) == {}
    files = []
    for start in range(0, len(verdict.taken), 100):
        part = verdict.taken[start : start + 100]
        node = unique("people")
        people = "".join(f"      ? {odd.quoted(each)}\n      : member\n" for each in part)
        ids = [each for each in part if "@" in each and len(bare_jid(each).encode()) <= 1023]
        listed = "".join(f"      ? {odd.quoted(each)}\n      : R\n" for each in ids)
        body = f"{SPACE.format(node)}    affiliations:\n{people}    rooms:\n{listed}"
        files.append(tmp_path / f"{node}.yaml")
        files[-1].write_text(HEAD + body, encoding="utf-8")
    asyncio.run(applied(files, server))
    figures(told(server, "JIDs of people", verdict))


@pytest.mark.a_newer_server
def test_rooms(server: Server, figures: Callable[[str], None], tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    verdict = odd.validated(odd.sample(odd.room, 1000, 10), file, HEAD + "rooms:", "{name: R}")
    assert unexplained(verdict) == {}
    rooms = "".join(f"  ? {odd.quoted(each)}\n  : {{name: R}}\n" for each in verdict.taken)
    file.write_text(f"{HEAD}rooms:\n{rooms}", encoding="utf-8")
    asyncio.run(applied([file], server))
    figures(told(server, "JIDs of rooms", verdict))


@pytest.mark.a_newer_server
def test_node_ids(server: Server, figures: Callable[[str], None], tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    entry = "{exposure: public, title: T, rooms: {r@rooms.megacorp.example: R}}"
    verdict = odd.validated(odd.sample(odd.name, 200, 5), file, HEAD + "spaces:", entry)
    assert unexplained(verdict) == {}
    nodes = "".join(f"  ? {odd.quoted(each)}\n  : {entry}\n" for each in verdict.taken)
    file.write_text(f"{HEAD}spaces:\n{nodes}", encoding="utf-8")
    asyncio.run(applied([file], server))
    figures(told(server, "node ids", verdict))


@pytest.mark.newer_servers
def test_long_links(server: Server, unique: Callable[[str], str], tmp_path: Path) -> None:
    file = tmp_path / "links.yaml"
    urls = [f"https://example.org/{'a' * size}" for size in (900, 1003, 1004, 3000, 30_000)]
    links = "".join(f"      ? {each}\n      : L\n" for each in urls)
    file.write_text(f"{HEAD}{SPACE.format(unique('links'))}    links:\n{links}")
    asyncio.run(applied([file], server))

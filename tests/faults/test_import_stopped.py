"""A service that stops in the middle of an import: a whole file or none, and a message."""

import asyncio
from pathlib import Path

import pytest

from contract.backends import connection
from faults import command
from faults.proxy import proxied
from hand_made import add_room, make_space
from servers import Server
from servers.starting import Start
from spaces_sync.model.addresses import Jid
from spaces_sync.xmpp.session import writing_session

BEFORE = "version: 1\nservice: pubsub.megacorp.example\n"
SPACES = ("dev", "ops", "sales")
COMMANDS = {
    "a file": ("import", "pubsub.megacorp.example", "-o", "new.yaml"),
    "a folder": ("import", "pubsub.megacorp.example", "--split", "folder"),
    "into a file": ("import", "pubsub.megacorp.example", "--into", "old.yaml"),
    "init": ("init", "--import"),
}


async def filled(server: Server) -> None:
    service = Jid(server.pubsub)
    async with writing_session(connection(server)) as session:
        for name in SPACES:
            await make_space(session, service, name, name.title(), "open")
            await add_room(session, service, name, Jid(f"{name}@rooms.megacorp.example"), name)


async def stopped(
    server: Server, asked: int, folder: Path, words: tuple[str, ...]
) -> command.Ended:
    """The command, to which nothing is said after so many questions."""
    async with proxied(server) as proxy:
        questions: list[bytes] = []

        def heard(stanza: bytes) -> None:
            if b"<iq" in stanza and b"to=" in stanza:
                questions.append(stanza)
            if len(questions) >= asked:
                proxy.answering.clear()

        proxy.heard = heard
        arguments = (*words, "--timeout", "1")
        return await command.end(
            await command.begin(server, *arguments, port=proxy.port, cwd=folder)
        )


def texts(folder: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_where_a_service_stops_there_is_a_whole_file_or_none(
    start_prosody: Start, server_folder: Path, tmp_path: Path, words: tuple[str, ...]
):
    codes = set()
    with start_prosody(server_folder) as server:
        asyncio.run(filled(server))
        for asked in (3, 14, 200):
            folder = tmp_path / str(asked)
            folder.mkdir()
            (folder / "old.yaml").write_text(BEFORE)
            ended = asyncio.run(stopped(server, asked, folder, words))
            codes.add(ended.code)
            written = "".join(texts(folder).values())
            assert [name in written for name in SPACES] == [not ended.code] * len(SPACES)
            assert ended.code == 0 or texts(folder) == {"old.yaml": BEFORE}
            assert ended.code == 0 or "no answer from" in ended.errors
    assert codes == {0, 6}

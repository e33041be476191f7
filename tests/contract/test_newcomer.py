"""The README's first two steps as they stand there: installed from a fresh copy, on a terminal, on
a server with spaces that were made by hand."""

import asyncio
import os
import re
import shutil
import sysconfig
from pathlib import Path

import pytest

import terminal
from contract.backends import connection
from hand_made import make_spaces
from servers import Server
from servers.starting import Start
from spaces_sync.model.addresses import Jid
from spaces_sync.xmpp.session import writing_session

ROOT = Path(__file__).parents[2]
NOT_IN_A_CLONE = shutil.ignore_patterns(".*", "__pycache__", "dist", "tests")
# Without a network: what the package is built with and needs lies beside this Python.
OFFLINE = {
    "PYTHONPATH": sysconfig.get_path("purelib"),
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the other way round
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


def steps() -> tuple[str, str]:
    """How to install it, and what to do then."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Begin\n")[2]
    install, begin, *_ = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return install, begin


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT, tmp_path / "clone", ignore=NOT_IN_A_CLONE))


def test_from_a_fresh_copy_to_a_file_of_which_a_plan_has_nothing_to_do(
    start_server: Start, server_folder: Path, clone: Path, tmp_path: Path
):
    install, begin = steps()
    repository = tmp_path / "chat"
    (repository / ".git").mkdir(parents=True)
    with start_server(server_folder) as server:
        private = "whitelist" if server.name == "prosody" else "authorize"
        asyncio.run(filled(server, private))
        password = tmp_path / ".spaces-sync"
        password.write_text(server.password())
        password.chmod(0o600)
        known = server.environment()
        where = {name: known[name] for name in ("SPACES_SYNC_CONNECT", "SPACES_SYNC_TLS")}
        done = terminal.run_program(
            *("bash", "-euc", f"cd {clone}\n{install}\ncd {repository}\n{begin}"),
            answers=[
                ("Account (JID): ", f"{server.jid()}\n"),
                ("Password of ", f"{server.password()}\n"),
                ("Write the 12 spaces into spaces.yaml? ", "y\n"),
            ],
            folder=tmp_path,
            environment={**OFFLINE, **where, "HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        )
    assert done.code == 0, done.screen + done.output
    assert "spaces.yaml: 12 spaces\n" in done.screen
    assert done.output.count("No changes.") == 2  # plan, and apply, which has nothing to ask
    assert {each.name for each in repository.iterdir()} == {".git", "spaces.yaml"}
    assert server.password() not in done.screen + done.output


async def filled(server: Server, private: str) -> None:
    async with writing_session(connection(server)) as session:
        await make_spaces(session, Jid(server.pubsub), private)

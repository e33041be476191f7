"""The domain of a server in place of its pubsub service, on each server: no service, and no "none".

ejabberd's domain has the features of the personal services of its accounts (XEP-0163 6.1).
"""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from servers import Server

pytestmark = pytest.mark.newer_servers

Run = Callable[..., "CompletedProcess[str]"]
DOMAIN = "megacorp.example"
FILE = f"version: 1\nservice: {DOMAIN}\nspaces:\n  dev:\n    exposure: public\n"


@pytest.mark.parametrize(
    "command",
    [
        ["import", DOMAIN],
        ["list", DOMAIN],
        ["check", DOMAIN],
        ["snapshot", DOMAIN, "-o", "live.json"],
        ["unlock", DOMAIN, "--source", "us", "--yes"],
        ["init", "--no-import", "--service", DOMAIN],
        ["plan", "mine.yaml"],
        ["check", "mine.yaml"],
    ],
    ids=" ".join,
)
def test_the_server_itself_is_no_pubsub_service_and_those_that_it_lists_are_named(
    run: Run, server: Server, command: list[str], tmp_path: Path
):
    (tmp_path / "mine.yaml").write_text(FILE)
    done = run(*command, environment=server.environment())
    assert (done.returncode, done.stdout) == (6, ""), done.stderr
    said = f"{DOMAIN} is no pubsub service, but the server itself; it lists {server.pubsub}. "
    assert said in done.stderr
    assert done.stderr.count(f"; it lists {server.pubsub}") == 1
    assert " offers " not in done.stderr

"""The tool at work: an example is planned and applied on a private Prosody, then read."""

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

from slixmpp import JID, ClientXMPP

from servers import PUBSUB, ROOMS, Server, process, prosody

ROOT = Path(__file__).parents[2]
FILES = ("examples/megacorp.yaml", "tests/demo/operations.yaml")
COMMAND = Path(sys.executable).with_name("spaces-sync")
SPACE_TYPE = "urn:xmpp:spaces:0"
ROOM = f"operations@{ROOMS}"
# Both Prosodys have mod_muc_space_parent, with which rooms say which space they belong to.
SIMULATOR = {"format_version": "1.0", "profile": "prosody-13.0.7+muc_space_parent"}
WIDTH = 80


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server's folder goes too
    with process.temporary_folder() as folder:
        if reason := prosody.missing():
            heading(f"Prosody is {reason}: on the simulator instead")
            live = folder / "live.json"
            live.write_text(json.dumps(SIMULATOR))
            tour({}, "--live", str(live))
            return
        with prosody.start(folder, space_parent=True) as server:
            heading(f"A private Prosody listens on {server.host}:{server.port}")
            tour(server.environment())
            heading("What alice sees, with a plain XMPP client")
            asyncio.run(look(server, "alice"))
    heading("Done: the server is stopped, its folder removed")


def tour(environment: Mapping[str, str], *options: str) -> None:
    heading("What would change")
    spaces_sync(environment, "plan", *FILES, *options)
    heading("Make it so")
    spaces_sync(environment, "apply", "--yes", *FILES, *options)
    heading("A second plan is empty")
    spaces_sync(environment, "plan", "--detailed-exitcode", *FILES, *options)


def spaces_sync(environment: Mapping[str, str], *arguments: str) -> None:
    """Runs the command as a user would; its failure is the demo's."""
    show(f"$ spaces-sync {shlex.join(arguments)}")
    done = subprocess.run(
        [COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment, "COLUMNS": str(WIDTH)},
        check=False,
        timeout=60,
    )
    if done.returncode:
        sys.exit(f"spaces-sync {arguments[0]} ended with {done.returncode}")


async def look(server: Server, user: str) -> None:
    """Lists the spaces of the service, what is in `dev`, and where a room says that it belongs:
    XEP-0030 and XEP-0060, no more."""
    client = await connected(server, user)
    disco, pubsub = client.plugin["xep_0030"], client.plugin["xep_0060"]
    nodes = (await disco.get_items(jid=JID(PUBSUB)))["disco_items"]["items"]
    for _, node, title in sorted(nodes, key=lambda entry: str(entry[1])):
        information = await disco.get_info(jid=JID(PUBSUB), node=node)
        values = [value.text for value in information.xml.iter("{jabber:x:data}value")]
        show(f"{'space' if SPACE_TYPE in values else 'node '}  {node}  {title or ''}")
    answer = await pubsub.get_items(JID(PUBSUB), "dev")  # type: ignore[no-untyped-call]  # slixmpp
    items = answer["pubsub"]["items"]["substanzas"]
    show(f"\n{len(items)} items in dev:")
    for item in items:
        ET.indent(item.xml)
        show(str(item))
    information = await disco.get_info(jid=JID(ROOM))
    for form in information.xml.iter("{jabber:x:data}x"):
        told = {field.get("var"): field.findtext("{jabber:x:data}value") for field in form}
        if told.get("FORM_TYPE") == SPACE_TYPE:
            show(f"\n{ROOM} says that it belongs to\n  {told['parent']}")
    await client.disconnect()


async def connected(server: Server, user: str) -> ClientXMPP:
    plain = {"feature_mechanisms": {"unencrypted_scram": True}}
    client = ClientXMPP(server.jid(user), server.password(user), plugin_config=plain)
    client.register_plugin("xep_0030")
    client.register_plugin("xep_0060")
    client.enable_direct_tls = client.enable_starttls = False
    client.enable_plaintext = True
    client.connect(server.host, server.port)
    await client.wait_until("session_start", timeout=10)
    return client


def heading(text: str) -> None:
    show(f"\n── {text} {'─' * (WIDTH - 4 - len(text))}")


def show(text: str) -> None:
    """In the order of what the command prints, and no wider than a terminal."""
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        wrapped = textwrap.fill(
            line, WIDTH, subsequent_indent=indent, drop_whitespace=False, break_on_hyphens=False
        )
        print(wrapped, flush=True)


if __name__ == "__main__":
    main()

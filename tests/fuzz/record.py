"""Writes `answers/*.json` anew: what real servers answer to every question of the ports.

Run from `tests/` as `python -m fuzz.record`; the fuzzing itself needs no server.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from contract.backends import connection
from servers import ejabberd, process, prosody
from spaces_sync import engine, xmpp
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Service
from spaces_sync.model.xml import Xml, element, serialise
from spaces_sync.plan.compare.planner import plan
from spaces_sync.xmpp.asked import Asked

HERE = Path(__file__).parent
SERVICE = Jid("pubsub.megacorp.example")
DEV = NodeAddress(SERVICE, "dev")
FOREIGN = (
    ("movim", element("{https://movim.eu}bookmarks-conference-call", "call", {"a": "b"})),
    ("note", element("urn:example:note", "note", {}, "not ours")),
)


async def record(server: Any) -> list[dict[str, str]]:
    declaration = load([HERE / "document.yaml"], {})
    async with xmpp.writing(connection(server)) as writer:
        before = await engine.read_addresses(declaration.addresses, writer)
        await engine.execute(plan(declaration, before), writer)
        for item_id, payload in FOREIGN:
            await writer.publish(DEV, item_id, payload)
        await writer.set_subscription(DEV, Jid("bob@megacorp.example"), "subscribed")
    async with xmpp.reading(connection(server)) as reader:
        session: Any = reader.raw
        session = session._session
        found = _listen(session)
        await reader.server_items(Jid(server.domain))
        await reader.node_list(Service(SERVICE, ""))
        gone = NodeAddress(SERVICE, "gone")
        missing = (gone, Jid("gone@rooms.megacorp.example"))
        await engine.read_addresses((*declaration.addresses, *missing), reader)
    return found


def _listen(session: Any) -> list[dict[str, str]]:
    """The list that fills with each question and its answer."""
    found: list[dict[str, str]] = []
    questions: dict[str | None, tuple[str, Xml]] = {}
    written, receive = session._written, session.receive

    def noting(asked: Asked) -> tuple[str, str]:
        key, text = written(asked)
        questions[key] = (asked.to, asked.payload)
        return key, text

    def noted(stanza: Xml) -> None:
        if stanza.name == "iq" and stanza.get("id") in questions:
            to, payload = questions[stanza.get("id")]
            answer = serialise(stanza, "jabber:client")
            found.append({"to": to, "question": serialise(payload), "answer": answer})
        receive(stanza)

    session._written, session.receive = noting, noted
    return found


def main() -> None:
    for kind in (prosody, ejabberd):
        with process.temporary_folder() as folder, kind.start(folder) as server:
            found = asyncio.run(record(server))
        text = json.dumps(found, indent=1, ensure_ascii=False)
        (HERE / "answers" / f"{server.name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

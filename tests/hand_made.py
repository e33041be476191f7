"""Spaces as people make them by hand in Movim: by the stanzas that it sends."""

from collections.abc import Sequence
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.xml import parse
from spaces_sync.xmpp.session import WriteSession

PUBSUB: Final = "http://jabber.org/protocol/pubsub"
FORM: Final = (
    "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'>"
    f"<value>{PUBSUB}#node_config</value></field>{{}}</x>"
)
CONFIG: Final = {
    "pubsub#type": "urn:xmpp:spaces:0",
    "pubsub#notify_retract": "true",
    "pubsub#persist_items": "true",
    "pubsub#purge_offline": "false",
    "pubsub#notify_sub": "true",
    "pubsub#notify_config": "true",
    "pubsub#notify_delete": "true",
    "pubsub#max_items": "max",
    "pubsub#publish_model": "publishers",
    "pubsub#deliver_payloads": "true",
}
ROOM: Final = (
    "<conference xmlns='urn:xmpp:bookmarks:1' name='{}' autojoin='true'><extensions>"
    "<pinned xmlns='urn:xmpp:bookmarks-pinning:0'/>"
    "<notify xmlns='urn:xmpp:notification-settings:0'><always/></notify></extensions></conference>"
)


async def make_space(
    session: WriteSession, service: Jid, node: str, title: str, access_model: str
) -> None:
    """Movim itself always says `authorize`, which Prosody does not take."""
    values = {**CONFIG, "pubsub#title": title, "pubsub#access_model": access_model}
    fields = "".join(f"<field var='{v}'><value>{t}</value></field>" for v, t in values.items())
    await session.set(
        service,
        parse(
            f"<pubsub xmlns='{PUBSUB}'><create node='{node}'/>"
            f"<configure>{FORM.format(fields)}</configure></pubsub>"
        ),
    )
    await session.set(
        service,
        parse(
            f"<pubsub xmlns='{PUBSUB}#owner'><subscriptions node='{node}'>"
            f"<subscription jid='{session.account}' subscription='subscribed'/>"
            "</subscriptions></pubsub>"
        ),
    )


async def add_room(session: WriteSession, service: Jid, node: str, room: Jid, name: str) -> None:
    await session.set(
        service,
        parse(
            f"<pubsub xmlns='{PUBSUB}'><publish node='{node}'>"
            f"<item id='{room}'>{ROOM.format(name)}</item></publish></pubsub>"
        ),
    )


async def make_spaces(session: WriteSession, service: Jid, private: str) -> Sequence[str]:
    """Twelve spaces with three rooms each, every second of them private; their nodes."""
    nodes = [f"x8fk2z{number:02}" for number in range(12)]
    for number, node in enumerate(nodes):
        model = private if number % 2 else "open"
        await make_space(session, service, node, f"Circle {number}", model)
        for room in ("hall", "lab", "attic"):
            jid = Jid(f"{room}-{number}@rooms.megacorp.example")
            await add_room(session, service, node, jid, f"The {room} of {number}")
    return nodes

"""What each change looks like on the wire, and what follows from a service's reply to it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from spaces_sync.client import rooms
from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.state import Secret
from spaces_sync.model.xml import Xml, element, parse
from spaces_sync.ports import MalformedAnswerError, ServiceError, Writer
from spaces_sync.xmpp import writing
from wire.fake_server import DOMAIN, PUBSUB, ROOMS, Script, error, playing, result

SERVICE = bare_jid(PUBSUB)
NODE = NodeAddress(SERVICE, "dev & ops")
ROOM = bare_jid(f"ci@{ROOMS}")
ALICE = bare_jid("alice@megacorp.example")
PS = "http://jabber.org/protocol/pubsub"
MUC = "http://jabber.org/protocol/muc"
ST = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
FORM = (
    "<x xmlns='jabber:x:data' type='submit'>"
    "<field var='FORM_TYPE' type='hidden'><value>{}</value></field>{}</x>"
)
NODE_FORM = FORM.replace("{}", PS + "#node_config", 1)
ROOM_FORM = FORM.replace("{}", MUC + "#roomconfig", 1)


def change(work: Callable[[Writer], Awaitable[object]], script: Script = result) -> list[Xml]:
    """The stanzas that the server gets."""

    async def run() -> list[Xml]:
        async with playing(script) as fake, writing(fake.connection) as writer:
            await work(writer)
            return list(fake.received)

    return asyncio.run(run())


def payload(stanza: Xml) -> Xml:
    (inner,) = stanza.elements
    return inner


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (
            lambda w: w.raw.create_node(NODE, {"a": ("1",)}),
            f"<pubsub xmlns='{PS}'><create node='dev &amp; ops'/><configure>"
            + NODE_FORM.format("<field var='a'><value>1</value></field>")
            + "</configure></pubsub>",
        ),
        (
            lambda w: w.configure_node(NODE, {"a": ()}),
            f"<pubsub xmlns='{PS}#owner'><configure node='dev &amp; ops'>"
            + NODE_FORM.format("<field var='a'><value/></field>")
            + "</configure></pubsub>",
        ),
        (
            lambda w: w.delete_node(NODE),
            f"<pubsub xmlns='{PS}#owner'><delete node='dev &amp; ops'/></pubsub>",
        ),
        (
            lambda w: w.delete_node(NODE, NodeAddress(NODE.service, "dev 2")),
            f"<pubsub xmlns='{PS}#owner'><delete node='dev &amp; ops'>"
            "<redirect uri='xmpp:pubsub.megacorp.example?;node=dev%202'/></delete></pubsub>",
        ),
        (
            lambda w: w.publish(NODE, "<'1'>", parse("<a><b xmlns='u'/></a>")),
            f"<pubsub xmlns='{PS}'><publish node='dev &amp; ops'><item id='&lt;&apos;1&apos;>'>"
            "<a xmlns=''><b xmlns='u'/></a></item></publish></pubsub>",
        ),
        (
            lambda w: w.retract(NODE, "1"),
            f"<pubsub xmlns='{PS}'><retract node='dev &amp; ops' notify='true'><item id='1'/>"
            "</retract></pubsub>",
        ),
        (
            lambda w: w.set_affiliation(NODE, ALICE, "member"),
            f"<pubsub xmlns='{PS}#owner'><affiliations node='dev &amp; ops'>"
            f"<affiliation jid='{ALICE}' affiliation='member'/></affiliations></pubsub>",
        ),
        (
            lambda w: w.set_subscription(NODE, ALICE, "subscribed"),
            f"<pubsub xmlns='{PS}#owner'><subscriptions node='dev &amp; ops'>"
            f"<subscription jid='{ALICE}' subscription='subscribed'/></subscriptions></pubsub>",
        ),
        (
            lambda w: w.set_room_affiliation(ROOM, ALICE, "outcast"),
            f"<query xmlns='{MUC}#admin'><item jid='{ALICE}' affiliation='outcast'/></query>",
        ),
    ],
)
def test_one_change_is_one_stanza(
    work: Callable[[Writer], Awaitable[object]], expected: str
) -> None:
    (stanza,) = change(work)
    assert (stanza.name, stanza.get("type")) == ("iq", "set")
    assert payload(stanza) == parse(expected)


def test_who_is_subscribed_to_a_node_is_asked_when_it_was_made() -> None:
    def script(stanza: Xml) -> str | None:
        if stanza.get("type") == "get":
            refused = f"<error type='cancel'><feature-not-implemented {ST}/></error>"
            return (
                f"<iq type='error' id='{stanza.get('id')}' from='{stanza.get('to')}'>{refused}</iq>"
            )
        return result(stanza)

    made, asked = change(lambda w: w.create_node(NODE, {}), script)
    assert (made.get("type"), asked.get("type")) == ("set", "get")
    assert payload(asked) == parse(
        f"<pubsub xmlns='{PS}#owner'><subscriptions node='dev &amp; ops'/></pubsub>"
    )


def test_a_node_that_the_service_names_otherwise() -> None:
    renamed = f"<pubsub xmlns='{PS}'><create node='other'/></pubsub>"
    with pytest.raises(MalformedAnswerError, match="'other' instead of"):
        change(lambda w: w.create_node(NODE, {}), lambda r: result(r, renamed))


def test_each_subscription_of_an_account_is_ended() -> None:
    listed = (
        f"<pubsub xmlns='{PS}#owner'><subscriptions node='dev &amp; ops'>"
        f"<subscription jid='{ALICE}' subscription='subscribed' subid='1'/>"
        f"<subscription jid='{ALICE}/desk' subscription='pending'/>"
        f"<subscription jid='{ALICE}/gone' subscription='none'/>"
        f"<subscription jid='bob@{DOMAIN}' subscription='subscribed'/></subscriptions></pubsub>"
    )
    asked, *ended = change(
        lambda w: w.set_subscription(NODE, ALICE, "none"), lambda r: result(r, listed)
    )
    assert asked.get("type") == "get"
    assert [str(payload(payload(stanza))) for stanza in map(payload, ended)] == [
        str(element(PS + "#owner", "subscription", {"jid": jid, "subscription": "none", **number}))
        for jid, number in ((ALICE, {"subid": "1"}), (f"{ALICE}/desk", {}))
    ]


def test_a_refusal_that_is_no_secret_success_stays_a_refusal() -> None:
    def script(request: Xml) -> str:
        listed = f"<pubsub xmlns='{PS}#owner'><subscriptions/></pubsub>"
        refused = error(request, f"<error type='auth'><forbidden {ST}/></error>")
        return result(request, listed) if request.get("type") == "get" else refused

    with pytest.raises(ServiceError, match="forbidden"):
        change(lambda w: w.set_affiliation(NODE, ALICE, "none"), script)


# Rooms

OFFER = (
    f"<query xmlns='{MUC}#owner'><x xmlns='jabber:x:data' type='form'>"
    "<field var='muc#roomconfig_persistentroom' type='boolean'/>"
    "<field var='muc#roomconfig_roomname' type='text-single'/>"
    "<field var='muc#roomconfig_roomsecret' type='text-private'/></x></query>"
)


def entered(request: Xml, affiliation: str = "owner", codes: tuple[int, ...] = (110, 201)) -> str:
    statuses = "".join(f"<status code='{code}'/>" for code in codes)
    return (
        f"<presence from='{ROOM}/other'><x xmlns='{MUC}#user'><status code='201'/></x></presence>"
        f"<presence from='{request.get('to')}'><x xmlns='{MUC}#user'>{statuses}"
        f"<item affiliation='{affiliation}' role='moderator'/></x></presence>"
    )


def room_service(presence: Callable[[Xml], str], submitted: Script = result) -> Script:
    """A room whose answer to our presence is `presence`, and to a form `submitted`."""

    def script(request: Xml) -> str | bytes | None:
        if request.name == "iq":
            return submitted(request) if request.get("type") == "set" else result(request, OFFER)
        if request.get("type") == "unavailable":
            return f"<presence type='unavailable' from='{request.get('to')}'/>"
        return presence(request)

    return script


CONFIG = {"muc#roomconfig_roomname": ("CI",), "muc#roomconfig_unheard_of": ("1",)}


def create(w: Writer) -> Awaitable[None]:
    return w.create_room(ROOM, CONFIG, Secret("pw"))


def test_a_room_is_entered_configured_and_left() -> None:
    enter, ask, submit, leave = change(create, room_service(entered))
    assert [enter.name, enter.get("type")] == ["presence", None]
    assert payload(enter) == parse(f"<x xmlns='{MUC}'><history maxstanzas='0'/></x>")
    assert payload(ask) == element(MUC + "#owner", "query")
    fields = (
        "<field var='muc#roomconfig_persistentroom'><value>true</value></field>"
        "<field var='muc#roomconfig_roomname'><value>CI</value></field>"
        "<field var='muc#roomconfig_roomsecret'><value>pw</value></field>"
    )
    form = ROOM_FORM.format(fields)
    assert payload(submit) == parse(f"<query xmlns='{MUC}#owner'>{form}</query>")
    assert [leave.name, leave.get("type")] == ["presence", "unavailable"]
    assert leave.get("to") == enter.get("to")


@pytest.mark.parametrize(
    "presence",
    [
        lambda request: entered(request, codes=(110,)),
        lambda request: entered(request, affiliation="none"),
        lambda request: f"<presence from='{request.get('to')}'/>",
        lambda request: f"<presence type='unavailable' from='{request.get('to')}'/>",
    ],
)
def test_a_room_that_we_did_not_create_is_left_alone(presence: Callable[[Xml], str]) -> None:
    received: list[Xml] = []

    def script(request: Xml) -> str | bytes | None:
        received.append(request)
        return room_service(presence)(request)

    with pytest.raises(ServiceError, match="conflict"):
        change(create, script)
    assert [(stanza.name, stanza.get("type")) for stanza in received] == [
        ("presence", None),
        ("presence", "unavailable"),
    ]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("not-authorized", "conflict"),
        ("registration-required", "conflict"),
        ("forbidden", "forbidden"),
        ("not-allowed", "not-allowed"),
        ("gone", "gone"),
    ],
)
def test_a_room_that_does_not_let_us_in(condition: str, told: str) -> None:
    def refused(request: Xml) -> str:
        return (
            f"<presence type='error' from='{request.get('to')}'><x xmlns='{MUC}'/>"
            f"<error type='auth'><{condition} {ST}/></error></presence>"
        )

    with pytest.raises(ServiceError) as caught:
        change(create, room_service(refused))
    assert caught.value.condition == told


def test_a_room_whose_form_is_refused_is_left() -> None:
    received: list[Xml] = []

    def refused(request: Xml) -> str:
        return error(request, f"<error type='modify'><not-acceptable {ST}/></error>")

    def script(request: Xml) -> str | bytes | None:
        received.append(request)
        return room_service(entered, refused)(request)

    with pytest.raises(ServiceError, match="not-acceptable"):
        change(create, script)
    *_, left, asked = received
    assert left.get("type") == "unavailable"
    assert asked.get("type") == "get"  # whether the room has ended


def test_a_room_is_destroyed_and_its_end_awaited() -> None:
    destroy, asked = change(lambda w: w.destroy_room(ROOM))
    assert payload(destroy) == parse(f"<query xmlns='{MUC}#owner'><destroy/></query>")
    assert (asked.get("type"), asked.get("to")) == ("get", ROOM)


def test_a_destroyed_room_names_the_one_that_it_has_become() -> None:
    """XEP-0045 10.9."""
    new = bare_jid("new@rooms.megacorp.example")
    destroy, _ = change(lambda w: w.destroy_room(ROOM, new))
    assert payload(destroy) == parse(
        f"<query xmlns='{MUC}#owner'><destroy jid='{new}'>"
        f"<reason>This room is {new} now.</reason></destroy></query>"
    )


def test_a_room_whose_end_nobody_tells_is_asked_again_and_then_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "END_CHECKS", (0.01, 0.01))

    def silent(request: Xml) -> str | None:
        return result(request) if request.get("type") == "set" else None

    stanzas = change(lambda w: w.destroy_room(ROOM), silent)
    assert [stanza.get("type") for stanza in stanzas] == ["set", "get", "get"]

"""The login, with a server that does whatever a script says: which messages end it, and how."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from spaces_sync.model.bounds import LOGIN
from spaces_sync.model.state import Secret
from spaces_sync.xmpp import ConnectError, Connection, reading, sasl
from spaces_sync.xmpp.sasl import Binding, Offer, choose
from wire.fake_server import BIND, OPEN, SUCCESS

ADMIN = Connection(
    "admin@megacorp.example", Secret("secret", "test"), "127.0.0.1", 1, tls="none", timeout=5.0
)
REFUSED = f"<failure xmlns='{sasl.SASL}'><not-authorized/></failure>"
SALT = b"salt"


class Talk:
    """One connection, seen by the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard = ""
        self._reader = reader
        self._writer = writer

    async def until(self, end: str) -> str:
        """What came, up to a text."""
        text = (await self._reader.readuntil(end.encode())).decode()
        self.heard += text
        return text

    async def offer(self, *mechanisms: str, before: str = "") -> None:
        listed = "".join(f"<mechanism>{each}</mechanism>" for each in mechanisms)
        await self.until("'1.0'>")
        self.say(
            f"{OPEN}<stream:features><mechanisms xmlns='{sasl.SASL}'>{listed}</mechanisms>"
            f"{before}</stream:features>"
        )

    def say(self, text: str) -> None:
        self._writer.write(text.encode())

    def sasl(self, name: str, data: str | bytes) -> None:
        encoded = base64.b64encode(data.encode() if isinstance(data, str) else data).decode()
        self.say(f"<{name} xmlns='{sasl.SASL}'>{encoded}</{name}>")

    async def message(self, element: str) -> str:
        """The data of the element that comes."""
        text = await self.until(f"</{element}>")
        return base64.b64decode(re.findall(r">([^<>]*)</", text)[-1]).decode()

    async def bind(self, jid: str) -> None:
        await self.until("'1.0'>")
        self.say(OPEN + BIND)
        asked = await self.until("</iq>")
        number = asked.partition('id="')[2].partition('"')[0]
        self.say(
            f"<iq type='result' id='{number}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
            f"{jid}</bind></iq>"
        )


Script = Callable[[Talk], Awaitable[None]]


def logged_in(script: Script, connection: Connection = ADMIN) -> tuple[str, str]:
    """The account, or the words of the failure; and all that the server heard."""
    talks = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Talk(reader, writer)
        talks.append(talk)
        with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await script(talk)
            talk.heard += (await reader.read()).decode()

    async def run() -> str:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            try:
                async with reading(replace(connection, port=port)) as reader:
                    return str(reader.account)
            except ConnectError as error:
                return str(error)

    began = time.monotonic()
    said = asyncio.run(run())
    assert time.monotonic() - began < connection.timeout + 2.5
    (talk,) = talks
    return said, talk.heard


async def scram(
    talk: Talk,
    *,
    password: str = "secret",  # noqa: S107 - a test's
    iterations: str = "4096",
    forge: bool = False,
    proof_in: str = "success",
) -> None:
    """A server's side of SCRAM-SHA-256, until it has proved itself."""
    first = await talk.message("auth")
    bare = first.split(",", 2)[2]
    nonce = bare.partition(",r=")[2] + "server"
    challenge = f"r={nonce},s={base64.b64encode(SALT).decode()},i={iterations}"
    talk.sasl("challenge", challenge)
    final = (await talk.message("response")).rpartition(",p=")[0]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, int(iterations))
    key = hmac.digest(salted, b"Server Key", "sha256")
    proof = hmac.digest(key, f"{bare},{challenge},{final}".encode(), "sha256")
    proved = base64.b64encode(b"forged" if forge else proof).decode()
    talk.sasl(proof_in, f"v={proved}")


# Which mechanism


@pytest.mark.parametrize(
    "mechanism",
    ["ANONYMOUS", "LOGIN", "DIGEST-MD5", "CRAM-MD5", "EXTERNAL", "X-OAUTH2", "X-GOOGLE-TOKEN"],
)
def test_no_other_mechanism_is_ever_used(mechanism: str) -> None:
    said, heard = logged_in(lambda talk: talk.offer(mechanism))
    assert "no way to log in" in said
    assert "<auth" not in heard


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"])
def test_a_refused_password_ends_the_login(mechanism: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.offer(mechanism, "PLAIN", "LOGIN", "ANONYMOUS", "DIGEST-MD5")
        await talk.until("</auth>")
        talk.say(REFUSED)

    said, heard = logged_in(script)
    assert "refused the password of admin@megacorp.example" in said
    assert heard.count("<auth") == 1
    assert f"mechanism='{mechanism}'" in heard


def test_a_failure_of_another_kind_ends_it_too() -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("SCRAM-SHA-256", "PLAIN")
        await talk.until("</auth>")
        talk.say(REFUSED.replace("not-authorized", "invalid-mechanism"))

    said, heard = logged_in(script)
    assert "invalid-mechanism" in said
    assert heard.count("<auth") == 1


UNIQUE = Binding("tls-unique", b"data")


@pytest.mark.parametrize(
    ("mechanisms", "types", "binding", "plain", "expected"),
    [
        ("PLAIN SCRAM-SHA-1 SCRAM-SHA-256", "", None, True, "SCRAM-SHA-256"),
        ("PLAIN SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "", UNIQUE, True, "SCRAM-SHA-1-PLUS"),
        ("SCRAM-SHA-512 SCRAM-SHA-1-PLUS", "", UNIQUE, True, "SCRAM-SHA-1-PLUS"),
        ("SCRAM-SHA-512 SCRAM-SHA-1-PLUS", "", None, True, "SCRAM-SHA-512"),
        ("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "tls-exporter", UNIQUE, True, "SCRAM-SHA-1"),
        ("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "tls-unique", UNIQUE, True, "SCRAM-SHA-1-PLUS"),
        ("SCRAM-MD5 PLAIN LOGIN", "", None, True, "PLAIN"),
        ("SCRAM-SHA-1-PLUS PLAIN LOGIN", "", None, False, None),
    ],
)
def test_the_best_mechanism_of_an_offer(
    mechanisms: str, types: str, binding: Binding | None, plain: bool, expected: str | None
) -> None:
    chosen = choose(Offer(mechanisms.split(), types.split(), binding, plain), "admin", "secret")
    assert (chosen and chosen.name) == expected


@pytest.mark.parametrize(
    ("mechanisms", "binding", "header"),
    [
        ("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", UNIQUE, "p=tls-unique,,"),
        ("SCRAM-SHA-1", UNIQUE, "y,,"),
        ("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", None, "n,,"),
        ("SCRAM-SHA-1", None, "n,,"),
    ],
)
def test_a_server_is_told_what_we_saw_of_its_channel_binding(
    mechanisms: str, binding: Binding | None, header: str
) -> None:
    """RFC 5802 6: so it notices when somebody took the -PLUS out of its offer."""
    sent = []

    async def exchange(element: str) -> None:
        sent.append(base64.b64decode(element.partition(">")[2].partition("<")[0]).decode())
        raise sasl.RefusedError

    chosen = choose(Offer(mechanisms.split(), (), binding, plain=True), "a=b,c", "secret")
    assert chosen
    with pytest.raises(sasl.RefusedError):
        asyncio.run(chosen.run(exchange))  # type: ignore[arg-type]  # it answers nothing
    assert sent[0].startswith(f"{header}n=a=3Db=2Cc,r=")


# SCRAM


@pytest.mark.parametrize("proof_in", ["success", "challenge"])
def test_a_login_by_scram(proof_in: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("SCRAM-SHA-256")
        await scram(talk, proof_in=proof_in)
        if proof_in == "challenge":
            await talk.until("</response>")
            talk.say(SUCCESS)
        await talk.bind("<jid>admin@megacorp.example/r</jid>")

    assert logged_in(script)[0] == "admin@megacorp.example"


@pytest.mark.parametrize("lies", [{"password": "other"}, {"forge": True}])
def test_a_server_that_does_not_know_the_password(lies: dict[str, object]) -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("SCRAM-SHA-256")
        await scram(talk, **lies)

    assert "did not prove that it knows the password" in logged_in(script)[0]


@pytest.mark.parametrize(
    ("iterations", "words"),
    [
        ("4000000000", "asks for 4000000000 iterations of its hash, and at most 10000000"),
        ("10000001", "at most 10000000"),
        ("9" * 5000, "at most 10000000"),
        ("0", "no number of iterations"),
        ("-5", "no number of iterations"),
        ("²", "no number of iterations"),
    ],
)
def test_iterations_without_sense(iterations: str, words: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("SCRAM-SHA-256")
        await challenge(talk, f"s=c2FsdA==,i={iterations}")

    said, heard = logged_in(script)
    assert words in said
    assert len(said) < 300
    assert "<response" not in heard


def test_many_iterations_end_with_the_patience() -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("SCRAM-SHA-256")
        await challenge(talk, f"s=c2FsdA==,i={sasl.MOST_ITERATIONS}")

    said, _ = logged_in(script, replace(ADMIN, timeout=0.3))
    assert "did not complete the login in 0.3 s" in said


async def challenge(talk: Talk, rest: str) -> None:
    nonce = (await talk.message("auth")).partition(",r=")[2]
    talk.sasl("challenge", f"r={nonce}x,{rest}")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("<success xmlns='{}'/>", "sent 'success' where challenge was due"),
        ("<success xmlns='{}'>dj1hYWFh</success>", "sent 'success' where challenge was due"),
        ("<challenge xmlns='{}'>%%%</challenge>", "not base64"),
        ("<challenge xmlns='{}'>ü</challenge>", "not base64"),
        ("<challenge xmlns='{}'/>", "does not answer our message"),
        ("<challenge xmlns='{}'>=</challenge>", "does not answer our message"),
        ("<challenge xmlns='{}'>/////w==</challenge>", "not UTF-8"),
        ("<challenge xmlns='{}'>bm9uc2Vuc2U=</challenge>", "no message of SCRAM"),
        ("<challenge xmlns='{}'>cj1hLHM9YixpPTE=</challenge>", "does not answer our message"),
        ("<x xmlns='{}'/>", "sent 'x' where challenge was due"),
        ("<auth xmlns='{}'/>", "sent 'auth' where challenge was due"),
    ],
)
def test_a_broken_order_or_form(answer: str, words: str, caplog: pytest.LogCaptureFixture) -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("SCRAM-SHA-256", "PLAIN")
        await talk.until("</auth>")
        talk.say(answer.format(sasl.SASL))

    said, heard = logged_in(script)
    assert "does not log in as it should" in said
    assert words in said
    assert heard.count("<auth") == 1
    assert not caplog.records


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (SUCCESS, "did not prove"),
        (f"<challenge xmlns='{sasl.SASL}'/>", "did not prove"),
        (f"<challenge xmlns='{sasl.SASL}'>dj0lJQ==</challenge>", "not base64"),
        (f"<success xmlns='{sasl.SASL}'>ZT1pbnZhbGlkLXByb29m</success>", "refused the password"),
        (
            f"<challenge xmlns='{sasl.SASL}'>"
            + base64.b64encode(b"e=server-does-support-channel-binding").decode()
            + "</challenge>",
            "somebody may stand between",
        ),
        (REFUSED, "refused the password"),
    ],
)
def test_ends_of_scram(end: str, words: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("SCRAM-SHA-256")
        await challenge(talk, "s=c2FsdA==,i=1")
        await talk.until("</response>")
        talk.say(end)

    assert words in logged_in(script)[0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (f"<challenge xmlns='{sasl.SASL}'/>", "it went on after its success"),
        (SUCCESS, "it went on after its success"),
    ],
)
def test_a_challenge_after_success(more: str, words: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("PLAIN")
        await talk.until("</auth>")
        talk.say(SUCCESS + more)

    assert words in logged_in(script)[0]


def test_a_challenge_on_the_new_stream() -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("PLAIN")
        await talk.until("</auth>")
        talk.say(SUCCESS)
        await talk.until("'1.0'>")
        talk.say(f"{OPEN}<challenge xmlns='{sasl.SASL}'/>")

    assert "sent 'challenge' where nothing was asked" in logged_in(script)[0]


def test_success_before_anything_was_asked() -> None:
    async def script(talk: Talk) -> None:
        await talk.until("'1.0'>")
        talk.say(OPEN + SUCCESS)

    assert "sent 'success' where nothing was asked" in logged_in(script)[0]


# The address


@pytest.mark.parametrize(
    ("jid", "words"),
    [
        ("<jid>1234567890@megacorp.example/r</jid>", "'1234567890@megacorp.example/r', and not as"),
        ("<jid>admin@other.example/r</jid>", "'admin@other.example/r', and not as"),
        ("<jid>admin@megacorp.example</jid>", "'admin@megacorp.example', and not as"),
        ("<jid>a b@c</jid>", "'a b@c', and not as"),
        ("<jid/>", "gave us no address"),
        ("", "gave us no address"),
    ],
)
def test_another_address_than_the_one_asked_for(jid: str, words: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("PLAIN")
        await talk.until("</auth>")
        talk.say(SUCCESS)
        await talk.bind(jid)

    assert words in logged_in(script)[0]


def test_another_resource_than_the_one_asked_for() -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("PLAIN")
        await talk.until("</auth>")
        talk.say(SUCCESS)
        await talk.bind("<jid>admin@megacorp.example/r</jid>")

    asked = replace(ADMIN, jid="admin@megacorp.example/r")
    assert logged_in(script, asked)[0] == "admin@megacorp.example"
    said, _ = logged_in(script, replace(ADMIN, jid="admin@megacorp.example/ours"))
    assert "leave the resource out of '--jid'" in said


def test_a_server_without_addresses() -> None:
    async def script(talk: Talk) -> None:
        await talk.offer("PLAIN")
        await talk.until("</auth>")
        talk.say(SUCCESS)
        await talk.until("'1.0'>")
        talk.say(f"{OPEN}<stream:features/>")

    assert "lets nobody bind an address" in logged_in(script)[0]


# Patience


async def no_hello(talk: Talk) -> None:
    await talk.until("'1.0'>")


async def no_challenge(talk: Talk) -> None:
    await talk.offer("SCRAM-SHA-256")


async def no_success(talk: Talk) -> None:
    await talk.offer("SCRAM-SHA-256")
    await challenge(talk, "s=c2FsdA==,i=1")


async def no_features_after_success(talk: Talk) -> None:
    await talk.offer("PLAIN")
    await talk.until("</auth>")
    talk.say(SUCCESS)


async def no_address(talk: Talk) -> None:
    await no_features_after_success(talk)
    await talk.until("'1.0'>")
    talk.say(OPEN + BIND)


@pytest.mark.parametrize(
    "script", [no_hello, no_challenge, no_success, no_features_after_success, no_address]
)
def test_silence_at_any_step(script: Script) -> None:
    said, _ = logged_in(script, replace(ADMIN, timeout=0.3))
    assert "did not complete the login in 0.3 s" in said


@pytest.mark.parametrize(
    "more",
    [
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>" + "A" * 9000,
        " " * 9000,
        "<a/>" * 3000,
        "<stream:features/>" * 500,
    ],
)
def test_features_without_end(more: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.until("'1.0'>")
        talk.say(OPEN + ("" if more.startswith("<stream") else "<stream:features>"))
        while True:
            talk.say(more)
            await talk._writer.drain()
            await asyncio.sleep(0)

    # A busy machine that traces each line parses these some hundred times slower.
    said, _ = logged_in(script, replace(ADMIN, timeout=60.0))
    assert f"sent more than {LOGIN.most} bytes" in said or "no way to log in" in said

"""Each way in which a login ends, on real servers: a session, or words that say what to do."""

import asyncio
import logging
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from servers import Certificate, Server, process
from spaces_sync.model.addresses import bare_jid
from spaces_sync.model.state import Secret
from spaces_sync.xmpp import ConnectError, Connection, reading
from spaces_sync.xmpp.client_stream import ClientStream

Start = Callable[..., AbstractContextManager[Server]]
FEATURES = (
    b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
    b" id='1' version='1.0'><stream:features>%s</stream:features>"
)
MECHANISMS = (
    b"<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>%s</mechanism></mechanisms>"
)


def plain(server: Server, user: str = "admin") -> Connection:
    return Connection(
        server.jid(user),
        Secret(server.password(user), "env:TEST"),
        server.host,
        server.port,
        tls="none",
        timeout=30.0,
    )


def component(server: Server) -> Connection:
    return Connection(
        server.component,
        Secret(server.component_secret, "env:TEST"),
        server.host,
        server.component_port,
        tls="none",
        component=True,
        timeout=30.0,
    )


def account(connection: Connection) -> str:
    """Who we are after a login that has asked the server one question."""

    async def run() -> str:
        async with reading(connection) as reader:
            await reader.service(bare_jid("pubsub.megacorp.example"))
            return reader.account

    return asyncio.run(run())


def failure(connection: Connection) -> str:
    """The words of a login that fails, in less time than its timeout."""
    began = time.monotonic()
    with pytest.raises(ConnectError) as caught:
        account(connection)
    assert time.monotonic() - began < connection.timeout
    assert connection.password.value not in str(caught.value)
    assert "; " in str(caught.value)
    return str(caught.value)


# Certificates


class Authority:
    """A throw-away certificate authority."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "ca.pem"
        self._openssl(
            *("req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=throw-away CA"),
        )

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def certificate(
        self, domain: str, *, expired: bool = False, alternative: str | None = None
    ) -> Certificate:
        """`alternative`: its subjectAltName, by default the domain as dNSName; empty for none."""
        self._openssl(
            *("req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-keyout", "key.pem", "-out", "request.pem", "-subj", f"/CN={domain}"),
        )
        name = f"DNS:{domain}" if alternative is None else alternative
        (self.folder / "names").write_text(f"subjectAltName={name}\n" if name else "")
        days = ("-days", "-1") if expired else ("-days", "2")
        self._openssl(
            *("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key"),
            *("-CAcreateserial", "-out", "cert.pem", "-extfile", "names", *days),
        )
        return Certificate(self.folder / "cert.pem", self.folder / "key.pem")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def secured(start_prosody: Start, authority: Authority) -> Iterator[Server]:
    certificate = authority.certificate("megacorp.example")
    with (
        process.temporary_folder() as folder,
        start_prosody(folder, certificate=certificate) as server,
    ):
        yield server


@pytest.fixture
def starttls(secured: Server, authority: Authority) -> Connection:
    return replace(plain(secured), tls="required", ca_file=authority.file)


def test_starttls(starttls: Connection) -> None:
    assert account(starttls) == "admin@megacorp.example"


def test_direct_tls(starttls: Connection, secured: Server) -> None:
    direct = replace(starttls, tls="direct", port=secured.tls_port)
    assert account(direct) == "admin@megacorp.example"


def test_an_authority_that_nobody_trusts(starttls: Connection, secured: Server) -> None:
    unknown = replace(starttls, ca_file=None)
    assert "'--ca-file'" in failure(unknown)
    assert "'--ca-file'" in failure(replace(unknown, tls="direct", port=secured.tls_port))


def test_a_certificate_for_another_domain(
    start_prosody: Start, authority: Authority, server_folder: Path
) -> None:
    certificate = authority.certificate("other.example")
    with start_prosody(server_folder, certificate=certificate) as server:
        connection = replace(plain(server), tls="required", ca_file=authority.file)
        assert "not for megacorp.example" in failure(connection)
        direct = replace(connection, tls="direct", port=server.tls_port)
        assert "not for megacorp.example" in failure(direct)


def test_a_certificate_that_names_the_domain_only_as_its_cn(
    start_prosody: Start, authority: Authority, server_folder: Path
) -> None:
    certificate = authority.certificate("megacorp.example", alternative="")
    with start_prosody(server_folder, certificate=certificate) as server:
        connection = replace(plain(server), tls="required", ca_file=authority.file)
        assert "not for megacorp.example" in failure(connection)
        direct = replace(connection, tls="direct", port=server.tls_port)
        assert "not for megacorp.example" in failure(direct)


def test_an_expired_certificate(
    start_prosody: Start, authority: Authority, server_folder: Path
) -> None:
    certificate = authority.certificate("megacorp.example", expired=True)
    with start_prosody(server_folder, certificate=certificate) as server:
        connection = replace(plain(server), tls="required", ca_file=authority.file)
        assert "has expired" in failure(connection)


def test_no_tls_where_the_server_requires_it(starttls: Connection) -> None:
    assert "without TLS" in failure(replace(starttls, tls="none"))


def test_a_server_that_offers_no_starttls(ejabberd: Server) -> None:
    assert "does not offer STARTTLS" in failure(replace(plain(ejabberd), tls="required"))


def test_direct_tls_to_a_port_that_starts_without(server: Server) -> None:
    assert "TLS" in failure(replace(plain(server), tls="direct"))


def test_a_ca_file_that_is_none(starttls: Connection, tmp_path: Path) -> None:
    assert "nothere.pem" in failure(replace(starttls, ca_file=tmp_path / "nothere.pem"))
    os.mkfifo(tmp_path / "pipe.pem")
    assert "no plain file" in failure(replace(starttls, ca_file=tmp_path / "pipe.pem"))
    (tmp_path / "text.pem").write_text("no certificate")
    assert "text.pem" in failure(replace(starttls, ca_file=tmp_path / "text.pem"))


# Accounts


def test_a_login(server: Server) -> None:
    assert account(plain(server)) == "admin@megacorp.example"


def test_two_logins_at_once_do_not_end_each_other(server: Server) -> None:
    async def run() -> None:
        async with reading(plain(server)) as one, reading(plain(server)) as two:
            await one.service(bare_jid(server.pubsub))
            await two.service(bare_jid(server.pubsub))

    asyncio.run(run())


def test_a_wrong_password(server: Server, starttls: Connection) -> None:
    wrong = Secret("not-the-password", "env:TEST")
    text = failure(replace(plain(server), password=wrong))
    assert "refused the password of admin@megacorp.example" in text
    assert "env:TEST" in text
    assert "refused the password" in failure(replace(starttls, password=wrong))


def test_a_wrong_password_where_anybody_may_come(
    start_ejabberd: Start, server_folder: Path
) -> None:
    """The server offers ANONYMOUS, with which the space would belong to nobody."""
    with start_ejabberd(server_folder, anonymous=True) as server:
        assert account(plain(server)) == "admin@megacorp.example"
        wrong = replace(plain(server), password=Secret("not-the-password"))
        assert "refused the password of admin@megacorp.example" in failure(wrong)


def test_a_wrong_password_is_tried_once(server: Server, sent: list[str]) -> None:
    """After SCRAM was refused, neither PLAIN nor LOGIN hands the password itself over."""
    failure(replace(plain(server), password=Secret("not-the-password")))
    assert sent == ["SCRAM-SHA-512" if server.name == "ejabberd" else "SCRAM-SHA-256"]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The mechanisms that are tried."""
    names: list[str] = []
    send = ClientStream.send_raw

    def spy(self: ClientStream, data: str | bytes) -> None:
        names.extend(re.findall(r"<auth.*mechanism='([^']*)'", str(data)))
        send(self, data)

    monkeypatch.setattr(ClientStream, "send_raw", spy)
    return names


def test_the_login_is_bound_to_its_channel(
    starttls: Connection, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's `ssl` has `tls-unique`, which TLS 1.3 has not (cpython#95341)."""
    create = ssl.create_default_context

    def older(**options: Any) -> ssl.SSLContext:
        context = create(**options)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    monkeypatch.setattr(ssl, "create_default_context", older)
    assert account(starttls) == "admin@megacorp.example"
    assert sent == ["SCRAM-SHA-256-PLUS"]


def test_an_unknown_account(server: Server) -> None:
    assert "nobody@" in failure(replace(plain(server), jid="nobody@megacorp.example"))


def test_a_password_that_no_login_can_carry(server: Server) -> None:
    assert "characters" in failure(replace(plain(server), password=Secret("a\x00b")))


def test_a_domain_that_the_server_does_not_serve(server: Server) -> None:
    assert "other.example" in failure(replace(plain(server), jid="admin@other.example"))


def test_a_component(server: Server) -> None:
    assert account(component(server)) == "ext.megacorp.example"


def test_a_component_with_a_wrong_secret(server: Server) -> None:
    connection = replace(component(server), password=Secret("not-the-secret", "env:TEST"))
    text = failure(connection)
    assert "secret of the component ext.megacorp.example" in text
    assert "env:TEST" in text


def test_a_component_that_the_server_does_not_know(server: Server) -> None:
    assert "nope.example" in failure(replace(component(server), jid="nope.example"))


def test_a_component_at_the_port_for_accounts(server: Server) -> None:
    assert failure(replace(component(server), port=server.port))


# Places


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


SOMEBODY = Connection(
    "admin@megacorp.example", Secret("p4ssw0rd"), "127.0.0.1", 1, tls="none", timeout=30.0
)


def test_a_closed_port() -> None:
    port = free_port()
    for tls in ("none", "required", "direct"):
        assert "refuses the connection" in failure(replace(SOMEBODY, tls=tls, port=port))
    assert "refuses the connection" in failure(replace(SOMEBODY, host="localhost", port=port))


def test_a_host_that_is_not_found() -> None:
    nowhere = replace(SOMEBODY, host="nowhere.invalid", port=5222, tls="required")
    assert "the name nowhere.invalid was not found" in failure(nowhere)


def test_a_domain_that_is_not_found() -> None:
    nowhere = replace(
        SOMEBODY, jid="a@nowhere.invalid", host=None, port=None, tls="required", timeout=20.0
    )
    assert "the name nowhere.invalid was not found" in failure(nowhere)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "192.0.2.1"}, "in the clear"),
        ({"host": "xmpp.example"}, "in the clear"),
        ({"host": None, "port": None}, "in the clear"),
        ({"port": None}, "HOST:PORT"),
        ({"jid": "megacorp.example"}, "user@domain"),
        ({"jid": "a b@megacorp.example"}, "not a JID"),
        ({"jid": "admin@megacorp.example/" + "r" * 2000}, "not a JID"),
        ({"component": True}, "a domain"),
        ({"component": True, "jid": "c.example", "tls": "required"}, "no STARTTLS"),
        ({"component": True, "jid": "c.example", "host": None, "port": None}, ""),
    ],
)
def test_what_is_refused_before_anything_is_sent(changes: dict[str, object], words: str) -> None:
    assert words in failure(replace(SOMEBODY, **changes))


def played(*script: bytes | None, tls: str = "none", timeout: float = 1.0) -> str:
    """The failure at a server that says these things, one for each thing it hears; None ends it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in script:
            if not await reader.read(65536) or line is None:
                break
            writer.write(line)
        else:
            await reader.read()
        writer.close()

    async def run() -> str:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(ConnectError) as caught:
                async with reading(replace(SOMEBODY, port=port, tls=tls, timeout=timeout)):
                    pass
            return str(caught.value)

    return asyncio.run(run())


def test_a_server_that_says_nothing() -> None:
    for tls in ("none", "required", "direct"):
        assert "did not complete the login in 0.3 s" in played(tls=tls, timeout=0.3)


@pytest.mark.parametrize(
    "hello",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"220 mail.example ESMTP\r\n",
        b"<html><body/></html>",
        b"\x16\x03\x01\x00\x05",
        b"<?xml version='1.0'?><!DOCTYPE html>",
    ],
)
def test_a_server_that_is_none(hello: bytes) -> None:
    assert "does not speak XMPP" in played(hello)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ((None,), "connection was lost"),
        ((FEATURES % (MECHANISMS % b"PLAIN"), None), "connection was lost"),
        ((FEATURES % (MECHANISMS % b"PLAIN"), b"</stream:stream>"), "closed the stream"),
        ((FEATURES % (MECHANISMS % b"X-UNHEARD-OF"),), "no way to log in"),
        (
            (
                FEATURES % (MECHANISMS % b"PLAIN"),
                b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><account-disabled/>"
                b"<text>until Monday</text></failure>",
            ),
            r"account-disabled \(until Monday\)",
        ),
        (
            (
                FEATURES % (MECHANISMS % b"PLAIN"),
                b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
                FEATURES % b"<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>",
                b"<iq type='error' id='x'><error type='wait'>"
                b"<resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
            ),
            "opens no session: resource-constraint",
        ),
        (
            (
                FEATURES
                % b""
                + b"<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>"
                b"evil.example</see-other-host></stream:error>",
            ),
            "see-other-host",
        ),
    ],
)
def test_logins_that_break_off(script: tuple[bytes | None, ...], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(played(*script))


def test_starttls_that_the_server_refuses() -> None:
    offer = FEATURES % b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    refusal = b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    assert "STARTTLS" in played(offer, refusal, tls="required")


def test_starttls_that_somebody_took_out_of_the_offer() -> None:
    """What a man in the middle does: nothing of the password may leave us."""
    assert "STARTTLS" in played(FEATURES % (MECHANISMS % b"PLAIN"), tls="required")


def test_starttls_that_ends_in_garbage() -> None:
    offer = FEATURES % b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    proceed = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    assert "TLS" in played(offer, proceed, b"no hello from a TLS server", tls="required")


# Secrets


def test_nothing_of_a_login_reaches_a_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    account(plain(server))
    failure(replace(plain(server), password=Secret("p4ssw0rd")))
    assert not [record for record in caplog.records if record.name.startswith("slixmpp")]


def test_the_password_is_in_no_repr(server: Server) -> None:
    assert server.password() not in repr(plain(server))

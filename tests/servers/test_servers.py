"""Each private server starts, greets, stops, leaves nothing running, keeps its data on restart."""

import contextlib
import socket
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from servers import HOST, PASSWORDS, Certificate, Server, process

Start = Callable[..., AbstractContextManager[Server]]


def test_shared_server_greets(server: Server) -> None:
    assert process.greets(server.port)


def test_starts_and_leaves_nothing_running(start_server: Start, server_folder: Path) -> None:
    with start_server(server_folder) as server:
        assert process.greets(server.port)
        assert server.pid in processes_of(server_folder)
    assert processes_of(server_folder) == []
    assert not process.greets(server.port)


def test_restart_keeps_ports_and_data(start_server: Start, server_folder: Path) -> None:
    with start_server(server_folder) as first, logged_in(first) as send:
        answer = send(
            f"<iq type='set' id='1' to='{first.pubsub}'>"
            "<pubsub xmlns='http://jabber.org/protocol/pubsub'><create node='kept'/></pubsub></iq>"
        )
        assert "type='result'" in answer
    with start_server(server_folder) as second, logged_in(second) as send:
        assert second.port == first.port
        answer = send(
            f"<iq type='get' id='2' to='{second.pubsub}'>"
            "<query xmlns='http://jabber.org/protocol/disco#info' node='kept'/></iq>"
        )
        assert "type='result'" in answer
        assert "category='pubsub'" in answer


@pytest.mark.parametrize("user", PASSWORDS)
def test_every_account_logs_in(server: Server, user: str) -> None:
    with logged_in(server, user) as send:
        assert "type='result'" in send(f"<iq type='get' id='1' to='{server.jid(user)}'>{PING}</iq>")


def test_debug_log_shows_whole_stanzas(start_server: Start, server_folder: Path) -> None:
    with (
        start_server(server_folder, log_level="debug") as server,
        logged_in(server) as send,
    ):
        send(f"<iq type='get' id='seen-in-log' to='{server.domain}'>{PING}</iq>")
        assert process.until(lambda: "urn:xmpp:ping" in server.log.read_text(), 5)
        assert "seen-in-log" in server.log.read_text()


def test_prosody_requires_encryption_when_given_a_certificate(
    start_prosody: Start, server_folder: Path, tmp_path: Path
) -> None:
    with start_prosody(server_folder, certificate=make_certificate(tmp_path)) as server:
        with socket.create_connection((HOST, server.port)) as connection:
            features = exchange(connection, process.GREETING.decode(), "</stream:features>")
        assert "<required/>" in features
        answer = handshake(server, "-starttls", "xmpp", "-connect", f"{HOST}:{server.port}")
        assert "CN = megacorp.example" in answer
        assert "CN = megacorp.example" in handshake(server, "-connect", f"{HOST}:{server.tls_port}")


def test_a_server_that_cannot_start_says_why(server_folder: Path) -> None:
    command = ["sh", "-c", "echo no such luck; exit 3"]
    with (
        pytest.raises(process.ServerError, match=r"(?s)ended with 3.*no such luck"),
        process.run(command, server_folder, {}, port=1),
    ):
        pytest.fail("it cannot have started")


PING = "<ping xmlns='urn:xmpp:ping'/>"


def processes_of(folder: Path) -> list[int]:
    """By working folder or by environment: no name is asked for, so no child can hide."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended while we looked
            if str(folder).encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


@contextlib.contextmanager
def logged_in(server: Server, user: str = "admin") -> Iterator[Callable[[str], str]]:
    """A client of thirty lines: what it sends is a string, and so is what it gets."""
    greeting = process.GREETING.decode()
    secret = b64encode(f"\0{user}\0{server.password(user)}".encode()).decode()
    auth = f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"
    bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
    with socket.create_connection((server.host, server.port)) as connection:
        exchange(connection, greeting, "</stream:features>")
        exchange(connection, auth, "<success")
        exchange(connection, greeting, "</stream:features>")
        exchange(connection, bind, "</iq>")
        yield lambda stanza: exchange(connection, stanza, "</iq>", "/>")


def exchange(connection: socket.socket, text: str, *ends: str) -> str:
    """Sends, then reads until the answer ends in one of these; attributes come in single quotes."""
    connection.settimeout(5)
    connection.sendall(text.encode())
    answer = ""
    while not any(end in answer[-len(end) - 80 :] for end in ends):
        received = connection.recv(65536).decode()
        assert received, f"closed after {answer!r}"
        answer += received.replace('"', "'")
    return answer


def make_certificate(folder: Path) -> Certificate:
    made = Certificate(folder / "chain.pem", folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=megacorp.example"]
    command += ["-keyout", str(made.key), "-out", str(made.chain)]
    subprocess.run(command, check=True, capture_output=True)
    return made


def handshake(server: Server, *arguments: str) -> str:
    command = ["openssl", "s_client", "-xmpphost", server.domain, *arguments]
    if "-starttls" not in arguments:
        command[2:4] = ["-servername", server.domain]
    done = subprocess.run(command, input=b"", check=False, capture_output=True, timeout=10)
    return done.stdout.decode(errors="replace")

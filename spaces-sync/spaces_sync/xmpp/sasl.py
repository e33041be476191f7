"""SASL as we use it (RFC 6120 6): SCRAM (RFC 5802, 7677), else PLAIN (RFC 4616), and nothing else.

One mechanism is tried, the best of those offered: after a refusal a weaker one would hand the
password to whoever asked for it. Ours instead of slixmpp's, which takes any mechanism that it
knows (ANONYMOUS, LOGIN, …), goes on after a refusal, and hashes on the event loop.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from spaces_sync.model.xml import Xml

SASL: Final = "urn:ietf:params:xml:ns:xmpp-sasl"
MOST_ITERATIONS: Final = 10_000_000  # a few seconds of one core; servers have 4 096 to some 600 000
_HASHES: Final[Mapping[str, str]] = {  # the best first: what SCRAM calls a hash, what hashlib does
    "SHA-512": "sha512",
    "SHA-256": "sha256",
    "SHA-1": "sha1",
}
_PLUS: Final = "-PLUS"
_DOWNGRADED: Final = frozenset(
    {"channel-bindings-dont-match", "server-does-support-channel-binding"}
)

Exchange: TypeAlias = Callable[[str], Awaitable[Xml]]  # sends an element, gives the server's next


@dataclass(frozen=True, slots=True)
class Binding:
    """What ties a login to its TLS channel (RFC 5056): the name of the type, and the data."""

    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server offers before the login, and what the channel can do."""

    mechanisms: Collection[str]
    binding_types: Collection[str]  # XEP-0440; empty where the server does not say
    binding: Binding | None  # None: the channel has none that we can have
    plain: bool  # whether the channel keeps a password secret, or needs not


class Mechanism(Protocol):
    """A login from its first message to the server's success."""

    name: str

    async def run(self, exchange: Exchange) -> None:
        """Returns once the server said success and proved what the mechanism lets it prove.

        Raises `RefusedError`, `BrokenError`.
        """


class RefusedError(Exception):
    """The server refused: its `<failure>` (RFC 6120 6.5), None where it says it within SCRAM."""

    def __init__(self, failure: Xml | None = None) -> None:
        super().__init__()
        self.failure = failure


class BrokenError(Exception):
    """The server does not keep to the mechanism; the text says how, for people."""


def choose(offer: Offer, user: str, password: str) -> Mechanism | None:
    """The best mechanism of an offer: with channel binding, then by hash, then PLAIN.

    `user`, `password`: after SASLprep (RFC 4013). None where none may be used.
    """
    offered = {f"SCRAM-{hash_}{end}" for hash_ in _HASHES for end in (_PLUS, "")}
    offered.intersection_update(offer.mechanisms)
    binding = offer.binding
    if binding and offer.binding_types and binding.type not in offer.binding_types:
        binding = None
    for bound in (True, False) if binding else (False,):
        for hash_ in _HASHES:
            name = f"SCRAM-{hash_}{_PLUS if bound else ''}"
            if name in offered:
                return Scram(name, _flag(offered, binding, bound), binding, user, password)
    if offer.plain and "PLAIN" in offer.mechanisms:
        return Plain(user, password)
    return None


def _flag(offered: Collection[str], binding: Binding | None, bound: bool) -> str:
    """RFC 5802 7: `y` lets a server notice that somebody took the -PLUS out of its offer."""
    if binding is None:
        return "n"
    if bound:
        return f"p={binding.type}"
    return "n" if any(name.endswith(_PLUS) for name in offered) else "y"


class Plain:
    """RFC 4616: the password itself."""

    name = "PLAIN"

    def __init__(self, user: str, password: str) -> None:
        self._message = f"\0{user}\0{password}".encode()

    async def run(self, exchange: Exchange) -> None:
        """Raises `RefusedError`, `BrokenError`."""
        _expect(await exchange(_element("auth", self._message, self.name)), "success")


class Scram:
    """RFC 5802: neither side sends the password, and each proves that it has it (or its hash)."""

    def __init__(
        self, name: str, flag: str, binding: Binding | None, user: str, password: str
    ) -> None:
        self.name = name
        self._hash = _HASHES[name.removeprefix("SCRAM-").removesuffix(_PLUS)]
        self._header = f"{flag},,".encode()
        self._binding = binding.data if binding and flag.startswith("p=") else b""
        self._nonce = secrets.token_urlsafe(24)
        escaped = user.replace("=", "=3D").replace(",", "=2C")
        self._first = f"n={escaped},r={self._nonce}"
        self._password = password.encode()

    async def run(self, exchange: Exchange) -> None:
        """Raises `RefusedError`, `BrokenError`."""
        first = self._header + self._first.encode()
        answer = await exchange(_element("auth", first, self.name))
        challenge = _data(_expect(answer, "challenge"))
        nonce, salt, iterations = self._challenged(_parsed(challenge))

        salted = await _salted(self._hash, self._password, salt, iterations)
        unproved = b"c=" + base64.b64encode(self._header + self._binding) + b",r=" + nonce
        signed = b",".join((self._first.encode(), challenge, unproved))
        key = self._mac(salted, b"Client Key")
        signature = self._mac(hashlib.new(self._hash, key).digest(), signed)
        proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
        answer = await exchange(_element("response", unproved + b",p=" + base64.b64encode(proof)))

        expected = self._mac(self._mac(salted, b"Server Key"), signed)
        proved = _expect(answer, "challenge", "success")
        self._verify(_data(proved), expected)
        if proved.name == "challenge":  # the proof may come alone (RFC 6120 6.4.6)
            _expect(await exchange(_element("response", b"")), "success")

    def _challenged(self, said: Mapping[str, str]) -> tuple[bytes, bytes, int]:
        """The nonce of both, the salt and the number of iterations. Raises `BrokenError`."""
        if "m" in said:
            raise BrokenError("its challenge has an extension that nobody knows")
        nonce = said.get("r", "")
        if not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise BrokenError("its challenge does not answer our message")
        salt = _decoded(said.get("s", ""))
        if not salt:
            raise BrokenError("its challenge has no salt")
        count = said.get("i", "")
        if not (count.isascii() and count.isdecimal() and count.strip("0")):
            raise BrokenError("its challenge has no number of iterations")
        if len(count) > len(str(MOST_ITERATIONS)) or int(count) > MOST_ITERATIONS:
            raise BrokenError(
                f"it asks for {count[:20]}{'…' if count[20:] else ''} iterations of its hash,"
                f" and at most {MOST_ITERATIONS} are done"
            )
        return nonce.encode(), salt, int(count)

    def _verify(self, data: bytes, expected: bytes) -> None:
        said = _parsed(data)
        if (error := said.get("e")) is not None:
            if error in _DOWNGRADED:
                raise BrokenError(
                    f"somebody may stand between us and it ({error}: what it offers was changed)"
                )
            raise RefusedError
        if not hmac.compare_digest(_decoded(said.get("v", "")), expected):
            raise BrokenError("it did not prove that it knows the password, too")

    def _mac(self, key: bytes, message: bytes) -> bytes:
        return hmac.digest(key, message, self._hash)


async def _salted(name: str, password: bytes, salt: bytes, iterations: int) -> bytes:
    """PBKDF2 in a thread that nobody waits for: a login that is given up leaves it to itself."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[bytes] = loop.create_future()

    def end(result: bytes) -> None:
        if not ended.done():
            ended.set_result(result)

    def work() -> None:
        result = hashlib.pbkdf2_hmac(name, password, salt, iterations)
        with contextlib.suppress(RuntimeError):  # the loop is closed by now
            loop.call_soon_threadsafe(end, result)

    # An executor's threads would be waited for when the program ends.
    threading.Thread(target=work, daemon=True).start()
    return await ended


def _element(name: str, data: bytes, mechanism: str | None = None) -> str:
    """An element with its data; `=` is data of no length (RFC 6120 6.4.2)."""
    named = f" mechanism='{mechanism}'" if mechanism else ""
    text = base64.b64encode(data).decode() or ("=" if mechanism else "")
    return f"<{name} xmlns='{SASL}'{named}>{text}</{name}>"


def _expect(answer: Xml, *names: str) -> Xml:
    """`answer`, if it is one of these. Raises `RefusedError`, `BrokenError`."""
    if answer.name == "failure":
        raise RefusedError(answer)
    if answer.name not in names:
        raise BrokenError(f"it sent {answer.name[:40]!r} where {' or '.join(names)} was due")
    return answer


def _data(element: Xml) -> bytes:
    text = element.text.strip()
    return b"" if text == "=" else _decoded(text)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise BrokenError("what it sent is not base64") from None


def _parsed(message: bytes) -> dict[str, str]:
    """The attributes of a message by letter (RFC 5802 5.1), none where it is empty."""
    try:
        parts = message.decode().split(",") if message else []
    except UnicodeDecodeError:
        raise BrokenError("what it sent is not UTF-8") from None
    if any(part[1:2] != "=" for part in parts):
        raise BrokenError("what it sent is no message of SCRAM")
    return {part[0]: part[2:] for part in parts}

"""Values that a schema cannot check: JIDs, node ids, and variables of the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from spaces_sync.document.context import Context, DocumentEntry
from spaces_sync.document.problems import reason, shown
from spaces_sync.document.tree import Map, place_of
from spaces_sync.model import addresses, storage
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid, check_portable
from spaces_sync.model.marker import OWN_PREFIX
from spaces_sync.model.preparation import AddressError
from spaces_sync.model.shapes import is_remark
from spaces_sync.model.state import Address
from spaces_sync.model.xml import unencodable

MAX_ID_BYTES: Final = 1023  # bytes of UTF-8, as for a resource, whose rules XEP-0060 gives it
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-((?:(?!\$\{)[^}])*))?\}")
_OURS: Final = "SPACES_SYNC_"
# What a job has in its environment beside what was meant for a file.
_SECRET: Final = re.compile(
    "TOKEN|PASSW|SECRET|CREDENTIAL|(?:^|_)KEY|(?:^|_)PAT(?:_|$)", re.IGNORECASE
)
_NO_VARIABLE: Final = (
    "an XMPP URI takes no variable; write the service out, or a node id beside 'service: …${NAME}…'"
)
_RESERVED: Final = f"nodes whose id begins with {OWN_PREFIX!r} are spaces-sync's own"
_HOW: Final = "write ${NAME} or ${NAME:-default}, with no variable in the default"


def entries_of(body: Map) -> Iterator[tuple[str, Any, int, int]]:
    """The entries of `body` whose key does not begin with `x-`, as `Map.entries`."""
    return (each for each in body.entries() if not is_remark(each[0]))


def jid_entries_of(file: str, body: Map, context: Context) -> Iterator[tuple[str, Any, int, int]]:
    """As `entries_of`, for keys that are JIDs; warns of those that begin with `x-`."""
    for key, _, mark, _ in body.entries():
        if is_remark(key) and "@" in key:
            words = f"{shown(key)} begins with 'x-' and is ignored; for a JID begin with 'X-'"
            context.warn(place_of(file, mark), words, "ignored")
    return entries_of(body)


def expanded(text: str, environment: Mapping[str, str]) -> str:
    """`text` with `${NAME}` and `${NAME:-default}` taken from the environment.

    Raises `ValueError` for a variable that is not set, for one of our own or of a secret, and for a
    `${` that is neither form.
    """

    def value(match: re.Match[str]) -> str:
        name, default = match[1], match[2]
        ours = name.startswith(_OURS)
        if ours or _SECRET.search(name):
            tool = "is a variable of this tool, which may hold a password"
            what = tool if ours else "has the name of a secret"
            raise ValueError(
                f"{name} {what}, and what stands here is shown and published; name another"
            )
        found = environment.get(name)
        if default is not None:
            return found or default
        if found is None:
            raise ValueError(
                f"the environment variable {name} is not set; set it or write ${{{name}:-default}}"
            )
        return found

    if "${" not in text:
        return text
    if "${" in _VARIABLE.sub("", text):
        raise AddressError(f"{shown(text)}: {_HOW}", text)
    made = _VARIABLE.sub(value, text)
    if (bad := unencodable(made)) is not None:
        message = f"{shown(text)}: its variable holds the character U+{ord(bad):04X}"
        raise AddressError(message, text)
    return made


def _named(text: str, error: ValueError) -> ValueError:
    """`error` with `text` before its words, where these do not name it already."""
    words = reason(error)
    named = isinstance(error, AddressError) and error.quoted == text
    return ValueError(words if named else f"{shown(text)}: {words}")


def _portable(text: str) -> Jid:
    found = bare_jid(text)
    check_portable(found)
    return found


def jid(text: str, environment: Mapping[str, str]) -> Jid:
    """`text` as a bare JID, whose domain may hold variables.

    Raises `ValueError`, whose words name `text`.
    """
    local, at, domain = text.rpartition("@")
    try:
        if "${" in local:
            raise ValueError("a variable stands only after the '@'")  # noqa: TRY301 - gets its text below
        return _portable(f"{local}{at}{expanded(domain, environment)}" if "${" in domain else text)
    except ValueError as error:
        raise _named(text, error) from None


def service_jid(text: str, environment: Mapping[str, str]) -> Jid:
    """`text` as the JID of a service, any part of which may hold variables.

    Raises `ValueError`, whose words name `text`.
    """
    try:
        return _portable(expanded(text, environment))
    except ValueError as error:
        raise _named(text, error) from None


def room_jid(text: str, environment: Mapping[str, str]) -> Jid:
    """`text` as the JID of a room: as `jid`, with a local part.

    Raises `ValueError`, whose words name `text`.
    """
    found = jid(text, environment)
    if "@" not in found:
        raise ValueError(f"{shown(text)} is no room: write ROOM@{found}")
    return found


def declared_room(text: str, environment: Mapping[str, str]) -> Jid:
    """As `room_jid`, for a room that must exist, which its service has to keep."""
    found = room_jid(text, environment)
    try:
        storage.check_room(found)
    except ValueError as error:
        raise _named(text, error) from None
    return found


def node_address(text: str, service: Jid | None) -> NodeAddress:
    """The node that `text` names: by id on `service` (None: no id will do), or by XMPP URI.

    Raises `ValueError`, whose words name `text`.
    """
    if not text:
        raise ValueError("a node id must not be empty")
    try:
        if addresses.is_uri(text) and "${" in text:
            raise ValueError(_NO_VARIABLE)  # noqa: TRY301 - gets its text below
        found = addresses.node_address(text, service)
        if addresses.is_uri(text):
            check_portable(found.service)
        check_id(found.node, "node id")
        if found.node.startswith(OWN_PREFIX):
            raise ValueError(_RESERVED)  # noqa: TRY301 - gets its text below
    except ValueError as error:
        raise _named(text, error) from None
    return found


def declared_node(text: str, service: Jid | None) -> NodeAddress:
    """As `node_address`, for a node that must exist, which its service has to keep."""
    found = node_address(text, service)
    try:
        storage.check_node(found.node)
    except ValueError as error:
        raise _named(text, error) from None
    return found


def check_id(text: str, what: str) -> None:
    """Whether services keep `text` as the id of a node or item (`what`, for messages).

    Raises `ValueError` where they do not.
    """
    if not text:
        raise ValueError(f"the {what} must not be empty")
    if any(c in text for c in "\t\n\r"):
        # Prosody stores them and serves a space instead (attribute value normalisation).
        message = f"{shown(text)} has a tab or a line break, which services do not keep"
        raise AddressError(message, text)
    if (bad := unencodable(text)) is not None:
        character = f"U+{ord(bad):04X}"
        message = f"{shown(text)} has the character {character}, which XML cannot carry"
        raise AddressError(message, text)
    if len(text.encode()) > MAX_ID_BYTES:
        raise AddressError(f"{shown(text)} is longer than {MAX_ID_BYTES} bytes", text)


def jids(
    entry: DocumentEntry, key: str, context: Context, address: Address
) -> dict[Jid, str] | None:
    """The JIDs under `key` (`affiliations` or `subscriptions`), each with that right.

    Without what is a problem, which is reported. None where the entry does not have that key.
    """
    body = entry.body.get(key)
    if body is None:
        return None
    context.places[address, key] = entry.place_of(key)
    found: dict[Jid, str] = {}
    for text, right, mark, _ in jid_entries_of(entry.file, body, context):
        place = place_of(entry.file, mark)
        try:
            who = jid(text, context.environment)
        except ValueError as error:
            context.reject(place, error)
            continue
        if who in found:
            first = context.places[address, key, who]
            message = f"{shown(text)} is the same JID as the entry at {first}"
            context.problem(place, message, "duplicate")
            continue
        found[who] = right
        context.places[address, key, who] = place
    return found

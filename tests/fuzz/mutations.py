"""Damages bytes, JSON values and XML a little: small steps away from what our readers expect."""

import json
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any

from spaces_sync.model.xml import Xml, element, unencodable

YAML = (
    *("&a ", "*a", "!!python/object:os.system ", "!t ", "<<: *x", "? ", ": ", "- ", "# ", "|", ">"),
    *("---\n", "...\n", "%YAML 1.2\n", "[", "]", "{", "}", "'", '"', "\\", "@", "`", "\t", "\n  "),
    *("[" * 90, "{a: " * 90, "- " * 90, "&a [*a, *a]", "~", "null", "no", "12", ".inf", "1e400"),
    *("0x7f", "2024-01-01", "9" * 5000, "${NO}", "${DOMAIN", "${NO:-x}", "xmpp:", "@"),
)
CHARACTERS = (
    *("\0", "\a", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff", "\ufffe"),
    *("\r", "\u0301", "\U0001f600", "\U000e0041", "é" * 300),
)
BROKEN = (b"\xff", b"\xc3", b"\xe2\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\0")
TEXTS = (
    *("", " ", "x", "true", "0", "max", "none", "owner", "open", "item-not-found", "1.0", "xmpp:?"),
    *("xmpp:pubsub.megacorp.example?;node=dev", "a@b", "A@B.example/c", "@", "a b", "//", "urn:x"),
    *(
        "\ud800",
        "x\ud800",
        "\udfff y",
        "a\0b",
        "\x1b]0;x\a",
        "\u202eab",
        "\n\t ",
        "<a/>",
        "<a>",
        "<a" * 400,
        "&amp;",
        "%",
    ),
    *(
        "%ff",
        "env:NO",
        "file:/nonexistent",
        "é" * 3000,
        "-1",
        "9" * 5000,
        "\uff11\uff12",
        "publish-item",
    ),
)
HUGE = 10**30
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, HUGE, 1.5, float("nan"), float("inf"), [], {}, ""),
    *([None], [[]], {"a": 1}, {"": {}}, ["a", "a"]),
)
NAMESPACES = (
    *("", "jabber:client", "jabber:x:data", "http://jabber.org/protocol/pubsub", "urn:example:x"),
    *("http://jabber.org/protocol/disco#info", "urn:ietf:params:xml:ns:xmpp-stanzas", "{x}y"),
)
TAGS = ("x", "item", "field", "value", "query", "pubsub", "items", "error", "set", "last", "count")


def bytes_of(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """One to four steps, each of them one that people, editors and disks take."""
    for _ in range(rng.randint(1, 4)):
        data = rng.choice((_flip, _cut, _line, _line, _insert, _insert, _splice))(rng, data, others)
    return data


def _flip(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    if not data:
        return b"\xff"
    changed = bytearray(data)
    changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Ends anywhere, in the middle of a character too, or lacks a piece."""
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:start] if rng.random() < 0.5 else data[:start] + data[end:]


def _line(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(4):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            lines[one] = b" " * rng.randint(1, 3) + lines[one]
    return b"".join(lines)


def _insert(rng: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(data) + 1)
    text = rng.choice((YAML, YAML, CHARACTERS))
    new = rng.choice(BROKEN) if rng.random() < 0.1 else rng.choice(text).encode()
    return data[:at] + new + data[at:]


def _splice(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    start, end = sorted(rng.randrange(len(other) + 1) for _ in range(2))
    at, gone = rng.randrange(len(data) + 1), rng.choice((0, 80))
    return data[:at] + other[start:end] + data[at + gone :]


def json_of(rng: Random, data: Any) -> Any:
    """A copy, one to three values of it replaced, lost, renamed, doubled, swapped or wrapped."""
    copy = [json.loads(json.dumps(data))]  # in a list, so that the whole can be replaced as well
    for _ in range(rng.randint(1, 3)):
        holder, key = _place(rng, copy)
        _damage(rng, holder, key)
    return copy[0] if copy else None


def json_bytes_of(rng: Random, data: Any) -> bytes:
    """The same as a file, some numbers in it longer than Python reads."""
    text = json.dumps(json_of(rng, data), ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.5:
        text = text.replace(str(HUGE), "9" * 5000)
    return text.encode(errors="surrogatepass")


def _place(rng: Random, holder: Any) -> tuple[Any, Any]:
    """Any value: its holder and its key there; the deeper the likelier."""
    while True:
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        if not keys:
            return holder, None
        key = rng.choice(keys)
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.1:
            return holder, key
        holder = inner


def _damage(rng: Random, holder: Any, key: Any) -> None:
    if key is None:
        (holder.append(None) if isinstance(holder, list) else holder.update(x=None))
        return
    match rng.randrange(6):
        case 0:
            holder[key] = deepcopy(rng.choice(VALUES))
        case 1:
            holder[key] = _text(rng, holder[key])
        case 2:
            del holder[key]
        case 3 if isinstance(holder, list):
            holder.insert(rng.randrange(len(holder) + 1), _copied(holder[key]))
        case 3:
            holder[_text(rng, key)] = _copied(holder[key])
        case 4:
            other = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
            holder[key], holder[other] = holder[other], holder[key]
        case _:
            for _ in range(rng.choice((1, 40, 400))):
                holder[key] = [holder[key]] if rng.random() < 0.5 else {"a": holder[key]}


def _copied(value: Any) -> Any:
    """A value that was nested beyond all measure before is not copied, but shared."""
    try:
        return deepcopy(value)
    except RecursionError:
        return value


def _text(rng: Random, old: Any) -> str:
    """Another text, or the old one with something put into it."""
    new = rng.choice(rng.choice((TEXTS, TEXTS, CHARACTERS)))
    if not isinstance(old, str) or rng.random() < 0.5:
        return new
    at = rng.randrange(len(old) + 1)
    return old[:at] + new + old[at + rng.randrange(3) :]


def xml_of(rng: Random, xml: Xml) -> Xml:
    """One to four elements changed, lost, doubled or put elsewhere."""
    for _ in range(rng.randint(1, 4)):
        xml = _step(rng, xml)
    return xml


def _step(rng: Random, xml: Xml) -> Xml:
    below = [index for index, child in enumerate(xml.children) if isinstance(child, Xml)]
    if below and rng.random() < 0.92:
        at = rng.choice(below)
        child = xml.children[at]
        assert isinstance(child, Xml)
        rest = list(xml.children)
        rest[at : at + 1] = _replaced(rng, child)
        return xml.with_children(tuple(rest))
    return _changed(rng, xml)


def _replaced(rng: Random, child: Xml) -> list[Xml | str]:
    match rng.randrange(12):
        case 0:
            return []
        case 1:
            return [child, child]
        case 2:
            return [rng.choice(("", "words", "  \n")), *child.children]
        case 3:
            return [element(rng.choice(NAMESPACES), rng.choice(TAGS), {}, child)]
        case _:
            return [_step(rng, child)]


def _changed(rng: Random, xml: Xml) -> Xml:
    names = [name for (ns, name), _ in xml.attributes if not ns]
    name = rng.choice([*names, "id", "jid", "node", "type"])
    match rng.randrange(6):
        case 0:
            return Xml(rng.choice(NAMESPACES), xml.name, xml.attributes, xml.children)
        case 1:
            return Xml(xml.ns, rng.choice(TAGS), xml.attributes, xml.children)
        case 2:
            return xml.with_attribute(name, None)
        case 3:
            return xml.with_attribute(name, _sendable(_text(rng, xml.get(name))))
        case 4:
            return xml.with_children((_sendable(_text(rng, xml.text)),))
        case _:
            deep = element("urn:example:deep", "deep")
            for _ in range(rng.choice((3, 150, 600))):
                deep = Xml(deep.ns, deep.name, (), (deep,))
            return xml.with_children((*xml.children, deep))


def _sendable(text: str) -> str:
    """Without what no XML can carry: that ends the stream, and bytes see to it elsewhere."""
    while (character := unencodable(text)) is not None:
        text = text.replace(character, "")
    return text

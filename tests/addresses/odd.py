"""Odd JIDs and node ids, the same in each run, and documents that hold them."""

import os
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spaces_sync.document import examine

ALL = os.environ.get("ADDRESSES") == "all"
SEED = 503
HOST = "rooms.megacorp.example"


def between(*ranges: tuple[int, int]) -> str:
    return "".join(chr(code) for first, last in ranges for code in range(first, last + 1))


# Each a script, or what is odd in one way. Drawn from with the same chance.
ALPHABETS = (
    "abcxyzABCXYZ0189",
    "!#$%()*+,-.;=?[\\]^_`{|}~",
    " \"&'/:<>@\t\x7f",
    "äöüßéÅÆŁıİſƛǅĳŉﬁﬀẚ",
    "αΩςΣϓΐᾀᾷϐ",
    "жЯӀѝ",
    "אבגדהזׁ",
    "םנسملیﷺﷲﻼ",
    "٠١۲०๑",
    "กขัำ",
    "नमक्षक़",
    "각가가ㄱ",
    "日本漢字かなｶﾞガ",
    between((0xFF01, 0xFF5E)),
    "①½№℡℀㎏ⅷ…‥\u2024≠",
    "ᎠᏣႠႵ",
    "☃❤♥✓€₹",
    "😀🦀🏳",
    between((0x0300, 0x0345)),
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f",
    "\u00a0\u2003\u3000\u1680\u0085\u2028",
    "\u200e\u200f\u202e\u2066",
    "\ue000\ufdd0\ufffe\ufffd",
    "\u0221\u0240\u0526\u1e9e\u20bd\ua640\u2c00\u05ef\u08a0",
    "𝐀𝕏𐐀𠀀\U0002f868\U0002f91f",
    "\U000e0041\U000e0100\U0001f600\U00016e40",
    between((0x00A1, 0x024F)),
    between((0x0370, 0x1FFF)),
    between((0x2000, 0x33FF)),
    between((0xF900, 0xFFEF)),
)
DOMAINS = (
    "example",
    "megacorp.example",
    "EXAMPLE.",
    "münchen.example",
    "xn--mnchen-3ya.example",
    "אב.גד",
    "אב.example",
    "a。example",
    "my_host",
    "192.0.2.1",
    "192.0.2.256",
    "[2001:DB8::1]",
    "[2001:db8::1%a]",
    "-a.example",
    "a--b.example",
    "xn--a.example",
    f"{'a' * 63}.example",
    f"{'a' * 64}.example",
    f"{'é' * 57}.example",
    f"{'é' * 58}.example",
    ".".join(["a" * 61] * 4),
    ".".join(["a" * 62] * 4),
)


def word(chance: random.Random) -> str:
    """A few characters of one alphabet, or of two."""
    alphabets = chance.sample(ALPHABETS, 2)
    if chance.random() < 0.5:
        alphabets[0] = ALPHABETS[0]
    letters = [chance.choice(chance.choice(alphabets)) for _ in range(chance.randint(1, 5))]
    return "".join(letters)


def name(chance: random.Random) -> str:
    """Once in a while as long as some server or standard takes it, or longer."""
    if chance.random() < 0.9:
        return word(chance)
    unit = chance.choice(("a", "-", "_", "é", "ж", "日", "ß", "🏳", "ŉ", word(chance)))
    size = chance.choice((83, 84, 242, 243, 250, 251, 1023, 1024)) + chance.randint(-1, 1)
    if chance.random() < 0.5:  # as the name of a file in Prosody
        size //= len(unit) if unit.isalnum() and unit.isascii() else 3
    count = max(1, size // len(unit.encode()))
    return unit * count


def person(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.6:
        return f"{name(chance)}@{chance.choice(DOMAINS[:3])}"
    if kind < 0.75:
        return f"{word(chance)}@{chance.choice(DOMAINS)}"
    if kind < 0.95:
        return f"x@{word(chance)}.{chance.choice(('example', word(chance)))}"
    return f"{word(chance)}.example"


def room(chance: random.Random) -> str:
    return f"{name(chance)}@{chance.choice((HOST, HOST, HOST.upper(), f'{HOST}.'))}"


def sample(make: Callable[[random.Random], str], size: int, part: int) -> list[str]:
    """`size` different ones, or one in `part` of these, unless all are asked for.

    None begins as a remark does, or with what is taken for a URI.
    """
    chance = random.Random(SEED)  # noqa: S311 - the same in each run
    found: dict[str, None] = {}
    while len(found) < size:
        made = make(chance)
        if not made.startswith("x-") and not made.lower().startswith("xmpp:"):
            found[made] = None
    return [*found] if ALL else [*found][::part]


def quoted(text: str) -> str:
    """As YAML, whatever `text` holds."""
    return (
        '"'
        + "".join(
            c if c.isascii() and c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}"
            for c in text
        )
        + '"'
    )


@dataclass(frozen=True)
class Verdict:
    """What `validate` says of texts: those it takes, and the message for each other one.

    Of several that name the same thing the first counts.
    """

    taken: list[str] = field(default_factory=list)
    refused: Mapping[str, str] = field(default_factory=dict)


def validated(texts: Iterable[str], path: Path, head: str, entry: str) -> Verdict:
    """`head` is the document around them, of which `entry` is the value of each."""
    lines = [f"{head}\n"]
    at: dict[int, str] = {}
    for text in texts:
        indent = " " * (len(head.rpartition("\n")[2]) - len(head.rpartition("\n")[2].lstrip()) + 2)
        at["".join(lines).count("\n") + 1] = text
        lines.append(f"{indent}? {quoted(text)}\n{indent}: {entry}\n")
    path.write_text("".join(lines), encoding="utf-8")
    problems = examine([path], {})[1]
    same = {at[each.place.line] for each in problems if each.code == "duplicate"}
    refused = {
        at[each.place.line]: each.message
        for each in problems
        if each.severity == "error" and each.code != "duplicate"
    }
    return Verdict([each for each in at.values() if each not in same | refused.keys()], refused)

"""What a ledger says of objects as text: an element for each, in which words name what is owned.

A word is a name and one of the values that it may have, behind a sign: `?` where a record doubts
it, `!` where an intent takes it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from spaces_sync.model.addresses import NodeAddress, bare_jid, is_uri, node_uri
from spaces_sync.model.state import EMPTY, Address, Owned, either, joined
from spaces_sync.model.xml import Xml, element

TOKEN: Final = 8  # characters of base64, 48 bits: 2 000 names collide once in 10^8 objects
LONGEST: Final = 2 * TOKEN + 2  # of a name, one of its values, its sign and a space
_DOUBTFUL: Final = "?"  # no character of base64
_LEAVES: Final = "!"


def address_text(address: Address) -> str:
    """An address as a ledger has it."""
    return address.uri if isinstance(address, NodeAddress) else address


def words(applied: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each name with each of the values that it may have."""
    pairs = sorted(applied.items())
    return [(name, each) for name, value in pairs for each in value.split() or [""]]


def of_words(several: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The names and values of which `words` are."""
    applied: dict[str, str] = {}
    for name, value in several:
        applied[name] = either(applied[name], value) if name in applied else value
    return applied


def split(owned: Owned, most: int) -> Iterator[Owned]:
    """`owned` in pieces of `most` words at most, which `joined` makes whole again."""
    there, gone = words(owned.applied), words(owned.leaves)
    for start in range(0, max(len(there), 1), most):
        some = of_words(there[start : start + most])
        yield replace(owned, applied=some, doubtful=owned.doubtful & some.keys(), leaves=EMPTY)
    for start in range(0, len(gone), most):
        some = of_words(gone[start : start + most])
        yield replace(owned, applied=EMPTY, doubtful=frozenset(), leaves=some)


def encoded(
    objects: Mapping[Address, Owned], namespace: str, *, intends: bool = False
) -> Iterator[Xml]:
    """`intends`: of an intent, in which all is doubtful, and nothing has to say so."""
    for address, owned in sorted(objects.items(), key=lambda pair: address_text(pair[0])):
        attributes = {"address": address_text(address)}
        if owned.protect:
            attributes["protect"] = "true"
        if owned.copies:
            attributes["copies"] = owned.copies
        if owned.uncertain and not intends:
            attributes["uncertain"] = "true"
        signs = {} if intends else dict.fromkeys(owned.doubtful, _DOUBTFUL)
        text = [signs.get(name, "") + name + value for name, value in words(owned.applied)]
        if intends:
            text += [_LEAVES + name + value for name, value in words(owned.leaves)]
        yield element(namespace, "object", attributes, " ".join(text))


def decoded(payload: Xml, namespace: str) -> Mapping[Address, Owned]:
    """The objects in a record or an intent. Raises `ValueError` where it cannot be understood."""
    found: dict[Address, Owned] = {}
    for each in payload.elements:
        text = each.get("address")
        if not each.is_a((namespace, "object")) or text is None:
            raise ValueError(f"it holds a <{each.name}/> without an address")
        try:
            address = node_uri(text) if is_uri(text) else bare_jid(text)
        except ValueError as error:
            raise ValueError(f"its address is none: {error}") from None
        owned = _owned(each)
        found[address] = joined(found[address], owned) if address in found else owned
    return found


def _owned(said: Xml) -> Owned:
    by_sign: dict[str, list[tuple[str, str]]] = {"": [], _DOUBTFUL: [], _LEAVES: []}
    for word in said.text.split():
        sign = word[0] if word[0] in by_sign else ""
        token = word.removeprefix(sign)
        if len(token) not in (TOKEN, 2 * TOKEN):
            raise ValueError("one of its tokens was cut")
        by_sign[sign].append((token[:TOKEN], token[TOKEN:]))
    applied = of_words(by_sign[""] + by_sign[_DOUBTFUL])
    return Owned(
        applied,
        said.get("protect") == "true",
        said.get("copies", "") or "",
        frozenset(applied.keys() - dict(by_sign[""]).keys()),
        said.get("uncertain") == "true",
        of_words(by_sign[_LEAVES]),
    )

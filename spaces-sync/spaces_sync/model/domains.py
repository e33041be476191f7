"""The domain of a JID: its one spelling, and whether it can be looked up (IDNA, RFC 3490)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from unicodedata import ucd_3_2_0

from spaces_sync.model.preparation import AddressError, named, newer_character, prepared

MAX_BYTES: Final = 1023  # octets of UTF-8 (RFC 7622 3.2)
_MAX_LABEL: Final = 63  # bytes of a part between two dots in DNS (RFC 1035 2.3.4)
_MAX_NAME: Final = 253  # bytes of a whole name there
_ACE: Final = "xn--"
_DOTS: Final = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490 3.1
_NOT_IN_LABEL: Final = re.compile("[^0-9A-Za-z_\x80-\U0010ffff-]")
_NO_CHARACTERS: Final = ("Cc", "Co", "Cs")


def domain(text: str) -> str:
    """A name, an IPv4 address, or an IPv6 address in brackets, in the spelling of servers.

    One trailing dot is dropped. Raises `ValueError`.
    """
    name = text.removesuffix(".")
    if name.startswith("[") and name.endswith("]"):
        if "%" in name:
            raise AddressError(f"{text!r} has a zone, which means something on one machine", text)
        return f"[{IPv6Address(name[1:-1])}]"
    made = _prepared(name).replace("\u3002", ".")
    for label in made.split("."):
        if not label:
            raise AddressError(f"{text!r} is no domain: a part between two dots is empty", text)
        if bad := _NOT_IN_LABEL.search(label):
            raise AddressError(f"{named(bad[0])} cannot stand in a domain", bad[0])
    if len(made.encode()) > MAX_BYTES:
        raise ValueError(f"the domain of a JID has 1 to {MAX_BYTES} bytes")
    return made


def _prepared(name: str) -> str:
    """By nameprep, which servers hold against a name as a whole, and DNS against each part."""
    try:
        return prepared(name)
    except AddressError as error:
        try:
            written = ".".join(_ascii(prepared(label)) for label in _DOTS.split(name))
        except ValueError:
            raise error from None
        raise AddressError(f"{error}; write {written!r}", error.quoted) from None


@lru_cache(maxsize=1024)
def check_lookup(name: str) -> None:
    """Raises `AddressError` where `name`, as `domain` spells it, cannot be looked up.

    Such is a name that IDNA cannot carry, that DNS has no room for, or that is a wrong address.
    """
    if name.startswith("["):
        return
    labels = name.split(".")
    for label in labels:
        _check_label(label)
    if labels[-1].isdecimal():
        try:
            IPv4Address(name)
        except ValueError:
            raise AddressError(f"{name!r} is no IPv4 address, and no name ends so", name) from None
    size = len(".".join(map(_ascii, labels)))
    if size > _MAX_NAME:
        raise AddressError(
            f"{name!r} has {size} bytes in DNS, which has room for {_MAX_NAME}", name
        )


def _check_label(label: str) -> None:
    """Raises `AddressError` where `label` is none by RFC 5891 4.2.3, as Prosody 13.0.7 says."""
    if newer := newer_character(label):
        raise AddressError(f"{named(newer)} is not in Unicode 3.2, of which JIDs are made", newer)
    size = len(_ascii(label))
    if size > _MAX_LABEL:
        raise AddressError(
            f"{label!r} has {size} bytes in DNS, which has room for {_MAX_LABEL} in a part", label
        )
    if "_" in label:
        raise AddressError("'_' cannot stand in a domain that all servers take", "_")
    if label.startswith("-") or label.endswith("-"):
        raise AddressError(f"{label!r} is no part of a domain: a '-' stands at its end", label)
    if ucd_3_2_0.category(label[0]).startswith("M"):
        raise AddressError(f"{label!r} is no part of a domain: it begins with a mark", label)
    if label[2:4] == "--" and not _is_ace(label):
        raise AddressError(
            f"{label!r} has '--' as if it stood for another name, and stands for no other name",
            label,
        )
    prepared(label)  # the rule about directions holds for each part, too


def _ascii(label: str) -> str:
    """As DNS carries it (RFC 3490 4.1)."""
    return label if label.isascii() else _ACE + label.encode("punycode").decode()


def _is_ace(label: str) -> bool:
    """Whether `label` stands for one with other characters than those of ASCII (RFC 5890 2.3.2.1).

    By today's Unicode: a name of IDNA2008 (`xn--strae-oqa`) has no other form in RFC 3490.
    """
    if not label.startswith(_ACE) or not label.isascii() or len(label) > _MAX_LABEL:
        return False
    try:
        found = label.removeprefix(_ACE).encode().decode("punycode")
        same = not found.isascii() and _ascii(found) == label
    except UnicodeError:
        return False
    categories = [*map(unicodedata.category, found)]
    return (
        same
        and unicodedata.normalize("NFKC", found.lower()) == found
        and not categories[0].startswith("M")
        and not any(each in _NO_CHARACTERS for each in categories)
    )

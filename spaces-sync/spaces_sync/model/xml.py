"""XML as a frozen value whose `==` is equality by infoset, read from text and written as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from xml.parsers import expat

XML_NS: Final = "http://www.w3.org/XML/1998/namespace"

# Expat joins namespace and name with this. It cannot occur in an XML document, so that no
# namespace can contain it: Movim's `{https://movim.eu}bookmarks-conference-call` contains the
# `}` that every ElementTree parser uses here.
SEPARATOR: Final = "\x01"

MAX_DEPTH: Final = 200  # levels of elements: `==`, `hash` and `serialise` recurse

Name: TypeAlias = tuple[str, str]  # (namespace, local name)


@dataclass(frozen=True, slots=True)
class Xml:
    """An element; attributes are sorted by name, adjacent texts are one, prefixes are not kept."""

    ns: str
    name: str
    attributes: tuple[tuple[Name, str], ...] = ()
    children: tuple[Xml | str, ...] = ()

    def __str__(self) -> str:
        return serialise(self)

    def get(self, name: str, default: str | None = None, ns: str = "") -> str | None:
        """The value of the attribute `name` in the namespace `ns`, else `default`."""
        for key, value in self.attributes:
            if key == (ns, name):
                return value
        return default

    @property
    def elements(self) -> Iterator[Xml]:
        """The child elements, in their order."""
        return (child for child in self.children if isinstance(child, Xml))

    @property
    def text(self) -> str:
        """The element's own text, without that of its child elements."""
        return "".join(child for child in self.children if isinstance(child, str))

    def find(self, ns: str, name: str) -> Xml | None:
        """The first child element of that name; None where there is none."""
        for child in self.children:
            if isinstance(child, Xml) and child.name == name and child.ns == ns:
                return child
        return None

    def find_all(self, ns: str, name: str) -> Iterator[Xml]:
        """The child elements of that name, in their order."""
        return (child for child in self.elements if child.name == name and child.ns == ns)

    def is_a(self, name: Name) -> bool:
        """Whether this is an element of that name."""
        return (self.ns, self.name) == name

    def children_but(self, name: Name) -> Iterator[Xml | str]:
        """The children, in their order, without the elements of that name."""
        return (c for c in self.children if not (isinstance(c, Xml) and c.is_a(name)))

    def with_attribute(self, name: str, value: str | None) -> Xml:
        """This element with one un-namespaced attribute set, or removed where `value` is None."""
        kept = [(key, old) for key, old in self.attributes if key != ("", name)]
        if value is not None:
            kept.append((("", name), value))
        return Xml(self.ns, self.name, tuple(sorted(kept)), self.children)

    def with_children(self, children: tuple[Xml | str, ...]) -> Xml:
        """This element with `children` instead of its own."""
        return Xml(self.ns, self.name, self.attributes, children)


def element(
    ns: str, name: str, attributes: Mapping[str, str] | None = None, *children: Xml | str
) -> Xml:
    """An element with un-namespaced attributes; empty texts are left out."""
    pairs = tuple(sorted((("", key), value) for key, value in (attributes or {}).items()))
    return Xml(ns, name, pairs, tuple(child for child in children if child != ""))


class XmlError(ValueError):
    """Text that is not one well-formed element; `line` counts from 1, `column` from 1."""

    def __init__(self, reason: str, line: int, column: int) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column


def parse(text: str) -> Xml:
    """The one element in `text`. A document type is an error: an entity could multiply itself.

    Raises `XmlError`.
    """
    build = Builder()
    parser = expat.ParserCreate("utf-8", SEPARATOR)  # whatever encoding its declaration claims
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = build.start
    parser.EndElementHandler = build.end
    parser.CharacterDataHandler = build.data
    parser.StartDoctypeDeclHandler = _reject_doctype
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise XmlError(reason, error.lineno, error.offset + 1) from None
    except UnicodeEncodeError as error:
        raise XmlError("a lone surrogate is no character", 1, error.start + 1) from None
    if build.root is None:  # pragma: no cover - expat reports "no element found" before
        raise XmlError("no element found", 1, 1)
    return build.root


def _reject_doctype(*_: object) -> None:
    raise XmlError("a document type declaration is not allowed here", 1, 1)


class Builder:
    """Expat's callbacks (with `ordered_attributes`) that put one `Xml` together."""

    def __init__(self) -> None:
        self.root: Xml | None = None
        self._open: list[tuple[str, list[str], list[Xml | str]]] = []

    def start(self, tag: str, attributes: list[str]) -> None:
        """Begins an element. `attributes`: names and values in turn.

        Raises `XmlError` beyond `MAX_DEPTH`.
        """
        if len(self._open) >= MAX_DEPTH:
            raise XmlError(f"elements are nested more than {MAX_DEPTH} deep", 1, 1)
        self._open.append((tag, attributes, []))

    def data(self, text: str) -> None:
        """Adds text to the element that is begun; outside of one it is dropped."""
        if self._open:
            content = self._open[-1][2]
            if content and isinstance(content[-1], str):
                content[-1] += text
            else:
                content.append(text)

    def end(self, _: str) -> None:
        """Ends the element that was begun last; `root` holds the outermost one."""
        tag, flat, content = self._open.pop()
        ns, _, name = tag.rpartition(SEPARATOR)
        made = Xml(ns, name, expat_attributes(flat), tuple(content))
        if self._open:
            self._open[-1][2].append(made)
        else:
            self.root = made


def expat_attributes(flat: list[str]) -> tuple[tuple[Name, str], ...]:
    """Attributes as an `Xml` holds them, from expat's list of names and values in turn.

    In a name `SEPARATOR` stands between namespace and local name.
    """
    if not flat:
        return ()
    pairs = []
    for index in range(0, len(flat), 2):
        ns, _, name = flat[index].rpartition(SEPARATOR)
        pairs.append(((ns, name), flat[index + 1]))
    return tuple(sorted(pairs))


def serialise(xml: Xml, default_ns: str | None = None) -> str:
    """`xml` as text, to stand inside an element whose default namespace is `default_ns`.

    An element in no namespace inside one that has a default is written with `xmlns=''`, or it
    would fall into that namespace. None says that nothing is known of the surroundings.
    """
    out: list[str] = []
    _write(xml, default_ns, out.append)
    return "".join(out)


def _write(xml: Xml, default_ns: str | None, put: Callable[[str], None]) -> None:
    reserved = xml.ns == XML_NS  # may not be declared as a default: its prefix is always `xml`
    tag, inner_ns = (f"xml:{xml.name}", default_ns) if reserved else (xml.name, xml.ns)
    put(f"<{tag}")
    if inner_ns != default_ns and (inner_ns or default_ns is not None):
        put(f" xmlns='{escape_attribute(inner_ns or '')}'")
    prefixes: dict[str, str] = {XML_NS: "xml"}
    for (ns, name), value in xml.attributes:
        if ns and ns not in prefixes:
            prefixes[ns] = f"ns{len(prefixes)}"
            put(f" xmlns:{prefixes[ns]}='{escape_attribute(ns)}'")
        full = f"{prefixes[ns]}:{name}" if ns else name
        put(f" {full}='{escape_attribute(value)}'")
    if not xml.children:
        put("/>")
        return
    put(">")
    for child in xml.children:
        if isinstance(child, str):
            put(escape_text(child))
        else:
            _write(child, inner_ns, put)
    put(f"</{tag}>")


def escape_text(text: str) -> str:
    """`text` as it stands between tags; a carriage return would be read back as a line feed."""
    if "&" in text or "<" in text or ">" in text or "\r" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = text.replace("\r", "&#13;")
    return text


_ATTRIBUTE: Final = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "'": "&apos;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


def escape_attribute(text: str) -> str:
    """`text` as it stands in an attribute, in quotes of either kind.

    White space other than blanks would be read back as blanks (XML 1.0, 3.3.3).
    """
    return text if text.isalnum() else text.translate(_ATTRIBUTE)


_UNENCODABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def unencodable(text: str) -> str | None:
    """The first character of `text` that XML 1.0 cannot carry (its Char production), or None."""
    found = _UNENCODABLE.search(text)
    return found.group() if found else None

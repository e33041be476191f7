"""The codes of problems with their meaning, and the exception for a document that has errors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from spaces_sync.model.problems import MAX_SHOWN, Problem, shown

CODES: Final = {
    "file": "A file could not be read: it is missing, unreadable, empty, or not UTF-8.",
    "syntax": "The text is not YAML as this tool takes it: one document of plain values, without "
    "tags of programming languages, nested at most 64 deep.",
    "character": "XML 1.0 cannot carry this character, and neither can an XMPP stream.",
    "alias": "YAML aliases may repeat what an anchor names, but not endlessly.",
    "duplicate": "Two keys name the same thing; YAML alone would silently keep the last.",
    "unknown-key": "The language has no such key. Keys that begin with `x-` are ignored.",
    "yaml-trap": "YAML 1.1 reads a plain `no`, `on`, `12`, `1:30` or `2024-01-01` as something "
    "other than text. Quotes make it text.",
    "type": "A value has another shape than its key wants: text, number, list or mapping.",
    "value": "A value is none of those that its key takes.",
    "missing": "A key that is needed is not there.",
    "address": "A key is no valid JID, node id, XMPP URI, URL or item id.",
    "environment": "An environment variable that a value is made of is not set.",
    "secret": "A password stands in the environment or in a file, never in the document, and "
    "could not be read from there.",
    "ignored": "A key that begins with `x-` is ignored, although it reads like a JID.",
    "advice": "This is allowed, and seldom meant.",
    "access": "Exposure, access model and publish model must fit XEP-0503's table 1.",
    "config": "A field under `config` is fixed by XEP-0503's table 1, or has a key of its own.",
    "reference": "A name points at something that this document does not declare.",
    "contradiction": "Two parts of the document cannot both be made true.",
    "xml": "A payload or an extension is not one well-formed element with its own namespace.",
}


class DocumentError(Exception):
    """A document with errors. `problems`: all of them, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def reason(error: ValueError) -> str:
    """The words of `error` for a message: one printable line of at most some 320 characters."""
    if isinstance(error, UnicodeError):
        return "it is not percent-encoded UTF-8"
    words = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(error))
    return words if len(words) <= 4 * MAX_SHOWN else f"{words[:160]}…{words[-120:]}"


__all__ = ["CODES", "DocumentError", "Problem", "reason", "shown"]

"""The language: YAML files in, a `Declaration` or every problem in them out."""

from __future__ import annotations

from spaces_sync.document.events import ParserError
from spaces_sync.document.load import examine, load
from spaces_sync.document.problems import CODES, DocumentError, Problem
from spaces_sync.document.schema import schema
from spaces_sync.document.secrets import SecretError, secret

__all__ = [
    "CODES",
    "DocumentError",
    "ParserError",
    "Problem",
    "SecretError",
    "examine",
    "load",
    "schema",
    "secret",
]

"""Passwords, which stand in an environment variable or in a file, never in a document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from spaces_sync import inputs
from spaces_sync.document.problems import shown
from spaces_sync.model.state import NO_PASSWORD, Secret
from spaces_sync.model.xml import unencodable

_OURS: Final = "SPACES_SYNC_"
_MAX_BYTES: Final = 65_536  # bytes; stops at a device that never ends


class SecretError(ValueError):
    """A password could not be had. The message names its origin and never the password."""


def secret(origin: str, environment: Mapping[str, str]) -> Secret:
    """The password at `origin`, `env:NAME` or `file:PATH`; one newline at a file's end is dropped.

    `NO_PASSWORD` where its origin is given. Raises `SecretError` where there is none, or one that
    XML cannot carry.
    """
    if origin == NO_PASSWORD.origin:
        return NO_PASSWORD
    holder, _, name = origin.partition(":")
    if holder not in ("env", "file"):
        raise SecretError(f"{shown(origin)} is no place of a password; write env:NAME or file:PATH")
    value = _from_env(name, environment) if holder == "env" else _from_file(name)
    where = f"the password from {holder} {shown(name)}"
    if not value:
        raise SecretError(f"{where} is empty")
    if unencodable(value) is not None:
        raise SecretError(f"{where} has a character that XML cannot carry")
    return Secret(value, origin)


def _from_env(name: str, environment: Mapping[str, str]) -> str:
    if name.startswith(_OURS):
        raise SecretError(f"{name} is a variable of this tool: it holds the account's password")
    if name not in environment:
        raise SecretError(f"the environment variable {name} is not set; it must hold the password")
    return environment[name]


def _from_file(name: str) -> str:
    where = f"the password's file {shown(name)}"
    try:
        content = inputs.read(Path(name), _MAX_BYTES)
    except (OSError, ValueError) as error:
        words = (isinstance(error, OSError) and error.strerror) or "it is no path"
        raise SecretError(f"{where} cannot be read: {words}") from None
    if len(content) > _MAX_BYTES:
        raise SecretError(f"{where} is longer than a password can be")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise SecretError(f"{where} is not UTF-8") from None
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")

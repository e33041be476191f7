"""What is known about a key of the language: one row, which reader, schema and reports share.

A new key is a row in `spaces`, `nodes` or `rooms`. If it stands for one field of a configuration
form, that is all; else a reader in `document` has to know it, or a house test fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from spaces_sync.model.shapes import Schema
from spaces_sync.model.state import nothing


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A key of an entry under `spaces`, `nodes` or `rooms`.

    key: as it is written.
    schema: of its value, with a description and examples.
    var: the field of the configuration form that it decides; "": none.
    verbatim: whether its value is the value of `var`. If not, a reader in `document` makes it.
    others: further fields that it decides.
    spelling: how a message tells the user to write it; "": `key`.
    default: the value where the file has none. None: what is there is left as it is found.
    inherited: whether it may stand under `defaults`.
    label: what reports call `var`; "": `key` with blanks.
    rejected: values that it does not take, each with the reason.
    ignored: values without an effect of their own, each with a warning.
    secret: whether its value is shown nowhere.
    instead_of_list: where a list that stands here belongs, in words; "": nowhere.
    """

    key: str
    schema: Schema
    var: str = ""
    verbatim: bool = True
    others: tuple[str, ...] = ()
    spelling: str = ""
    default: Any = None
    inherited: bool = False
    label: str = ""
    rejected: Mapping[str, str] = field(default_factory=nothing)
    ignored: Mapping[str, str] = field(default_factory=nothing)
    secret: bool = False
    instead_of_list: str = ""

    @property
    def vars(self) -> tuple[str, ...]:
        """The fields that it decides, which for that cannot stand under `config`."""
        return (*((self.var,) if self.var else ()), *self.others)


@dataclass(frozen=True, slots=True)
class Table:
    """The keys that the entries of a section may have, and the form that they configure.

    prefix: what the names of the form's fields begin with.
    prefix_only: whether the form has no fields with other prefixes.
    fixed: the fields for which XEP-0503 leaves no choice.
    """

    rows: tuple[FieldSpec, ...]
    prefix: str
    prefix_only: bool
    fixed: frozenset[str] = frozenset()

    @property
    def schemas(self) -> dict[str, Schema]:
        """The JSON Schema of each key, in the order of the rows."""
        return {row.key: row.schema for row in self.rows}

    @property
    def inherited(self) -> dict[str, Schema]:
        """As `schemas`, for the keys that may stand under `defaults`."""
        return {row.key: row.schema for row in self.rows if row.inherited}

    @property
    def defaults(self) -> dict[str, Any]:
        """The values of keys that the file does not have, as far as they have one."""
        return {row.key: row.default for row in self.rows if row.default is not None}

    @property
    def verbatim(self) -> Iterator[FieldSpec]:
        """The rows whose value is the value of their field."""
        return (row for row in self.rows if row.var and row.verbatim)

    def row(self, key: str) -> FieldSpec | None:
        """The row of `key`."""
        return next((row for row in self.rows if row.key == key), None)

    def deciding(self, var: str) -> FieldSpec | None:
        """The row that decides the field `var`."""
        return next((row for row in self.rows if var in row.vars), None)

"""The fields of a configuration form: from the keys of an entry, and raw ones from `config`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spaces_sync.document.context import Context, DocumentEntry
from spaces_sync.document.problems import shown
from spaces_sync.document.tree import Seq, place_of
from spaces_sync.document.values import entries_of
from spaces_sync.fields import Table
from spaces_sync.model.state import Address, Field, boolean


def keyed_fields(
    table: Table,
    entry: DocumentEntry,
    values: Mapping[str, Any],
    address: Address,
    context: Context,
) -> dict[str, Field]:
    """The fields of the rows of `table` whose value is that of a field.

    values: those that count, by key: those of the entry, of `defaults` and of the table.
    """
    fields: dict[str, Field] = {}
    for row in table.verbatim:
        if row.key in values:
            fields[row.var] = Field((form_value(values[row.key]),))
        if row.key in entry.body:
            context.places[address, "config", row.var] = entry.place_of(row.key)
    return fields


def raw_fields(
    table: Table, entry: DocumentEntry, address: Address, context: Context
) -> dict[str, Field]:
    """The fields under `config`, without what is a problem, which is reported."""
    fields: dict[str, Field] = {}
    if "config" not in entry.body:
        return fields
    for var, value, mark, _ in entries_of(entry.body["config"]):
        place = place_of(entry.file, mark)
        if rejection := _rejection(table, var):
            context.problem(place, rejection, "config")
            continue
        values = value if isinstance(value, Seq) else (value,)
        fields[var] = Field(tuple(map(form_value, values)))
        context.places[address, "config", var] = place
    return fields


def _rejection(table: Table, var: str) -> str | None:
    """Why the field `var` cannot stand under `config`; None where it can."""
    if row := table.deciding(var):
        return f"{shown(var)} has a key of its own: write '{row.spelling or row.key}'"
    if var in table.fixed:
        return f"{shown(var)} is fixed by XEP-0503's table 1 and set by itself; remove it"
    foreign = not var.startswith((table.prefix, "{"))
    if var in ("", "FORM_TYPE") or (foreign and table.prefix_only):
        return f"{shown(var)} is no field of this form; its fields begin with '{table.prefix}'"
    return None


def warn_of_ignored(table: Table, entry: DocumentEntry, context: Context) -> None:
    """Warns of the entry's values that have no effect of their own."""
    for row in table.rows:
        if row.ignored and (warning := row.ignored.get(str(entry.body.get(row.key)))):
            context.warn(entry.place_of(row.key), warning, "ignored")


def form_value(value: Any) -> str:
    """A YAML value as the value of a form field."""
    return boolean(value) if isinstance(value, bool) else str(value)

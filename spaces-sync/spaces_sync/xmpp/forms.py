"""Data forms (XEP-0004): a service's form into `Field`s, a configuration into a submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import EMPTY, Field, Form, Values, plain_boolean
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import MalformedAnswerError

DATA: Final = "jabber:x:data"
VALIDATE: Final = "http://jabber.org/protocol/xdata-validate"
FORM_TYPE: Final = "FORM_TYPE"


def form(parent: Xml, what: str) -> dict[str, Field]:
    """The one form in `parent`. Raises `MalformedAnswerError` saying that `what` has none."""
    x = parent.find(DATA, "x")
    if x is None:
        raise MalformedAnswerError(f"{what} holds no form")
    return fields(x)


def by_type(parent: Xml) -> dict[str, Form]:
    """The forms in `parent` by FORM_TYPE (XEP-0068), the first of each; others are left out.

    disco#info answers hold several forms, in an order that changes from one to the next.
    """
    found: dict[str, Form] = {}
    for x in parent.find_all(DATA, "x"):
        form_type = _type(x)
        if form_type is not None and form_type not in found:
            found[form_type] = fields(x)
    return found


def _type(x: Xml) -> str | None:
    field = next((f for f in x.find_all(DATA, "field") if f.get("var") == FORM_TYPE), None)
    return next(_values(field), None) if field else None


def fields(x: Xml) -> dict[str, Field]:
    """Fields by name, without FORM_TYPE and without fixed texts, which have no name."""
    found = {}
    for field in x.find_all(DATA, "field"):
        var = field.get("var")
        if var and var != FORM_TYPE:
            found[var] = _field(field)
    return found


def _field(field: Xml) -> Field:
    field_type = field.get("type") or ""
    values = tuple(_values(field))
    if field_type == "boolean":
        # XEP-0004 3.3: four spellings, and false where there is no value (as in Prosody's rooms).
        values = (plain_boolean("".join(values[:1]) or "false"),)
    elif values == ("",):
        values = ()  # cleared and never set are one: servers answer the one with the other
    options = tuple(value for option in field.find_all(DATA, "option") for value in _values(option))
    return Field(values, field_type, options, _highest(field))


def _values(parent: Xml) -> Iterator[str]:
    """The values of direct children only: an option's may stand before the field's."""
    return (value.text for value in parent.find_all(DATA, "value"))


def _highest(field: Xml) -> int | None:
    """The upper end of the range that a field states (XEP-0122 3.2.3), where it is a number."""
    validate = field.find(VALIDATE, "validate")
    bounds = validate.find(VALIDATE, "range") if validate else None
    return whole_number(bounds.get("max") or "") if bounds else None


def submission(
    form_type: str, config: Mapping[str, Values], types: Mapping[str, str] = EMPTY
) -> Xml:
    """A form to send (XEP-0004 3.2); a field without values has no `<value>`.

    `types`: of fields whose type has to be said, for who asked for no form first.
    """
    written = (_submitted(var, values, types.get(var)) for var, values in config.items())
    hidden = element(
        DATA, "field", {"var": FORM_TYPE, "type": "hidden"}, element(DATA, "value", {}, form_type)
    )
    return element(DATA, "x", {"type": "submit"}, hidden, *written)


def _submitted(var: str, values: Values, field_type: str | None) -> Xml:
    attributes = {"var": var} if field_type is None else {"var": var, "type": field_type}
    return element(
        DATA, "field", attributes, *(element(DATA, "value", {}, value) for value in values)
    )

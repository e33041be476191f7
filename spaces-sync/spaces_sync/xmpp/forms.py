"""Data forms (XEP-0004): what a service shows into `Field`s, and what we submit into XML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.model.state import Field, Form, Values, plain_boolean
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import MalformedAnswerError, ServiceError

DATA: Final = "jabber:x:data"
VALIDATE: Final = "http://jabber.org/protocol/xdata-validate"
FORM_TYPE: Final = "FORM_TYPE"
LISTS: Final = frozenset({"list-single", "list-multi"})


def form(parent: Xml, what: str) -> dict[str, Field]:
    """The one form in `parent`. Raises `MalformedAnswerError` saying that `what` has none."""
    x = parent.find(DATA, "x")
    if x is None:
        raise MalformedAnswerError(f"{what} holds no form")
    return fields(x)


def form_of_type(parent: Xml, *types: str) -> dict[str, Field]:
    """The form whose FORM_TYPE (XEP-0068) is one of `types`, or an empty one.

    disco#info answers hold several forms, in an order that changes from one to the next.
    """
    return next((fields(x) for x in parent.find_all(DATA, "x") if _type(x) in types), {})


def _type(x: Xml) -> str | None:
    field = next((f for f in x.find_all(DATA, "field") if f.get("var") == FORM_TYPE), None)
    return next(_values(field), None) if field else None


def fields(x: Xml) -> dict[str, Field]:
    """Fields by name, without FORM_TYPE and the texts that are only there to be read."""
    found = {}
    for field in x.find_all(DATA, "field"):
        var = field.get("var")
        if var and var != FORM_TYPE:
            found[var] = _field(field)
    return found


def _field(field: Xml) -> Field:
    kind = field.get("type") or ""
    values = tuple(_values(field))
    if kind == "boolean":
        # XEP-0004 3.3: four spellings; no value means false, which Prosody's rooms make use of.
        values = (plain_boolean("".join(values[:1]) or "false"),)
    elif values == ("",):
        values = ()  # cleared and never set are one: servers answer the one with the other
    options = tuple(value for option in field.find_all(DATA, "option") for value in _values(option))
    return Field(values, kind, options, _highest(field))


def _values(parent: Xml) -> Iterator[str]:
    """Of the direct children only: an option's value may stand before the field's."""
    return (value.text for value in parent.find_all(DATA, "value"))


def _highest(field: Xml) -> int | None:
    """The upper end of the range that a field states (XEP-0122 3.2.3), where it is a number."""
    validate = field.find(VALIDATE, "validate")
    bounds = validate.find(VALIDATE, "range") if validate else None
    highest = bounds.get("max", "") if bounds else ""
    return int(highest) if highest and highest.isascii() and highest.isdigit() else None


def submission(form_type: str, config: Mapping[str, Values]) -> Xml:
    """A form to send. Fields that it does not name keep their values (XEP-0004 3.2)."""
    written = (_submitted(var, values) for var, values in config.items())
    hidden = element(
        DATA, "field", {"var": FORM_TYPE, "type": "hidden"}, element(DATA, "value", {}, form_type)
    )
    return element(DATA, "x", {"type": "submit"}, hidden, *written)


def _submitted(var: str, values: Values) -> Xml:
    # COMPAT(prosody 0.12): a field without <value> goes back to its default, which makes a
    # private node public; an empty <value/> clears on both servers.
    given = (element(DATA, "value", {}, value) for value in values or ("",))
    return element(DATA, "field", {"var": var}, *given)


def offered(form: Form, config: Mapping[str, Values]) -> dict[str, Values]:
    """What of `config` the form has fields for.

    Raises `ServiceError` for a value that a list does not offer.
    """
    chosen = {var: values for var, values in config.items() if var in form}
    for var, values in chosen.items():
        field = form[var]
        if field.type in LISTS and field.options and not {*values} <= {*field.options}:
            # COMPAT(prosody 0.12): a value of `whois` that it does not know is never answered.
            raise ServiceError(
                "not-acceptable",
                "modify",
                f"{var} takes {', '.join(field.options)}; not {', '.join(values)}",
            )
    return chosen

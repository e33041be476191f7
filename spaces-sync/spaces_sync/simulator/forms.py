"""What a submitted configuration does to a form: taken, ignored, reset or refused as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from spaces_sync.model.addresses import node_uri
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Field, Form, Values, is_true, plain_boolean
from spaces_sync.ports import ServiceError
from spaces_sync.simulator.error_answers import NOT_ACCEPTABLE
from spaces_sync.simulator.profiles import FormRules

_SEVERAL: Final = ("list-multi", "jid-multi", "text-multi", "hidden")

# RFC 5122 as ejabberd reads it: a query type, then pairs of unreserved or percent-encoded text.
_PART: Final = r"(?:[A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})"
_URI: Final = re.compile(rf"xmpp:[^?#\s]+(?:\?{_PART}*(?:;{_PART}+={_PART}*)*)?(?:#.*)?")

# The same as mod_muc_space_parent reads it, which takes IRIs, too, and no authority or fragment.
_IPART: Final = r"(?:[A-Za-z0-9\-._~\u0080-\U0010ffff]|%[0-9A-Fa-f]{2})"
_NODE_URI: Final = re.compile(
    rf"xmpp:[^/?#]+\?{_IPART}*(?:;{_IPART}+={_IPART}+)+", re.IGNORECASE | re.ASCII
)


def submitted(form: Form, fresh: Form, rules: FormRules, config: Mapping[str, Values]) -> Form:
    """`form` with `config` submitted to it, at a server whose new objects have the form `fresh`.

    Raises `ServiceError` where the server refuses it: then nothing was applied.
    """
    made = dict(form)
    for var, values in config.items():
        known = form.get(var) or fresh.get(var) or rules.fresh.get(var) or rules.unlisted.get(var)
        if known is None:
            if rules.unknown is not None:
                raise rules.unknown.error(var)
        elif var in rules.forced:
            made[var] = rules.forced[var]
        elif var in rules.unlimited and whole_number(values[0] if values else "") is None:
            made[var] = replace(known, values=(rules.unlimited[var],))
        elif values:
            made[var] = replace(known, values=_accepted_values(var, values, known, fresh, rules))
        elif rules.empty == "cleared":
            made[var] = replace(known, values=())
        elif rules.empty == "resets":
            made[var] = replace(known, values=fresh.get(var, known).values)
    return made


def form_after_crash(rules: FormRules, form: Form, config: Mapping[str, Values]) -> Form | None:
    """The form after a submission that is never answered; None where it will be answered."""
    fatal = {
        var
        for var in rules.crashing & config.keys()
        if var in form and not {*config[var]} <= {*form[var].options}
    }
    if not fatal:
        return None
    return submitted(form, form, rules, {v: config[v] for v in config if v not in fatal})


def _accepted_values(
    var: str, values: Values, field: Field, fresh: Form, rules: FormRules
) -> Values:
    if len(values) > 1 and field.type not in _SEVERAL:
        if not rules.first_of_many:
            raise _bad(rules, var, values[1])
        values = values[:1]
    bounds = number_bounds(var, fresh, rules)
    if field.type == "boolean":
        return _boolean(var, values[0], rules)
    if bounds is not None:
        return (_number(var, values[0], bounds, rules),)
    if var in rules.refused:
        _check_offer(values, rules.refused[var], field)
    elif rules.checks_lists and field.options and not {*values} <= {*field.options}:
        raise _bad(rules, var, values[0])
    if values != ("",):
        _check_uri(var, values[0], rules)
    return () if values == ("",) else values  # the one is read as the other


def _check_uri(var: str, value: str, rules: FormRules) -> None:
    wrong = var in rules.uris and not _URI.fullmatch(value)
    if wrong or (var in rules.node_uris and not _names_node(value)):
        if rules.bad_uri is not None:
            raise rules.bad_uri.error(var)
        raise _bad(rules, var, value)


def _names_node(text: str) -> bool:
    try:
        node_uri(text)
    except ValueError:
        return False
    return _NODE_URI.fullmatch(text) is not None


def _check_offer(values: Values, refused: frozenset[str], field: Field) -> None:
    # COMPAT(prosody 0.12.3): the form offers five access models, three of them are refused.
    # Shown by test_compat_prosody_refuses_access_models_that_it_offers.
    if values[0] in refused or values[0] not in field.options:
        raise NOT_ACCEPTABLE.error()


def _boolean(var: str, value: str, rules: FormRules) -> Values:
    if is_true(value):
        return ("true",)
    if plain_boolean(value) != "false" and rules.bad_value is not None:
        raise _bad(rules, var, value)
    # COMPAT(prosody 0.12.3): in a room's form whatever is not true is false, with success.
    # Shown by test_compat_prosody_takes_any_word_in_a_room_form_for_false.
    return ("false",)


def number_bounds(var: str, fresh: Form, rules: FormRules) -> tuple[int, int] | None:
    """Lowest and highest number; what the form of a new node says goes before the profile."""
    bounds = rules.caps.get(var)
    field = fresh.get(var)
    if bounds is None or field is None:
        return bounds
    if field.highest is not None:
        return bounds[0], field.highest
    default = whole_number("".join(field.values))
    return bounds if default is None or not rules.cap_is_default else (bounds[0], default)


def _number(var: str, value: str, bounds: tuple[int, int], rules: FormRules) -> str:
    if value == "max":
        return value
    if not re.fullmatch(r"\s*-?\d+\s*", value, re.ASCII):
        error_answer = rules.bad_number or rules.bad_value
    elif not bounds[0] <= float(value) <= bounds[1]:
        error_answer = rules.out_of_bounds or rules.bad_value
    else:
        return value.strip()
    assert error_answer is not None  # noqa: S101 - each profile with caps says how it refuses
    raise error_answer.error(_spoken_name(var, rules), value)


def _bad(rules: FormRules, var: str, value: str) -> ServiceError:
    error_answer = rules.bad_value or NOT_ACCEPTABLE
    return error_answer.error(_spoken_name(var, rules), value)


def _spoken_name(var: str, rules: FormRules) -> str:
    """The field's name as the texts of errors have it."""
    return var.removeprefix("pubsub#") if rules.short_names else var

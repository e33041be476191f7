"""What of a configuration is sent: fields that the form has, values that it offers, never none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from spaces_sync.model.state import Form, Secret, Values, boolean
from spaces_sync.ports import ServiceError
from spaces_sync.profile import OTHER_NAMES, PASSWORD_PROTECTED, SECRET

T = TypeVar("T")

LISTS: Final = ("list-single", "list-multi")  # only they have options (XEP-0004 3.3)


def with_empty_values(config: Mapping[str, Values]) -> dict[str, Values]:
    """`config` with an empty value for each field that is to be cleared."""
    # COMPAT(prosody 0.12.3): a field without a value goes back to its default, which makes a
    # private node public. An empty value clears the field on all servers.
    # Shown by test_compat_prosody_a_field_without_value_opens_a_private_node.
    return {var: values or ("",) for var, values in config.items()}


def offered_fields(form: Form, config: Mapping[str, Values]) -> dict[str, Values]:
    """The fields of `config` that `form` has.

    Raises `ServiceError` `not-acceptable` for a value that a list of the form does not offer.
    """
    # COMPAT(ejabberd 23.01): for one field that it does not know it refuses the whole form.
    # Shown by test_compat_ejabberd_refuses_a_room_form_for_one_unknown_field.
    chosen = {var: values for var, values in config.items() if var in form}
    for var, values in chosen.items():
        field = form[var]
        if field.type in LISTS and field.options and not {*values} <= {*field.options}:
            # COMPAT(prosody 0.12.3): a value of `whois` that it does not know is never answered.
            # Shown by test_compat_prosody_a_bad_whois_is_never_answered.
            raise ServiceError(
                "not-acceptable",
                "modify",
                f"{var} takes {', '.join(field.options)}; not {', '.join(values)}",
            )
    return chosen


def with_usual_names(form: Form) -> Form:
    """A room's form, whose fields have the names that most services give them."""
    found = {OTHER_NAMES.get(var, var): field for var, field in form.items() if var in OTHER_NAMES}
    return {**found, **{var: field for var, field in form.items() if var not in OTHER_NAMES}}


def with_names_of(form: Form, config: Mapping[str, T]) -> dict[str, T]:
    """`config`, whose fields have usual names, with those that the form of a room has."""
    own = {usual: var for var, usual in OTHER_NAMES.items() if var in form and usual not in form}
    return {own.get(var, var): values for var, values in config.items()}


def password_fields(password: Secret | None) -> dict[str, Values]:
    """The fields of a room's form that set a password, an empty one that takes it away.

    None leaves the password as it is.
    """
    if password is None:
        return {}
    return {
        SECRET: (password.value,) if password.value else (),
        PASSWORD_PROTECTED: (boolean(bool(password.value)),),
    }

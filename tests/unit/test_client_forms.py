"""What of a configuration is sent, and what is refused before it is."""

import pytest

from spaces_sync.client.forms import (
    offered_fields,
    password_fields,
    with_empty_values,
    with_names_of,
    with_usual_names,
)
from spaces_sync.model.state import Field, Secret, Values
from spaces_sync.ports import ServiceError
from spaces_sync.profile import ALLOW_INVITES, OTHER_NAMES

FORM = {
    "l": Field(("a",), "list-single", ("a", "b")),
    "m": Field((), "list-multi", ("a", "b")),
    "t": Field((), "text-single"),
    "n": Field((), "list-single"),
    "o": Field((), "text-single", ("a", "b")),
}


def test_only_what_a_form_offers_is_sent() -> None:
    """Options of a field that is no list are suggestions (XEP-0004 3.3)."""
    config = dict.fromkeys("tno", ("x",)) | {"l": ("b",), "m": ("a", "b"), "unknown": ("1",)}
    assert offered_fields(FORM, config) == {var: config[var] for var in "lmtno"}


def test_a_list_can_be_emptied() -> None:
    assert offered_fields(FORM, {"l": (), "m": ()}) == {"l": (), "m": ()}


@pytest.mark.parametrize("config", [{"l": ("c",)}, {"m": ("a", "c")}])
def test_values_that_a_list_does_not_offer_are_refused(config: dict[str, Values]) -> None:
    ((var, values),) = config.items()
    with pytest.raises(ServiceError) as refused:
        offered_fields(FORM, config)
    assert (refused.value.condition, refused.value.error_type) == ("not-acceptable", "modify")
    assert refused.value.text == f"{var} takes a, b; not {', '.join(values)}"


def test_a_field_without_values_is_written_with_an_empty_one() -> None:
    """On Prosody it would go back to its default otherwise, and a private node become public."""
    config = {"clear": (), "one": ("1",), "two": ("a", "b")}
    assert with_empty_values(config) == {"clear": ("",), "one": ("1",), "two": ("a", "b")}


@pytest.mark.parametrize(
    ("password", "values"),
    [
        (None, []),
        (Secret("hush"), [("hush",), ("true",)]),
        (Secret(""), [(), ("false",)]),
    ],
)
def test_a_password(password: Secret | None, values: list[Values]) -> None:
    assert list(password_fields(password).values()) == values


(OWN,) = (var for var, usual in OTHER_NAMES.items() if usual == ALLOW_INVITES)
YES, NO = Field(("true",)), Field(("false",))


@pytest.mark.parametrize(
    ("form", "usual"),
    [
        ({OWN: YES, "t": NO}, {ALLOW_INVITES: YES, "t": NO}),
        ({ALLOW_INVITES: YES, "t": NO}, {ALLOW_INVITES: YES, "t": NO}),
        ({ALLOW_INVITES: YES, OWN: NO}, {ALLOW_INVITES: YES}),
        ({OWN: NO, ALLOW_INVITES: YES}, {ALLOW_INVITES: YES}),
    ],
)
def test_a_field_has_its_usual_name_whatever_a_service_calls_it(
    form: dict[str, Field], usual: dict[str, Field]
) -> None:
    assert with_usual_names(form) == usual


def test_a_service_is_sent_the_names_that_it_has() -> None:
    config = {ALLOW_INVITES: ("true",), "t": ("x",)}
    assert with_names_of({OWN: NO, "t": NO}, config) == {OWN: ("true",), "t": ("x",)}
    assert with_names_of({ALLOW_INVITES: NO, OWN: NO}, config) == config
    assert with_names_of({"t": NO}, config) == config

"""What a node's configuration shall be (table 1 and the file), and how a service meets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import (
    NO_PASSWORD,
    Address,
    Form,
    Node,
    Secret,
    Service,
    Values,
    same_values,
)
from spaces_sync.plan.actions import Reason
from spaces_sync.profile import (
    ACCESS_MODEL,
    MAX_ITEMS,
    PASSWORD_PROTECTED,
    PUBSUB,
    TITLE,
    TYPE,
    requirements,
)


@dataclass(frozen=True, slots=True)
class WantedField:
    """A field and the values that meet it; the first is what we would write.

    `must`: XEP-0503 says MUST, or the file says it.
    """

    var: str
    allowed: tuple[Values, ...]
    reason: Reason
    must: bool
    place: Place | None

    @property
    def write(self) -> Values:
        """The values to send where the field does not meet this."""
        return self.allowed[0]


Fulfilment: TypeAlias = Literal["met", "change", "by default", "impossible"]
"""How a form meets a wanted field. `by default`: it lacks a field that shall be false anyway.

`change`: the field is to be set. `impossible`: the service has no such field.
"""


def wanted_fields(
    declaration: Declaration, address: Address, node: Node, service: Service
) -> Iterator[WantedField]:
    """The file's fields, and for a space those of table 1 that the file does not say itself."""
    for var, field in sorted(node.config.items()):
        place = declaration.place(address, "config", var)
        yield WantedField(var, (field.values,), "file", must=True, place=place)
    exposure = declaration.policies[address].exposure
    if exposure is None:
        return
    for row in requirements(exposure):
        if row.var in node.config:
            continue
        allowed = tuple((value,) for value in row.allowed)
        if row.var == ACCESS_MODEL:
            allowed = tuple(sorted(allowed, key=lambda values: values != (private_model(service),)))
        place = declaration.place(address, "config", row.var)
        # Who may read it the file says itself, by its exposure.
        reason: Reason = "file" if row.var == ACCESS_MODEL else "required"
        yield WantedField(row.var, allowed, reason, row.strength == "MUST", place)


def private_model(service: Service) -> str:
    """The access model of a new private space.

    COMPAT(prosody 0.12.3): it lists `authorize` among the options of its form and refuses it; it
    does not advertise the feature `access-authorize`, which is the evidence here. Shown by
    test_compat_prosody_refuses_access_models_that_it_offers.
    """
    return "authorize" if f"{PUBSUB}#access-authorize" in service.features else "whitelist"


def fulfilment(wanted: WantedField, form: Form, *, exhaustive: bool) -> Fulfilment:
    """How `form` meets `wanted`. `exhaustive`: a field that it lacks is one the service lacks."""
    field = form.get(wanted.var)
    if field is not None:
        met = any(
            same_values(values, field.values)
            or (wanted.var == MAX_ITEMS and values == ("max",) and field.values == highest(form))
            for values in wanted.allowed
        )
        return "met" if met else "change"
    if wanted.write in ((), ("",)):
        return "met"
    if not exhaustive:
        return "change"
    return "by default" if wanted.write == ("false",) else "impossible"


def highest(form: Form) -> Values:
    """What `max` comes to, as a field's values."""
    field = form.get(MAX_ITEMS)
    return (str(field.highest),) if field is not None and field.highest is not None else ()


def is_exhaustive(service: Service) -> bool:
    """Whether a node's form names each field that the service knows.

    COMPAT(ejabberd 23.01): its form leaves out what has no value, so that there absence says
    nothing. A new node has no title, which tells such a service from one whose form names all.
    Shown by test_compat_ejabberd_leaves_fields_without_a_value_out_of_a_form.
    """
    return TITLE in service.default_config


def not_kept(config: Mapping[str, Values], form: Form) -> tuple[str, ...]:
    """The fields of `config` that `form`, read back, holds otherwise.

    A field that the form does not show cannot be judged, but for the two that decide what a
    node is and who may read it.
    """
    fields = (
        WantedField(var, (values,), "file", must=True, place=None) for var, values in config.items()
    )
    return tuple(
        each.var
        for each in fields
        if (each.var in form and fulfilment(each, form, exhaustive=False) != "met")
        or (each.var not in form and each.var in (TYPE, ACCESS_MODEL) and each.write)
    )


def is_met_by_password(var: str, values: Values, password: Secret | None) -> bool:
    """Whether a field of a room says no more than its password, whatever fields there are."""
    has_one = password not in (None, NO_PASSWORD)
    return var == PASSWORD_PROTECTED and (values == ("true",)) == has_one


def is_off(values: Values) -> bool:
    """Whether a field that a service does not have is as it shall be."""
    return values in (("false",), ("",), ())

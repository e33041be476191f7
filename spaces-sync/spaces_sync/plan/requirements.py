"""What a node's configuration shall be (table 1 and the file), and how a service meets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from spaces_sync.model import ledger
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import (
    EMPTY,
    NO_PASSWORD,
    Address,
    Form,
    Node,
    Secret,
    Service,
    Values,
    same_values,
    values_of,
)
from spaces_sync.plan.actions import Reason
from spaces_sync.profile import (
    ACCESS_MODEL,
    MAX_ITEMS,
    NOTIFY,
    PASSWORD_PROTECTED,
    PUBSUB,
    TITLE,
    TYPE,
    requirements,
)

_WISHES: Final = frozenset(NOTIFY.values())


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


Fulfilment: TypeAlias = Literal["met", "change", "by default", "impossible", "overruled"]
"""How a form meets a wanted field. `by default`: it lacks a field that shall be false anyway.

`change`: the field is to be set. `impossible`: the service has no such field. `overruled`: it was
set, and the service makes something else of it.
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
    """The access model of a new private space, by the features that its service advertises."""
    return "authorize" if f"{PUBSUB}#access-authorize" in service.features else "whitelist"


def fulfilment(
    wanted: WantedField,
    form: Form,
    *,
    exhaustive: bool,
    overruled: Mapping[str, str] = EMPTY,
) -> Fulfilment:
    """How `form` meets `wanted`. `exhaustive`: a field that it lacks is one the service lacks.

    `overruled`: what became of fields that were sent before, as a ledger has it.
    """
    field = form.get(wanted.var)
    found = () if field is None else field.values
    name, value = overruled_token(wanted.var, wanted.write, found)
    tried = overruled.get(name) == value
    if field is not None:
        met = any(
            same_values(values, field.values)
            or (wanted.var == MAX_ITEMS and values == ("max",) and field.values == highest(form))
            for values in wanted.allowed
        )
        if met:
            return "met"
        return "overruled" if tried else "change"
    if wanted.write in ((), ("",)):
        return "met"
    if not (exhaustive or tried):
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


def names_empty(form: Form) -> bool:
    """Whether a node's form has fields without a value, so that one that it lacks is none."""
    return any(not field.values and field.type == "text-single" for field in form.values())


def is_wish(var: str, values: Values) -> bool:
    """Whether a service may make something else of a field: what XEP-0503 only recommends, and how
    many items `max` are.
    """
    return (var in _WISHES and values == ("true",)) or (var == MAX_ITEMS and values == ("max",))


def overruled_token(var: str, sent: Values, found: Values) -> tuple[str, str]:
    """What became of a field that was sent, as a ledger has it."""
    return ledger.overruled_name(var), ledger.overruled_value(sent, found)


def overruled(config: Mapping[str, Values], form: Form, service: Service) -> Mapping[str, str]:
    """The fields of `config`, sent with success, that the service overrules or lacks, by `form`.

    Of those that it lacks the ones that its default form does not tell already.
    """
    unknown = () if is_exhaustive(service) else config
    lost = (var for var in unknown if var not in form and any(config[var]))
    wishes = (var for var in not_kept(config, form, wishes=True) if is_wish(var, config[var]))
    return dict(overruled_token(var, config[var], values_of(form, var)) for var in (*lost, *wishes))


def not_kept(config: Mapping[str, Values], form: Form, *, wishes: bool = False) -> tuple[str, ...]:
    """The fields of `config` that `form`, read back, holds otherwise; `wishes`: those, too.

    A field that the form does not show cannot be judged, but for the two that decide what a
    node is and who may read it.
    """
    fields = (
        WantedField(var, (values,), "file", must=True, place=None) for var, values in config.items()
    )
    return tuple(
        each.var
        for each in fields
        if (wishes or not is_wish(each.var, each.write))
        and (
            (each.var in form and fulfilment(each, form, exhaustive=False) != "met")
            or (each.var not in form and each.var in (TYPE, ACCESS_MODEL) and each.write)
        )
    )


def is_met_by_password(var: str, values: Values, password: Secret | None) -> bool:
    """Whether a field of a room says no more than its password, whatever fields there are."""
    has_one = password not in (None, NO_PASSWORD)
    return var == PASSWORD_PROTECTED and (values == ("true",)) == has_one


def is_off(values: Values) -> bool:
    """Whether a field that a service does not have is as it shall be."""
    return values in (("false",), ("",), ())

"""What a configuration should be: table 1 and the file as wishes, and how a service meets each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import Address, Form, Node, Service, Values, same_values
from spaces_sync.plan.actions import Reason
from spaces_sync.profile import (
    ACCESS_MODEL,
    MAX_ITEMS,
    PERSIST_ITEMS,
    PUBSUB,
    TITLE,
    TYPE,
    requirements,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A field and the values that fulfil it; the first is what we would write."""

    var: str
    allowed: tuple[Values, ...]
    reason: Reason
    must: bool
    place: Place | None

    @property
    def write(self) -> Values:
        return self.allowed[0]


Answer: TypeAlias = Literal["met", "change", "by default", "impossible"]


def node_wishes(
    declaration: Declaration, address: Address, node: Node, service: Service
) -> Iterator[Wish]:
    """The file's fields, and for a space those of table 1 that the file does not say itself."""
    for var, field in sorted(node.config.items()):
        place = declaration.place(address, "config", var)
        yield Wish(var, (field.values,), "file", must=True, place=place)
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
        yield Wish(row.var, allowed, "required", row.strength == "MUST", place)


def private_model(service: Service) -> str:
    """The access model of a new private space.

    Evidence is the feature `access-authorize`: Prosody lists `authorize` among the options of
    its form, does not advertise it, and refuses it.
    """
    return "authorize" if f"{PUBSUB}#access-authorize" in service.features else "whitelist"


def answer(wish: Wish, form: Form, *, exhaustive: bool) -> Answer:
    """How `form` meets `wish`. `exhaustive`: a field that it lacks is one the service lacks."""
    field = form.get(wish.var)
    if field is not None:
        met = any(
            same_values(values, field.values)
            or (wish.var == MAX_ITEMS and values == ("max",) and field.values == highest(form))
            for values in wish.allowed
        )
        return "met" if met else "change"
    if wish.write in ((), ("",)):
        return "met"
    if not exhaustive:
        return "change"
    return "by default" if wish.write == ("false",) else "impossible"


def highest(form: Form) -> Values:
    """What `max` comes to, as a field's values."""
    field = form.get(MAX_ITEMS)
    return (str(field.highest),) if field is not None and field.highest is not None else ()


def lists_all(service: Service) -> bool:
    """Whether a form of this service names each field that the service knows.

    Prosody's does. ejabberd's leaves out what has no value, so that there absence says nothing;
    a new node has no title, which tells the two apart.
    """
    return TITLE in service.default_config


def capacity(wanted: Values, form: Form, service: Service) -> int | None:
    """How many items a node keeps with `pubsub#max_items` as `wanted`; None where nothing tells.

    Prosody gives the limit as a range. ejabberd gives none, but its default is its limit.
    """
    limits = form.get(MAX_ITEMS), service.default_config.get(MAX_ITEMS)
    limit = next((f.highest for f in limits if f is not None and f.highest is not None), None)
    value = wanted[0] if wanted else ""
    if value.isdecimal():
        return int(value)
    if value == "max" and limit is None:
        standard = service.default_config.get(MAX_ITEMS)
        text = "".join(standard.values) if standard is not None else ""
        return int(text) if text.isdecimal() else None
    return limit if value == "max" else None


SIZE: Final = frozenset((MAX_ITEMS, PERSIST_ITEMS))
"""The fields that decide how many items a node keeps."""


def kept(after: Mapping[str, Values], live: Node, service: Service) -> int | None:
    """How many items a node keeps with `after` laid over its configuration, as `capacity`."""
    config = {var: field.values for var, field in live.config.items()} | dict(after)
    if same_values(config.get(PERSIST_ITEMS, ()), ("false",)):
        return 0
    return capacity(config.get(MAX_ITEMS, ()), live.config, service)


def dropped(after: Mapping[str, Values], live: Node, service: Service) -> int:
    """How many of its items a node loses with `after`, if that keeps fewer than now."""
    limit, now = kept(after, live, service), kept({}, live, service)
    if not after.keys() & SIZE or limit is None or (now is not None and limit >= now):
        return 0
    return max(0, len(live.children) - limit)


def unkept(config: Mapping[str, Values], form: Form) -> tuple[str, ...]:
    """The fields of `config` that `form`, read back, holds otherwise.

    A field that the form does not show cannot be judged, but for the two that decide what a
    node is and who may read it.
    """
    wishes = (Wish(var, (values,), "file", must=True, place=None) for var, values in config.items())
    return tuple(
        wish.var
        for wish in wishes
        if (wish.var in form and answer(wish, form, exhaustive=False) != "met")
        or (wish.var not in form and wish.var in (TYPE, ACCESS_MODEL) and wish.write)
    )

"""What the changes of fields in a plan do to people and to what is stored (fields/effects.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from spaces_sync.fields import Effect, FieldEffect, effects
from spaces_sync.model.addresses import Jid
from spaces_sync.model.ranks import may_publish, may_read
from spaces_sync.model.state import EMPTY, NO_PASSWORD, Node, Secret
from spaces_sync.plan.actions import Action, ConfigureNode, ConfigureRoom
from spaces_sync.plan.capacity import SIZE_FIELDS
from spaces_sync.profile import ACCESS_MODEL, PUBLISH_MODEL, SECRET

_READ_ON: Final = ("whitelist", "authorize", "open")
"""The access models under which who is subscribed and may stay so reads on.

Whom a whitelist shuts out, an action of its own unsubscribes.
"""


def field_effects(action: Action) -> Iterator[tuple[str, FieldEffect]]:
    """Each effect that changing fields of a live object has, with the field; else none."""
    if not isinstance(action, ConfigureNode | ConfigureRoom):
        return
    for var, after in sorted(action.after.items()):
        yield from ((var, each) for each in effects(var, action.before.get(var, ()), after))
    if isinstance(action, ConfigureRoom):
        yield from ((SECRET, each) for each in _of_password(action.password))


def _of_password(password: Secret | None) -> Iterable[FieldEffect]:
    if password is None:
        return ()
    some, none = ("set",), ()
    gone = password == NO_PASSWORD
    return effects(SECRET, some if gone else none, none if gone else some)


def has_effect(action: Action, effect: Effect) -> bool:
    """Whether changing fields of a live object has that effect."""
    return any(each.effect == effect for _, each in field_effects(action))


def words_for(action: Action, effect: Effect) -> tuple[str, ...]:
    """What the table says of that effect of an action, each once."""
    found = (each.words for _, each in field_effects(action) if each.effect == effect)
    return tuple(dict.fromkeys(filter(None, found)))


def costs(action: ConfigureNode | ConfigureRoom) -> tuple[int, int]:
    """How many items go by it, and how many people it may shut out, as far as that is known.

    A room has no items that could be counted: its history is one. Nor is it known who is in it,
    or has its password: they count as one.
    """
    if isinstance(action, ConfigureNode):
        return action.drops, action.shuts_out
    found = [each for _, each in field_effects(action)]
    insiders = any(each.effect == "shuts out" and each.insiders for each in found)
    return int(has_effect(action, "loses data")), int(insiders)


def fields_with(action: Action, effect: Effect) -> Iterator[tuple[str, str]]:
    """The fields whose change has that effect, and what the table says of it; "": nothing."""
    return ((var, each.words) for var, each in field_effects(action) if each.effect == effect)


def ages_items(action: Action) -> bool:
    """Whether it makes items go, however many the node keeps: by their age, or with people."""
    return any(
        each.effect == "loses data" and var not in SIZE_FIELDS
        for var, each in field_effects(action)
    )


def sets_retention(action: Action) -> bool:
    """Whether it says how long, or how many, items are kept."""
    if not isinstance(action, ConfigureNode):
        return False
    return bool(action.after.keys() & SIZE_FIELDS) or ages_items(action)


def may_lose_access(
    action: ConfigureNode, live: Node, changes: Mapping[Jid, str], account: Jid
) -> frozenset[Jid]:
    """Who may read, enter or publish less by it, as far as the node tells who they are.

    `changes`: affiliations that the plan sets. Not whom other actions name.
    """
    rights = {**(live.affiliations or EMPTY), **changes}
    subscribed = frozenset(live.subscriptions or EMPTY)
    found: set[Jid] = set()
    for var, each in field_effects(action):
        if each.effect != "shuts out":
            continue
        if var == PUBLISH_MODEL:
            if action.before.get(var) == ("subscribers",):
                found |= {jid for jid in subscribed if not may_publish(rights.get(jid, "none"))}
        elif var == ACCESS_MODEL:
            if "".join(action.after[var]) not in _READ_ON:
                found |= subscribed | {jid for jid, right in rights.items() if may_read(right)}
        elif each.insiders:
            found |= subscribed
    return frozenset(found) - {account}

"""What of that which is doubtful in a ledger is the source's: what is there, settles it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from spaces_sync.model import ledger
from spaces_sync.model.state import Address, Node, Owned, Ownership, Room, State
from spaces_sync.plan.ownership import config_values, people_values


def is_doubtful(owned: Owned) -> bool:
    """Whether it is not known what of an object is the source's, or whether the object is."""
    return owned.uncertain or bool(owned.doubtful)


def settled_by(ownership: Ownership, state: State) -> Ownership:
    """`ownership` where what is doubtful has been held against what is there.

    Of an object that was not read it stays doubtful.
    """
    disproved = set[Address]()

    def held(objects: Mapping[Address, Owned]) -> Iterator[tuple[Address, Owned]]:
        for address, owned in objects.items():
            live = state.get(address)
            if live is None or not is_doubtful(owned):
                yield address, owned
            elif (found := _settled(owned, live)) is not None or _is_sure(address, ownership):
                # What is copied to it goes on, or has to be known to be over, whatever is there.
                yield address, found or Owned(copies=owned.copies)
            else:
                disproved.add(address)

    settled, intended = dict(held(ownership.settled)), dict(held(ownership.intended))
    left = frozenset(disproved - settled.keys() - intended.keys())
    return replace(ownership, settled=settled, intended=intended, disproved=left)


def _is_sure(address: Address, ownership: Ownership) -> bool:
    """Whether records say that an object is the source's, whatever an intent says of it."""
    return address in ownership.settled and not ownership.settled[address].uncertain


def _settled(owned: Owned, live: Node | Room) -> Owned | None:
    """What `owned` says by what is there; None where the object is not the source's."""
    there = _live_values(live)
    applied = {
        name: value if name not in owned.doubtful else value and there[name]
        for name, value in owned.applied.items()
        if name not in owned.doubtful
        or (name in there and (not value or there[name] in value.split()))
    }
    if owned.uncertain and not _is_shown(owned, applied, live):
        return None
    return replace(owned, applied=applied, doubtful=frozenset(), uncertain=False)


def _is_shown(owned: Owned, applied: Mapping[str, str], live: Node | Room) -> bool:
    """Whether what is there shows that the source made an object, or put something into it.

    A configuration does where it is all that was to be sent: a field alone may be anybody's.
    """
    config = {ledger.config_name(var) for var in live.config}
    other = (config & owned.applied.keys()) - applied.keys()
    return bool(applied.keys() - config) or (bool(applied) and not other)


def _live_values(live: Node | Room) -> Mapping[str, str]:
    """The name and the value, as a ledger has them, of all that is there."""
    found = config_values({var: field.values for var, field in live.config.items()})
    found.update(people_values(ledger.affiliation_name, live.affiliations))
    if isinstance(live, Room):
        found.update(people_values(ledger.invitation_name, live.affiliations))
    if isinstance(live, Node):
        found.update(people_values(ledger.subscription_name, live.subscriptions))
        found.update(
            (ledger.item_name(item.id), ledger.payload_value(item.payloads[0]))
            for item in live.items
            if len(item.payloads) == 1
        )
    return found

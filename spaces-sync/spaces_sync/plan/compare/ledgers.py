"""Plans the ledgers themselves: who owns them, and which of them nothing can be concluded from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import first_of
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import node_of
from spaces_sync.model.state import Reading
from spaces_sync.plan.actions import RecordOwnership, SetAffiliation, Why
from spaces_sync.plan.compare.context import former_operators
from spaces_sync.plan.ownership import home_of, recorded_on
from spaces_sync.plan.plan import Note, Part


def plan_ledgers(declaration: Declaration, reading: Reading) -> Iterator[SetAffiliation | Note]:
    """What makes the file's operators, and nobody else who was one, own the ledgers that are there.

    Those on the account's own server are its own. One that cannot be used on a service of which
    the file says nothing any more is no obstacle, and said.
    """
    # What is not selected they own as before, and only these names tell a later plan that they do.
    part = declaration.narrowed_from is not None
    left = former_operators(declaration, reading)
    former = frozenset[Jid]() if part else left
    ledgers = {each.node: each for each in reading.ownership.ledgers.values()}
    for node, found in sorted(ledgers.items()):
        if node.service == reading.account or node.service not in reading.services:
            continue
        for jid in sorted({*declaration.operators, *former} - {reading.account}):
            before, after = found.people.get(jid, "none"), "none" if jid in former else "owner"
            if before != after and (before, after) != ("outcast", "none"):
                why = Why("file", declaration.place("operators", jid))
                yield SetAffiliation(node, jid, before, after, why)
        if part and left:
            text = f"{first_of(left)} left 'operators' and may write it until all is applied"
            yield Note(node, "stays", text)
    home = home_of(declaration.home, reading.account)
    spoken_of = {recorded_on(address, home) for address in declaration.spoken_of}
    for service, reason in sorted(reading.ownership.unusable.items()):
        if service not in spoken_of and declaration.source is not None:
            node = NodeAddress(service, node_of(declaration.source))
            text = f"what the source put on {service} is not known, and stays: {reason}"
            yield Note(node, "stays", text)


def ledgers_to_make(
    declaration: Declaration, reading: Reading, parts: Iterable[Part]
) -> Iterator[Note]:
    """The ledgers that an apply of `parts` makes for others, too: who owns one is believed."""
    others = {*declaration.operators} - {reading.account}
    if declaration.source is None or not others:
        return
    home = home_of(declaration.home, reading.account)
    records = (each for each in parts if isinstance(each, RecordOwnership) and each.after)
    services = {recorded_on(each.about, home) for each in records}
    known = {*reading.ownership.ledgers, reading.account}
    for service in sorted(services - known):
        node = NodeAddress(service, node_of(declaration.source))
        place = declaration.place("operators", min(others))
        yield Note(node, "made", f"is made, and owned by {first_of(others)}, too", place)

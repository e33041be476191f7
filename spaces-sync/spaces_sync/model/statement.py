"""What a ledger says of itself: who works for its source, and what else that has ledgers about."""

from __future__ import annotations

from dataclasses import dataclass

from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.xml import Xml, element


@dataclass(frozen=True, slots=True)
class Statement:
    """`operators`: who works for the source, the account that says so too. `services`: what the
    source has ledgers about. `here`: those of them that this ledger is about.
    """

    operators: frozenset[Jid] = frozenset()
    services: frozenset[Jid] = frozenset()
    here: frozenset[Jid] = frozenset()

    def __or__(self, other: Statement) -> Statement:
        """What either says."""
        return Statement(
            self.operators | other.operators,
            self.services | other.services,
            self.here | other.here,
        )


def encoded(statement: Statement, ns: str) -> Xml:
    """The payload of its item, in the namespace `ns`."""
    people = [element(ns, "operator", {"jid": jid}) for jid in sorted(statement.operators)]
    services = [
        element(ns, "service", {"jid": jid, **({"here": "true"} if jid in statement.here else {})})
        for jid in sorted(statement.services | statement.here)
    ]
    return element(ns, "statement", {}, *people, *services)


def understood(payload: Xml, ns: str) -> Statement:
    """What a payload says. Raises `ValueError`, whose words say why it cannot be understood."""
    people, services, here = set[Jid](), set[Jid](), set[Jid]()
    for each in payload.elements:
        try:
            jid = bare_jid(each.get("jid") or "")
        except ValueError as error:
            raise ValueError(f"its address is none: {error}") from None
        if each.is_a((ns, "operator")):
            people.add(jid)
        elif each.is_a((ns, "service")):
            services.add(jid)
            here.update({jid} if each.get("here") == "true" else ())
        else:
            raise ValueError(f"it holds a <{each.name}/>")
    return Statement(frozenset(people), frozenset(services), frozenset(here))

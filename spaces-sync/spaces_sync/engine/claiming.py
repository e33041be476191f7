"""What has to be said in ledgers before a plan is sent, and to whom it gives them."""

from __future__ import annotations

from collections.abc import Sequence

from spaces_sync.engine.intents import Claim, Holder
from spaces_sync.engine.upkeep import FormerOperatorsError
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import source_of
from spaces_sync.model.state import Address, Owned
from spaces_sync.plan.actions import RecordOwnership, SetAffiliation, subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.intended import intended
from spaces_sync.plan.outcome import Result, Step, pending
from spaces_sync.plan.ownership import home_of, recorded_on
from spaces_sync.plan.plan import Plan


def claim_of(plan: Plan, steps: Sequence[Step], holder: Holder, account: Jid) -> Claim | None:
    """What has to be said in ledgers before `steps` of a plan are sent; None: nothing."""
    source = plan.source
    if source is None:
        return None
    due = [action for step in steps if (action := pending(step)) is not None]
    services: dict[Jid, dict[Address, Owned]] = {}
    names = intended(due)
    for address in dict.fromkeys(map(subject, due)):  # also where nothing new is recorded of it
        service = recorded_on(address, home_of(source.home, account))
        objects = services.setdefault(service, {})
        if address in names:
            objects[address] = names[address]
    for service in source.services:  # of one source all are held together, and agree
        services.setdefault(service, {})
    records = [each for each in due if isinstance(each, RecordOwnership)]
    return Claim(
        source.name,
        services,
        source.operators,
        holder,
        taken={each.about: each.taken_from for each in records if each.taken_from},
        granted=_granted(plan, source.name),
        given={e.about: (e.given_to, e.given) for e in records if e.given is not None},
    )


def _granted(plan: Plan, source: str) -> frozenset[Jid]:
    """Whom the plan makes owners of the source's ledgers."""
    return frozenset(
        each.jid
        for each in plan.actions
        if isinstance(each, SetAffiliation)
        and each.after == "owner"
        and isinstance(each.target, NodeAddress)
        and source_of(each.target.node) == source
    )


def not_granted(former: FormerOperatorsError) -> list[Result]:
    """What a plan would give to those who left the operators since, which it does not say."""
    return [
        Result(
            SetAffiliation(former.node, jid, now, "owner"),
            "failed",
            (Cause("right-changed", jid, "owner", now),),
        )
        for jid, now in former.people.items()
    ]

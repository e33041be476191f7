"""What there is to record of an apply, and its way into the ledgers, whose intents then go."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from spaces_sync.engine.intents import Claim, Held, renewing
from spaces_sync.engine.ledger import decoded, publish, read_node
from spaces_sync.engine.upkeep import Keeper
from spaces_sync.model import ledger
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.ledger import Ledger, LedgerError, Objects
from spaces_sync.model.state import Address, Owned, Ownership, Reading
from spaces_sync.plan.actions import Action, CreateNode, CreateRoom, RecordOwnership, subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.doubt import settled_by
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.ownership import names, partly_recorded, recorded
from spaces_sync.ports import UnusableAnswerError, Writer


def to_write(
    results: Sequence[Result],
    held: Held,
    *,
    sent: Mapping[Address, Mapping[str, str]],
    reading: Reading,
) -> Mapping[Address, Owned | None]:
    """What there is to record of each object: all of it, or of one left half done, that half.

    `sent`: to which objects something was sent, and what that may have put there.
    `reading`: what is there afterwards; what ledgers say is held against that.
    """
    ownership = settled_by(held.ownership, reading.state)
    claimed = {address for each in held.claim.intended.values() for address in each}
    undone: dict[Address, list[Action]] = {}
    for result in results:
        if result.status != "done" and not isinstance(result.action, RecordOwnership):
            undone.setdefault(subject(result.action), []).append(result.action)
    touched: dict[Address, set[str]] = {}
    for result in results:
        touched.setdefault(subject(result.action), set()).update(names(result.action))
    created = {subject(each.action): _is_created(each) for each in results if _creates(each)}
    found: dict[Address, Owned | None] = {}
    for record in (result.action for result in results):
        if not isinstance(record, RecordOwnership) or record.about not in claimed:
            continue
        about = record.about
        known = ownership.owned(about)  # intents of applies that are over go with ours
        if about not in undone:
            said = held.ownership.owned(about)
            if known is None and record.before and said:
                known = Owned()  # what showed that the object is ours has been taken away by now
            if known and said and record.after:  # what the plan itself wrote, its record decides
                live = reading.state.get(about)
                fields = set(map(ledger.config_name, live.config)) if live else set()
                decided = touched.get(about, set()) | fields
                gone = said.doubtful & decided - record.after.applied.keys()
                kept = {n: value for n, value in known.applied.items() if n not in gone}
                known = replace(known, applied=kept, doubtful=known.doubtful - gone)
            found[about] = recorded(record, known)
        elif about in sent and about not in reading.absent:
            part = partly_recorded(
                record, known, undone[about], sent[about], created=created.get(about)
            )
            found[about] = _unless_disproved(about, part, reading)
        else:
            found[about] = known
    return found


def _creates(result: Result) -> bool:
    return isinstance(result.action, CreateNode | CreateRoom)


def _is_created(result: Result) -> bool:
    """Whether the service made the object, though perhaps not all of it as it was asked to."""
    return result.status == "done" or any(cause.code == "not-kept" for cause in result.causes)


def _unless_disproved(about: Address, part: Owned, reading: Reading) -> Owned | None:
    """None for an object that somebody else made, by what is there."""
    alone = settled_by(Ownership({about: part}), reading.state)
    return None if about in alone.disproved else part


def first_causes(results: Iterable[Result]) -> Mapping[Address, tuple[Cause, ...]]:
    """Why not all of an object was done, by the object."""
    found: dict[Address, tuple[Cause, ...]] = {}
    for result in results:
        if result.status != "done" and not isinstance(result.action, RecordOwnership):
            found.setdefault(subject(result.action), result.causes)
    return found


async def settle(
    held: Held,
    records: Mapping[Address, Owned | None],
    writer: Writer,
    halfway: Container[Address] = (),
) -> Objects:
    """Makes the ledgers say `records` and what was left behind, and takes the intents away.

    `records`: by object, None where nothing of it is owned any more. At any point in between the
    ledger says all of it, if not more. `halfway`: what was not all done; no other source's ledger
    forgets that. What it says in the end. Raises `UnusableAnswerError`, `LedgerError`,
    `NoAnswerError`.
    """
    claim = held.claim
    keeper = Keeper(claim.source, claim.operators, writer)
    async with renewing(held, writer):  # a large ledger takes minutes where a service throttles
        for name in sorted(set(claim.taken.values())):
            taken = [
                address
                for address, source in claim.taken.items()
                if source == name and address not in halfway
            ]
            await _forget(name, taken, claim, writer)
        # What is recorded elsewhere by now is there before it goes where it was: rooms first.
        for found, objects in _homes_first(held):
            mine = {address: records[address] for address in objects if address in records}
            moved = {a: None for a in records if a not in objects and found.names(a)}
            foreign = found.records_of_others(keeper.works)
            await _record(claim.run, found, {**moved, **mine}, writer, foreign)
    said = [await _withdraw(claim.run, found, writer) for found, _ in held.by_ledger()]
    for found, _ in held.by_ledger():  # nothing of theirs is left to be believed
        await keeper.without_former(found)
    return ledger.united(said)


def _homes_first(held: Held) -> list[tuple[Ledger, Objects]]:
    """Rooms may be recorded elsewhere now: there first, before that goes where it was."""
    return sorted(
        held.by_ledger(), key=lambda each: all(isinstance(a, NodeAddress) for a in each[1])
    )


async def unlock(found: Ledger, writer: Writer) -> None:
    """Takes all intents away; what they say is recorded first. Raises as `settle`."""
    await _record("", found, {}, writer)
    await _withdraw("", found, writer)


async def _record(
    run: str,
    found: Ledger,
    records: Mapping[Address, Owned | None],
    writer: Writer,
    foreign: Collection[str] = (),
) -> None:
    left = found.intended_by_others(run)
    known = {a: owned for a, owned in found.settled_but_for(run).items() if a in left}
    await _rewrite(found, {**ledger.united((known, left)), **records}, writer, foreign)


async def _withdraw(run: str, found: Ledger, writer: Writer) -> Objects:
    """Takes the intents of `run` and of those that are over away. What the records say."""
    over = {run, *(intent.run for intent in found.intents.values())}
    there = decoded(found.node, await writer.items(found.node))
    gone = [item_id for item_id, intent in there.intents.items() if intent.run in over]
    for item_id in sorted(gone, key=lambda each: bool(there.intents[each].beat)):  # the lock last
        await writer.retract(found.node, item_id)
    return there.recorded


async def _rewrite(
    found: Ledger,
    changes: Mapping[Address, Owned | None],
    writer: Writer,
    foreign: Collection[str] = (),
) -> None:
    """Bucket by bucket: what is new is there before what is old goes.

    `foreign`: records by who works for the source no more, which are written anew in any case.
    """
    before = found.recorded
    after = {**before, **changes}
    others = {ledger.bucket(address) for item_id in foreign for address in found.records[item_id]}
    for number in sorted(others.union(map(ledger.bucket, changes))):
        old = {a: owned for a, owned in before.items() if ledger.bucket(a) == number}
        new = {
            address: owned
            for address, owned in after.items()
            if owned is not None and ledger.bucket(address) == number
        }
        if old == new and number not in others:
            continue
        for piece in ledger.parts(new):
            await publish(writer, found.node, ledger.encode_record(piece))
        for item_id, objects in found.records.items():
            if any(ledger.bucket(address) == number for address in objects):
                await writer.retract(found.node, item_id)


async def _forget(source: str, addresses: Iterable[Address], claim: Claim, writer: Writer) -> None:
    """Takes objects out of another source's ledgers, where this account can."""
    gone = dict.fromkeys(addresses)
    for service in claim.intended:
        node = NodeAddress(service, ledger.node_of(source))
        with suppress(UnusableAnswerError, LedgerError):
            if (found := await read_node(writer, node, None)) is not None:
                await _rewrite(found, {a: None for a in gone if a in found.settled}, writer)

"""What there is to record of an apply, and its way into the ledgers, whose intents then go."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from spaces_sync.engine import concurrency
from spaces_sync.engine.intents import Claim, Held, renewing
from spaces_sync.engine.ledger import decoded, ensure_capacity, publish, read_node
from spaces_sync.engine.upkeep import Keeper
from spaces_sync.model import buckets, ledger
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.ledger import Ledger, LedgerError, Objects
from spaces_sync.model.state import EMPTY, Address, Owned, Ownership, Reading
from spaces_sync.plan.actions import Action, CreateNode, CreateRoom, RecordOwnership, subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.doubt import settled_by
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.ownership import names, partly_recorded, recorded, recorded_on
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
                # What showed that the object is ours has been taken away by now.
                known = _as_planned(record.before, said)
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


def _as_planned(before: Owned, said: Owned) -> Owned:
    """What was known of an object when it was planned, as far as ledgers still name it."""
    applied = {name: value for name, value in before.applied.items() if name in said.applied}
    return replace(before, applied=applied, doubtful=before.doubtful & applied.keys())


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


class NotGivenBackError(LedgerError):
    """Another source's ledger could not be made to name objects again: why not, by object.

    `said`: what the source's own ledgers say by now.
    """

    def __init__(self, refused: Mapping[Address, str], said: Objects) -> None:
        self.refused = refused
        self.said = said
        super().__init__("; ".join(dict.fromkeys(refused.values())))


async def settle(
    held: Held,
    records: Mapping[Address, Owned | None],
    writer: Writer,
    halfway: Container[Address] = (),
) -> Objects:
    """Makes the ledgers say `records` and what was left behind, and takes the intents away.

    `records`: by object, None where nothing of it is owned any more. At any point in between the
    ledger says all of it, if not more. `halfway`: what was not all done; no other source's ledger
    forgets that. What it says in the end. Raises `NotGivenBackError` when all that has been done,
    `UnusableAnswerError`, `LedgerError`, `NoAnswerError`.
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
        refused = await _given_back(claim, halfway, writer)

        async def record(pair: tuple[Ledger, Objects]) -> None:
            found, objects = pair
            mine = {address: records[address] for address in objects if address in records}
            moved = {a: None for a in records if a not in objects and found.names(a)}
            foreign = found.records_of_others(keeper.works)
            beside = buckets.BESIDE if mine and _counted(held, found) else 1
            await _record(claim.run, found, {**moved, **mine}, writer, foreign, beside)

        for several in _homes_first(held):
            await concurrency.each(record, several)

    async def withdraw(found: Ledger) -> Objects:
        return await _withdraw(claim.run, found, writer)

    ledgers = [found for found, _ in held.by_ledger()]
    said = await concurrency.each(withdraw, ledgers)
    await concurrency.each(keeper.without_former, ledgers)  # nothing of theirs is left by now
    if refused:
        raise NotGivenBackError(refused, ledger.united(said))
    return ledger.united(said)


def _homes_first(held: Held) -> Iterator[list[tuple[Ledger, Objects]]]:
    """Rooms may be recorded elsewhere now: there first, before that goes where it was."""
    for rooms in (True, False):
        yield [
            (found, objects)
            for found, objects in held.by_ledger()
            if rooms == any(not isinstance(each, NodeAddress) for each in objects)
        ]


def _counted(held: Held, found: Ledger) -> bool:
    """Whether a plan that records something in a ledger has counted what that holds meanwhile.

    It counts by service (plan/limits.py): not what several have in one ledger.
    """
    about = [service for service, each in held.ledgers.items() if each.node == found.node]
    return about == [found.node.service]


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
    beside: int = 1,
) -> None:
    left = found.intended_by_others(run)
    known = {a: owned for a, owned in found.settled_but_for(run).items() if a in left}
    changes = {**ledger.united((known, left)), **records}
    await _rewrite(found, changes, writer, foreign, beside)


async def _withdraw(run: str, found: Ledger, writer: Writer) -> Objects:
    """Takes the intents of `run` and of those that are over away. What the records say."""
    over = {run, *(intent.run for intent in found.intents.values())}
    there = decoded(found.node, await writer.items(found.node))
    gone = {item_id: each for item_id, each in there.intents.items() if each.run in over}
    await _retract(found.node, [item_id for item_id, each in gone.items() if not each.beat], writer)
    await _retract(found.node, [item_id for item_id, each in gone.items() if each.beat], writer)
    return there.recorded


async def _rewrite(
    found: Ledger,
    changes: Mapping[Address, Owned | None],
    writer: Writer,
    foreign: Collection[str] = (),
    beside: int = 1,
) -> None:
    """Some buckets at a time: what is new of them is there before what is old goes.

    `foreign`: records by who works for the source no more, which are written anew in any case.
    `beside`: new records that may be there meanwhile; but all those of one bucket may.
    """

    async def put(piece: Objects) -> None:
        await publish(writer, found.node, ledger.encode_record(piece))

    before = found.recorded
    others = {buckets.bucket(a) for item_id in foreign for a in found.records[item_id]}
    for some in buckets.together(_new_pieces(before, {**before, **changes}, others), beside):
        await concurrency.each(put, (piece for pieces in some.values() for piece in pieces))
        old = [
            item_id
            for item_id, objects in found.records.items()
            if not some.keys().isdisjoint(map(buckets.bucket, objects))
        ]
        await _retract(found.node, old, writer)


def _new_pieces(
    before: Objects, after: Mapping[Address, Owned | None], others: Container[int]
) -> Mapping[int, Sequence[Objects]]:
    """The pieces of each bucket that is not what it was, or among `others`."""
    old = buckets.by_bucket(before)
    new = buckets.by_bucket({a: owned for a, owned in after.items() if owned is not None})
    return {
        number: list(buckets.parts(new.get(number, EMPTY)))
        for number in sorted(old.keys() | new.keys())
        if number in others or old.get(number) != new.get(number)
    }


async def _retract(node: NodeAddress, item_ids: Iterable[str], writer: Writer) -> None:
    await concurrency.each(partial(writer.retract, node), item_ids)


async def _forget(source: str, addresses: Iterable[Address], claim: Claim, writer: Writer) -> None:
    """Takes objects out of another source's ledgers, where this account can.

    Out of intents, too: else what an apply of it was cut off with would name them for ever.
    """
    gone = frozenset(addresses)
    for service in claim.intended:
        node = NodeAddress(service, ledger.node_of(source))
        with suppress(UnusableAnswerError, LedgerError):
            if (found := await read_node(writer, node, None)) is not None:
                await _rewrite(found, dict.fromkeys(gone & found.settled.keys()), writer)
                for item_id, intent in found.intents.items():
                    if gone & intent.objects.keys():
                        left = {a: each for a, each in intent.objects.items() if a not in gone}
                        payload = ledger.encode_intent(replace(intent, objects=left))
                        await publish(writer, node, payload)
                        await writer.retract(node, item_id)


async def _given_back(
    claim: Claim, halfway: Container[Address], writer: Writer
) -> Mapping[Address, str]:
    """Makes other sources' ledgers say again what was taken from them. Why not, by object."""
    refused: dict[Address, str] = {}
    for name in sorted({source for source, _ in claim.given.values()}):
        left = {a: owned for a, (to, owned) in claim.given.items() if to == name}
        left = {a: owned for a, owned in left.items() if a not in halfway}
        why = f"the source {name!r} has no ledger any more that could name it again"
        for service in sorted(claim.intended):
            mine = {a: owned for a, owned in left.items() if recorded_on(a, service) == service}
            node = NodeAddress(service, ledger.node_of(name))
            try:
                found = await read_node(writer, node, None) if mine else None
                if found is None:
                    continue
                await ensure_capacity(found, len(mine), writer)
                await _rewrite(found, mine, writer)
            except (UnusableAnswerError, LedgerError) as error:
                why = f"the ledger of the source {name!r} cannot name it again: {error}"
            else:
                left = {a: owned for a, owned in left.items() if a not in mine}
        refused.update(dict.fromkeys(left, why))
    return refused

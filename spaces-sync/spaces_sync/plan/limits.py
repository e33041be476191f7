"""What a service cannot hold by its own words, and what it failed to say, before anything is sent.

How many items a node keeps, and what a plan costs there, is capacity.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from spaces_sync.model import buckets, ledger, marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Form,
    Node,
    Owned,
    Reading,
    Service,
    values_of,
)
from spaces_sync.model.xml import Xml
from spaces_sync.plan.actions import (
    Action,
    PublishItem,
    RecordOwnership,
    WriteMarker,
)
from spaces_sync.plan.capacity import capacity, is_known, is_told, peak
from spaces_sync.plan.configs import configs, field_after
from spaces_sync.plan.intended import intended
from spaces_sync.plan.ownership import home_of, recorded, recorded_on
from spaces_sync.plan.plan import Obstacle, SourceRecord
from spaces_sync.profile import MAX_PAYLOAD

_MAX: Final = ("max",)
_OTHERS: Final = 2  # intents of applies that come at the same moment


# --- of a node -------------------------------------------------------------------------------


def untold(drafts: Sequence[Action], live: Node | None, service: Service) -> str:
    """Why nothing can be planned: a service that failed to tell has not said that it keeps all.

    Empty where what it failed to tell is not needed.
    """
    if not service.default_failed or not _needs_default(drafts, live, service):
        return ""
    return (
        f"{service.jid} did not tell how it configures a new node ({service.default_failed}), so "
        "that it is not known how many items this keeps, nor which fields it has: plan again"
    )


def _needs_default(drafts: Sequence[Action], live: Node | None, service: Service) -> bool:
    form: Form = EMPTY if live is None else live.config
    if any(config.keys() - form.keys() for config in configs(drafts)):
        return True
    return bool(peak(drafts, live)) and not is_known(drafts, live, service)


def too_large(
    drafts: Sequence[Action], live: Node | None, service: Service
) -> Iterator[tuple[Action, str]]:
    """The items that are larger than the node takes, each with words for people.

    Services count in units of their own; what is named here is too large in any.
    """
    most = _bytes(field_after(MAX_PAYLOAD, drafts, live)) or _bytes(
        values_of(service.default_config, MAX_PAYLOAD)
    )
    for draft in drafts if most is not None else ():
        size, what = 0, ""
        match draft:
            case PublishItem(payload=payload, item_id=item_id):
                size, what = content_size(payload), f"item {item_id!r}"
            case WriteMarker(after=after) if after is not None:
                size, what = content_size(marker.encode(after)), "the marker"
            case _:
                pass
        if most is not None and size > most:
            yield draft, f"{what} holds {size} bytes, and the service takes at most {most}"


def _bytes(values: Sequence[str]) -> int | None:
    return whole_number("".join(values))


def content_size(payload: Xml) -> int:
    """The bytes of all texts and values of attributes: fewer than any way of writing it takes."""
    texts = [payload.text, *(value for _, value in payload.attributes)]
    own = sum(len(text.encode(errors="surrogatepass")) for text in texts)
    return own + sum(map(content_size, payload.elements))


# --- of ledgers ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LedgerSize:
    """How many items a ledger holds at most while a plan is carried out; the bytes of the largest.

    The bytes are of what the items say, as `content_size`.
    """

    items: int
    largest: int


def ledger_sizes(
    source: SourceRecord, actions: Iterable[Action], reading: Reading
) -> Mapping[Jid, LedgerSize]:
    """Of each ledger in which something is recorded, by the service that it is about."""
    actions = tuple(actions)
    home = home_of(source.home, reading.account)
    records = {each.about: each for each in actions if isinstance(each, RecordOwnership)}
    intents = intended(actions)
    found: dict[Jid, LedgerSize] = {}
    for service in sorted({recorded_on(about, home) for about in records}):
        now = _on(service, home, reading.ownership.settled)
        after = {a: owned for a, owned in now.items() if a not in records}
        for about, record in records.items():
            kept = recorded(record, reading.ownership.owned(about))
            if kept is not None and recorded_on(about, home) == service:
                after[about] = kept
        left = _on(service, home, reading.ownership.intended)
        mine = _on(service, home, intents)
        size = _size(now, {**after, **left}, left, mine)
        found[service] = replace(size, items=size.items + _statements(service, source, reading))
    return found


def _statements(service: Jid, source: SourceRecord, reading: Reading) -> int:
    """One of each who works for the source, or did; a new one is there before the old one goes."""
    there = reading.ownership.ledgers.get(service)
    stated = there.stated if there is not None else frozenset()
    return len({reading.account, *source.operators, *stated}) + 1


def _on(service: Jid, home: Jid, objects: Mapping[Address, Owned]) -> Mapping[Address, Owned]:
    return {a: owned for a, owned in objects.items() if recorded_on(a, home) == service}


def _size(
    now: Mapping[Address, Owned],
    after: Mapping[Address, Owned],
    left: Mapping[Address, Owned],
    mine: Mapping[Address, Owned],
) -> LedgerSize:
    """New records of some buckets are there before their old ones go."""
    before, then = _buckets(now), _buckets(after)
    pieces = [piece for each in then.values() for piece in each]
    intents = [list(buckets.parts(each)) for each in (left, mine)]
    records = max(sum(map(len, before.values())), len(pieces))
    beside = max(min(len(pieces), buckets.BESIDE), *map(len, then.values()), 0)
    items = records + beside + sum(max(1, len(each)) for each in intents) + _OTHERS
    written = [ledger.encode_record(piece) for piece in pieces]
    written += [ledger.encode_record(piece) for each in intents for piece in each]
    return LedgerSize(items, max(map(content_size, written), default=0))


def _buckets(
    objects: Mapping[Address, Owned],
) -> Mapping[int, list[Mapping[Address, Owned]]]:
    by_number = buckets.by_bucket(objects)
    return {number: list(buckets.parts(each)) for number, each in by_number.items()}


def ledger_obstacles(
    source: SourceRecord, sizes: Mapping[Jid, LedgerSize], services: Mapping[Jid, Service]
) -> Iterator[Obstacle]:
    """Why what a plan does could not be recorded: what is not known to be ours is never removed."""
    for jid, size in sizes.items():
        service = services.get(jid)
        if service is None:
            continue
        node = NodeAddress(jid, ledger.node_of(source.name))
        limit = capacity(_MAX, EMPTY, service)
        if limit is not None and size.items > limit:
            yield Obstacle(
                node,
                f"the ledger would hold up to {size.items} items, and the service keeps at most "
                f"{limit} in a node: raise its limit, or divide the file among several sources",
            )
        most = _bytes(values_of(service.default_config, MAX_PAYLOAD))
        if most is not None and size.largest > most:
            yield Obstacle(
                node,
                f"the ledger would hold an item of {size.largest} bytes, and the service takes at "
                f"most {most}: raise its limit, or divide the file among several sources",
            )


def with_ledgers(
    source: SourceRecord, sizes: Mapping[Jid, LedgerSize], services: Mapping[Jid, Service]
) -> SourceRecord:
    """`source` with how many items its ledgers are to hold where no service tells what it keeps."""
    held = {
        jid: size.items
        for jid, size in sizes.items()
        if jid in services and not is_told(_MAX, EMPTY, services[jid])
    }
    return replace(source, ledgers=held)

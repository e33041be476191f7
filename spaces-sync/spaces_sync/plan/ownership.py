"""What a source owns of an object: by its ledger now, and by an apply's actions afterwards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from spaces_sync.model import ledger, marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Form,
    Key,
    Node,
    Owned,
    Reading,
    Room,
    Values,
    joined,
    live_item,
)
from spaces_sync.model.xml import Xml
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
)


def source_of(live: Node | Room | None) -> str:
    """The source that manages a live object by its marker; empty where none does."""
    found = marker.decode(live.marker) if isinstance(live, Node) else None
    return "" if found is None else found.source


def other_owner(address: Address, reading: Reading, source: str | None) -> str:
    """Another source that manages an object, by its marker or by a ledger; empty where none."""
    by_marker = source_of(reading.state.get(address))
    if by_marker and by_marker != source:
        return by_marker
    return reading.ownership.others.get(address, "")


def home_of(default_service: Jid | None, account: Jid) -> Jid:
    """Where rooms are recorded: on the file's default service, or without one at the account."""
    return default_service or account


def recorded_on(address: Address, home: Jid) -> Jid:
    """The service on which it is recorded what a source owns of an object; of a room, `home`."""
    return address.service if isinstance(address, NodeAddress) else home


def put_there(owned: Owned | None, item_id: str) -> bool:
    """Whether the source that owns `owned` published the item, or was about to."""
    return owned is not None and ledger.item_name(item_id) in owned.applied


# --- what an apply may do, and what it records -----------------------------------------------


def given(action: Action) -> Mapping[str, str]:
    """What an action puts there that was not there before, each with its value.

    Not an item that it changes: until that is recorded it is whose it was, so that no cut makes it
    one that left the file.
    """
    match action:
        case PublishItem(item_id=item_id, before=None, payload=payload):
            return {ledger.item_name(item_id): ledger.payload_value(payload)}
        case CreateNode(config=config) | CreateRoom(config=config):
            return config_values(config)
        case ConfigureNode(after=after) | ConfigureRoom(after=after):
            return config_values(after)
        case SetAffiliation(after=after) if after != "none":
            return {right_name(action): ledger.values_value((after,))}
        case SetSubscription(jid=jid, after=after) if after != "none":
            return {ledger.subscription_name(jid): ledger.values_value((after,))}
        case _:
            return EMPTY


def right_name(action: SetAffiliation) -> str:
    """What a ledger calls the right that an action gives or takes."""
    name = ledger.invitation_name if action.invited else ledger.affiliation_name
    return name(action.jid)


def names(action: Action) -> Iterator[str]:
    """What a ledger calls the things that an action is about."""
    match action:
        case RetractItem(before=before):
            yield ledger.item_name(before.id)
        case PublishItem(item_id=item_id):
            yield ledger.item_name(item_id)
        case SetAffiliation(jid=jid):
            yield ledger.affiliation_name(jid)
            yield ledger.invitation_name(jid)
        case SetSubscription(jid=jid):
            yield ledger.subscription_name(jid)
        case _:
            yield from given(action)


def recorded(record: RecordOwnership, now: Owned | None) -> Owned | None:
    """What is recorded when `record` has been carried out where `now` is recorded.

    Only what differs between its `before` and its `after` changes: what others have recorded since
    `record` was planned stays as they left it. An object that they have forgotten stays forgotten.
    What is copied to it meanwhile is there then.
    """
    if record.before is record.after is None:
        return now
    if record.after is None or (record.before is not None and now is None):
        return None
    before, after = record.before or Owned(), record.after
    now = now or Owned()
    entries = _entries(before)
    gone = before.applied.keys() - after.applied.keys()
    new = {n: value for n, value in _entries(after).items() if entries.get(n) != value}
    left = {**{n: v for n, v in _entries(now).items() if n not in gone}, **new}
    return Owned(
        {name: value for name, (value, _) in left.items()},
        now.protect if before.protect == after.protect else after.protect,
        after.copies if record.copies or before.copies != after.copies else now.copies,
        frozenset(name for name, (_, doubtful) in left.items() if doubtful),
    )


def _entries(owned: Owned) -> Mapping[str, tuple[str, bool]]:
    """The value of each name, and whether it is doubtful."""
    return {name: (value, name in owned.doubtful) for name, value in owned.applied.items()}


def is_recorded(record: RecordOwnership, now: Owned | None) -> bool:
    """Whether carrying out `record` would change nothing of what is recorded."""
    return recorded(record, now) == now


def partly_recorded(
    record: RecordOwnership,
    now: Owned | None,
    undone: Iterable[Action],
    sent: Mapping[str, str],
    *,
    created: bool | None = None,
) -> Owned:
    """What is recorded where `now` is, and not all of the actions on the object were done.

    What was done is recorded as `record` has it; what the `undone` ones are about stays recorded,
    or not, as it is. `sent`: what undone ones may have put there all the same. `created`: whether
    the object was made; None: it was there.
    """
    if now is None and created is False:
        protect = record.after is not None and record.after.protect
        return Owned(sent, protect, record.copies, frozenset(sent), uncertain=True)
    before, undone = now or Owned(), tuple(undone)
    if record.after is None:  # the object goes, or is forgotten, as a whole
        wanted: Mapping[str, str] = before.applied
    else:
        wanted = (recorded(record, now) or Owned()).applied
    open_names = {name for action in undone for name in names(action)}
    applied = {name: value for name, value in wanted.items() if name not in open_names}
    known = {name: value for name, value in before.applied.items() if name in open_names}
    new = {name: value for name, value in sent.items() if name in open_names}
    protect = before.protect or (record.after is not None and record.after.protect)
    copies = record.copies or before.copies
    there = {**applied, **known}
    uncertain = (now is None or now.uncertain) and not (created or there)
    old = Owned(there, protect, copies, before.doubtful & there.keys(), uncertain)
    return joined(old, Owned(new, doubtful=frozenset(new), uncertain=True))


# --- what is declared ------------------------------------------------------------------------


def leaving(actions: Iterable[Action]) -> frozenset[str]:
    """The names of what `actions` on an object take away, or give for another reason."""
    gone = set[str]()
    for action in actions:
        match action:
            case RetractItem() | SetAffiliation(after="none") | SetSubscription(after="none"):
                gone.update(names(action))
            case SetAffiliation(jid=jid, invited=True):
                gone.add(ledger.affiliation_name(jid))
            case _:
                pass
    return frozenset(gone)


def declared_names(wanted: Node | Room, live: Node | Room) -> Iterator[str]:
    """The names of `declared_values` where all of `wanted` is in `live` already."""
    yield from map(ledger.config_name, wanted.config)
    yield from map(ledger.affiliation_name, wanted.affiliations or ())
    if isinstance(wanted, Node) and isinstance(live, Node):
        yield from (ledger.item_name(_held(live, key)[0]) for key in wanted.children)
        yield from map(ledger.subscription_name, wanted.subscriptions or ())


def declared_values(
    wanted: Node | Room, live: Node | Room, actions: Iterable[Action]
) -> dict[str, str]:
    """A name and a value for each thing that the file declares, as `actions` make it."""
    actions = tuple(actions)
    found = config_values(_config_after(wanted.config, live.config, actions))
    found.update(people_values(ledger.affiliation_name, wanted.affiliations))
    for action in actions:
        if isinstance(action, SetAffiliation) and action.invited:
            found.update(given(action))
    if isinstance(wanted, Node) and isinstance(live, Node):
        found.update(people_values(ledger.subscription_name, wanted.subscriptions))
        found.update(_items_after(wanted, live, actions))
    return found


def people_values(
    name: Callable[[str], str], wanted: Mapping[Jid, str] | None
) -> Iterator[tuple[str, str]]:
    """A name, by `name`, and a value, as a ledger has them, for each person's right."""
    return ((name(jid), ledger.values_value((word,))) for jid, word in (wanted or EMPTY).items())


def _config_after(wanted: Form, live: Form, actions: Iterable[Action]) -> Mapping[str, Values]:
    config = {var: live[var].values if var in live else () for var in wanted}
    for action in actions:
        match action:
            case CreateNode(config=sent) | CreateRoom(config=sent):
                config.update({var: values for var, values in sent.items() if var in config})
            case ConfigureNode(after=sent) | ConfigureRoom(after=sent):
                config.update({var: values for var, values in sent.items() if var in config})
            case _:
                pass
    return config


def _items_after(wanted: Node, live: Node, actions: Iterable[Action]) -> Iterator[tuple[str, str]]:
    sent = {action.key: action for action in actions if isinstance(action, PublishItem)}
    for key in wanted.children:
        if key in sent:
            item_id, payload = sent[key].item_id, sent[key].payload
        else:
            item_id, payload = _held(live, key)
        yield ledger.item_name(item_id), ledger.payload_value(payload)


def still_ours(
    wanted: Node | Room,
    live: Node | Room,
    owned: Owned | None,
    gone: frozenset[str],
    invited: Collection[Jid] = (),
) -> dict[str, str]:
    """What the source put there by `owned`, the file does not list, and stays.

    invited: of a room, who stays for being in a space, whatever its entry said of them before.
    """
    if owned is None:
        return {}
    people = (jid for jid in live.affiliations or EMPTY if jid not in (wanted.affiliations or ()))
    there = set(map(ledger.affiliation_name, people))
    if isinstance(live, Room):
        there.update(map(ledger.invitation_name, live.affiliations or EMPTY))
    if isinstance(wanted, Node) and isinstance(live, Node):
        others = (child for key, child in live.children.items() if key not in wanted.children)
        readers = (
            jid for jid in live.subscriptions or EMPTY if jid not in (wanted.subscriptions or ())
        )
        there.update(ledger.item_name(live_item(child).id) for child in others)
        there.update(map(ledger.subscription_name, readers))
    found = {name: owned.applied[name] for name in there & owned.applied.keys() - gone}
    for jid in invited:
        if (right := found.pop(ledger.affiliation_name(jid), None)) is not None:
            found[ledger.invitation_name(jid)] = right
    return found


def config_values(config: Mapping[str, Values]) -> dict[str, str]:
    """A name and a value, as a ledger has them, for each field."""
    return {ledger.config_name(var): ledger.values_value(v) for var, v in config.items()}


def _held(live: Node, key: Key) -> tuple[str, Xml]:
    item = live_item(live.children[key])
    return item.id, item.payloads[0]

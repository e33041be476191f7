"""An action as the lines that every format shows of it, in raw text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, assert_never

from spaces_sync.model.declaration import Place
from spaces_sync.model.state import NO_PASSWORD, Secret, Values, same_values
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
)
from spaces_sync.plan.configs import place_of
from spaces_sync.profile import ACCESS_MODEL, FIXED_FIELDS, ROOM_NAME, SECRET, TABLE_1, TITLE
from spaces_sync.report import action_table, explain, words
from spaces_sync.report.access import READERS
from spaces_sync.report.explain import Difference
from spaces_sync.report.words import Sign

_NAMES: Final = (TITLE, ROOM_NAME)
_TABLE_1: Final = frozenset(row.var for row in TABLE_1)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that an action does to its node or room.

    `noun` and `identity` say to what: the kind of a child and what it points at; `affiliation`
    and an account; the label of a field alone.
    `former` is the identity that a renamed child had. `place` is where the file asks for it.
    `expected`: a value that XEP-0503 asks of every space, or that it had under its former name.
    """

    sign: Sign
    noun: str
    identity: str = ""
    former: str = ""
    differences: tuple[Difference, ...] = ()
    reason: str = ""
    place: Place | None = None
    consequences: tuple[str, ...] = ()
    expected: bool = False


def headline(action: Action) -> Line:
    """The action in one line, without what differs."""
    noun, identity = action_table.noun_and_identity(action)
    why = action.why
    return Line(
        action_table.sign(action),
        noun,
        identity,
        reason=words.reason_text(action),
        place=why.place,
        consequences=why.consequences,
    )


def lines(action: Action) -> Iterator[Line]:
    """The lines of an action, none where that of its node or room says all of it.

    The last one has the action's consequences.
    """
    match action:
        case CreateNode():
            yield from _created(action, None)
        case CreateRoom(password=password):
            yield from _created(action, password)
        case ConfigureNode():
            yield from _configured(action, None)
        case ConfigureRoom(password=password):
            yield from _configured(action, password)
        case DeleteNode() | DestroyRoom():
            return
        case WriteMarker():
            yield headline(action)
        case RecordOwnership():
            if action.why.consequences:  # else it says nothing that the other lines do not
                yield headline(action)
        case PublishItem():
            yield _published(action)
        case RetractItem():
            yield headline(action)
        case (
            SetAffiliation(before=before, after=after) | SetSubscription(before=before, after=after)
        ):
            old, new = (None if word == "none" else word for word in (before, after))
            yield replace(headline(action), differences=(Difference("", old, new),))
        case _:
            assert_never(action)


def _created(action: CreateNode | CreateRoom, password: Secret | None) -> Iterator[Line]:
    """Without title and name, which stand beside the id of the node or room; of a copy also those,
    where they are other ones than before.
    """
    config, formerly = action.config, action.formerly
    for var in sorted(config.keys() | formerly.keys(), key=explain.config_sort_key):
        if var not in config:
            lost = explain.difference("", formerly[var], None)
            yield Line("-", words.label(var), differences=(lost,), reason="is not copied")
            continue
        found = explain.difference("", formerly.get(var), config[var])
        same = same_values(formerly.get(var, ()), config[var])
        if found.after is None or (var in _NAMES and (var not in formerly or same)):
            continue
        if same or found.before is None:
            found = replace(found, before=None)
        yield Line(
            "+" if found.before is None else "~",
            words.label(var),
            differences=(found,),
            reason=_readers(var, found),
            expected=var != ACCESS_MODEL and (_is_standard(var, config[var]) or same),
        )
    yield from _password("+", password)


def _readers(var: str, difference: Difference) -> str:
    """Who can read the node from then on, where the field says so."""
    return READERS.get(difference.after or "", "") if var == ACCESS_MODEL else ""


def _is_standard(var: str, values: Values) -> bool:
    """Whether every space has this value in this field, and nobody needs to see it again."""
    if var not in FIXED_FIELDS and not var.startswith("pubsub#notify"):
        return False
    return any(row.var == var and same_values(values, row.allowed[:1]) for row in TABLE_1)


def _password(sign: Sign, password: Secret | None) -> Iterator[Line]:
    if password == NO_PASSWORD:
        yield Line("-", "password")
    elif password is not None:
        origin = Difference("", None, f"from {password.origin}")
        yield Line(sign, "password", differences=(origin,))


def _configured(action: ConfigureNode | ConfigureRoom, password: Secret | None) -> Iterator[Line]:
    head = headline(action)
    found = []
    for var in sorted(action.before.keys() | action.after.keys(), key=explain.config_sort_key):
        each = explain.difference("", action.before.get(var), action.after.get(var))
        reason = head.reason if var in _TABLE_1 or action.why.reason != "required" else ""
        why = ", ".join(filter(None, (_readers(var, each), reason)))
        line = Line(_sign(each), words.label(var), differences=(each,), reason=why)
        found.append(replace(line, place=place_of(action, var)))
    secret = place_of(action, SECRET)
    found.extend(replace(line, place=secret) for line in _password("~", password))
    yield from found[:-1]
    for line in found[-1:]:
        yield replace(line, consequences=head.consequences)


def _sign(difference: Difference) -> Sign:
    if difference.before is None and difference.after is not None:
        return "+"
    return "-" if difference.after is None and difference.before is not None else "~"


def _published(action: PublishItem) -> Line:
    head = headline(action)
    found = [inner for each in action.changes for inner in explain.change_differences(each)]
    if action.before is None:
        # What a new child is not is not worth a word.
        found = [each for each in found if each.after not in (None, "false")]
    elif not found:
        found = list(explain.payload_differences(action.before, action.payload))
    if action.former is not None and action.before is None:
        old = words.target(action.former, action.node)
        return replace(head, former=old, differences=tuple(found))
    return replace(head, differences=tuple(found))

"""Plans one node: its creation or configuration, and what goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from spaces_sync.model.servers import refuses_access_model
from spaces_sync.model.state import (
    EMPTY,
    Form,
    Reading,
    Service,
    Values,
    live_item,
    same_values,
    values_of,
)
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    PublishItem,
    RecordOwnership,
    Why,
)
from spaces_sync.plan.audience import access_after, opens_to_more
from spaces_sync.plan.compare.affiliations import plan_affiliations
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.compare.items import plan_items, with_copies, without
from spaces_sync.plan.compare.moves import with_openings
from spaces_sync.plan.compare.recording import owned_by_another, plan_marker, plan_record
from spaces_sync.plan.compare.rename import (
    NOTHING_THERE,
    Former,
    copied_config,
    former_of,
    half_copied,
    not_copied,
    what_is_copied,
)
from spaces_sync.plan.compare.subscriptions import plan_subscriptions
from spaces_sync.plan.configs import configs, former_values
from spaces_sync.plan.copies import CopyOf
from spaces_sync.plan.drift import explained
from spaces_sync.plan.ownership import other_owner, source_of
from spaces_sync.plan.plan import Note, NoteReason, Obstacle, Part
from spaces_sync.plan.requirements import (
    Fulfilment,
    WantedField,
    fulfilment,
    is_exhaustive,
    names_empty,
    overruled_token,
    wanted_fields,
)
from spaces_sync.plan.turns import in_turns
from spaces_sync.profile import ACCESS_MODEL, SPACE, TYPE


def plan_node(
    context: NodeContext, reading: Reading, late: Former | None = None, *, take_over: bool
) -> Iterator[Part]:
    """What one declared node needs. It is in `reading.state`, or proved absent.

    late: the node that it was before, where that has come to hold more since it was copied.
    """
    if obstacle := _unplannable(context, reading, take_over=take_over):
        yield obstacle
        return
    former = former_of(context, reading)
    parts = list(_creation(context, reading, former) if context.live is None else _changes(context))
    actions = _actions(parts)
    items = list(with_openings(context, plan_items(context), actions))
    source = former or late
    if source is not None and source.stores_items:
        access = access_after(actions, context.live)
        # Of a copy that is made whole, its creation says so.
        opens = context.live is not None and opens_to_more(source.access_model, access)
        items = list(with_copies(context, items, source, opens=opens))
    if source is not None:
        yield CopyOf(context.address, source.address)
    if former is not None:
        parts = [_telling_of_copies(part, context, former, items) for part in parts]
    parts.extend(items)
    parts.extend(plan_affiliations(context, former, _actions(parts)))
    parts.extend(plan_subscriptions(context, _actions(parts)))
    owned = context.owned
    yield from (explained(part, owned) if isinstance(part, Action) else part for part in parts)
    if not any(isinstance(part, Obstacle) for part in parts):
        yield from plan_marker(context)
        yield from _record(_without_absent(context), reading, _actions(parts), former)


def _met(context: NodeContext, field: WantedField, form: Form) -> Fulfilment:
    service = context.service
    silent = not service.default_config and not service.default_failed
    exhaustive = is_exhaustive(service) or (silent and names_empty(form))
    return fulfilment(field, form, exhaustive=exhaustive, overruled=context.overruled)


def _still_overruled(context: NodeContext, actions: Iterable[Action]) -> Mapping[str, str]:
    """What became of fields and is no other now, of those that are not sent again."""
    if context.live is None:
        return EMPTY
    form, sent = context.live.config, {var for each in configs(actions) for var in each}
    wanted = wanted_fields(context.declaration, context.address, context.wanted, context.service)
    known = (
        overruled_token(field.var, field.write, values_of(form, field.var))
        for field in wanted
        if field.var not in sent
    )
    return {name: value for name, value in known if context.overruled.get(name) == value}


def _record(
    context: NodeContext, reading: Reading, actions: Iterable[Action], former: Former | None
) -> Iterator[RecordOwnership]:
    source = context.declaration.source
    if source is None:
        return
    actions = tuple(actions)
    yield from plan_record(
        context.address,
        context.wanted,
        context.found,
        reading,
        actions,
        protect=context.policy.protect,
        overruled=_still_overruled(context, actions),
        copies=former.address.uri if former is not None and actions else "",
        taken_from=other_owner(context.address, reading, source),
        place=context.place(),
    )


def _actions(parts: Iterable[Part]) -> tuple[Action, ...]:
    return tuple(part for part in parts if isinstance(part, Action))


def _without_absent(context: NodeContext) -> NodeContext:
    """The context without the items that the file names as absent."""
    if context.live is None:
        return context
    return replace(context, live=without(context.live, context.policy.absent_items))


def _unplannable(context: NodeContext, reading: Reading, *, take_over: bool) -> Obstacle | None:
    declaration, address = context.declaration, context.address
    foreign = owned_by_another(declaration, address, reading, take_over=take_over)
    unfit = _unfit(context) if context.live is not None else None
    return (
        foreign or unfit or _refused_access(context) or half_copied(declaration, reading, address)
    )


def _unfit(context: NodeContext) -> Obstacle | None:
    """Why a live node cannot be what the file declares."""
    live, place = context.found, context.place()
    node_type = values_of(live.config, TYPE)
    other_type = context.policy.is_space and node_type not in ((), ("",), (SPACE,))
    if other_type and not _is_our_space(context):
        text = (
            f"exists and is no space: its pubsub#type is {node_type[0]!r}; choose another node id"
        )
        return Obstacle(context.address, text, place)
    if not context.policy.is_space and node_type == (SPACE,):
        text = "exists and is a space: list it under 'spaces'"
        return Obstacle(context.address, text, place)
    if not live.complete:
        text = "the service did not give all of its items, so that none can be planned"
        return Obstacle(context.address, text, place)
    return None


def _refused_access(context: NodeContext) -> Obstacle | None:
    """That the service will not take the access model which the file says."""
    wanted = values_of(context.wanted.config, ACCESS_MODEL)
    model = "".join(wanted)
    if same_values(wanted, values_of(context.found.config, ACCESS_MODEL)):
        return None
    if not model or not refuses_access_model(context.service, model):
        return None
    text = f"access_model cannot be {model}: {context.address.service} refuses it"
    place = context.declaration.place(context.address, "config", ACCESS_MODEL)
    return Obstacle(context.address, text, place or context.place())


def _is_our_space(context: NodeContext) -> bool:
    """Whether it is one by all but its type: that is somebody else's change then."""
    return context.owned is not None and source_of(context.found) == context.declaration.source


# --- creation --------------------------------------------------------------------------------


def _creation(context: NodeContext, reading: Reading, former: Former | None) -> Iterator[Part]:
    address, place, policy = context.address, context.place(), context.policy
    fields = list(wanted_fields(context.declaration, address, context.wanted, context.service))
    copied = copied_config(context, former)
    config = {**copied, **{field.var: field.write for field in fields}}
    olds = [old for old in policy.previously if old in reading.state.nodes]
    why = Why("file", place)
    if former is not None:
        why = Why("rename", place)
        yield from not_copied(context.declaration, reading, address, former.address)
    elif olds and policy.is_space:
        text = "can be renamed only by a file with a 'source': an interrupted copy has to be known"
        yield Obstacle(address, text, place)
    elif olds:
        text = f"{olds[0]} stays as it is, with its items: only a file with a 'source' copies them"
        why = Why("rename", place, (text,))
    elif policy.previously:
        yield Note(address, "by default", NOTHING_THERE, place)
    if is_exhaustive(context.service):
        default = context.service.default_config
        for field in fields:
            yield from _unoffered(context, field, fulfilment(field, default, exhaustive=True))
    opens = former is not None and opens_to_more(former.access_model, config.get(ACCESS_MODEL, ()))
    old = former.node.config if former is not None else EMPTY
    yield CreateNode(
        address,
        config,
        why,
        opens=opens,
        former=former.address if former is not None else None,
        formerly=former_values(old, config, context.service.default_config),
    )


def _telling_of_copies(
    part: Part, context: NodeContext, former: Former, items: Iterable[Part]
) -> Part:
    """`part`, where it creates a copy of `former`, with what of that is copied."""
    if not isinstance(part, CreateNode):
        return part
    copied = sum(_is_copied(each, context, former) for each in items)
    words = what_is_copied(former, part.config, copied, configured=not context.policy.is_space)
    return replace(part, why=replace(part.why, consequences=tuple(words)))


def _is_copied(part: Part, context: NodeContext, former: Former) -> bool:
    """Whether it publishes what is in `former`, also under another name. Some of that may go, or
    move to another space.
    """
    if not isinstance(part, PublishItem):
        return False
    there, names = former.node.children, context.policy.former_keys.get(part.key, ())
    known = {live_item(child).id for child in there.values()}
    return part.item_id in known or any(name in there for name in names)


def _unoffered(context: NodeContext, field: WantedField, met: Fulfilment) -> Iterator[Part]:
    """What the service has no field for: a note, or an obstacle where XEP-0503 says MUST."""
    head = f"{field.var}: the service has no such field"
    reason: NoteReason = "recommended" if field.var not in context.wanted.config else "impossible"
    if met == "by default":
        reason = "by default" if reason == "impossible" else reason
        yield Note(context.address, reason, f"{head}, so that it cannot be true", field.place)
    elif met == "impossible" and field.must and field.var not in context.wanted.config:
        yield Obstacle(context.address, f"{head}, which XEP-0503 demands of a space", field.place)
    elif met == "impossible":
        yield Note(context.address, reason, f"{head}, so that it would be ignored", field.place)


# --- configuration ---------------------------------------------------------------------------


def _changes(context: NodeContext) -> Iterator[Part]:
    """What is to be done about each field that differs from what the file or table 1 wants."""
    form = context.found.config
    differ: list[WantedField] = []
    for field in wanted_fields(
        context.declaration, context.address, context.wanted, context.service
    ):
        met = _met(context, field, form)
        if met == "change":
            differ.append(field)
        elif met == "overruled":
            yield _overruled(context, field, values_of(form, field.var))
        yield from _unoffered(context, field, met)
    for part in in_turns(_configure(context, form, differ)) if differ else ():
        yield _configure(context, form, [field for field in differ if field.var in part.after])


def _overruled(context: NodeContext, field: WantedField, found: Values) -> Note:
    made, sent = ", ".join(found), ", ".join(field.write)
    text = f"{field.var}: the service makes it {made}, whatever is sent, where {sent} is wanted"
    return Note(context.address, "impossible", text, field.place)


def _configure(context: NodeContext, form: Form, fields: list[WantedField]) -> ConfigureNode:
    after = {field.var: field.write for field in fields}
    before = {var: values_of(form, var) for var in after}
    reason = next((each.reason for each in fields if each.reason == "file"), fields[0].reason)
    if TYPE in after and context.policy.is_space:
        reason = "drift" if _is_our_space(context) else "takeover"
    elif reason == "required" and _all_untouched(before, context.service):
        reason = "default"
    places = {each.var: each.place for each in fields if each.place is not None}
    place = next(iter(places.values()), context.place())
    return ConfigureNode(context.address, before, after, why=Why(reason, place), places=places)


def _all_untouched(before: Mapping[str, Values], service: Service) -> bool:
    """Whether each field still holds what the service gave the node when it was made."""
    default = service.default_config
    return all(same_values(values, values_of(default, var)) for var, values in before.items())

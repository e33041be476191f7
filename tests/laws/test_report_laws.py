"""Every report takes every plan, whatever strangers wrote into it."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from builders import DEV
from showing import as_shown
from spaces_sync.codec import DataError
from spaces_sync.model import marker
from spaces_sync.model.addresses import NodeAddress, bare_jid, node_uri
from spaces_sync.model.children import KINDS, Kind
from spaces_sync.model.state import Field, Form, Item, Node, Values
from spaces_sync.model.xml import Xml, parse, serialise
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    Why,
    WriteMarker,
    subject,
)
from spaces_sync.plan.file import UNSIGNED, digest, from_data, is_unchanged, to_data
from spaces_sync.plan.outcome import Outcome, Result, Status
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.inverse import inverse, inverses, invertible
from spaces_sync.report import (
    outcome_json,
    outcome_text,
    plan_compact,
    plan_json,
    plan_text,
    spaces_json,
    spaces_text,
)
from spaces_sync.report.causes import causes_text
from spaces_sync.report.cells import width_of
from spaces_sync.report.reportable import PlanOutcome, SpaceSummary
from spaces_sync.report.style import Style
from spaces_sync.report.summary import is_quiet
from spaces_sync.report.visible import printable, visible

WIDTHS = st.integers(40, 200)


def assert_fits(shown: str, width: int) -> None:
    assert shown.endswith("\n")
    for line in shown.split("\n"):
        assert width_of(line) <= width
        assert printable(line) == line


@given(strategies.plans(), WIDTHS, st.booleans())
def test_text_fits_and_holds_no_control_character(plan: Plan, width: int, full: bool) -> None:
    for report in (plan_text, plan_compact):
        assert_fits(report.render(as_shown(plan), Style(width=width, full=full)), width)


@given(strategies.plans())
def test_colour_adds_escape_sequences_and_nothing_else(plan: Plan) -> None:
    for report in (plan_text, plan_compact):
        plain = report.render(as_shown(plan), Style(full=True))
        coloured = report.render(as_shown(plan), Style(colour=True, full=True))
        assert _without_colour(coloured) == plain


def _without_colour(shown: str) -> str:
    head, *parts = shown.split("\x1b[")
    return head + "".join(part.partition("m")[2] for part in parts)


@given(strategies.plans())
def test_the_summary_counts_what_the_text_counts(plan: Plan) -> None:
    data = json.loads(plan_json.render(as_shown(plan), Style()))
    assert data["summary"]["changes"] is bool(plan.actions)
    shown = plan_text.render(as_shown(plan), Style(width=10_000)).splitlines()
    (closing,) = (line for line in shown if line.startswith(("Plan ", "No changes.")))
    # The planner gives a record that stands alone its words, as unit tests hold it to.
    quiet = all(map(is_quiet, plan.actions))
    assert ("No changes." in closing) is (quiet and not plan.obstacles)
    for word, count in data["summary"]["actions"].items():
        assert f"{count} {word}" in closing or f"{count} to {word}" in closing


@given(strategies.plans(), WIDTHS, st.booleans(), st.data())
def test_an_outcome_names_all_that_was_not_done(
    plan: Plan, width: int, full: bool, data: st.DataObject
) -> None:
    statuses: st.SearchStrategy[Status] = st.sampled_from(get_args(Status))
    results = tuple(
        Result(action, data.draw(statuses), data.draw(strategies.causes()))
        for action in plan.actions
    )
    remaining = tuple(data.draw(st.lists(strategies.actions(), max_size=2)))
    made = Outcome(results, remaining)
    shown = outcome_text.render(
        PlanOutcome(made, plan, digest(plan)), Style(width=width, full=full)
    )
    assert_fits(shown, width)
    undone = [result for result in results if result.status != "done"]
    causes = {(each.status, subject(each.action), causes_text(each.causes)) for each in undone}
    assert sum(line.startswith("      because ") for line in shown.splitlines()) == len(causes)
    counts = json.loads(outcome_json.render(PlanOutcome(made, plan, digest(plan)), Style()))[
        "counts"
    ]
    # A record is told of where it went wrong, or was left out for a cause of its own.
    skipped = [r for r in results if r.status == "skipped"]
    loud = {(subject(r.action), r.causes) for r in skipped if not is_quiet(r.action)}
    alone = [r for r in skipped if is_quiet(r.action)]
    named = sum(not is_quiet(r.action) or r.status in ("failed", "unknown") for r in results)
    named += sum((subject(r.action), r.causes) not in loud for r in alone)
    assert sum(counts.values()) == named


@given(
    st.lists(
        strategies.space_summaries(),
        max_size=4,
    ),
    WIDTHS,
)
def test_a_list_fits(spaces: list[SpaceSummary], width: int) -> None:
    assert_fits(spaces_text.render(spaces, Style(width=width)), width)
    assert len(json.loads(spaces_json.render(spaces, Style()))["spaces"]) == len(spaces)


@given(strategies.texts())
def test_visible_text_is_printable_and_loses_nothing(foreign: str) -> None:
    shown = visible(foreign)
    assert printable(shown) == shown
    assert _seen(shown) == foreign


def _seen(shown: str) -> str:
    """The text that `visible` made `shown` of: Python reads the same escapes."""
    return shown.encode("latin-1", "backslashreplace").decode("unicode_escape")


# --- the plan file --------------------------------------------------------------------------


@given(strategies.plans())
def test_a_plan_survives_its_file(plan: Plan) -> None:
    data = json.loads(json.dumps(to_data(plan)))
    assert from_data(data) == plan
    assert from_data(json.loads(plan_json.render(as_shown(plan), Style()))) == plan


@given(strategies.plans(), st.data())
def test_unknown_keys_are_ignored(plan: Plan, data: st.DataObject) -> None:
    written = json.loads(json.dumps(to_data(plan)))
    written["format_version"] = data.draw(st.sampled_from(("4.0", "4.1", "4.27")))
    for each in (written, *written["actions"], written["facts"]):
        each["x-later"] = data.draw(strategies.json_values())
    assert from_data(written) == plan


@given(strategies.json_values())
def test_any_json_is_a_plan_or_an_error_with_a_path(value: Any) -> None:
    with pytest.raises(DataError, match=r"^\$"):
        from_data(value)


@given(strategies.plans(), st.data())
def test_a_damaged_plan_file_is_a_plan_or_an_error_with_a_path(
    plan: Plan, data: st.DataObject
) -> None:
    written = json.loads(json.dumps(to_data(plan)))
    holders = list(_holders(written))
    holder, key = data.draw(st.sampled_from(holders))
    if data.draw(st.booleans()):
        holder[key] = data.draw(strategies.json_values())
    else:
        del holder[key]
    try:
        read = from_data(written)
    except DataError as error:
        path = error.path
    else:
        path = "$"
        plan_text.render(as_shown(read), Style(full=True))
        assert from_data(json.loads(json.dumps(to_data(read)))) == read
    assert path.startswith("$")


def _holders(value: Any) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _holders(inner)


@given(strategies.plans(), st.data())
def test_whatever_is_changed_in_a_plan_file_it_is_noticed(plan: Plan, data: st.DataObject) -> None:
    written = json.loads(plan_json.render(as_shown(plan), Style()))
    assert is_unchanged(written)
    before = json.dumps(written, sort_keys=True)
    signed = {key: value for key, value in written.items() if key not in UNSIGNED - {"digest"}}
    holder, key = data.draw(st.sampled_from(list(_holders(signed))))
    holder = written if holder is signed else holder
    if data.draw(st.booleans()):
        holder[key] = data.draw(strategies.json_values())
    else:
        del holder[key]
    assert is_unchanged(written) == (json.dumps(written, sort_keys=True) == before)


@given(strategies.plans())
def test_what_reports_say_of_a_plan_is_no_part_of_its_digest(plan: Plan) -> None:
    """The same plan is called the same, whatever is allowed of it."""
    refused = json.loads(plan_json.render(as_shown(plan), Style()))
    allowed = json.loads(plan_json.render(as_shown(plan)._replace(refusals=()), Style()))
    assert {key for key in refused if refused[key] != allowed[key]} <= {"refusals"}
    assert is_unchanged(allowed)


@given(strategies.plans())
def test_of_a_plan_that_was_read_the_digest_is_that_of_its_file(plan: Plan) -> None:
    written = json.loads(plan_json.render(as_shown(plan), Style()))
    assert digest(from_data(written)) == written["digest"] == digest(plan)


# --- values under all of it -----------------------------------------------------------------


def _in_one_step(action: Action) -> bool:
    """Opening a node is undone, or done again, apart from its other fields."""
    undone = inverse(action) if invertible(action) else ()
    return len(undone) == 1 and len(inverse(undone[0])) == 1


@given(strategies.actions().filter(_in_one_step))
def test_undoing_twice_is_doing(action: Action) -> None:
    again = inverse(inverse(action)[0])[0]
    assert _done(again) == _done(action)


@given(strategies.configs(), strategies.configs())
def test_undoing_a_configuration_undoes_each_field(
    old: Mapping[str, Values], new: Mapping[str, Values]
) -> None:
    both = old.keys() & new.keys()
    before, after = ({var: form[var] for var in both} for form in (old, new))
    undone = inverse(ConfigureNode(DEV, before, after))

    assert {var: v for each in undone for var, v in each.after.items()} == before
    assert {var: v for each in undone for var, v in each.before.items()} == after


def _done(action: Action) -> Action:
    """Without what only explains, and what no service gives back once it is gone."""
    (usual,) = (each.default for each in fields(action) if each.name == "stage")
    action = replace(action, why=Why(), stage=usual)
    match action:
        case RecordOwnership():
            return replace(action, taken_from="", copies="")
        case PublishItem(before=before):
            kept = None if before is None else Item(action.item_id, before.payloads)
            return replace(action, changes=(), before=kept, access_model="")
        case RetractItem(before=before):
            # A plan that is taken back says itself all that it put there.
            return replace(action, before=Item(before.id, before.payloads), restorable=False)
        case WriteMarker(before=Item() as before):
            mark = marker.decode(before)
            written = marker.item(mark) if mark else None
            return replace(action, before=written, access_model="")
        case WriteMarker():
            return replace(action, access_model="")
        case CreateNode(node=node, config=config):
            return CreateNode(node, {var: v for var, v in config.items() if any(v)})
        case CreateRoom(config=config):
            return replace(action, config={var: v for var, v in config.items() if any(v)})
        case ConfigureNode():
            return replace(action, drops=0, shuts_out=0)
        case DeleteNode(node=node, before=before):
            return DeleteNode(node, Node(_stated(before.config)))
        case DestroyRoom(room=room, before=before):
            return DestroyRoom(
                room, replace(before, config=_stated(before.config), affiliations=None)
            )
        case _:
            return action


def _stated(form: Form) -> Form:
    return {var: Field(field.values) for var, field in form.items() if any(field.values)}


@given(strategies.plans())
def test_every_plan_has_an_inverse(plan: Plan) -> None:
    undone = [inverse(action) for action in plan.actions if invertible(action)]
    assert len(inverses(plan.actions)) == sum(map(len, undone))


@given(strategies.xmls(), st.none() | st.sampled_from(strategies.NAMESPACES))
def test_xml_survives_being_written(xml: Xml, around: str | None) -> None:
    if around is None:
        assert parse(serialise(xml)) == xml
    else:
        holder = Xml(around, "holder", (), (xml,))
        assert parse(serialise(holder)) == holder


@given(strategies.nodes_addresses())
def test_a_node_survives_its_uri(address: NodeAddress) -> None:
    assert address.uri.isascii()
    assert node_uri(address.uri) == address


@given(strategies.jids() | st.text(max_size=8))
def test_a_normal_jid_is_normal(jid: str) -> None:
    try:
        once = bare_jid(jid)
    except ValueError:
        return
    assert bare_jid(once) == once
    assert once.isprintable() or not once.isascii()


# --- overlays -------------------------------------------------------------------------------


@st.composite
def overlays(draw: st.DrawFn) -> tuple[Kind, Xml | None, str, dict[str, Any]]:
    """A kind, a live payload of it or none, a target and what a file says of it."""
    kind = draw(st.sampled_from(KINDS))
    payload = draw(st.none() | strategies.payloads_of(kind.name))
    target = draw(strategies.targets(kind.name))
    if payload is not None and draw(st.booleans()):
        target = kind.target(target, payload) or target
    return kind, payload, target, draw(strategies.declared(kind.name))


@given(overlays())
def test_an_overlay_says_what_is_declared(case: tuple[Kind, Xml | None, str, Any]) -> None:
    kind, live, target, fields = case
    made = kind.overlay(live, target, fields)
    found = kind.fields(made)
    for name, value in fields.items():
        if name == "extensions":
            assert set(value) <= set(found.get(name, ())) or _same_names(value)
        elif name != "xml":
            assert found[name] == value


def _same_names(elements: tuple[Xml, ...]) -> bool:
    return len({(each.ns, each.name) for each in elements}) < len(elements)


@given(overlays())
def test_an_overlay_twice_is_one(case: tuple[Kind, Xml | None, str, Any]) -> None:
    kind, live, target, fields = case
    made = kind.overlay(live, target, fields)
    assert kind.overlay(made, target, fields) is made


@given(overlays())
def test_an_overlay_leaves_what_the_file_does_not_say(
    case: tuple[Kind, Xml | None, str, Any],
) -> None:
    kind, live, target, fields = case
    if live is None or kind.name == "item":
        return
    before, after = kind.fields(live), kind.fields(kind.overlay(live, target, fields))
    for name in before.keys() - fields.keys():
        if name != "extensions":
            assert after[name] == before[name]


@given(overlays())
def test_an_overlay_leaves_what_is_foreign(case: tuple[Kind, Xml | None, str, Any]) -> None:
    kind, live, target, fields = case
    if live is None or kind.name == "item":
        return
    made = kind.overlay(live, target, fields)
    assert _foreign_attributes(live) == _foreign_attributes(made)
    own = kind.element[0] if kind.element else ""
    assert _foreign_elements(live, own) == _foreign_elements(made, own)


def _foreign_attributes(xml: Xml) -> list[Any]:
    return [pair for pair in xml.attributes if pair[0][0]]


def _foreign_elements(xml: Xml, own: str) -> list[Xml]:
    return [each for each in xml.elements if each.ns != own]

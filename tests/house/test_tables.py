"""The tables of the language: each key has a consumer, each kind of child is known everywhere."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, find, settings

import strategies
from builders import DEV, declare, example_child, live_node, published, reading
from spaces_sync.document import check, examine, rooms, schema
from spaces_sync.fields import EFFECTS, LABELS, ROOMS, SPACES, TABLES, FieldSpec
from spaces_sync.model import marker
from spaces_sync.model.children import KINDS, MODULES, SECTIONS, Kind, decode, is_reserved
from spaces_sync.model.declaration import Policy
from spaces_sync.model.ledger import item_name
from spaces_sync.model.shapes import flag
from spaces_sync.model.state import Item, Owned, Ownership
from spaces_sync.plan.actions import RetractItem
from spaces_sync.plan.compare.planner import plan

ROOM = "erp@rooms.example"
# An entry of each section, with what some of the keys need beside them to mean anything.
ENTRIES: dict[str, tuple[str, dict[str, Any]]] = {
    "spaces": (
        "dev",
        {
            "exposure": "private",
            "publish_model": "open",
            "rooms": {ROOM: {}},
            "affiliations": {"ada@example": "member"},
        },
    ),
    "nodes": ("news", {"publish_model": "open"}),
    "rooms": (ROOM, {}),
}
DOCUMENT: dict[str, Any] = {
    "version": 1,
    "service": "pubsub.example",
    "source": "tests",
    "operators": ["ci@megacorp.example"],
    **{section: {name: entry} for section, (name, entry) in ENTRIES.items()},
}
# Listed by two spaces, a room advertises only the one that it names.
DOCUMENT["spaces"] = {**DOCUMENT["spaces"], "sales": {"exposure": "public", "rooms": {ROOM: {}}}}
ROWS = [(section, row) for section, table in TABLES.items() for row in table.rows]
PROPERTIES = [
    (section, name)
    for section, kind in SECTIONS.items()
    for name in (*kind.properties, *(["previously"] if kind.keys else []))
    if name not in kind.required
]

Meaning = Callable[[Mapping[str, Any]], Any]


@pytest.fixture
def meaning(tmp_path: Path) -> Meaning:
    """All that comes of a document, but for where things stand in it."""

    def read(document: Mapping[str, Any]) -> Any:
        path = tmp_path / "spaces.yaml"
        path.write_text(json.dumps(document))
        found, problems = examine([path], {"STAFF_ROOM_PASSWORD": "correct horse"})
        told = [(problem.severity, problem.message) for problem in problems]
        about = found.source, found.services, found.operators
        return found.state, found.policies, about, told

    return read


def candidates(rule: Mapping[str, Any]) -> list[Any]:
    """Values that a key takes; one of them at least is not its default."""
    return [*rule["examples"], *rule.get("enum", ()), *((True, False) if _flag(rule) else ())]


def _flag(rule: Mapping[str, Any]) -> bool:
    return rule.get("type") == "boolean"


def is_read(read: Meaning, section: str, row: FieldSpec) -> bool:
    """Whether anything comes of a key of an entry."""
    name, entry = ENTRIES[section]
    rest = {key: value for key, value in entry.items() if key != row.key}
    without = read({**DOCUMENT, section: {name: rest}})
    values = candidates(row.schema)
    return any(read({**DOCUMENT, section: {name: {**rest, row.key: v}}}) != without for v in values)


@pytest.mark.parametrize(("section", "row"), ROWS, ids=lambda each: getattr(each, "key", each))
def test_each_key_has_a_consumer(meaning: Meaning, section: str, row: FieldSpec) -> None:
    assert is_read(meaning, section, row)


@pytest.mark.parametrize("key", SPACES.inherited)
def test_each_default_has_a_consumer(meaning: Meaning, key: str) -> None:
    name, entry = ENTRIES["spaces"]
    rest = {own: value for own, value in entry.items() if own != key}
    document = {**DOCUMENT, "spaces": {name: rest}}
    assert any(
        meaning({**document, "defaults": {key: value}}) != meaning(document)
        for value in candidates(SPACES.inherited[key])
    )


@pytest.mark.parametrize("key", [key for key in schema()["properties"] if key != "defaults"])
def test_each_key_of_a_file_has_a_consumer(meaning: Meaning, key: str) -> None:
    rest = {own: value for own, value in DOCUMENT.items() if own != key}
    assert meaning(rest) != meaning(DOCUMENT)


@pytest.mark.parametrize(("section", "name"), PROPERTIES)
def test_each_key_of_a_child_has_a_consumer(meaning: Meaning, section: str, name: str) -> None:
    kind = SECTIONS[section]
    rule = schema()["properties"]["spaces"]["additionalProperties"]["properties"][section]
    properties = (rule["additionalProperties"] if kind.keys else rule)["properties"]
    needed = {key: properties[key]["examples"][0] for key in kind.required}

    def read(entry: dict[str, Any]) -> Any:
        value = {kind.keys[0]: entry} if kind.keys else entry
        return meaning({**DOCUMENT, "spaces": {"dev": {"exposure": "public", section: value}}})

    without = read(needed)
    assert any(read({**needed, name: v}) != without for v in candidates(properties[name]))


@pytest.fixture
def with_row(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[FieldSpec], None]]:
    """Adds a key to the language's rooms."""

    def added(row: FieldSpec) -> None:
        table = replace(ROOMS, rows=(*ROOMS.rows, row))
        monkeypatch.setitem(TABLES, "rooms", table)
        for module in (sys.modules["spaces_sync.document.schema"], rooms):
            monkeypatch.setattr(module, "ROOMS", table)
        check._validator.cache_clear()

    yield added
    check._validator.cache_clear()


def test_a_row_is_all_that_a_key_takes(meaning: Meaning, with_row: Any) -> None:
    row = FieldSpec("subject_lock", flag("Whether the subject stays."), var="muc#subject_lock")
    with_row(row)

    assert is_read(meaning, "rooms", row)


def test_a_row_that_nothing_reads_is_found_out(meaning: Meaning, with_row: Any) -> None:
    row = FieldSpec("unread", flag("Whether anybody reads this."))
    with_row(row)

    assert not is_read(meaning, "rooms", row)


def test_each_row_that_configures_has_a_label() -> None:
    assert {row.var for _, row in ROWS if row.var} == LABELS.keys()
    assert all(LABELS.values())


def test_the_fields_that_decide_about_access() -> None:
    assert {LABELS.get(var) for var in EFFECTS} >= {
        "access model",
        "members only",
        "password",
        "password protected",
        "public",
    }


# --- kinds of children ----------------------------------------------------------------------


def test_each_module_of_a_kind_is_one_of_the_kinds() -> None:
    folder = Path(__file__).parents[2] / "spaces-sync" / "spaces_sync" / "model" / "children"
    assert {path.stem for path in folder.glob("*.py")} - {"__init__", "kind"} == {*MODULES}
    assert len(MODULES) == len(KINDS)


def test_no_two_kinds_share_what_tells_them_apart() -> None:
    for each in (
        [kind.name for kind in KINDS],
        [kind.element for kind in KINDS],
        [section for kind in KINDS for section in kind.sections],
        [item_id for kind in KINDS for item_id in kind.reserved_ids],
    ):
        assert len({*each}) == len(each)
    assert not {*SECTIONS} & {row.key for row in SPACES.rows if row.var or row.inherited}


each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@each_kind
def test_a_kind_describes_itself(kind: Kind) -> None:
    assert all(about.endswith(".") for about in kind.sections.values())
    assert len(kind.keys) == 2 or (not kind.keys and kind.entry.endswith("."))
    assert {*kind.required, *kind.xml, *filter(None, [kind.short])} <= kind.properties.keys()
    assert not {*kind.rejected} & kind.properties.keys()
    assert all(map(is_reserved, kind.reserved_ids))


@each_kind
def test_what_is_published_for_a_kind_is_read_as_that_kind(kind: Kind) -> None:
    declared = example_child(kind)
    item = published(declared)
    (found,) = decode([item]).values()

    assert found.key == declared.key
    assert kind.overlay(item.payloads[0], declared.key.target, declared.fields) is item.payloads[0]


@each_kind
@pytest.mark.parametrize("ours", [True, False])
def test_a_kind_can_be_pruned_or_says_why_not(kind: Kind, ours: bool) -> None:
    item = published(example_child(kind))
    owned = Owned({item_name(item.id): "A" * 8} if ours else {})
    mark = marker.item(marker.Marker("tests"))
    policy = Policy("public", frozenset([kind.name]), prune="owned" if ours else "all")
    wanted = replace(declare(policy=policy), source="tests")
    live = reading({DEV: live_node(item, mark)})
    made = plan(wanted, replace(live, ownership=Ownership(settled={DEV: owned})))
    removed = [each.key.kind for each in made.actions if isinstance(each, RetractItem)]

    may = kind.prune == "all" or (ours and kind.prune == "ours")
    assert removed == ([kind.name] if may else [])
    assert bool(kind.unpruned) is (kind.prune != "all")


@each_kind
def test_a_kind_is_generated_for_the_laws(kind: Kind) -> None:
    few = settings(max_examples=5000, database=None, phases=[Phase.generate])

    def stands_for_it(item: Item) -> bool:
        return {key.kind for key in decode([item])} == {kind.name}

    assert find(strategies.items(), stands_for_it, settings=few)
    assert find(strategies.keys(), lambda key: key.kind == kind.name, settings=few)
    assert find(strategies.declared(kind.name), bool, settings=few)

"""Laws of import: what is live is written so that a plan of it has nothing to do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from builders import EJABBERD, PROSODY, SPACE_CONFIG, form, live_node, reading
from spaces_sync.cli.adding import enlarged
from spaces_sync.cli.imported import imported
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.into import lost
from spaces_sync.document.load import examine_files
from spaces_sync.document.reader import read
from spaces_sync.document.wanted import Wanted
from spaces_sync.document.yaml_text import Remark, Row, Section, written
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.children import KINDS
from spaces_sync.model.state import Item, Node
from spaces_sync.plan.actions import ConfigureNode, SetSubscription
from spaces_sync.plan.compare.planner import plan

T = TypeVar("T")
TEXTS = strategies.xml_texts().map(lambda text: text.replace("\r", ""))
VALUES = st.booleans() | st.integers(-(10**15), 10**15) | TEXTS
PLAIN = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def fails(mark: int, code: str, message: str) -> None:
    raise AssertionError(f"{mark >> 32}: {code}: {message}")


@settings(max_examples=400)
@given(TEXTS, PLAIN, TEXTS)
def test_what_is_written_is_read_as_it_was(key: str, value: Any, remark: str) -> None:
    made = written((Remark(remark), Section("around", (Row(key, value, "it"), Remark(remark)))))
    assert read(made.text, fails) == {"around": {key: value}}
    assert all(line.isprintable() for line in made.text.split("\n"))
    assert len(made.about) == made.text.count("\n")


def wanted(node: NodeAddress) -> Wanted:
    return Wanted(node.service, {node.service: "whitelist"}, [node], items=True, subscriptions=True)


def nodes() -> st.SearchStrategy[Node]:
    """Spaces as other clients leave them: ids of their own, extensions, what is no child at all."""
    of_kinds = st.sampled_from([kind.name for kind in KINDS]).flatmap(
        lambda kind: st.builds(
            lambda item_id, payload: Item(item_id, (payload,)),
            strategies.item_ids() | strategies.targets(kind).map(dict.fromkeys).map("".join),
            strategies.payloads_of(kind),
        )
    )
    items = st.lists(strategies.items() | of_kinds, max_size=5, unique_by=lambda each: each.id)
    return st.builds(
        lambda items, config, people, subscribers: replace(
            live_node(*items, config={**SPACE_CONFIG, **config}),
            affiliations=people,
            subscriptions=subscribers,
        ),
        items,
        st.builds(
            lambda title, model: form(title=title, access_model=model),
            strategies.xml_texts(),
            st.sampled_from(["open", "whitelist", "authorize"]),
        ),
        strategies.affiliations(),
        st.dictionaries(strategies.jids(), st.just("subscribed"), max_size=2),
    )


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([PROSODY, EJABBERD]), strategies.nodes_addresses(), nodes())
def test_a_plan_of_what_was_imported_has_nothing_to_do(service, address, node) -> None:
    found = reading({address: node}, service=service)
    made = imported(found, wanted(address))
    assert imported(found, wanted(address)) == made
    assert all(line.isprintable() for line in made.text.split("\n"))
    declaration, problems = examine_files([DocumentFile("import", made.text)], {})
    assert not [each for each in problems if each.severity == "error"]
    actions = plan(declaration, found).actions
    # Who may not read any more is unsubscribed, whatever the file says.
    assert all(isinstance(each, ConfigureNode | SetSubscription) for each in actions)
    assert bool(actions or plan(declaration, found).obstacles) == bool(made.still)
    if address in declaration.state.nodes:
        assert declaration.state.nodes[address].children.keys() <= node.children.keys()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([PROSODY, EJABBERD]), strategies.nodes_addresses(), nodes(), st.data())
def test_what_is_added_to_a_file_changes_no_line_of_it(service, address, node, data) -> None:
    """Wherever comments stand, and with whatever it had of what is live."""
    strangers = node.subscriptions.keys() - node.affiliations.keys()
    node = replace(node, subscriptions=dict.fromkeys(sorted(strangers), "subscribed"))
    less = replace(
        node,
        children=some_of(node.children, data),
        affiliations=some_of(node.affiliations, data),
        subscriptions=some_of(node.subscriptions, data),
    )
    first = imported(reading({address: less}, service=service), wanted(address)).text
    text = commented(first, data)
    document = DocumentFile("import", text)
    declaration, problems = examine_files([document], {})
    found = reading({address: node}, service=service)
    made = enlarged(document, declaration, found, wanted(address))

    assert contains(made.text.split("\n"), text.split("\n"))
    all_of_it = imported(found, wanted(address))
    whole, _ = examine_files([DocumentFile("import", all_of_it.text)], {})
    after, problems = examine_files([DocumentFile("import", made.text)], {})
    assert not [each for each in problems if each.severity == "error"]
    if address in declaration.state.nodes:
        assert made.left_out or all_of_it.left_out or not lost(whole, after)
        assert enlarged(DocumentFile("x", made.text), after, found, wanted(address)).added == 0


def some_of(mapping: Mapping[Any, T] | None, data: st.DataObject) -> dict[Any, T]:
    return {key: each for key, each in (mapping or {}).items() if data.draw(st.booleans())}


def commented(text: str, data: st.DataObject) -> str:
    """With comments between lines, where these are no part of a value."""
    lines = text.split("\n")
    free = [i for i in range(len(lines)) if " |" not in text]
    for index in sorted(data.draw(st.sets(st.sampled_from(free), max_size=4)) if free else ()):
        indent = " " * data.draw(st.integers(0, 8))
        lines.insert(index, f"{indent}# {data.draw(st.sampled_from(['x', 'a: b', '{', '- |']))}")
    return "\n".join(lines)


def contains(lines: list[str], wanted: list[str]) -> bool:
    """Whether all of `wanted` are among `lines`, in their order."""
    rest = iter(lines)
    return all(line in rest for line in wanted)

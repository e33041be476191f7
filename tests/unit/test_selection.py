"""What patterns select: names of nodes and rooms, and what they leave alone of a file."""

import asyncio
from dataclasses import replace

import pytest

from builders import ACCOUNT, DEV, SERVICE, child, declare
from spaces_sync import engine
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.narrowing import narrowed
from spaces_sync.model.selection import EVERYTHING, Selection, matches
from spaces_sync.model.state import Address, Service, State
from spaces_sync.ports import NodeInfo
from spaces_sync.simulator import Simulator

HALL = Jid("hall@rooms.megacorp.example")
OPS = NodeAddress(SERVICE, "ops")
ODD = NodeAddress(SERVICE, "a[b]*")


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("dev", DEV, True),
        ("de", DEV, False),
        ("d*", DEV, True),
        ("DEV", DEV, False),  # ids of nodes have a case (XEP-0060 12.18)
        (f"{SERVICE}/dev", DEV, True),
        ("pubsub.*/d?v", DEV, True),
        ("*/ops", DEV, False),
        ("hall@*", HALL, True),
        ("hall", HALL, False),
        ("a[b]*", ODD, False),  # a pattern, which means `ab` and whatever begins so
        ("a[b]*", NodeAddress(SERVICE, "ab"), True),
        ("a[[]b]*", ODD, True),
        ("a", NodeAddress(SERVICE, "a\n"), False),
    ],
)
def test_a_pattern_is_held_against_whole_names(pattern: str, address, expected: bool) -> None:
    assert matches(pattern, address) is expected


def test_what_is_excluded_is_not_selected_whatever_else_matches() -> None:
    selection = Selection(("*",), ("ops",))
    assert [selection.selects(each) for each in (DEV, OPS, HALL)] == [True, False, True]


def test_a_section_selects_what_the_file_has_under_it() -> None:
    selection = Selection(sections=frozenset({"rooms"}))
    assert selection.selects(HALL, "rooms")
    assert not selection.selects(DEV, "spaces")
    assert not selection.selects(DEV)
    # Whether a node that has left the file is a space, is not known before it is read.
    assert Selection(sections=frozenset({"spaces"})).selects(DEV)
    assert Selection(sections=frozenset({"nodes"})).selects(DEV)
    assert not Selection(sections=frozenset({"spaces"})).selects(HALL)


def test_a_pattern_without_a_match_is_named() -> None:
    selection = Selection(("dev", "dex"), ("x*",))
    assert list(selection.without_match([DEV, HALL])) == ["dex", "x*"]


def test_the_earlier_name_of_what_is_not_selected_has_not_left_the_file() -> None:
    """Else it were removed before the object that it is by now was copied from it."""
    made = declare(child("room", HALL))
    new = NodeAddress(SERVICE, "dev2")
    policy = replace(made.policies[DEV], previously=(DEV,))
    renamed = replace(
        made,
        state=replace(made.state, nodes={new: made.state.nodes[DEV]}),
        policies={new: policy},
        source="megacorp/spaces",
    )
    part = narrowed(renamed, Selection(("dev",)))
    assert part.spoken_of == set()
    assert part.left([DEV, OPS]) == frozenset()
    assert part.former_of_others == {DEV: new}
    assert narrowed(renamed, Selection(("ops",))).left([DEV, OPS]) == {OPS}
    assert narrowed(renamed, EVERYTHING).left([DEV, OPS]) == {DEV, OPS}


def test_what_is_not_selected_is_not_asked_for() -> None:
    """Neither by a plan, nor its service, where a pattern says what is meant."""
    elsewhere = NodeAddress(Jid("pubsub.else.example"), "dev")
    asked: list[Address] = []

    class Asked(Simulator):
        async def service(self, jid: Jid) -> Service:
            asked.append(jid)
            return await super().service(jid)

        async def node_info(self, node: NodeAddress) -> NodeInfo:
            asked.append(node)
            return await super().node_info(node)

    made = [declare(address=each) for each in (DEV, OPS, elsewhere)]
    whole = replace(
        made[0],
        state=State({a: each.state.nodes[a] for each in made for a in each.state.nodes}),
        policies={a: each.policies[a] for each in made for a in each.policies},
        services=frozenset((SERVICE, elsewhere.service)),
    )
    asyncio.run(engine.read(narrowed(whole, Selection((f"{SERVICE}/dev",))), Asked(ACCOUNT)))
    assert {*asked} == {SERVICE, DEV}

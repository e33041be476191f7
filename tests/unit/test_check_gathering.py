"""What a check asks, how many questions at once, and what it makes of those that fail."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from builders import ACCOUNT, SERVICE
from contract.check_table import DOCUMENT
from contract.walking import applied
from silence import QUESTIONS
from spaces_sync.check.evidence import Evidence, Refusal
from spaces_sync.check.examining import checked
from spaces_sync.check.gathering import gather
from spaces_sync.client import CarefulReader
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Field
from spaces_sync.model.xml import parse
from spaces_sync.ports import (
    MalformedAnswerError,
    NoServiceError,
    PortError,
    ServiceError,
    UnansweredError,
)
from spaces_sync.profile import PARENT, SPACE, TYPE
from spaces_sync.simulator import EJABBERD, FOREIGN, PROSODY, Profile, Simulator
from spaces_sync.simulator.world import StoredNode

FAILURES: Final = (
    ServiceError("forbidden", "auth", "not\x1b[31m you"),
    ServiceError("internal-server-error", "wait"),
    ServiceError("item-not-found", "cancel"),
    MalformedAnswerError("no <query> in it"),
    UnansweredError("no answer: it"),
)


class Watched:
    """A raw port of which the questions of one name fail, and which counts them."""

    def __init__(self, raw: Any, failing: str = "", error: PortError | None = None) -> None:
        self._raw = raw
        self._failing = failing
        self._error = error
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0

    def __getattr__(self, name: str) -> Any:
        request = getattr(self._raw, name)
        if not callable(request):
            return request

        async def asked(*given: Any) -> Any:
            assert name in QUESTIONS, f"a check sends {name}"
            self.asked.append(name)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            await asyncio.sleep(0)
            self.at_once -= 1
            if name == self._failing and self._error is not None:
                raise self._error
            return await request(*given)

        return asked


def prepared(profile: Profile, folder: Path) -> tuple[Simulator, Declaration]:
    file = folder / "spaces.yaml"
    file.write_text(DOCUMENT.replace("NAME", "dev"))
    declaration = load([file], {})
    simulator = Simulator(ACCOUNT, profile)
    asyncio.run(applied(declaration, simulator))
    return simulator, declaration


def read(raw: Watched, declaration: Declaration | None = None, *services: Jid) -> Evidence:
    return asyncio.run(gather(CarefulReader(raw), services, declaration))


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("question", sorted(QUESTIONS - {"account", "service_info"}))
@pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda profile: profile.name)
def test_a_question_that_fails_is_nothing_that_can_be_told(
    profile: Profile, question: str, error: PortError, tmp_path: Path
) -> None:
    simulator, declaration = prepared(profile, tmp_path)
    well = checked(read(Watched(simulator.raw), declaration, SERVICE))
    found = checked(read(Watched(simulator.raw, question, error), declaration, SERVICE))
    fails = {(each.rule.id, each.said.subject) for each in well.findings if is_fail(each)}
    more = {
        (each.rule.id, each.said.subject)
        for each in found.findings
        if is_fail(each) and (each.rule.id, each.said.subject) not in fails
    }
    missing = isinstance(error, ServiceError) and error.condition == "item-not-found"
    assert not more or missing
    assert {rule for rule, _ in more} <= {"X7", "X8", "R1"}


def is_fail(finding: Any) -> bool:
    return finding.said.result == "fail"


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_a_service_that_does_not_say_what_it_is_ends_the_check(
    error: PortError, tmp_path: Path
) -> None:
    simulator, declaration = prepared(PROSODY, tmp_path)
    with pytest.raises((NoServiceError, UnansweredError)):
        read(Watched(simulator.raw, "service_info", error), declaration)


def of_many(count: int) -> Simulator:
    """A service that holds so many nodes, of which three are spaces."""
    simulator = Simulator(ACCOUNT, PROSODY)
    asyncio.run(simulator.create_node(NodeAddress(SERVICE, "first"), {}))
    nodes = simulator.raw.world.hosts[SERVICE].nodes
    for number in range(count - 1):
        config = dict(nodes["first"].config)
        if number < 3:
            config[TYPE] = Field((SPACE,))
        nodes[f"node-{number}"] = StoredNode(config, affiliations={ACCOUNT: "owner"})
    return simulator


def test_of_many_nodes_each_is_asked_what_it_is_and_many_at_once() -> None:
    watched = Watched(of_many(10_000).raw)
    found = read(watched, None, SERVICE)
    assert len(found.spaces) == 3
    assert watched.asked.count("node_info") == 10_000
    assert len(watched.asked) < 10_050
    assert watched.most_at_once > 1000


def test_of_what_a_file_declares_nothing_else_is_asked(tmp_path: Path) -> None:
    simulator = of_many(10_000)
    _, declaration = prepared(PROSODY, tmp_path)
    asyncio.run(applied(declaration, simulator))
    watched = Watched(simulator.raw)
    found = read(watched, declaration)
    assert len(found.spaces) == 2
    assert len(watched.asked) < 30


@pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda p: p.name)
def test_nothing_is_made_by_asking(profile: Profile, tmp_path: Path) -> None:
    simulator, declaration = prepared(profile, tmp_path)
    asyncio.run(simulator.delete_node(NodeAddress(SERVICE, "dev")))
    asyncio.run(simulator.destroy_room(Jid("ops-dev@rooms.megacorp.example")))
    world = simulator.raw.world
    before = (set(world.hosts[SERVICE].nodes), set(world.rooms))
    watched = Watched(simulator.raw)
    found = read(watched, declaration, SERVICE)
    assert (set(world.hosts[SERVICE].nodes), set(world.rooms)) == before
    assert "room_config" not in watched.asked
    missing = found.spaces[NodeAddress(SERVICE, "dev")]
    assert isinstance(missing.config, Refusal)
    assert missing.config.condition == "item-not-found"


def test_spaces_that_a_cut_list_lacks_are_known_by_their_affiliations() -> None:
    simulator = Simulator(ACCOUNT, replace(EJABBERD, node_list=1))
    for name in ("one", "two", "three"):
        asyncio.run(simulator.create_node(NodeAddress(SERVICE, name), {TYPE: (SPACE,)}))
    found = read(Watched(simulator.raw), None, SERVICE)
    assert {each.node for each in found.spaces} == {"one", "two", "three"}
    listed = {each.said.subject.node: each.said.result for each in of_rule(found, "R26")}
    assert sorted(listed.values()) == ["fail", "fail", "ok"]


def of_rule(found: Evidence, rule: str) -> list[Any]:
    return [each for each in checked(found).findings if each.rule.id == rule]


def test_what_a_foreign_service_says_is_taken_as_it_is() -> None:
    """One of no known brand: no default form, drops fields, lists spaces to who asks for them."""
    simulator = Simulator(ACCOUNT, FOREIGN)
    node = NodeAddress(SERVICE, "dev")
    asyncio.run(simulator.create_node(node, {TYPE: (SPACE,)}))
    asyncio.run(
        simulator.publish(node, "a@rooms.megacorp.example", parse("<a xmlns='urn:example'/>"))
    )
    found = read(Watched(simulator.raw), None, SERVICE)
    assert list(found.spaces) == [node]
    assert of_rule(found, "R27")[0].said.result == "ok"
    assert of_rule(found, "R26")[0].said.result == "ok"


def test_what_a_room_names_is_read_where_it_is_none_of_ours() -> None:
    """A room has one parent: another space than the one that is checked may list it, too."""
    simulator = Simulator(ACCOUNT, EJABBERD)
    dev, other = NodeAddress(SERVICE, "dev"), NodeAddress(Jid("pubsub2.megacorp.example"), "other")
    room = Jid("a@rooms.megacorp.example")
    payload = parse("<conference xmlns='urn:xmpp:bookmarks:1'/>")
    for node in (dev, other):
        asyncio.run(simulator.create_node(node, {TYPE: (SPACE,)}))
        asyncio.run(simulator.publish(node, room, payload))
    asyncio.run(simulator.create_room(room, {PARENT: (other.uri,)}, None))
    found = read(Watched(simulator.raw), None, SERVICE)
    assert found.claimed == {other: frozenset({room})}
    assert [each.said.result for each in of_rule(found, "R45")] == ["ok"]
    far = Watched(simulator.raw)
    pointer = {PARENT: ("xmpp:pubsub.else.example?;node=other",)}
    asyncio.run(simulator.configure_room(room, pointer, None))
    (unknown,) = of_rule(read(far, None, SERVICE), "R45")
    assert (unknown.said.result, far.asked.count("items")) == ("unverifiable", 1)
    asyncio.run(simulator.configure_room(room, {PARENT: (other.uri,)}, None))
    asyncio.run(simulator.retract(other, room))
    again = read(Watched(simulator.raw), None, SERVICE)
    assert [each.said.result for each in of_rule(again, "R45")] == ["fail"]


def test_of_rooms_that_a_snapshot_does_not_hold_nothing_is_known() -> None:
    """It holds those that spaces list: others may name the space, as R45 would find them."""
    simulator = Simulator(ACCOUNT, EJABBERD)
    dev, room = NodeAddress(SERVICE, "dev"), Jid("a@rooms.megacorp.example")
    asyncio.run(simulator.create_node(dev, {TYPE: (SPACE,)}))
    payload = parse("<conference xmlns='urn:xmpp:bookmarks:1'/>")
    asyncio.run(simulator.publish(dev, room, payload))
    asyncio.run(simulator.create_room(room, {PARENT: (dev.uri,)}, None))
    (whole,) = of_rule(read(Watched(simulator.raw), None, SERVICE), "R45")
    assert whole.said.result == "ok"
    simulator.world.open = False  # as in a snapshot
    (unknown,) = of_rule(read(Watched(simulator.raw), None, SERVICE), "R45")
    assert unknown.said.result == "unverifiable"
    assert "rooms.megacorp.example did not list all of its rooms" in unknown.said.evidence


def test_a_node_of_which_nothing_is_heard_may_be_a_space(tmp_path: Path) -> None:
    simulator, _ = prepared(PROSODY, tmp_path)
    silent = Watched(simulator.raw, "node_info", UnansweredError("no answer: it"))
    found = read(silent, None, SERVICE)
    assert {each.node for each in found.spaces} >= {"dev", "open-dev"}
    results = {each.said.result for each in of_rule(found, "R1")}
    assert results == {"unverifiable"}
    refused = Watched(simulator.raw, "node_info", ServiceError("forbidden", "auth"))
    assert read(refused, None, SERVICE).spaces == {}

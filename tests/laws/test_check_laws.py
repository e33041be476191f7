"""Laws of check: of what an apply made, and of reports, whatever strangers wrote."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final, get_args
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import strategies
from builders import ACCOUNT, DEV, SERVICE, SPACE_CONFIG
from builders import PROSODY as PROSODY_SERVICE
from contract.walking import applied
from laws.test_apply_laws import declarations
from spaces_sync.check import questions
from spaces_sync.check.evidence import Evidence, Refusal, ServiceAnswers, SpaceAnswers
from spaces_sync.check.examining import checked
from spaces_sync.check.gathering import gather
from spaces_sync.check.rules import RULES
from spaces_sync.check.values import Checked, Finding, Result, Said, Subject
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.children import decode, rooms_among
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import Field
from spaces_sync.model.xml import Xml, parse
from spaces_sync.ports import ItemList, NodeInfo, NodeList, RoomInfo
from spaces_sync.profile import PARENT
from spaces_sync.report import formats
from spaces_sync.report.cells import width_of
from spaces_sync.report.markdown import code
from spaces_sync.report.style import Style
from spaces_sync.report.visible import printable
from spaces_sync.simulator import EJABBERD, PROSODY, Profile, Simulator

SCHEMA: Final = Path(__file__).parents[2] / "schema" / "check.schema.json"
OF_SPACES: Final = ("space", "child")


@settings(max_examples=150)
@given(st.sampled_from([PROSODY, EJABBERD]), declarations())
def test_what_was_applied_fails_no_must_that_concerns_spaces(
    profile: Profile, declaration: Declaration
) -> None:
    simulator = Simulator(ACCOUNT, profile)
    asyncio.run(applied(declaration, simulator))
    found = checked(asyncio.run(gather(simulator, [SERVICE], declaration)))
    assert DEV in {NodeAddress(SERVICE, each.said.subject.node or "") for each in found.findings}
    wrong = [each for each in found.findings if found.counts(each)]
    assert [each for each in wrong if each.rule.binds in OF_SPACES] == []
    assert found.conforms


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """Whatever services may answer."""
    refusals = st.builds(Refusal, names(), st.sampled_from(["", "item-not-found", "gone"]))
    address = draw(st.sampled_from([DEV]) | strategies.nodes_addresses())
    items = draw(st.lists(strategies.items(), max_size=5, unique_by=lambda each: each.id))
    config = strategies.forms() | st.just(SPACE_CONFIG)
    people = strategies.affiliations() | refusals
    listed = st.builds(ItemList, st.just(items), st.booleans()) | refusals
    answers = SpaceAnswers(
        address,
        draw(st.builds(NodeInfo, config, st.just(frozenset()), strategies.forms()) | refusals),
        draw(config | refusals),
        draw(listed),
        draw(people),
        draw(people),
        decode(items),
    )
    uris = st.sampled_from([DEV.uri, address.uri, "xmpp:%ff?;node=a"]) | names()
    told = st.dictionaries(
        st.sampled_from(["parent", PARENT, "muc#roominfo_pubsub"]),
        st.lists(uris, max_size=2).map(lambda texts: Field(tuple(texts))),
    )
    infos = st.builds(RoomInfo, names(), st.just(frozenset()), told, told) | refusals
    rooms = sorted({*rooms_among(answers.children), *draw(st.lists(strategies.room_jids()))})
    of_service = ServiceAnswers(
        replace(PROSODY_SERVICE, jid=address.service),
        draw(refusals | st.just(NodeList([]))),
        draw(refusals | st.just({DEV: "owner"})),
    )
    return Evidence(
        ACCOUNT,
        {address.service: of_service},
        {address: answers},
        {each: draw(infos) for each in rooms},
    )


@given(evidence(), st.booleans())
def test_whatever_is_answered_each_format_says_something(found: Evidence, strict: bool) -> None:
    said = checked(found, strict=strict)
    for render in formats.CHECKS.values():
        assert render(said, Style())
    if any(isinstance(each.items, Refusal) for each in found.spaces.values()):
        assert not {each.rule.id for each in said.findings} & {"R38", "R39", "D1", "X7"}


def names() -> st.SearchStrategy[str]:
    marks = "`*_[](){}<>|#@!&\\'\"~ \n\t\x1b\u202e/:.-"
    return strategies.texts() | st.text(st.sampled_from(marks + "ab"), max_size=30)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    node = draw(st.none() | names())
    child = draw(st.none() | names()) if node is not None else None
    said = Said(
        draw(st.sampled_from(get_args(Result))),
        Subject(SERVICE, node, child),
        draw(names()),
        questions.items(NodeAddress(SERVICE, node or ""), child),
        unadvertised=draw(st.booleans()),
    )
    place = st.builds(Place, names(), st.integers(1, 9999), st.integers(1, 99))
    return Finding(draw(st.sampled_from(RULES)).rule, said, draw(st.none() | place))


def checks() -> st.SearchStrategy[Checked]:
    return st.builds(Checked, st.lists(findings(), max_size=6).map(tuple), st.booleans())


@given(checks(), st.integers(40, 120), st.booleans())
def test_text_fits_and_holds_no_control_character(found: Checked, width: int, full: bool) -> None:
    shown = formats.CHECKS["text"](found, Style(width=width, full=full))
    assert shown.endswith("\n")
    for line in shown.split("\n"):
        assert width_of(line) <= width
        assert printable(line) == line


@given(checks())
def test_json_fits_its_schema_and_says_all(found: Checked) -> None:
    shown = formats.CHECKS["json"](found, Style())
    assert shown.isascii()
    data = json.loads(shown)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(data)
    assert data["conforms"] is found.conforms
    assert [each["counts"] for each in data["findings"]] == [*map(found.counts, found.findings)]
    assert sum(data["counts"].values()) == len(found.findings)


@given(checks())
def test_junit_is_xml_and_counts_what_it_holds(found: Checked) -> None:
    root = ET.fromstring(formats.CHECKS["junit"](found, Style()))  # noqa: S314 - our own text
    cases = root.findall("testsuite/testcase")
    assert len(cases) == len(found.findings) == int(root.attrib["tests"])
    failures = [each for each in cases if each.find("failure") is not None]
    assert len(failures) == int(root.attrib["failures"]) == sum(map(found.counts, found.findings))
    skipped = [each for each in cases if each.find("skipped") is not None]
    assert len(skipped) == int(root.attrib["skipped"])


@given(checks(), st.booleans())
def test_what_others_wrote_stands_in_code_spans_of_one_line_alone(
    found: Checked, full: bool
) -> None:
    shown = formats.CHECKS["markdown"](found, Style(full=full))
    for line in shown.split("\n"):
        assert printable(line) == line
        outside = re.sub(r"(?<!`)(`+)(?!`)(?: .*? |[^`]*)\1(?!`)", "", line)
        assert "`" not in outside
        assert not re.search(r"[@\[\]<]|https?:", outside)


@given(names())
def test_a_code_span_holds_any_text(text: str) -> None:
    line = text.replace("\n", " ")
    shown = code(line)
    if line.strip():
        fence = shown[: len(shown) - len(shown.lstrip("`"))]
        bare = f"{fence}{line}{fence}" if line == line.strip(" ") and "`" not in line else None
        assert shown in (bare, f"{fence} {line} {fence}")
        assert not re.search(f"(?<!`){fence}(?!`)", line)


@given(st.builds(NodeAddress, st.just(SERVICE), strategies.xml_texts()), strategies.xml_texts())
def test_a_question_is_one_line_of_ascii_however_it_is_folded(
    node: NodeAddress, item_id: str
) -> None:
    for asked in (
        questions.items(node, item_id),
        questions.config(node),
        questions.node_info(node),
    ):
        assert asked.isascii()
        assert asked.isprintable()
        read = parse(asked.replace(" ", "\n    "))
        assert read.get("to") == SERVICE
        assert node.node in {*_values(read)}
    assert item_id in {*_values(parse(questions.items(node, item_id)))}


def _values(xml: Xml) -> list[str]:
    own = [value for _, value in xml.attributes]
    return [*own, *(value for each in xml.elements for value in _values(each))]

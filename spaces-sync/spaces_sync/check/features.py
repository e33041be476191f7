"""R11 to R25 and X1 to X6: what a service can do, and says so (XEP-0503 4).

What it does not advertise is held against what it answered to questions. Of what only a change
could show nothing is known: a check makes none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from spaces_sync.check import questions
from spaces_sync.check.evidence import Answer, Evidence, Refusal, ServiceAnswers, SpaceAnswers
from spaces_sync.check.subjects import Examine, Row, each_service, row
from spaces_sync.check.values import Said, Strength, Subject
from spaces_sync.model.addresses import Jid
from spaces_sync.model.children import room
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Item, is_true, values_of
from spaces_sync.profile import MAX_ITEMS, PERSIST_ITEMS, PUBSUB

ALIASES: Final[Mapping[str, str]] = {
    "manage-subscriptions": "manage-subscription",  # so in the registry of the XSF
    "meta-data": "metadata",  # so in XEP-0060 1.15.5 to 1.20
}
LACKING: Final = frozenset({"feature-not-implemented", "service-unavailable"})
"""The errors by which a service says that it does not have a request (XEP-0060 8.2.3.1)."""


class Shown(NamedTuple):
    """What an answer shows of a feature. `works`: None where it shows neither."""

    works: bool | None
    evidence: str
    request: str


Proof: TypeAlias = Callable[[Evidence, ServiceAnswers], Iterator[Shown]]


def of_feature(name: str, proof: Proof) -> Examine:
    """The rule that a service has and advertises a feature of XEP-0060."""
    names = [name] if name not in ALIASES else [name, ALIASES[name]]

    def judge(evidence: Evidence, answers: ServiceAnswers) -> Iterator[Said]:
        yield _judged(names, answers, list(proof(evidence, answers)))

    return each_service(judge)


def _judged(names: list[str], answers: ServiceAnswers, shown: list[Shown]) -> Said:
    jid = answers.service.jid
    about, asked = Subject(jid), questions.info(jid)
    told = next((n for n in names if f"{PUBSUB}#{n}" in answers.service.features), None)
    works = next((each for each in shown if each.works), None)
    lacks = next((each for each in shown if each.works is False), None)
    if told is not None:
        if lacks and not works:
            return Said("fail", about, f"advertised, but {lacks.evidence}", lacks.request)
        return Said("ok", about, f"{PUBSUB}#{told} is advertised", asked)
    missing = f"no feature {PUBSUB}#{names[0]}"
    if works:
        text = f"{missing}, but {works.evidence}"
        return Said("works-unadvertised", about, text, works.request, unadvertised=True)
    if lacks:
        return Said("fail", about, f"{missing}: {lacks.evidence}", lacks.request, unadvertised=True)
    unknown = next(iter(shown), None)
    why = f"; {unknown.evidence}" if unknown else "; only a change would show whether it works"
    return Said("unverifiable", about, f"{missing}{why}", asked, unadvertised=True)


def spaces_on(evidence: Evidence, answers: ServiceAnswers) -> Iterator[SpaceAnswers]:
    """The spaces of a service."""
    jid = answers.service.jid
    return (each for each in evidence.spaces.values() if each.address.service == jid)


def only_by_change(_: Evidence, __: ServiceAnswers) -> Iterator[Shown]:
    """No answer shows it."""
    yield from ()


def answered(
    what: str,
    ask: Callable[[SpaceAnswers], Answer[object]],
    request: Callable[..., str],
) -> Proof:
    """A question about a space that was answered, or was refused as one that is not known."""

    def proof(evidence: Evidence, answers: ServiceAnswers) -> Iterator[Shown]:
        for each in spaces_on(evidence, answers):
            if isinstance(each.info, Refusal):
                continue
            yield _of_answer(what, ask(each), request(each.address))

    return proof


def _of_answer(what: str, answer: Answer[object], request: str) -> Shown:
    if not isinstance(answer, Refusal):
        return Shown(True, f"{what} is answered", request)
    lacking = answer.condition in LACKING
    return Shown(False if lacking else None, f"{what}: {answer.reason}", request)


CONFIG: Final = answered("the owner form", lambda each: each.config, questions.config)
ITEMS: Final = answered("the question for items", lambda each: each.items, questions.items)
SUBSCRIPTIONS: Final = answered(
    "the owner's list of subscriptions", lambda each: each.subscriptions, questions.subscriptions
)
AFFILIATIONS: Final = answered(
    "the owner's list of affiliations", lambda each: each.affiliations, questions.affiliations
)


def own_affiliations(_: Evidence, answers: ServiceAnswers) -> Iterator[Shown]:
    """The account's own affiliations."""
    request = questions.own_affiliations(answers.service.jid)
    yield _of_answer("the question for own affiliations", answers.own, request)


def metadata(evidence: Evidence, answers: ServiceAnswers) -> Iterator[Shown]:
    """disco#info of a space that holds the form."""
    for each in spaces_on(evidence, answers):
        if isinstance(each.info, Refusal):
            continue
        request = questions.node_info(each.address)
        if each.metadata:
            yield Shown(True, "disco#info of a node holds its metadata", request)
        else:
            yield Shown(False, "disco#info of a node holds no metadata", request)


def _fields(evidence: Evidence, answers: ServiceAnswers) -> Iterator[tuple[str, str, str]]:
    """The values of owner forms and of the default configuration, with what shows them."""
    forms = [
        (each.config, questions.config(each.address))
        for each in spaces_on(evidence, answers)
        if not isinstance(each.config, Refusal)
    ]
    default = questions.default_config(answers.service.jid)
    for form, request in [*forms, (answers.service.default_config, default)]:
        for var in form:
            yield var, "".join(values_of(form, var)), request


def several_items(evidence: Evidence, answers: ServiceAnswers) -> Iterator[Shown]:
    """A node that takes more than one item."""
    for var, value, request in _fields(evidence, answers):
        if var == MAX_ITEMS and (value == "max" or (whole_number(value) or 0) > 1):
            yield Shown(True, f"{MAX_ITEMS} is {value}", request)


def no_limit(evidence: Evidence, answers: ServiceAnswers) -> Iterator[Shown]:
    """A node whose limit is `max`."""
    for var, value, request in _fields(evidence, answers):
        if (var, value) == (MAX_ITEMS, "max"):
            yield Shown(True, f"{MAX_ITEMS} is max", request)


def stores_items(evidence: Evidence, answers: ServiceAnswers) -> Iterator[Shown]:
    """A node that keeps items."""
    for var, value, request in _fields(evidence, answers):
        if var == PERSIST_ITEMS and is_true(value):
            yield Shown(True, f"{PERSIST_ITEMS} is true", request)


def _items(evidence: Evidence, answers: ServiceAnswers) -> Iterator[tuple[Item, str]]:
    for each in spaces_on(evidence, answers):
        if not isinstance(each.items, Refusal):
            request = questions.items(each.address)
            yield from ((item, request) for item in each.items.items)


def item_ids(evidence: Evidence, answers: ServiceAnswers) -> Iterator[Shown]:
    """An item whose id somebody chose, as the JID of a room is."""
    for item, request in _items(evidence, answers):
        if "@" in item.id and any(each.ns == room.NS for each in item.payloads):
            yield Shown(True, "an item has a room's JID as its id", request)


def held(
    what: str,
    ask: Callable[[SpaceAnswers], Answer[Mapping[Jid, str]]],
    word: str,
    request: Callable[..., str],
) -> Proof:
    """That somebody has this affiliation, or is subscribed so."""

    def proof(evidence: Evidence, answers: ServiceAnswers) -> Iterator[Shown]:
        for each in spaces_on(evidence, answers):
            words: Iterable[str] = ()
            found = ask(each)
            if not isinstance(found, Refusal):
                words = found.values()
            if word in words:
                yield Shown(True, what, request(each.address))

    return proof


MEMBERS: Final = held(
    "somebody is a member of a space",
    lambda each: each.affiliations,
    "member",
    questions.affiliations,
)
SUBSCRIBERS: Final = held(
    "somebody is subscribed to a space",
    lambda each: each.subscriptions,
    "subscribed",
    questions.subscriptions,
)


_MUST: Final = (
    ("subscribe", SUBSCRIBERS),
    ("create-nodes", only_by_change),
    ("delete-nodes", only_by_change),
    ("config-node", CONFIG),
    ("meta-data", metadata),
    ("delete-items", only_by_change),
    ("retract-items", only_by_change),
    ("multi-items", several_items),
    ("item-ids", item_ids),
    ("manage-subscriptions", SUBSCRIPTIONS),
    ("retrieve-items", ITEMS),
)
_SHOULD: Final = (
    ("member-affiliation", MEMBERS),
    ("modify-affiliations", AFFILIATIONS),
    ("retrieve-affiliations", own_affiliations),
    ("get-pending", only_by_change),
)
_ADVICE: Final = (
    ("publish", only_by_change),
    ("persistent-items", stores_items),
    ("create-and-configure", only_by_change),
    ("config-node-max", no_limit),
    ("purge-nodes", only_by_change),
    ("publish-options", only_by_change),
)


def _row(number: str, section: str, strength: Strength, name: str, proof: Proof) -> Row:
    text = f"it has and advertises {name}"
    return row(number, section, strength, "service", text, of_feature(name, proof))


NAMES: Final[Mapping[str, str]] = {
    **{f"R{number}": name for number, (name, _) in enumerate((*_MUST, *_SHOULD), 11)},
    **{f"X{number}": name for number, (name, _) in enumerate(_ADVICE, 1)},
}
"""The features that rules are about, by the ids of these."""

ROWS: Final = (
    *(_row(f"R{n}", "4", "MUST", *each) for n, each in enumerate(_MUST, 11)),
    *(_row(f"R{n}", "4", "SHOULD", *each) for n, each in enumerate(_SHOULD, 11 + len(_MUST))),
    *(_row(f"X{n}", "", "advice", *each) for n, each in enumerate(_ADVICE, 1)),
)

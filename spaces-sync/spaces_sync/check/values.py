"""What a check says: findings, each of one rule about one subject, and the rules themselves."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.annotations import REQUIRED
from spaces_sync.model.declaration import Place

Result: TypeAlias = Literal[
    "fail", "works-unadvertised", "unverifiable", "ok-by-default", "ok", "not-applicable"
]
"""`ok-by-default`: the service has no such field, so that what is forbidden cannot be. Of
`works-unadvertised` an answer shows that the service can do it. `unverifiable`: a question failed,
or only a change could tell. The worst first."""

Strength: TypeAlias = Literal["MUST", "SHOULD", "MAY", "may", "declared", "advice"]
"""The XEP's word; `may`: one in lower case; `declared`: stated as a fact, without a word. `advice`
is ours."""

Binds: TypeAlias = Literal["service", "space", "child", "client", "registrar"]

FORBIDDING: Final[frozenset[Strength]] = frozenset({"MUST"})
"""What does not conform, where a rule of that strength fails."""


class Subject(NamedTuple):
    """What a finding is about: a service, a space on it, or a child of that space."""

    service: Annotated[Jid, "The pubsub service."]
    node: Annotated[str | None, "The node id of the space; null: the service itself.", REQUIRED] = (
        None
    )
    child: Annotated[
        str | None,
        "A room's JID, a node's URI or an item id; null: the space itself.",
        REQUIRED,
    ] = None

    @property
    def name(self) -> str:
        """The space by its node id, a child behind it; foreign text."""
        if self.node is None:
            return self.service
        return self.node if self.child is None else f"{self.node}: {self.child}"


def space(address: NodeAddress) -> Subject:
    """A space."""
    return Subject(address.service, address.node)


def child(address: NodeAddress, target: str) -> Subject:
    """What a space lists."""
    return Subject(address.service, address.node, target)


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says of one subject.

    evidence: what the wire showed, one line with foreign text in it. request: the question whose
    answer shows it, as an IQ in one line; "" where none does. path: of the declaration's places.
    unadvertised: XEP-0503 4 wants the feature advertised, and it is not.
    """

    result: Result
    subject: Subject
    evidence: str
    request: str = ""
    path: tuple[Hashable, ...] = ()
    unadvertised: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that services, spaces and what they list are held against."""

    id: Annotated[
        str, "Its name: `R` are those of XEP-0503, `D` of what it stands on, `X` advice of ours."
    ]
    section: Annotated[str, "A section of XEP-0503, or another XEP; empty of advice."]
    strength: Annotated[
        Strength,
        "The XEP's word; `may`: one in lower case; `declared`: a fact without a word.",
    ]
    binds: Annotated[Binds, "Who can break it."]
    text: Annotated[str, "What it asks for."]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rule says, and where a file declares what it is about."""

    rule: Rule
    said: Said
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found, in the order of the rules, and of the subjects within one.

    strict: what is only recommended counts, and what works and is not advertised.
    """

    findings: tuple[Finding, ...]
    strict: bool = False

    def counts(self, finding: Finding) -> bool:
        """Whether this alone means that something does not conform."""
        must = finding.rule.strength in FORBIDDING
        if finding.said.result == "fail":
            return must or self.strict
        return self.strict and must and finding.said.unadvertised

    @property
    def conforms(self) -> bool:
        """Whether nothing counts against it, as far as reads can tell."""
        return not any(map(self.counts, self.findings))

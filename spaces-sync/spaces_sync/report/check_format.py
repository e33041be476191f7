"""What `spaces-sync check --format json` prints, as types that its schema follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, NewType

from spaces_sync.check.values import Result, Rule, Subject
from spaces_sync.codec import Codec, Format
from spaces_sync.codec.notations import MODEL, version
from spaces_sync.model.annotations import REQUIRED
from spaces_sync.model.declaration import Place

CHECK_VERSION: Final = "1.0"
CheckVersion = NewType("CheckVersion", str)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What a rule says of one subject."""

    rule: Annotated[str, "The `id` of the rule."]
    result: Annotated[
        Result,
        "`ok-by-default`: the service has no such field; `works-unadvertised`: an answer shows "
        "that the service can do it; `unverifiable`: a question failed, or only a change could "
        "tell.",
    ]
    counts: Annotated[bool, "Whether this alone means that something does not conform."]
    subject: Annotated[Subject, "What it is about."]
    evidence: Annotated[str, "What an answer showed; text of others may be in it."]
    request: Annotated[str, "The question whose answer shows it, as an IQ; empty: none does."]
    place: Annotated[Place | None, "Where a file declares that; null: nowhere.", REQUIRED]


@dataclass(frozen=True, slots=True)
class CheckFile:
    """What `spaces-sync check --format json` prints. Readers of 1.0 accept any 1.x and ignore keys
    that they do not know.
    """

    format_version: CheckVersion
    conforms: Annotated[bool, "Whether nothing counts against it, as far as reads can tell."]
    strict: Annotated[bool, "Whether more than what fails a MUST counts (`--strict`)."]
    counts: Annotated[Mapping[str, int], "How many findings there are, by their result."]
    rules: Annotated[tuple[Rule, ...], "All rules, in their order."]
    findings: Annotated[tuple[CheckFinding, ...], "What they say, in the order of the rules."]


CODEC: Final = Codec((*MODEL, version("check-version", CheckVersion, CHECK_VERSION)), ())
CHECK: Final = Format(CODEC, CheckFile, "urn:spaces-sync:schema:check:1", "A check of spaces")

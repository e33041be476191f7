"""JUnit XML as forges read it: one suite, a test case for each thing that was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from spaces_sync.model.declaration import Place
from spaces_sync.model.xml import escape_attribute, escape_text
from spaces_sync.report.visible import visible

Verdict: TypeAlias = Literal["failure", "error", "skipped"]


@dataclass(frozen=True, slots=True)
class JunitCase:
    """A test case. `verdict`: None of one that passed. All texts are printable.

    kind: of the failure. message, detail: about the verdict.
    """

    classname: str
    name: str
    verdict: Verdict | None = None
    message: str = ""
    kind: str = ""
    detail: str = ""
    place: Place | None = None


def suite(name: str, cases: Iterable[JunitCase]) -> str:
    """The document; places are the attributes `file` and `line`."""
    found = list(cases)
    counts = {each: sum(case.verdict == each for case in found) for each in _COUNTED}
    numbers = " ".join(
        [f"tests='{len(found)}'", *(f"{_COUNTED[each]}='{n}'" for each, n in counts.items())]
    )
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f"<testsuites {numbers}>",
        f" <testsuite name='{escape_attribute(name)}' {numbers}>",
        *(line for case in found for line in _case(case)),
        " </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


_COUNTED: Final[Mapping[Verdict, str]] = {
    "failure": "failures",
    "error": "errors",
    "skipped": "skipped",
}


def _case(case: JunitCase) -> Iterator[str]:
    named = {"classname": case.classname, "name": case.name}
    if case.place is not None:
        named |= {"file": visible(case.place.file), "line": str(case.place.line)}
    head = f"  <testcase {_attributes(named)}"
    said = {"type": case.kind} if case.kind else {}
    match case.verdict:
        case None:
            yield f"{head}/>"
        case "skipped":
            yield f"{head}><skipped {_attributes({'message': case.message})}/></testcase>"
        case verdict:
            attributes = _attributes({**said, "message": case.message})
            text = escape_text(case.detail)
            yield f"{head}><{verdict} {attributes}>{text}</{verdict}></testcase>"


def _attributes(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}='{escape_attribute(value)}'" for name, value in values.items())

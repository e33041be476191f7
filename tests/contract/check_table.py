"""What a check says of each server where spaces are as an apply makes them: the README's table."""

from collections.abc import Mapping, Sequence
from typing import Final

from spaces_sync.check.rules import RULES
from spaces_sync.check.values import Checked, Result, Rule
from spaces_sync.report.check_view import RESULTS

SERVERS: Final = ("prosody-0.12.3", "prosody-13.0.7", "ejabberd-23.01", "ejabberd-26.07")
SLIDGE: Final = "Slidge 0.4.2"
COLUMNS: Final = ("Prosody 0.12", "Prosody 13.0.7", "ejabberd 23.01", "ejabberd 26.07", SLIDGE)
SHORT: Final[Mapping[str, Result]] = {
    "ok": "ok",
    "default": "ok-by-default",
    "works": "works-unadvertised",
    "?": "unverifiable",
    "fail": "fail",
    "-": "not-applicable",
}
"""What the table calls each result."""

# Of each rule what it says in each column.
DIFFERENT: Final = """\
R2, R3, R7, R8, R9, R10    ok       ok       ok     ok     ?
R4                         default  default  ok     ok     ?
R5, R6                     ?        ?        ok     ok     ?
R11, R19                   ok       ok       ok     ok     works
R12, R13, R16, R17, R18    ok       ok       ok     ok     ?
R14                        ok       ok       ok     ok     fail
R15                        ok       ok       works  works  works
R20                        works    works    ok     ok     works
R22, R23                   ok       ok       ok     ok     ?
R24                        fail     fail     ok     ok     works
R25                        ?        ?        ok     ok     ?
R27                        -        -        -      -      ok
R43                        fail     fail     ok     ok     ok
R44                        -        -        fail   fail   ok
R46                        -        -        fail   fail   fail
R45, R47                   -        -        ok     ok     ok
X1, X3, X4, X5, X6         ok       ok       ok     ok     ?
"""
DOCUMENT: Final = """\
version: 1
service: pubsub.megacorp.example
spaces:
  NAME:
    exposure: private
    rooms: {ops-NAME@rooms.megacorp.example: Ops}
    links: {"https://megacorp.example/": Home}
    affiliations: {alice@megacorp.example: member}
    avatar:
      {url: "https://megacorp.example/a.png", type: image/png, bytes: 1,
       sha1: 357a8123a30844a3aa99861b6349264ba67a5694}
  open-NAME: {exposure: public}
rooms:
  ops-NAME@rooms.megacorp.example: {name: Ops, members_only: true}
"""


def rows() -> Sequence[tuple[Sequence[str], Sequence[str]]]:
    """The rules of a row, and what each column says, in short."""
    cells = (line.partition("  ") for line in DIFFERENT.splitlines())
    return [(rules.split(", "), said.split()) for rules, _, said in cells]


def wanted(column: str) -> Mapping[str, Result]:
    """What the table says of one column, by rule; not of those that are no news."""
    at = COLUMNS.index(column)
    return {rule: SHORT[said[at]] for rules, said in rows() for rule in rules}


def results(found: Checked) -> Mapping[str, Result]:
    """The worst that each rule says."""
    said: dict[str, list[Result]] = {row.rule.id: [] for row in RULES}
    for each in found.findings:
        said[each.rule.id].append(each.said.result)
    return {
        rule: min(each, key=RESULTS.index, default="not-applicable") for rule, each in said.items()
    }


def compare(found: Checked, column: str) -> None:
    """Raises `AssertionError` where a check says anything but the table."""
    said, table = results(found), wanted(column)
    assert {rule: said[rule] for rule in table} == table
    others = {rule for rule, result in said.items() if result not in ("ok", "not-applicable")}
    assert others <= table.keys()


def markdown() -> str:
    """The table of the README."""
    lines = [f"| rule | | {' | '.join(COLUMNS)} |", f"|---|---{'|---' * len(COLUMNS)}|"]
    for names, said in rows():
        asked = [row.rule for row in RULES if row.rule.id in names]
        texts = {
            each.strength: ", ".join(text_of(r) for r in asked if r.strength == each.strength)
            for each in asked
        }
        named = "; ".join(f"{strength}: {text}" for strength, text in texts.items())
        lines.append(f"| {', '.join(names)} | {named} | {' | '.join(said)} |")
    return "\n".join(lines) + "\n"


def text_of(rule: Rule) -> str:
    """A feature by its name alone."""
    _, has_feature, name = rule.text.partition("it has and advertises ")
    return f"`{name}`" if has_feature else rule.text

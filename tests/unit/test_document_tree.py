"""YAML text as a tree: values, places, merge keys, aliases."""

import time
from itertools import pairwise
from typing import Any

import pytest
from yaml import _yaml

from spaces_sync.document.events import ParserError
from spaces_sync.document.reader import read
from spaces_sync.document.tree import Map, OddScalar, Seq, mark_of, place_of


def reading(text: str) -> tuple[Any, list[str]]:
    found: list[str] = []

    def report(mark: int, code: str, message: str) -> None:
        place = place_of("f", mark)
        found.append(f"{place.line}:{place.column} {code}: {message}")

    return read(text, report), found


def test_a_mapping_knows_where_its_keys_and_values_stand() -> None:
    root, problems = reading("a: 1\nb:\n  - x\n  - {c: true}\n")
    assert problems == []
    assert root == {"a": 1, "b": ["x", {"c": True}]}
    assert isinstance(root, Map)
    assert (root.key_mark("b"), root.value_mark("b")) == (mark_of(1, 0), mark_of(2, 2))
    items = root["b"]
    assert isinstance(items, Seq)
    assert [*items.marks] == [mark_of(2, 4), mark_of(3, 4)]
    assert items[1].mark == mark_of(3, 4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("yes", OddScalar("yes", "true")),
        ("Off", OddScalar("Off", "false")),
        ("y", "y"),
        ("'yes'", "yes"),
        ("~", None),
        ("", None),
        ("-12", -12),
        ("012", OddScalar("012", "a number")),
        ("0x1F", OddScalar("0x1F", "a number")),
        ("1_000", OddScalar("1_000", "a number")),
        ("9" * 18, 10**18 - 1),
        ("9" * 5000, OddScalar("9" * 5000, "a number of more than 18 digits")),
        ("1:30", OddScalar("1:30", "a number")),
        ("1e3", "1e3"),
        ("1.0", OddScalar("1.0", "a number")),
        (".inf", OddScalar(".inf", "a number")),
        ("2024-01-01", OddScalar("2024-01-01", "a date")),
        ("=", "="),
        ("<<", "<<"),
        ("!!str 12", "12"),
        ("! 12", 12),
        ("!!int 12", 12),
        ("|\n  text\n", "text\n"),
        ('"\\u00e9\\n"', "é\n"),
    ],
)
def test_scalars(text: str, value: object) -> None:
    root, problems = reading(f"a: {text}")
    assert problems == []
    assert root["a"] == value
    assert type(root["a"]) is type(value)


def test_a_dropped_key_was_said_and_the_marks_of_the_others_stay() -> None:
    root, _ = reading("a: 1\nb: 2\nc: 3\n")
    root.drop("b")
    assert [(key, mark) for key, _, mark, _ in root.entries()] == [
        ("a", mark_of(0, 0)),
        ("c", mark_of(2, 0)),
    ]
    assert root.mentions("b")
    assert not root.mentions("d")
    assert root.key_mark("c") == mark_of(2, 0)


def test_keys_after_a_duplicate_have_their_own_marks() -> None:
    root, problems = reading("a: 1\na: 2\nb: 3\n")
    assert problems == ["2:1 duplicate: 'a' is already given at line 1"]
    assert root == {"a": 1, "b": 3}
    assert root.key_mark("b") == mark_of(2, 0)


def test_merge_keys_count_less_than_own_ones_and_earlier_ones_more() -> None:
    root, problems = reading("a: {<<: [{x: 1, y: 1}, {y: 2, z: 2}], x: 0}\n")
    assert problems == []
    assert root == {"a": {"x": 0, "y": 1, "z": 2}}


def test_an_anchor_means_what_it_meant_last() -> None:
    root, problems = reading("a: &x 1\nb: *x\nc: &x {d: 2}\ne: *x\n")
    assert problems == []
    assert root == {"a": 1, "b": 1, "c": {"d": 2}, "e": {"d": 2}}


def test_a_scalar_with_a_forbidden_character_is_told_once_and_left_out() -> None:
    root, problems = reading('a: "\\x01"\n"\\x02": 1\nc: ["\\x03", d]\n')
    assert [problem.partition(": ")[0] for problem in problems] == [
        "1:4 character",
        "2:1 character",
        "3:5 character",
    ]
    assert root == {"c": ["d"]}
    assert root.mentions("a")


def test_what_a_merged_mapping_said_wrongly_is_said() -> None:
    root, _ = reading('a: &a {b: "\\x01", c: 1}\nd: {<<: *a, c: "\\x02"}\ne: ["\\x03"]\n')
    assert root["d"].mentions("b")
    assert root["d"] == {"c": 1}
    assert root["e"].dropped


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("a: {b: c\n\n", (1, 4)),
        ("a:\n  b: [c,\n  d\n", (2, 6)),
        ("a: 'b\n\nc\n", (1, 4)),
        ('a: "b', (1, 4)),
    ],
)
def test_what_is_never_closed_is_told_of_where_it_begins(
    text: str, begins: tuple[int, int]
) -> None:
    (problem,) = reading(text)[1]
    place, _, words = problem.partition(" ")
    assert place == "{}:{}".format(*begins)
    assert "that begins here" in words


def test_what_is_not_closed_before_other_things_begin_names_its_line() -> None:
    (problem,) = reading("a:\n  b: [c,\n  d\ne: f\n")[1]
    assert problem.startswith("4:")
    assert "that begins at line 2" in problem


def test_a_key_that_may_be_a_password_is_not_repeated() -> None:
    text = (
        "password: {12: a, b: 1, b: 2}\nmuc#roomconfig_roomsecret: {b: 1, b: 2}\nc: {b: 1, b: 2}\n"
    )
    assert reading(text)[1] == [
        "1:12 yaml-trap: a key is text; quote it",
        "1:25 duplicate: this key is already given at line 1",
        "2:35 duplicate: this key is already given at line 2",
        "3:11 duplicate: 'b' is already given at line 3",
    ]


def bomb(width: int, depth: int) -> str:
    lines = [f"x0: &x0 [{', '.join('x' * width)}]"]
    lines += [
        f"x{after}: &x{after} [{', '.join([f'*x{before}'] * width)}]"
        for before, after in pairwise(range(depth + 1))
    ]
    return "\n".join(lines)


def test_aliases_may_repeat_much_but_not_endlessly() -> None:
    assert reading(bomb(10, 2))[1] == []
    (problem,) = reading(bomb(10, 9))[1]
    assert "alias: aliases repeat more than" in problem


def test_merging_counts_as_repeating() -> None:
    text = "\n".join(
        ["a: &a {" + ", ".join(f"k{n}: 1" for n in range(200)) + "}"]
        + [f"b{n}: {{<<: [" + ", ".join(["*a"] * 50) + "]}" for n in range(50)]
    )
    assert any("aliases repeat more than" in problem for problem in reading(text)[1])


@pytest.mark.parametrize(
    ("text", "column"),
    [("[" * 200_000, 65), ("{a: " * 200_000, 4 * 64 + 1), ("- " * 200_000, 2 * 64 + 1)],
)
def test_huge_nesting_is_a_problem_at_once(text: str, column: int) -> None:
    began = time.process_time()
    assert reading(text)[1] == [f"1:{column} syntax: nested more than 64 deep"]
    assert time.process_time() - began < 5


@pytest.mark.parametrize("levels", [62, 63, 65, 100, 999, 1000, 1001, 1002, 5000])
@pytest.mark.parametrize(
    "after", ["", "]", "@", "*", "'", '"', '"\\q"', "%", "!", "#", "\n", "\n@", ", b"]
)
def test_nesting_too_deep_is_told_before_what_is_wrong_after_it(levels: int, after: str) -> None:
    root, problems = reading("x:\n  y: " + "[" * levels + after)
    assert root is None
    assert len(problems) == 1
    assert (problems == ["2:68 syntax: nested more than 64 deep"]) is (levels > 62)


@pytest.mark.parametrize("levels", [65, 1001])
def test_nor_is_what_is_wrong_before_it_left_out(levels: int) -> None:
    assert reading("a: 1\na: 2\nb: [!x [" + "[" * levels + "@")[1] == [
        "2:1 duplicate: 'a' is already given at line 1",
        "3:5 syntax: this YAML tag is not taken; remove it, or quote a text that begins with '!'",
        "3:70 syntax: nested more than 64 deep",
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{xmpp:x?;node=y: Z}", {"xmpp:x?;node=y": "Z"}),
        ("[a?, a?b]", ["a?", "a?b"]),
        ("a: b\t", {"a": "b"}),
        ("a: b\tc\n", {"a": "b\tc"}),
        ("a: |#", {"a": ""}),
        ("a: !", {"a": ""}),
    ],
)
def test_what_other_parsers_refuse_or_read_otherwise(text: str, value: object) -> None:
    assert reading(text) == (value, [])


def test_a_parser_that_reads_otherwise_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_yaml, "get_version", lambda: (0, 2, 4))
    with pytest.raises(ParserError, match=r"files are read with libyaml 0\.2\.5 or later"):
        reading("a: b")

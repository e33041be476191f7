"""Folding and shortening by columns, not by characters."""

import time

import pytest

from spaces_sync.report.layout import (
    Marked,
    Row,
    Span,
    chained,
    dot_joined,
    fold,
    folded_with_right,
    hanging_indent,
    marked_rows,
    rendered,
    shorten,
    with_right,
)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 5, "short"),
        ("shorter", 5, "sh…er"),
        ("shorter", 6, "sho…er"),
        ("日本語日本語", 7, "日本…語"),
        ("日本語", 6, "日本語"),
        ("anything", 1, "…"),
        ("anything", 0, ""),
    ],
)
def test_shorten(text: str, width: int, shown: str) -> None:
    assert shorten(text, width) == shown


def test_fold_breaks_at_spaces_and_within_what_is_too_long() -> None:
    assert fold("one two three", 7) == ["one two", "three"]
    assert fold("abcdefghij k", 4) == ["abcd", "efgh", "ij k"]
    assert fold("日本語日本語", 5) == ["日本", "語日", "本語"]
    assert fold("", 5) == [""]
    assert fold("if that is meant: --allow remove=3", 26) == [
        "if that is meant:",
        "--allow remove=3",
    ]
    assert fold("--allow remove=3", 10) == ["--allow", "remove=3"]


def test_hanging_indents_what_follows() -> None:
    assert hanging_indent("! ", "one two", 5) == ["! one", "  two"]


def test_a_place_stands_at_the_right_or_not_at_all() -> None:
    assert with_right("left", "right", 12) == "left   right"
    assert with_right("left", "right", 10) is None
    assert with_right("left", "", 4) == "left"
    assert folded_with_right("· ", "one two", "f:1", 10) == ["· one  f:1", "  two"]


def test_parts_are_not_broken() -> None:
    assert dot_joined(["1 to rename", "", "2 to publish"], 15) == ["1 to rename ·", "2 to publish"]


def test_colour_marks_the_sign_and_only_that() -> None:
    rows = [Row("  + a + b", "+"), Row("    more", "+"), Row("end", strong=True)]
    assert rendered(rows, colour=False) == "  + a + b\n    more\nend\n"
    assert rendered(rows, colour=True) == (
        "  \x1b[32m+\x1b[0m a + b\n    more\n\x1b[1mend\x1b[0m\n"
    )


@pytest.mark.parametrize("text", ["word " * 1_000_000, "x" * 5_000_000, "e\u0301" * 2_500_000])
def test_a_long_text_is_folded_in_a_time_that_grows_with_it(text: str) -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        lines = fold(text, 80)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        return time.process_time() - began

    few = max(seconds(text[: len(text) // 20]), 0.005)
    assert seconds(text) < 100 * few  # quadratic: 400 times


def test_what_has_no_width_fits() -> None:
    assert fold("e" + "\u0301" * 100, 20) == ["e" + "\u0301" * 100]


def test_a_row_of_alarm_is_red_with_its_sign_bold():
    rows = [Row("! 2 removals", "!", alarm=True), Row("    room a", alarm=True)]
    assert rendered(rows, colour=True) == (
        "\x1b[1;31m!\x1b[0m\x1b[31m 2 removals\x1b[0m\n    \x1b[31mroom a\x1b[0m\n"
    )


def test_what_is_marked_stays_so_wherever_it_comes_to_stand():
    text = chained((Marked("name"), Marked("one two three", (Span(4, 13, "red"),))), "  ")
    assert text == Marked("name  one two three", (Span(10, 19, "red"),))
    rows = list(marked_rows("  ", text, 15))
    assert [row.text for row in rows] == ["  name  one two", "  three"]
    assert rendered(rows, colour=True) == (
        "  name  one \x1b[31mtwo\x1b[0m\n  \x1b[31mthree\x1b[0m\n"
    )
    assert chained((Marked(""), Marked("a"), Marked("")), ", ") == Marked("a")


def test_further_lines_may_begin_farther_to_the_right():
    lines = folded_with_right("  ", "one two three", "f:1", 14, hang=2)
    assert lines == ["  one      f:1", "    two", "    three"]

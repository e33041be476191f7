"""What strangers write is no command to a runner that reads the log."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runner import commands
from spaces_sync.report.runner_commands import without_commands


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("  + ##[add-mask]loses access\n", r"  + #\x23[add-mask]loses access" + "\n"),
        ("##vso[task.setvariable]x ##teamcity[a]", r"#\x23vso[task.setvariable]x #\x23teamcity[a]"),
        ("###[error]", r"##\x23[error]"),
        ("a\n    ::group::All is well\n", "a\n    \\x3a:group::All is well\n"),
        ("\r\x1b[K a", "\r\x1b[K a"),
        ("\r::error::a", "\r\\x3a:error::a"),
        ("### [title] ## a [b] ##a\n[b]", "### [title] ## a [b] ##a\n[b]"),
        ("a ::group:: b: :c\n: :", "a ::group:: b: :c\n: :"),
    ],
)
def test_only_the_beginning_of_a_command_is_changed(foreign: str, shown: str):
    assert without_commands(foreign) == shown
    assert without_commands(shown) == shown


PIECES = ("#", "##", "[", "]", ":", "::", "error", "vso", " ", "\n", "\r", "\u00a0", "\\", "a=b")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=12))
@example("\u2003::error::x")
@example("####[error]x")
@example("::::error::x")
@example("##[##[error]x")
def test_no_line_is_a_command(text: str):
    shown = without_commands(text)
    assert commands(shown) == []
    assert without_commands(shown) == shown

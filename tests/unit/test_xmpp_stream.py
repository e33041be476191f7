"""What follows a stanza with a long tag."""

import pytest

from spaces_sync.model.xml import element, serialise
from spaces_sync.xmpp.stream import LONG_TAG, blanks_behind


def tag(length: int, character: str = "x") -> str:
    """An element of one start tag that has so many bytes."""
    around = len("<a b=''/>")
    count, rest = divmod(length - around, len(character.encode()))
    return f"<a b='{character * count}{'x' * rest}'/>"


@pytest.mark.parametrize(
    ("stanza", "blanks"),
    [
        ("<iq/>", 0),
        (tag(LONG_TAG), 0),
        (tag(LONG_TAG + 1), LONG_TAG + 1),
        (tag(24_000), 24_000),
        (tag(24_000, "é"), 24_000),
        (f"<iq>{tag(5_000)}<b>{tag(9_000)}</b>{tag(6_000)}</iq>", 9_000),
        (f"<iq>{tag(900) * 20}</iq>", 0),
        (f"<iq>{'text ' * 9_000}</iq>", 0),
        (serialise(element("", "a", {"b": "<>" * 3_000}), ""), len("<a b=''/>") + 8 * 3_000),
    ],
)
def test_as_many_blanks_as_the_longest_long_tag_has_bytes(stanza: str, blanks: int) -> None:
    assert blanks_behind(stanza) == blanks

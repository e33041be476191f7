"""JIDs: one spelling for all that servers take for the same, else the reason why they take none."""

import pytest

from spaces_sync.model.addresses import bare_jid, check_portable


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Build@Rooms.Example.", "build@rooms.example"),
        ("straße@FAß.example", "strasse@fass.example"),
        ("ΣΟΦΟΣ@h.example", "σοφοσ@h.example"),
        ("\uff42\uff4f\uff42@\uff41\uff0eexample", "bob@a.example"),
        ("x@a。example", "x@a.example"),
        ("a\u200bb\u00ad@h.example", "ab@h.example"),
        ("e\u0301@h.example", "é@h.example"),
        ("אבג@h.example", "אבג@h.example"),
        ("א1ב@אב.גד", "א1ב@אב.גד"),
        ("x@[2001:DB8:0::1]", "x@[2001:db8::1]"),
        ("x@192.0.2.1", "x@192.0.2.1"),
        ("a\\20b@h.example", "a\\20b@h.example"),
        ("x@XN--strae-oqa.example", "x@xn--strae-oqa.example"),
        ("x@xn--ls8h.example", "x@xn--ls8h.example"),
        # Unicode 3.2 had no small letters for these (RFC 3454, table B.2).
        ("ᎠႠӀ@h.example", "ᎠႠӀ@h.example"),
        # And other ideographs for these (Corrigendum 4 of Unicode).
        ("\U0002f868@h.example", "\U0002136a@h.example"),
    ],
)
def test_one_spelling(written: str, normal: str) -> None:
    jid = bare_jid(written)
    check_portable(jid)
    assert jid == normal
    assert bare_jid(jid) == jid


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("אבג2@h.example", "cannot begin or end with '2'"),
        ("2אבג@h.example", "cannot begin or end with '2'"),
        ("אבגa@h.example", "mixes letters that are written from right to left with others"),
        ("x@אב.example", "mixes letters .* with others; write 'xn--4dbc.example'"),
        ("x@אבa.example", "mixes letters .* with others$"),
        ("x@[fe80::1%eth0]", "has a zone"),
        ("x@[::1", r"'\[' cannot stand in a domain"),
        ("x@[::g]", "Only hex digits permitted"),
        ("℀@h.example", r"'℀' \(U\+2100\) stands for '/', which cannot stand in a JID"),
        ("a\u00a0b@h.example", "U\\+00A0 stands for ' ', which cannot stand in a JID"),
        ("a\u202eb@h.example", r"^U\+202E cannot stand in a JID"),
        ("\ue000@h.example", r"^U\+E000 cannot stand in a JID"),
        ("x@℀", "'/' cannot stand in a domain"),
        ("x@a!b", "'!' cannot stand in a domain"),
        ("<\u0338@h.example", "'<' cannot stand before the '@'"),
        ("\u00ad@h.example", "has 1 to 1023 bytes"),
        ("é" * 512 + "@h.example", "has 1 to 1023 bytes"),
        ("x@" + ".".join(["a" * 60] * 17), "has 1 to 1023 bytes"),
        ("x@.", "a part between two dots is empty"),
    ],
)
def test_what_no_server_takes(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        bare_jid(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("😀@h.example", r"'😀' \(U\+1F600\) is not in Unicode 3\.2"),
        ("x@😀.example", r"'😀' \(U\+1F600\) is not in Unicode 3\.2"),
        ("x@אב1.אב", "cannot begin or end with '1'"),
        ("x@-a.example", "a '-' stands at its end"),
        ("x@a-.example", "a '-' stands at its end"),
        ("x@my_host.example", "'_' cannot stand in a domain"),
        ("x@a.\u0301b", "it begins with a mark"),
        ("x@ab--c.example", "has '--' as if it stood for another name"),
        ("x@xn--a-ecp.example", "stands for no other name"),
        ("x@192.0.2.256", "is no IPv4 address"),
        ("x@h.1", "is no IPv4 address"),
        ("x@xn--a.example", "stands for no other name"),
        ("x@xn--99999999.example", "stands for no other name"),
        (f"x@{'a' * 64}.example", "has 64 bytes in DNS, which has room for 63 in a part"),
        (f"x@{'é' * 58}.example", "has 64 bytes in DNS, which has room for 63 in a part"),
        (f"x@{'.'.join(['a' * 60] * 5)}", "has 304 bytes in DNS, which has room for 253"),
    ],
)
def test_what_not_every_server_takes_or_no_dns_knows(text: str, words: str) -> None:
    """It may be there all the same: such an address is read, and not declared."""
    jid = bare_jid(text)
    with pytest.raises(ValueError, match=words):
        check_portable(jid)

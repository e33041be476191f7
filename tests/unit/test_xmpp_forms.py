"""Data forms in and out: what servers offer, and what may be submitted."""

import pytest

from spaces_sync.model.state import Field
from spaces_sync.model.xml import element, parse
from spaces_sync.ports import MalformedAnswerError
from spaces_sync.xmpp.forms import DATA, by_type, fields, form, submission


def field(inner: str, kind: str = "text-single") -> Field:
    x = parse(f"<x xmlns='{DATA}'><field var='v' type='{kind}'>{inner}</field></x>")
    return fields(x)["v"]


@pytest.mark.parametrize(
    ("kind", "inner", "values"),
    [
        ("boolean", "", ("false",)),
        ("boolean", "<value/>", ("false",)),
        ("boolean", "<value>1</value>", ("true",)),
        ("boolean", "<value>0</value>", ("false",)),
        ("boolean", "<value>true</value>", ("true",)),
        ("boolean", "<value>maybe</value>", ("maybe",)),
        ("text-single", "", ()),
        ("text-single", "<value/>", ()),
        ("text-single", "<value>1</value>", ("1",)),
        ("text-single", "<value> a\nb </value>", (" a\nb ",)),
        ("text-multi", "<value>a</value><value/><value>b</value>", ("a", "", "b")),
        ("jid-multi", "<value>a@b</value><value>c@d</value>", ("a@b", "c@d")),
        ("", "<value>1</value>", ("1",)),
    ],
)
def test_values(kind: str, inner: str, values: tuple[str, ...]) -> None:
    assert field(inner, kind).values == values


def test_an_option_before_the_value_is_no_value() -> None:
    options = "".join(f"<option label='L'><value>{each}</value></option>" for each in "ab")
    found = field(f"<desc>d</desc>{options}<value>b</value>", "list-single")
    assert found == Field(("b",), "list-single", ("a", "b"))


@pytest.mark.parametrize(
    ("range_", "highest"),
    [
        ("<range min='1' max='256'/>", 256),
        ("<range min='1'/>", None),
        ("<range max='a lot'/>", None),
        ("<range max='²'/>", None),
        ("", None),
    ],
)
def test_the_highest_number(range_: str, highest: int | None) -> None:
    validate = f"<validate xmlns='http://jabber.org/protocol/xdata-validate'>{range_}</validate>"
    assert field(validate + "<value>20</value>").highest == highest


def test_what_is_no_field_is_left_out() -> None:
    x = parse(
        f"<x xmlns='{DATA}'><title>t</title><field type='fixed'><value>words</value></field>"
        "<field var='FORM_TYPE'><value>t</value></field><field var=''/><field var='a'/></x>"
    )
    assert fields(x) == {"a": Field(())}


def test_forms_are_found_by_their_type_in_any_order() -> None:
    kind = "<field var='FORM_TYPE'><value>{0}</value></field>"
    x = f"<x xmlns='jabber:x:data'><field var='{{0}}'/>{kind}</x>"
    again = x.replace("'{0}'", "'again'").format("one")
    text = f"<q>{x.format('one')}<x xmlns='jabber:x:data'/>{again}{x.format('two')}</q>"
    assert by_type(parse(text)) == {"one": {"one": Field(())}, "two": {"two": Field(())}}
    assert by_type(parse("<q/>")) == {}


def test_a_form_that_is_missing() -> None:
    with pytest.raises(MalformedAnswerError, match="the answer holds no form"):
        form(element("", "q"), "the answer")


def test_a_submission_holds_the_values_that_it_is_given() -> None:
    sent = submission("t", {"none": (), "empty": ("",), "one": ("1",), "two": ("a", "b")})
    assert str(sent) == (
        "<x xmlns='jabber:x:data' type='submit'>"
        "<field type='hidden' var='FORM_TYPE'><value>t</value></field>"
        "<field var='none'/><field var='empty'><value/></field>"
        "<field var='one'><value>1</value></field>"
        "<field var='two'><value>a</value><value>b</value></field></x>"
    )

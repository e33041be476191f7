"""Numbers in texts, which come from files and services."""

import pytest

from builders import DEV, SERVICE, declare, form, live_node, reading
from spaces_sync.fields import effects
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Field, Service
from spaces_sync.model.xml import parse
from spaces_sync.plan.capacity import capacity
from spaces_sync.plan.compare.planner import plan
from spaces_sync.profile import MAX_ITEMS
from spaces_sync.xmpp import forms

HUGE = "9" * 5000  # Python reads no number of more than 4300 digits


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("256", 256),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        (HUGE, None),
        ("", None),
        ("-1", None),
        ("+1", None),
        (" 1", None),
        ("1.5", None),
        ("1_000", None),
        ("max", None),
        ("٣", None),
        ("²", None),
    ],
)
def test_a_whole_number_is_ascii_digits_of_a_bounded_count(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize("text", [HUGE, "²", "٣"])
def test_a_number_that_is_none_ends_nothing(text):
    """Of a file, of a node, and of the form of a new node."""
    service = Service(SERVICE, "", frozenset(), {MAX_ITEMS: Field((text,))})
    assert capacity((text,), {}, service) is None
    assert capacity(("max",), {}, service) is None
    assert effects("pubsub#item_expire", ("60",), (text,)) == ()
    stated = parse(
        "<x xmlns='jabber:x:data'><field var='pubsub#max_items'>"
        "<validate xmlns='http://jabber.org/protocol/xdata-validate'>"
        f"<range max='{text}'/></validate></field></x>"
    )
    assert forms.fields(stated)[MAX_ITEMS].highest is None
    live = live_node(config=form(max_items=text, access_model="open"))
    plan(declare(config=form(max_items="9", access_model="open")), reading({DEV: live}))

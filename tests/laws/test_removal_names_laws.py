"""What an object is called where its removal is allowed means this object and no other one."""

from hypothesis import example, given
from hypothesis import strategies as st

import strategies
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Address
from spaces_sync.plan.removals import allowed_as, meant_by, name

ONE, TWO = Jid("pubsub.megacorp.example"), Jid("pubsub.two.example")
DEV = NodeAddress(TWO, "dev")
HALL = Jid("hall@rooms.megacorp.example")


@st.composite
def alike(draw: st.DrawFn) -> list[Address]:
    """Objects of which some have an id that is what another one is called."""
    found = draw(st.lists(strategies.addresses(), min_size=1, max_size=4))
    for _ in range(draw(st.integers(0, 4))):
        other = draw(st.sampled_from(found))
        uri = other.uri if isinstance(other, NodeAddress) else f"xmpp:{other}"
        node = draw(st.sampled_from((name(other), str(other), uri, "12", "")))
        found.append(NodeAddress(draw(st.sampled_from((ONE, TWO))), node))
    return found


@given(alike())
@example([DEV, NodeAddress(ONE, "pubsub.two.example/dev")])
@example([DEV, NodeAddress(ONE, "dev"), NodeAddress(ONE, "pubsub.two.example/dev")])
@example([DEV, NodeAddress(ONE, str(DEV)), NodeAddress(ONE, DEV.uri), NodeAddress(ONE, "dev")])
@example([HALL, NodeAddress(ONE, HALL), NodeAddress(ONE, f"xmpp:{HALL}")])
@example([NodeAddress(ONE, "12"), NodeAddress(ONE, "")])
def test_a_name_means_what_has_it(among: list[Address]):
    for each in among:
        called = allowed_as(each, among)
        assert meant_by(called, among) == (each,)
        assert whole_number(called) is None
        assert called


@given(st.lists(strategies.addresses(), min_size=2, max_size=2, unique=True))
@example([DEV, NodeAddress(ONE, "pubsub.two.example/dev")])
@example([NodeAddress(ONE, "dev"), DEV])
@example([HALL, NodeAddress(ONE, HALL)])
def test_a_name_does_not_mean_what_is_not_known_of(found: list[Address]):
    """Of the file of another source, say."""
    one, other = found
    called = allowed_as(one, [one])
    assert called != str(other)
    assert meant_by(called, [other]) == () or called == name(one) == name(other)

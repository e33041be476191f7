"""Ledgers as items: what is written is read, and what cannot be understood is never a guess."""

import random
import re
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from builders import DEV, SERVICE
from spaces_sync.model import buckets, ledger
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.ledger import Intent, LedgerError
from spaces_sync.model.state import Address, Item, Owned
from spaces_sync.model.xml import Xml, XmlError, parse, serialise

NODE = NodeAddress(SERVICE, ledger.node_of("megacorp/spaces"))
MUTATIONS = 10_000


def objects() -> st.SearchStrategy[dict[Address, Owned]]:
    return st.dictionaries(strategies.addresses(), strategies.owned(), max_size=5)


def as_intent(objects: dict[Address, Owned]) -> Xml:
    return ledger.encode_intent(Intent("run", "holder", "beat", objects))


def as_items(recorded: dict[Address, Owned], intent: Intent) -> list[Item]:
    pieces = [*map(ledger.encode_record, buckets.parts(recorded)), ledger.encode_intent(intent)]
    return [Item(f"{number:08x}", (payload,)) for number, payload in enumerate(pieces)]


@given(objects(), objects())
def test_what_is_written_is_read(recorded, intended):
    intent = Intent("run", "holder", "beat", intended)
    items = [
        replace(item, payloads=(parse(str(item.payloads[0])),))
        for item in as_items(recorded, intent)
    ]
    found = ledger.decode(NODE, items)

    assert found.settled == recorded
    assert found.intended == ledger.all_doubtful(intended)
    assert [(each.run, each.holder, each.beat) for each in found.intents.values()] == [
        ("run", "holder", "beat")
    ]


@given(objects(), objects())
def test_what_an_intent_takes_away_is_doubtful_until_that_apply_is_over(recorded, leaving):
    about = {
        address: Owned(leaves={**recorded.get(address, Owned()).applied, **owned.applied})
        for address, owned in leaving.items()
    }
    intents = map(as_intent, buckets.parts(about))
    payloads = [*map(ledger.encode_record, buckets.parts(recorded)), *intents]
    found = ledger.decode(NODE, [Item(f"{n:08x}", (each,)) for n, each in enumerate(payloads)])

    assert found.recorded == found.settled_but_for("run") == recorded
    assert all(each == Owned(uncertain=True) for each in found.intended.values())
    for address, owned in found.settled.items():
        gone = about[address].leaves if address in about else {}
        assert owned.doubtful == recorded[address].doubtful | (owned.applied.keys() & gone.keys())
        assert owned.applied == {n: gone.get(n, v) for n, v in recorded[address].applied.items()}
        assert owned.uncertain == recorded[address].uncertain


def test_an_object_that_goes_as_a_whole_is_uncertain_itself():
    record = ledger.encode_record({DEV: Owned({"aaaaaaaa": "1" * 8, "bbbbbbbb": "2" * 8})})
    intent = as_intent({DEV: Owned(leaves={ledger.WHOLE: "", "aaaaaaaa": "3" * 8})})
    found = ledger.decode(NODE, [Item("1", (record,)), Item("2", (intent,))])

    names = {"aaaaaaaa": "3" * 8, "bbbbbbbb": "2" * 8}
    assert found.settled == {DEV: Owned(names, doubtful=frozenset(names), uncertain=True)}


@pytest.mark.parametrize("count", [0, 1, 1_000, 100_000])
def test_a_large_object_is_in_several_items_none_of_which_is_too_large(count):
    names = {ledger.item_name(f"r{n}@rooms.megacorp.example"): "A" * 8 for n in range(count)}
    pieces = list(buckets.parts({DEV: Owned(names, protect=True)}))

    assert all(len(str(ledger.encode_record(piece))) <= buckets.PART + 1_000 for piece in pieces)
    assert ledger.united(pieces) == {DEV: Owned(names, protect=True)}
    assert len(pieces) <= 1 + count // 1_500


def test_a_large_object_of_many_values_is_in_several_items_as_well():
    values = " ".join(sorted(ledger.item_name(f"v{n}") for n in range(8)))
    names = {ledger.item_name(f"r{n}"): values for n in range(2_000)}
    pieces = list(buckets.parts({DEV: Owned(names, doubtful=frozenset(names))}))

    assert all(len(str(ledger.encode_record(piece))) <= buckets.PART + 1_000 for piece in pieces)
    assert ledger.united(pieces) == {DEV: Owned(names, doubtful=frozenset(names))}


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ("<record xmlns='urn:spaces-sync:ledger:1'/>", "no record, no intent and no statement"),
        ("<record xmlns='urn:spaces-sync:ledger:0'><thing/></record>", "without an address"),
        ("<record xmlns='urn:spaces-sync:ledger:0'><object/></record>", "without an address"),
        (
            "<record xmlns='urn:spaces-sync:ledger:0'><object address='xmpp:a?'/></record>",
            "its address is none",
        ),
        (
            "<record xmlns='urn:spaces-sync:ledger:0'>"
            "<object address='a@b.example'>abcdefgh123</object></record>",
            "was cut",
        ),
    ],
)
def test_what_cannot_be_understood_is_an_error_that_says_so(payload, why):
    with pytest.raises(LedgerError, match=why):
        ledger.decode(NODE, [Item("x", (parse(payload),))])


@pytest.mark.parametrize("payloads", [(), (parse("<a xmlns='urn:a'/>"),) * 2])
def test_an_item_without_its_one_payload_is_an_error(payloads):
    with pytest.raises(LedgerError):
        ledger.decode(NODE, [Item("x", payloads)])


@pytest.mark.parametrize("encode", [ledger.encode_record, as_intent])
def test_mutated_ledgers_are_read_or_refused_and_name_nothing_new(encode):
    """A removal follows from a name: none appears that was not written, but for what was cut."""
    chance = random.Random(503)  # noqa: S311 - the same mutations each time
    names = {ledger.item_name(f"r{n}"): ledger.item_name(f"v{n}") for n in range(20)}
    whole = {DEV: Owned(names), NodeAddress(SERVICE, "sales"): Owned(protect=True)}
    text = serialise(encode(whole))
    read = refused = 0
    for _ in range(MUTATIONS):
        at, length = chance.randrange(len(text)), chance.randrange(1, 40)
        kind = chance.choice(("cut", "double", "swap"))
        if kind == "cut":
            broken = text[:at] + text[at + length :]
        elif kind == "double":
            broken = text[:at] + text[at : at + length] + text[at:]
        else:
            broken = text[:at] + chance.choice("<>&'\" aZ0") + text[at + 1 :]
        try:
            payload = parse(broken)
        except XmlError:
            continue  # the stream would not have brought it
        try:
            found = ledger.decode(NODE, [Item("x", (payload,))])
        except LedgerError:
            refused += 1
            continue
        read += 1
        for owned in (*found.settled.values(), *found.intended.values()):
            written = set(re.findall(r"[^\s?]+", payload_text(payload)))
            words = ((n, each) for n, v in owned.applied.items() for each in v.split() or [""])
            assert all(name + value in written for name, value in words)
    assert read > 100
    assert refused > 100


def payload_text(payload) -> str:
    return " ".join(each.text for each in payload.elements)


@settings(max_examples=200)
@given(strategies.owned(), strategies.owned())
def test_together_they_say_what_either_says(one, other):
    both = ledger.joined(one, other)

    assert both.applied.keys() == one.applied.keys() | other.applied.keys()
    for name, value in both.applied.items():
        known = [owned.applied[name] for owned in (one, other) if name in owned.applied]
        assert set(value.split()) == ({*chain(*map(str.split, known))} if all(known) else set())
    assert both.protect == (one.protect or other.protect)
    sure = (one.applied.keys() - one.doubtful) | (other.applied.keys() - other.doubtful)
    assert both.applied.keys() - both.doubtful == sure

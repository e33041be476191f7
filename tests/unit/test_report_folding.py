"""A plan of thousands of changes is read in a few screens, and hides no risk and no reader."""

import random
from collections.abc import Callable, Iterator

import pytest

from builders import ACCOUNT
from golden.plans import DEV, bookmark, everyday, jid, person, space
from showing import as_shown
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Item, Key, Values
from spaces_sync.plan.actions import (
    Action,
    Change,
    ConfigureNode,
    CreateNode,
    PublishItem,
    RetractItem,
    SetAffiliation,
    Why,
)
from spaces_sync.plan.plan import Note, Obstacle, Plan
from spaces_sync.profile import ACCESS_MODEL, DESCRIPTION, TITLE
from spaces_sync.report import plan_compact, plan_text
from spaces_sync.report.style import Style

CHANGES = 4000
LINES = 200
LONG = "a-name-that-does-not-end-" * 8


def publish(node: str, n: int, name: str = "Room") -> PublishItem:
    target = jid(f"r{n}")
    named = (Change("name", None, f"{name} {n}"),)
    why = Why(place=Place("spaces.yaml", n + 1, 3))
    return PublishItem(
        space(node), Key("room", target), target, None, bookmark(name), named, why=why
    )


def retract(node: str, n: int) -> RetractItem:
    target = jid(f"r{n}")
    return RetractItem(space(node), Key("room", target), Item(target, (bookmark("Old"),)))


def configure(node: str, n: int, var: str, before: Values, after: Values) -> ConfigureNode:
    consequences = (f"{n} of {CHANGES} subscribers lose access",) if var == ACCESS_MODEL else ()
    why = Why("file", Place("spaces.yaml", n + 1, 5), consequences)
    return ConfigureNode(space(node), {var: before}, {var: after}, why=why)


def rooms() -> Iterator[Action]:
    return (publish("dev", n) for n in range(CHANGES))


def new_spaces() -> Iterator[Action]:
    for n in range(CHANGES):
        access = "open" if n % 100 == 0 else "whitelist"
        config = {ACCESS_MODEL: (access,), TITLE: (f"T{n}",), DESCRIPTION: (f"D{n}",)}
        yield CreateNode(space(f"s{n}"), config)


def removals() -> Iterator[Action]:
    return (retract(f"s{n % 500}", n) for n in range(CHANGES))


def texts() -> Iterator[Action]:
    return (
        configure(f"s{n}", n, DESCRIPTION, (f"Old {LONG}{n}",), (f"New {LONG}{n}",))
        for n in range(CHANGES)
    )


def of_every_kind() -> Iterator[Action]:
    chance = random.Random(1)  # noqa: S311 - a sample, the same in each run
    for n in range(1000):
        node = f"{LONG}{n}"
        for m in range(chance.randint(0, 5)):
            yield publish(node, m)
        for m in range(chance.randint(0, 5)):
            yield retract(node, m + 9)
        if chance.randint(0, 2) == 0:
            after = chance.choice(("whitelist", "authorize", "roster", "presence"))
            yield configure(node, n, ACCESS_MODEL, ("open",), (after,))
        if chance.randint(0, 1):
            yield configure(node, n, TITLE, (f"Old {n}",), (f"New {n}",))
        for m in range(chance.randint(0, 3)):
            yield SetAffiliation(space(node), person(f"p{m}"), "owner", "none")


KINDS = [rooms, new_spaces, removals, texts, of_every_kind]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_four_thousand_changes_fit(kind: Callable[[], Iterator[Action]], width: int) -> None:
    plan = Plan(ACCOUNT, tuple(kind()))
    assert len(plan.actions) >= CHANGES
    for render in (plan_text.render, plan_compact.render):
        assert len(render(as_shown(plan), Style(width=width)).splitlines()) <= LINES


def test_what_is_noted_or_in_the_way_of_many_fits_too():
    nodes = [space(f"s{n}") for n in range(CHANGES)]
    notes = tuple(Note(each, "advice", f"advice {n % 50}") for n, each in enumerate(nodes))
    obstacles = tuple(Obstacle(each, f"{LONG} {n}") for n, each in enumerate(nodes))
    plan = Plan(ACCOUNT, (), notes, obstacles)
    shown = plan_text.render(as_shown(plan), Style())
    assert len(shown.splitlines()) <= LINES
    assert "advice: advice 1 (80 times)" in shown
    assert "and 3990 more; --full names them" in shown


def test_rooms_are_one_line_with_their_number():
    shown = plan_text.render(as_shown(Plan(ACCOUNT, tuple(rooms())[:50])), Style())
    assert "    + 50 rooms " in shown
    assert " and 49 more" in shown
    assert "+ room" not in shown
    full = plan_text.render(as_shown(Plan(ACCOUNT, tuple(rooms())[:50])), Style(full=True))
    assert full.count("    + room r") == 50


def test_who_can_read_new_spaces_is_not_folded_away():
    shown = plan_text.render(as_shown(Plan(ACCOUNT, tuple(new_spaces()))), Style())
    assert "+ 40 nodes  s0, s100, s200 and 37 more" in shown
    assert "    + access model  open  anyone can read it" in shown
    assert "+ 3960 nodes" in shown
    assert "    + access model  whitelist  only who is named can read it" in shown


def test_all_is_told_with_full():
    plan = Plan(ACCOUNT, tuple(removals()))
    shown = plan_text.render(as_shown(plan), Style(full=True))
    assert sum(line.startswith("    - room ") for line in shown.splitlines()) == CHANGES
    assert shown.count(" of s") == CHANGES  # the risks, by name
    assert "more" not in shown.replace("any more", "")


def test_a_compact_plan_is_a_line_for_each_object():
    actions = [publish(f"s{n}", m) for n in range(40) for m in range(3)]
    actions.append(configure("s7", 7, ACCESS_MODEL, ("open",), ("whitelist",)))
    shown = plan_compact.render(as_shown(Plan(ACCOUNT, tuple(actions))), Style())
    lines = shown.splitlines()
    assert sum(line.startswith("~ s") for line in lines) == 40
    assert "~ s7   +3 ~1  ! 1 risk  open → whitelist" in [line.rstrip() for line in lines]
    assert lines[-1].strip().startswith("access model of s7: 7 of 4000") or "! 1 access" in shown


def test_one_word_in_a_long_text_is_seen():
    before = "ERP 3000 is built here, by people who care about it and about each other " * 3
    after = before.replace("care", "rant", 1)
    plan = Plan(ACCOUNT, (configure("dev", 1, DESCRIPTION, (before,), (after,)),))
    shown = plan_text.render(as_shown(plan), Style())
    lines = [line for line in shown.splitlines() if line.startswith(" " * 8)]
    was, now = (line for line in lines if line.split()[0] in ("was", "now"))
    assert "who care about" in was
    assert "who rant about" in now
    assert was.partition("  …")[2].replace("care", "rant") == now.partition("  …")[2]
    coloured = plan_text.render(as_shown(plan), Style(colour=True))
    assert "who \x1b[31mcare\x1b[0m about" in coloured
    assert "who \x1b[32mrant\x1b[0m about" in coloured


def test_the_risks_are_the_last_thing_and_red():
    shown = plan_text.render(as_shown(everyday()), Style(colour=True))
    end = shown.rpartition("\n\n")[2].splitlines()
    assert end[0].startswith("\x1b[1;31m!\x1b[0m\x1b[31m 1 removal  link https://megacorp.example")
    assert all("\x1b[31m" in line for line in end)
    assert DEV.node in end[0]

"""A plan as Markdown: the stages of a long one, its marker, its picture; what a widget reads."""

import json
from dataclasses import replace

import pytest

import shots
from golden.plans import ACCOUNT, FACTS, PLANS, at, bookmark, jid, space
from programs import SHOTS
from rendered import Reading, assert_harmless, html
from showing import as_shown
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Item, Key
from spaces_sync.plan.actions import Action, Change, ConfigureNode, PublishItem, RetractItem, Why
from spaces_sync.plan.plan import Plan, SourceRecord
from spaces_sync.profile import ACCESS_MODEL, TITLE
from spaces_sync.report import plan_gitlab, plan_markdown
from spaces_sync.report.style import FEWEST_BYTES, MOST_BYTES, Style

PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ font: 14px/1.5 'Noto Sans', Helvetica, Arial, sans-serif; max-width: 900px;
  margin: 20px auto; padding: 0 16px }}
table {{ border-collapse: collapse; display: block; width: max-content; max-width: 100%;
  overflow: auto; margin-bottom: 16px }}
th, td {{ border: 1px solid #d1d9e0; padding: 6px 13px }}
code {{ background: #818b981f; padding: .2em .4em; border-radius: 6px; font-size: 85%;
  white-space: break-spaces }}
blockquote {{ border-left: .25em solid #cf222e; margin: 0 0 16px; padding: 0 1em }}
</style>{}"""


def crowd(spaces: int, children: int) -> Plan:
    """`children` rooms in each of `spaces`: of five one leaves, one changes, three are new."""
    actions: list[Action] = []
    places, titles = {}, {}
    for index in range(spaces):
        node = space(f"team-{index}")
        places[node], titles[node] = Place("spaces.yaml", 9 + 40 * index, 3), f"Team {index}"
        for number in range(index * children, (index + 1) * children):
            room = jid(f"room-{number}")
            key, live = Key("room", room), Item(room, (bookmark("Old"),))
            if number % 5 == 0:
                actions.append(RetractItem(node, key, live, why=Why()))
                continue
            before = live if number % 5 == 1 else None
            change = Change("name", "Old" if before else None, f"Room {number}")
            payload = bookmark(f"Room {number}")
            why = at(10 + number)
            actions.append(PublishItem(node, key, room, before, payload, (change,), None, why))
    facts = replace(FACTS, titles=titles)
    return Plan(ACCOUNT, tuple(actions), (), (), (), places, facts)


@pytest.mark.parametrize(
    ("spaces", "children", "said"),
    [
        (200, 25, "only what changes is named"),
        (50, 100, "what is alike is told by its first names"),
        (1, 5000, "what is alike is told by its first names"),
        (5000, 1, "some of what changes is named"),
    ],
)
def test_5000_actions_fit_a_comment_in_as_many_words_as_they_can(spaces, children, said):
    shown = as_shown(crowd(spaces, children))
    text = plan_markdown.render(shown, Style(max_bytes=MOST_BYTES))

    assert len(text.encode()) <= MOST_BYTES
    assert said in text
    found = assert_harmless(text)
    assert "1000 removals" in "".join(found.prose)
    assert "--allow remove=1000" in found.code


def test_each_stage_is_shorter_than_the_one_before_in_the_end():
    shown = as_shown(crowd(50, 100))
    sizes = [len(plan_markdown.at_stage(shown, each).encode()) for each in plan_markdown.STAGES]

    assert sizes[0] > MOST_BYTES
    assert sizes[-1] < FEWEST_BYTES < sizes[1]
    assert sorted(sizes[1:5], reverse=True) == sizes[1:5]


@pytest.mark.parametrize("most", range(FEWEST_BYTES, MOST_BYTES, 7000))
def test_each_bound_is_kept(most):
    text = plan_markdown.render(as_shown(crowd(20, 25)), Style(max_bytes=most))

    assert len(text.encode()) <= most
    assert "100 removals" in "".join(assert_harmless(text).prose)


def test_without_a_bound_all_is_told():
    text = plan_markdown.render(as_shown(crowd(2, 500)), Style())

    assert all(f"room-{number}@" in text for number in range(1000))


# --- the marker -------------------------------------------------------------------------------


def marker(plan: Plan) -> str:
    first = plan_markdown.render(as_shown(plan), Style()).split("\n")[0]
    assert Reading(first + "\n").elements == {}
    return first


def test_the_marker_is_the_same_whatever_the_plan_does():
    everyday, empty = PLANS["everyday"](), PLANS["empty"]()

    assert marker(everyday) == marker(empty)
    assert marker(everyday).startswith("<!-- spaces-sync:plan:")


def test_other_files_services_and_sources_have_markers_of_their_own():
    plan = PLANS["everyday"]()
    moved = {each: place._replace(file="other.yaml") for each, place in plan.places.items()}
    elsewhere = {space("dev", Jid("pubsub.other.example")): Place("spaces.yaml", 9, 3)}
    plans = [
        plan,
        replace(plan, places=moved),
        replace(plan, places=elsewhere),
        *(replace(plan, source=SourceRecord(name)) for name in ("a", "b")),
        replace(plan, source=SourceRecord("a", Jid("pubsub.other.example"))),
    ]

    assert len(set(map(marker, plans))) == len(plans)


def test_with_a_source_a_file_more_changes_no_marker():
    plan = replace(PLANS["everyday"](), source=SourceRecord("megacorp/spaces"))
    more = {**plan.places, space("ops"): Place("ops.yaml", 1, 1)}

    assert marker(replace(plan, places=more)) == marker(plan)


# --- values, widgets, the picture -------------------------------------------------------------


def test_long_values_are_shortened_around_what_differs():
    before, after = ("x" * 400 + word + "y" * 400 for word in ("open", "shut"))
    change = ConfigureNode(space("dev"), {TITLE: (before,)}, {TITLE: (after,)}, why=at(1))
    text = plan_markdown.render(as_shown(Plan(ACCOUNT, (change,))), Style())

    codes = Reading(text).code
    assert [each for each in codes if "open" in each]
    assert [each for each in codes if "shut" in each]
    assert max(map(len, codes)) < 200
    full = plan_markdown.render(as_shown(Plan(ACCOUNT, (change,))), Style(full=True))
    assert {before, after} <= set(Reading(full).code)


def test_gitlab_counts_what_comes_changes_and_goes():
    shown = as_shown(PLANS["everyday"]())

    assert json.loads(plan_gitlab.render(shown, Style())) == {"create": 2, "update": 3, "delete": 1}


def test_what_a_picture_shows():
    """For whoever looks at it: tests/.shots/plan-markdown.png and its like."""
    SHOTS.mkdir(exist_ok=True)
    access = ConfigureNode(
        space("dev"),
        {ACCESS_MODEL: ("open",)},
        {ACCESS_MODEL: ("whitelist",)},
        why=at(9, "7 leave"),
    )
    pages = {
        "everyday": PLANS["everyday"](),
        "everything": PLANS["everything"](),
        "hostile": PLANS["hostile"](),
        "crowd": replace(crowd(50, 100), actions=(access, *crowd(50, 100).actions)),
    }
    for name, plan in pages.items():
        text = plan_markdown.render(as_shown(plan), Style(max_bytes=MOST_BYTES))
        page = SHOTS / f"markdown-{name}.html"
        page.write_text(PAGE.format(html(text)), encoding="utf-8")
        made = shots.picture(page, (1000, 1600))
        assert made.read_bytes().startswith(b"\x89PNG")

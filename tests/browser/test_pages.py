"""Maps and plans as people use them: by eye, by keyboard, by ear, on a phone, on paper."""

import re
from collections.abc import Callable
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

import pictured
from browser.conftest import PHONE, WIDE, Open
from golden.plans import PLANS
from programs import SHOTS
from showing import as_shown
from spaces_sync.report import map_html, plan_html
from spaces_sync.report.picturing import picture
from spaces_sync.report.style import Style

Shot = Callable[[Page, str], None]


@cache
def company_map() -> str:
    return map_html.render(picture(pictured.company()), Style())


@cache
def hostile_map() -> str:
    return map_html.render(picture(pictured.hostile()), Style())


@cache
def company_plan() -> str:
    plan = pictured.company_plan()
    shown = as_shown(plan)._replace(picture=picture(pictured.company(), plan), seconds=0.8)
    return plan_html.render(shown, Style())


@cache
def plan_alone(name: str) -> str:
    return plan_html.render(as_shown(PLANS[name]()), Style())


PAGES: dict[str, Callable[[], str]] = {
    "map": company_map,
    "plan": company_plan,
    "hostile": hostile_map,
    **{f"plan-{name}": lambda name=name: plan_alone(name) for name in PLANS},
}
PAGE = pytest.mark.parametrize("page_of", PAGES.values(), ids=PAGES)
FEW = pytest.mark.parametrize("name", ["map", "plan", "hostile", "plan-everything"])
LOOKS = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "device_scale_factor": 2},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
}


def unfold(page: Page) -> None:
    page.get_by_role("button", name="Expand all").click()


@PAGE
def test_each_page_loads_without_an_error_a_request_or_a_refusal(open_page: Open, page_of):
    page = open_page(page_of())
    unfold(page)

    expect(page.get_by_role("main")).to_be_visible()
    assert page.get_by_role("heading", level=1).count() == 1


@pytest.mark.parametrize("look", LOOKS)
@FEW
def test_no_rule_of_accessibility_is_broken(open_page: Open, name: str, look: str):
    page = open_page(PAGES[name](), **LOOKS[look])
    unfold(page)

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 360])
@PAGE
def test_a_phone_never_scrolls_sideways(open_page: Open, page_of, width: int):
    page = open_page(page_of(), viewport={"width": width, "height": 740})
    unfold(page)

    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", ["map", "plan"])
def test_how_it_looks(open_page: Open, shot: Shot, name: str, look: str):
    page = open_page(PAGES[name](), **LOOKS[look])
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.screenshot(path=SHOTS / f"{name}-{look}.png")
    unfold(page)
    shot(page, f"{name}-{look}-open")

    light = sum(map(int, re.findall(r"\d+", background)[:3])) > 3 * 128
    assert light == ("dark" not in look)


def matches(page: Page) -> str:
    return page.get_by_role("status").inner_text()


def search(page: Page, text: str) -> None:
    page.get_by_role("searchbox").fill(text)


def shown(page: Page) -> list[str]:
    """The titles of what is unfolded or could be, as far as it is seen."""
    names = page.locator("#map summary .who").all()
    return [each.inner_text() for each in names if each.is_visible()]


def entry(page: Page, name: str) -> Locator:
    """Where it is told of a room."""
    return page.locator("li.e code").get_by_text(name, exact=True).first


def test_searching_shows_what_fits_where_it_is_and_counts_it(open_page: Open):
    page = open_page(company_map())

    search(page, "operations")

    assert matches(page) == "1 match"
    assert shown(page) == ["The developers corner dev"]
    expect(entry(page, "ops@conference.megacorp.example")).to_be_visible()
    expect(entry(page, "ci@conference.megacorp.example")).to_be_hidden()


def test_all_words_have_to_fit_in_any_case(open_page: Open):
    page = open_page(company_map())

    search(page, "PASSWORD  members")

    assert matches(page) == "1 match"
    expect(entry(page, "ops@conference.megacorp.example")).to_be_visible()


def test_a_person_is_found_wherever_they_may_be(open_page: Open):
    page = open_page(company_map())

    search(page, "carla")

    assert shown(page) == [
        "The developers corner dev",
        "Sales team sales",
        "carla@megacorp.example",
    ]


def test_a_space_that_fits_itself_keeps_all_that_is_in_it(open_page: Open):
    page = open_page(company_map())

    search(page, "alive")

    assert matches(page) == "1 match"
    page.locator("#map summary").filter(has_text="The developers corner").click()
    expect(entry(page, "ci@conference.megacorp.example")).to_be_visible()


def test_what_fits_nowhere_is_said(open_page: Open):
    page = open_page(company_map())

    search(page, "nobody has this name")

    assert matches(page) == "Nothing matches"
    assert shown(page) == []
    expect(page.get_by_text("Nothing matches.")).to_be_visible()


def test_an_emptied_search_leaves_all_as_it_was(open_page: Open):
    page = open_page(company_map())
    page.locator("#map summary").filter(has_text="Sales team").click()
    before = page.evaluate("document.getElementById('main').innerHTML")

    search(page, "operations")
    search(page, "")

    assert page.evaluate("document.getElementById('main').innerHTML") == before
    assert matches(page) == ""


def test_searching_in_a_plan_finds_lines_and_risks_stay(open_page: Open):
    page = open_page(company_plan())

    search(page, "attic")

    attic = page.locator(".plan details").filter(has_text="The attic")
    attic.locator("summary").first.click()
    expect(attic.get_by_text("access model")).to_be_visible()
    expect(page.locator(".plan").get_by_text("The developers corner")).to_be_hidden()
    expect(page.get_by_text("apply would refuse this")).to_be_visible()


def test_all_folds_open_and_close_at_once(open_page: Open):
    page = open_page(company_map())
    folds = page.locator("#map details").count()

    unfold(page)
    assert page.locator("#map details[open]").count() == folds > 3
    page.get_by_role("button", name="Collapse all").click()

    assert page.locator("#map details[open]").count() == 0


def test_everything_can_be_done_by_keyboard(open_page: Open):
    page = open_page(company_map())

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("sales")
    assert matches(page) != ""
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_have_value("")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    focused = page.locator(":focus")
    expect(focused).to_have_text(re.compile("Sales team"))
    page.keyboard.press("Enter")
    expect(entry(page, "deals@conference.megacorp.example")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page.locator(":focus")).to_have_text(re.compile("The developers corner"))
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_what_is_typed_into_the_search_is_searched(open_page: Open):
    """A slash is a part of names, too."""
    page = open_page(company_map())
    page.keyboard.press("/")

    page.keyboard.type("pubsub/dev")

    expect(page.get_by_role("searchbox")).to_have_value("pubsub/dev")


def test_the_first_stop_of_the_keyboard_leads_to_the_content(open_page: Open):
    page = open_page(company_map())

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("main")).to_be_focused()


def test_a_link_within_the_page_opens_what_it_leads_to(open_page: Open):
    page = open_page(company_map())
    page.locator("#map summary").filter(has_text="Sales team").click()
    target = page.get_by_role("link", name="erp@conference.megacorp.example")

    target.click()

    expect(page.get_by_text("All things ERP")).to_be_in_viewport()


def test_a_change_leads_to_the_map_and_back(open_page: Open):
    page = open_page(company_plan())
    page.locator(".plan details").filter(has_text="The developers corner").get_by_role(
        "link", name="On the map"
    ).click()

    expect(page.locator("#map").get_by_text("Where the people meet")).to_be_in_viewport()
    page.locator("#map details[open]").get_by_role("link", name="What changes", exact=True).click()

    assert re.search(r"#p\d+$", page.url)


def test_without_a_script_all_is_there_and_can_be_unfolded(open_page: Open):
    page = open_page(company_map(), java_script_enabled=False)

    expect(page.get_by_role("searchbox")).to_be_hidden()
    page.locator("#map summary").filter(has_text="Sales team").click()

    expect(entry(page, "deals@conference.megacorp.example")).to_be_visible()


def test_on_paper_all_is_unfolded_and_nothing_is_there_to_press(open_page: Open, shot: Shot):
    page = open_page(company_map())

    page.emulate_media(media="print")

    expect(entry(page, "ops@conference.megacorp.example")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_be_hidden()
    shot(page, "map-print")
    assert len(page.pdf()) > 10_000


def test_hostile_names_are_text_and_nothing_else(open_page: Open):
    page = open_page(hostile_map())
    unfold(page)

    assert page.title().startswith("Map of ")
    assert page.locator("script").count() == 1
    assert (
        page.locator("img, svg, iframe, [onload], [onerror], [onmouseover], [style]").count() == 0
    )
    assert {each.get_attribute("href")[:8] for each in page.locator("main a[href^=h]").all()} == {
        "https://"
    }
    assert page.locator("a[href^='javascript' i]").count() == 0
    for text in ("</script><script>", "<img src=x onerror=", "{{ 7*7 }}{% raw %}"):
        expect(page.get_by_text(text).first).to_be_visible()


def test_the_policy_admits_no_script_but_the_page_s_own(browser, tmp_path):
    """What would get past the escaping is not run."""
    file = tmp_path / "page.html"
    planted = "<script>document.title = 'broken'</script><img src=x onerror='document.title = 1'>"
    file.write_text(company_map().replace("</main>", f"{planted}</main>"))
    page = browser.new_page()

    page.goto(file.as_uri())

    assert (
        page.title()
        == "Map of pubsub.megacorp.example, conference.megacorp.example, rooms.other.example"
    )
    page.close()


def test_a_large_map_is_small_enough_and_is_searched_at_once(open_page: Open):
    html = map_html.render(pictured.large(), Style())
    assert len(html.encode()) < 3_000_000
    page = open_page(html)

    search(page, "room-199-49")

    assert matches(page) == "1 match"
    assert shown(page) == ["Department 199 department-199"]

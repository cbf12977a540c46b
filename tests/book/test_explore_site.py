"""The figures that readers can play with, in a browser, against the stored tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browse
import pytest

from lcresearch.evidence import Figure
from lcresearch.wording import describe_range, describe_value
from lcresearch.workflow.explore.plan import Plan, plan_names, read_plan
from lcresearch.workflow.explore.stored import TABLES, Stored, read_stored

ROOT = Path(__file__).resolve().parents[2]
NAMES = plan_names(ROOT)


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, str]:
    """Return the page of each figure."""
    found = {}
    for path in sorted((site / "book").glob("*.html")):
        text = path.read_text("utf-8")
        found |= {name: f"book/{path.name}" for name in NAMES if f'id="explore-{name}"' in text}
    return found


@pytest.fixture(params=NAMES)
def plan(request: pytest.FixtureRequest) -> Plan:
    """Return each plan in turn."""
    return read_plan(ROOT, request.param)


def stored_of(plan: Plan) -> Stored:
    """Return the table of a plan."""
    stored = read_stored(ROOT / TABLES, plan)
    assert stored is not None
    return stored


def point_of(plan: Plan, stops: list[int]) -> int:
    """Return which point of the table belongs to some stops."""
    point = 0
    for knob, stop in zip(plan.knobs, stops, strict=True):
        point = point * len(knob.values) + stop
    return point


@pytest.fixture
def opened(window: Any, site: Path, pages: dict[str, str], plan: Plan) -> Iterator[Any]:
    """Yield the page of a figure on a phone; at the end it must have been without fault."""
    with browse.open_page(window, f"{site.as_uri()}/", pages[plan.name]) as (page, faults):
        page.set_viewport_size(browse.PHONE)
        yield page
        assert not faults


def slider(page: Any, plan: Plan, number: int) -> Any:
    """Return the slider of a parameter."""
    return page.locator(f"#explore-{plan.name}-{plan.knobs[number].name}")


def shown(page: Any, plan: Plan) -> list[tuple[str, str, str]]:
    """Return value, letter of the grade, and range of each row."""
    rows = page.locator(f"#explore-{plan.name} .lc-explore-row")
    return [
        (
            row.locator(".lc-explore-value tspan").first.text_content(),
            row.locator(".lc-explore-letter").first.text_content(),
            row.locator(".lc-explore-range").text_content(),
        )
        for row in rows.all()
    ]


def expected(plan: Plan, claims: dict[str, Figure]) -> list[tuple[str, str, str]]:
    """Return the same from the stored claims."""
    rows = []
    for row in plan.rows:
        claim, words = claims[row.key], ""
        if claim.low is not None and claim.high is not None and claim.low < claim.high:
            words = describe_range(claim, unit=False) + (f" ({row.range})" if row.range else "")
        rows.append((describe_value(claim), claim.grade.value[0].upper(), words))
    return rows


def test_every_figure_stands_on_a_page(pages: dict[str, str]) -> None:
    """A figure that a page calls for is shown: no table is older than the book's own results."""
    assert sorted(pages) == NAMES


def test_a_slider_moves_the_numbers_to_those_of_the_table(opened: Any, plan: Plan) -> None:
    """Each slider, moved by the keyboard, shows value, grade and range as they are stored."""
    stored = stored_of(plan)
    stops = [knob.start for knob in plan.knobs]
    assert shown(opened, plan) == expected(plan, dict(stored.points[point_of(plan, stops)]))
    before = opened.locator(f"#explore-{plan.name} svg").get_attribute("aria-label")
    for number, knob in enumerate(plan.knobs):
        handle = slider(opened, plan, number)
        handle.focus()
        handle.press("End")
        stops[number] = len(knob.values) - 1
        handle.press("ArrowLeft")
        stops[number] -= 1
        assert shown(opened, plan) == expected(plan, dict(stored.points[point_of(plan, stops)]))
        told = opened.locator(f"output[for='explore-{plan.name}-{knob.name}'] > span")
        assert handle.get_attribute("aria-valuetext") == told.text_content()
        value = knob.values[stops[number]]
        assert value is None or f"{knob.name}={value:.10g}" in opened.url
    now = opened.locator(f"#explore-{plan.name} svg").get_attribute("aria-label")
    assert now != before
    assert shown(opened, plan)[0][0] in now


def test_an_address_restores_the_view_and_what_is_wrong_in_it_is_passed_over(
    opened: Any, plan: Plan
) -> None:
    """A view can be cited; a value that is no stop leaves its parameter where it is at first."""
    stored, knob = stored_of(plan), plan.knobs[0]
    last = len(knob.values) - 1
    address = opened.url.split("#")[0]
    # A page that is left gives up what it still waits for, which would count as a fault.
    opened.wait_for_load_state("networkidle")
    opened.goto("about:blank")
    bad = f"{plan.knobs[1].name}=77&nothing=1&__proto__=2"
    opened.goto(f"{address}#explore-{plan.name}?{knob.name}={knob.values[last]:g}&{bad}")
    stops = [last, *(other.start for other in plan.knobs[1:])]
    assert shown(opened, plan) == expected(plan, dict(stored.points[point_of(plan, stops)]))
    opened.locator(f"#explore-{plan.name} .lc-explore-reset").click()
    stops = [other.start for other in plan.knobs]
    assert shown(opened, plan) == expected(plan, dict(stored.points[point_of(plan, stops)]))
    assert opened.url == address


def test_nothing_overflows_on_a_phone(opened: Any, plan: Plan) -> None:
    """At every stop no text of the picture leaves it, and the page does not scroll sideways."""
    fault = """figure => {
      const right = figure.querySelector("svg").getBoundingClientRect().right;
      return [...figure.querySelectorAll("svg text")]
        .filter(text => text.getBoundingClientRect().right > right + 1)
        .map(text => text.textContent);
    }"""
    figure = opened.locator(f"#explore-{plan.name}")
    for number, knob in enumerate(plan.knobs):
        for _ in knob.values:
            assert figure.evaluate(fault) == []
            slider(opened, plan, number).press("ArrowRight")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert opened.evaluate(wide) == 0


def test_without_a_script_the_picture_is_whole(
    browser: Any, site: Path, pages: dict[str, str], plan: Plan
) -> None:
    """A reader without JavaScript sees the numbers, and the assumptions behind them in words."""
    context = browser.new_context(viewport=browse.PHONE, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{site.as_uri()}/{pages[plan.name]}")
        start = point_of(plan, [knob.start for knob in plan.knobs])
        assert shown(page, plan) == expected(plan, dict(stored_of(plan).points[start]))
        figure = page.locator(f"#explore-{plan.name}")
        assert figure.locator(".lc-explore-dot").count() == len(plan.rows)
        assert figure.locator("li .lc-explore-stop").count() == len(plan.knobs)
        assert not figure.locator("input, button").first.is_visible()
    finally:
        context.close()


def test_the_figures_are_light(site: Path, pages: dict[str, str]) -> None:
    """The data of a figure stay below sixty thousand bytes, a page below a million."""
    for page in set(pages.values()):
        text = (site / page).read_text("utf-8")
        assert len(text.encode()) < 1_000_000
        for part in text.split('class="lc-explore-data">')[1:]:
            assert len(part.split("</script>")[0].encode()) < 60_000

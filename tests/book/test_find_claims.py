from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import browse
import card_book
import pytest

FIND = "Search the figures and claims"
PAGE = "book/claims.html"


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small book, built once."""
    return card_book.build_card_book(tmp_path_factory.mktemp("claims") / "book")


@contextmanager
def _opened(window: Any, site: Path, query: str = "") -> Iterator[Any]:
    """Yield the page of claims; no fault may be seen on it."""
    with browse.open_page(window, f"{site.as_uri()}/", PAGE + query) as (page, faults):
        yield page
        assert not faults


def _keys(page: Any, table: str = ".lc-table:not(.lc-sources)") -> list[str]:
    """Return the keys of the rows that are not hidden, in their order, folded ones as well."""
    rows = page.locator(f"{table} tbody tr:not([hidden]) th code")
    return [text.strip() for text in rows.all_text_contents()]


def _all() -> int:
    results = card_book.make_results()
    return len(results["figures"]) + len(results["claims"])


def test_words_filter_rows_and_are_kept_in_the_address(window: Any, claims: Path) -> None:
    """Typed words leave the rows that hold them all, tell how many, and can be cited."""
    with _opened(window, claims) as page:
        status = page.locator("form.lc-find [role=status]")
        assert status.inner_text() == f"{_all()} of {_all()} rows are shown."
        page.get_by_label(FIND).press_sequentially("REPORTED  every")
        page.wait_for_url("**?find=REPORTED+*every")
        assert _keys(page) == ["fund.annual"]
        assert status.inner_text() == f"1 of {_all()} rows are shown."
        cited = page.url
        page.goto("about:blank")
        page.goto(cited)
        assert page.get_by_label(FIND).input_value().split() == ["REPORTED", "every"]
        assert _keys(page) == ["fund.annual"]
        page.get_by_role("button", name="Show all").press("Enter")
        page.wait_for_function("!location.search")
        assert len(_keys(page)) == _all()


def test_tables_without_a_row_vanish_and_folds_open(window: Any, claims: Path) -> None:
    """A table with no row left is not shown; one that was folded away opens for what is found."""
    with _opened(window, claims) as page:
        row = page.locator("tr[id='v-township-100000001-lat']")
        assert not row.is_visible()
        page.get_by_label(FIND).fill("township")
        row.wait_for(state="visible", timeout=5_000)
        assert page.locator("table.lc-table:visible:not(.lc-sources)").count() == 1
        page.get_by_label(FIND).fill("")
        row.wait_for(state="hidden", timeout=5_000)


def test_grade_and_notebook_can_be_chosen(window: Any, claims: Path) -> None:
    """The two choices leave the rows of one grade and of one notebook."""
    with _opened(window, claims) as page:
        page.get_by_label("Grade", exact=True).select_option(label="S simulated")
        assert _keys(page) == ["other.claim"]
        page.get_by_label("Grade", exact=True).select_option("")
        page.get_by_label("Notebook", exact=True).select_option("one")
        assert _keys(page) == ["fund.per_head", "sum.all"]
        assert page.url.endswith("?notebook=one")


def test_heads_sort_all_claims_as_one(window: Any, claims: Path) -> None:
    """A head's button sorts up, then down, then not at all; the head says how, the focus stays."""
    with _opened(window, claims) as page:
        before = _keys(page, ".lc-claims")
        heads = page.locator("table.lc-claims:visible th[data-sort=value]")
        assert heads.count() == 2
        heads.nth(1).get_by_role("button").press("Enter")
        assert _keys(page, ".lc-claims") == ["fund.per_head", "other.claim", "sum.all"]
        assert heads.count() == 1
        assert heads.get_attribute("aria-sort") == "ascending"
        assert heads.get_by_role("button").evaluate("it => it === document.activeElement")
        page.keyboard.press("Space")
        assert _keys(page, ".lc-claims") == ["sum.all", "other.claim", "fund.per_head"]
        assert heads.get_attribute("aria-sort") == "descending"
        assert page.url.endswith("?sort=-value")
        page.keyboard.press("Enter")
        assert _keys(page, ".lc-claims") == before
        assert heads.nth(0).get_attribute("aria-sort") is None
        assert page.locator("table.lc-claims:visible").count() == 2


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("key", ["fund.per_head", "other.claim", "sum.all"]),
        ("-key", ["sum.all", "other.claim", "fund.per_head"]),
        ("grade", ["fund.per_head", "sum.all", "other.claim"]),
        ("-grade", ["other.claim", "sum.all", "fund.per_head"]),
        ("notebook", ["fund.per_head", "sum.all", "other.claim"]),
        ("-notebook", ["other.claim", "fund.per_head", "sum.all"]),
        ("nonsense", ["fund.per_head", "sum.all", "other.claim"]),
    ],
)
def test_address_holds_the_order(
    window: Any, claims: Path, order: str, expected: list[str]
) -> None:
    """An order in the address sorts the claims; one that there is not does nothing."""
    with _opened(window, claims, f"?sort={order}") as page:
        assert _keys(page, ".lc-claims") == expected


def test_rows_without_a_number_come_last(window: Any, claims: Path) -> None:
    """Figures are sorted by value as numbers, and one without a number is last, up and down."""
    table = "table.lc-figures:has([id='v-rice-price'])"
    for order in ("value", "-value"):
        with _opened(window, claims, f"?sort={order}") as page:
            assert _keys(page, table) == ["fund.annual", "rice.price"]
    with _opened(window, claims, "?sort=-value") as page:
        table = "table.lc-figures:has([id='v-part-n0'])"
        keys = [key for key in _keys(page, table) if key.startswith("part.")]
        assert keys == [f"part.n{number}" for number in reversed(range(card_book.MANY))]


def test_row_that_the_address_names_is_shown_in_spite_of_a_filter(
    window: Any, claims: Path
) -> None:
    """A row that an address or a link names comes into sight, though the filter hides others."""
    with _opened(window, claims, "?find=every#v-road-detour") as page:
        assert _keys(page) == ["fund.annual", "road.detour"]
        status = page.locator("form.lc-find [role=status]").inner_text()
        assert status.startswith("1 of ")
        assert "besides" in status
        page.set_viewport_size({"width": 400, "height": 250})
        page.evaluate("window.location.hash = 'v-township-100000001-lat'")
        row = page.locator("tr[id='v-township-100000001-lat']")
        row.wait_for(state="visible", timeout=5_000)
        page.wait_for_timeout(300)
        box = row.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 250
        assert _keys(page) == ["fund.annual", "township.100000001.lat"]


def test_hostile_words_in_the_address_are_words(window: Any, claims: Path) -> None:
    """Markup in the address is searched for, and found in the note that holds it."""
    with _opened(window, claims, "?find=%3Cimg%20src%3Dx&grade=%3Cb%3E") as page:
        assert _keys(page) == ["trap.key"]
        assert page.get_by_label(FIND).input_value() == "<img src=x"
        assert page.title() != "broken"


def test_phone_can_filter_and_sort(browser: Any, claims: Path) -> None:
    """On a narrow window hidden rows are hidden, the form does not widen the page, and sorts."""
    context = browser.new_context(viewport=browse.PHONE)
    try:
        with _opened(context, claims, "?find=claim") as page:
            assert page.locator("tr[id='v-other-claim']").is_visible()
            assert not page.locator("tr[id='v-fund-annual']").is_visible()
            page.get_by_label("Order").select_option(label="Key, from Z to A")
            assert page.url.endswith("sort=-key")
            width = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert page.evaluate(width)
    finally:
        context.close()


def test_without_scripts_the_tables_are_whole(browser: Any, claims: Path) -> None:
    """Where scripts are off, every row is there, and no form or button that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{claims.as_uri()}/{PAGE}?find=every")
        assert len(_keys(page)) == _all()
        assert page.locator("form.lc-find").is_hidden()
        assert page.locator(".lc-table button").count() == 0
    finally:
        context.close()


def test_grade_of_each_row_is_letter_and_word(window: Any, claims: Path) -> None:
    """A grade can be read without colour."""
    letters = {"R reported", "P published", "A assumed", "S simulated"}
    with _opened(window, claims) as page:
        badges = page.locator(".lc-table:not(.lc-sources) tbody tr .lc-grade").all_text_contents()
        assert len(badges) == _all()
        assert set(badges) == letters

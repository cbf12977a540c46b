from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import browse
import card_book
import pytest

CARD = "#lc-card"
_INSIDE = """() => {
  const card = document.querySelector("#lc-card").getBoundingClientRect();
  const { clientWidth, clientHeight, scrollWidth } = document.documentElement;
  return card.left >= 0 && card.top >= 0 && card.right <= clientWidth
    && card.bottom <= clientHeight && scrollWidth <= clientWidth;
}"""


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small book with cards, built once."""
    return card_book.build_card_book(tmp_path_factory.mktemp("cards") / "a book 书")


@contextmanager
def _opened(window: Any, site: Path, name: str = "book/fund.html") -> Iterator[Any]:
    """Yield a page; no fault may be seen on it."""
    with browse.open_page(window, f"{site.as_uri()}/", name) as (page, faults):
        yield page
        assert not faults


def _number(page: Any, key: str) -> Any:
    return page.locator(f"article a.lc-value[href$='#v-{key.replace('.', '-')}']").first


def test_pointing_at_a_number_opens_its_card(window: Any, cards: Path) -> None:
    """A card opens under a resting pointer, stays while the pointer is in it, and goes after."""
    with _opened(window, cards) as page:
        number, card = _number(page, "fund.per_head"), page.locator(CARD)
        assert page.evaluate("window.lcresearchFigures === undefined")
        number.hover()
        card.wait_for(state="visible", timeout=5_000)
        assert number.get_attribute("aria-expanded") == "true"
        text = card.inner_text()
        for words in ("2 yuan per person", "R reported", "fund.annual", "9 March 2025", "cell 2"):
            assert words in text, text
        card.hover()
        page.wait_for_timeout(800)
        assert card.is_visible()
        page.mouse.move(5, 5)
        card.wait_for(state="hidden", timeout=5_000)
        assert number.get_attribute("aria-expanded") == "false"


def test_escape_dismisses_a_card_under_the_pointer(window: Any, cards: Path) -> None:
    """Esc shuts a card that the pointer opened, without moving the pointer or the focus."""
    with _opened(window, cards) as page:
        _number(page, "fund.per_head").hover()
        page.locator(CARD).wait_for(state="visible", timeout=5_000)
        page.keyboard.press("Escape")
        assert page.locator(CARD).is_hidden()
        assert page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_keyboard_opens_a_card_and_comes_back(window: Any, cards: Path, key: str) -> None:
    """Enter or Space moves into the card, a dialogue with a name; Esc gives the focus back."""
    with _opened(window, cards) as page:
        number, card = _number(page, "fund.per_head"), page.locator(CARD)
        number.focus()
        page.keyboard.press(key)
        card.wait_for(state="visible", timeout=5_000)
        assert page.evaluate("document.activeElement.id") == "lc-card"
        assert page.get_by_role("dialog", name="2 yuan per person per year").count() == 1
        page.keyboard.press("Escape")
        assert card.is_hidden()
        assert number.evaluate("link => link === document.activeElement")


def test_tab_leaves_a_card_at_its_number(window: Any, cards: Path) -> None:
    """Tab from the card's last link goes to what follows the number; Shift+Tab to the number."""
    with _opened(window, cards) as page:
        number, card = _number(page, "fund.per_head"), page.locator(CARD)
        number.press("Enter")
        card.wait_for(state="visible", timeout=5_000)
        page.keyboard.press("Shift+Tab")
        assert card.is_hidden()
        assert number.evaluate("link => link === document.activeElement")
        number.press("Enter")
        card.wait_for(state="visible", timeout=5_000)
        card.locator("a").last.focus()
        page.keyboard.press("Tab")
        assert card.is_hidden()
        following = _number(page, "fund.annual")
        assert following.evaluate("link => link === document.activeElement")


def test_an_input_opens_in_the_same_card_with_a_way_back(window: Any, cards: Path) -> None:
    """An input's card takes the place of the claim's, and a button leads back."""
    with _opened(window, cards) as page:
        card = page.locator(CARD)
        _number(page, "fund.per_head").press("Enter")
        card.get_by_role("link", name="fund.annual").press("Enter")
        assert "600 yuan per year" in card.locator(".lc-card-title").inner_text()
        assert page.evaluate("document.activeElement.id") == "lc-card"
        source = card.get_by_role("link", name="Open the source")
        assert source.get_attribute("href") == "https://example.org/?a=1&b=2"
        card.get_by_role("button", name="Back to fund.per_head").press("Enter")
        assert "2 yuan per person" in card.locator(".lc-card-title").inner_text()
        assert card.get_by_role("button", name="Back").count() == 0


def test_links_of_a_card_lead_to_row_source_and_cell(window: Any, cards: Path) -> None:
    """Each link of a card within the book leads to a file with that anchor."""
    with _opened(window, cards) as page:
        card = page.locator(CARD)
        found = []
        for key in ("fund.per_head", "fund.annual"):
            _number(page, key).press("Enter")
            card.locator(".lc-card-title", has_text=key).wait_for(timeout=5_000)
            found += card.locator("a").evaluate_all("links => links.map(link => link.href)")
            page.keyboard.press("Escape")
        names = [link.rpartition("/")[2] for link in found]
        for name in ("one.html#nb-cell-2", "claims.html#v-fund-per_head", "claims.html#s-survey"):
            assert name in names
        assert not list(browse._broken_links(found[:2], f"{cards.as_uri()}/", cards))


def test_many_inputs_are_shown_on_request(window: Any, cards: Path) -> None:
    """A claim of many inputs lists a few, and all of them when asked, with the focus on the next."""
    with _opened(window, cards) as page:
        card = page.locator(CARD)
        _number(page, "sum.all").press("Enter")
        card.wait_for(state="visible", timeout=5_000)
        few = card.locator("li").count()
        assert 0 < few < card_book.MANY
        card.get_by_role("button", name=f"Show all {card_book.MANY + 1} inputs").press("Enter")
        assert card.locator("li").count() == card_book.MANY + 1
        focused = page.evaluate("document.activeElement.textContent")
        assert focused == card.locator("li a").nth(few).text_content()
        assert page.evaluate(_INSIDE)


def test_texts_from_data_stay_texts(window: Any, cards: Path) -> None:
    """Markup in a note and in a source is read in the card, and does nothing."""
    with _opened(window, cards) as page:
        card = page.locator(CARD)
        title = page.title()
        _number(page, "trap.key").press("Enter")
        card.wait_for(state="visible", timeout=5_000)
        assert card.inner_text().count(card_book.HOSTILE) == 2
        assert card.locator("img, script").count() == 0
        assert card.get_by_role("link", name="Open the source").count() == 0
        assert page.title() == title


@pytest.mark.parametrize("key", ["fund.per_head", "sum.all", "trap.key", "other.claim"])
def test_card_stays_in_the_window_of_a_phone(browser: Any, cards: Path, key: str) -> None:
    """A tap opens the card wholly inside a narrow window; a tap beside it shuts it."""
    context = browser.new_context(viewport=browse.PHONE, has_touch=True)
    try:
        with _opened(context, cards) as page:
            number, card = _number(page, key), page.locator(CARD)
            for edge in (True, False):  # at the upper edge of the window, and at the lower
                number.evaluate("(link, edge) => link.scrollIntoView(edge)", edge)
                if edge:
                    page.mouse.wheel(0, -70)  # out from under the book's bar
                    page.wait_for_timeout(100)
                number.tap()
                card.wait_for(state="visible", timeout=5_000)
                assert page.evaluate(_INSIDE)
                height = card.evaluate("card => card.getBoundingClientRect().height")
                assert height > 120
                card.get_by_role("button", name="Close").tap()
                assert card.is_hidden()
            number.tap()
            card.wait_for(state="visible", timeout=5_000)
            page.set_viewport_size({"width": 320, "height": 256})  # as when magnified fourfold
            page.wait_for_timeout(100)
            assert page.evaluate(_INSIDE)
            page.set_viewport_size(browse.PHONE)
            page.touchscreen.tap(2, 2)
            assert card.is_hidden()
    finally:
        context.close()


def test_card_is_not_printed(window: Any, cards: Path) -> None:
    """On paper there is no card."""
    with _opened(window, cards) as page:
        _number(page, "fund.per_head").press("Enter")
        page.locator(CARD).wait_for(state="visible", timeout=5_000)
        page.emulate_media(media="print")
        assert page.locator(CARD).is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_card_can_be_read_by_day_and_by_night(browser: Any, cards: Path, scheme: str) -> None:
    """Text, labels and grades stand out from the card's ground by at least 4.5 to 1."""
    contrast = """card => {
      const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).slice(0, 3).map(part => {
          const share = part / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = light(getComputedStyle(card).backgroundColor);
      return [card, ...card.querySelectorAll("dt, dd, a, button, .lc-grade")].map(part => {
        const text = light(getComputedStyle(part).color);
        return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
      });
    }"""
    context = browser.new_context(viewport=browse.WIDE, color_scheme=scheme)
    try:
        with _opened(context, cards) as page:
            _number(page, "fund.per_head").press("Enter")
            card = page.locator(CARD)
            card.wait_for(state="visible", timeout=5_000)
            assert min(card.evaluate(contrast)) >= 4.5
    finally:
        context.close()


def test_without_scripts_a_number_is_a_link_with_a_tip(browser: Any, cards: Path) -> None:
    """Where scripts are off, a number leads to its row and tells of itself in its title."""
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{cards.as_uri()}/book/fund.html")
        number = _number(page, "fund.per_head")
        assert "fund.per_head = 2 yuan" in number.get_attribute("title")
        number.click()
        assert page.url.endswith("claims.html#v-fund-per_head")
    finally:
        context.close()


def test_where_the_data_are_missing_a_number_is_a_link(
    window: Any, cards: Path, tmp_path: Path
) -> None:
    """A number whose card cannot be had leads to its row, as without scripts."""
    import shutil

    site = tmp_path / "site"
    shutil.copytree(cards, site)
    (site / "_static/lcresearch-figures.js").unlink()
    page = window.new_page()
    page.goto(f"{site.as_uri()}/book/fund.html")
    number = _number(page, "fund.per_head")
    assert number.get_attribute("title") is None
    number.hover()
    page.wait_for_function("document.querySelector('a.lc-value').title.startsWith('fund.per_head')")
    number.click()
    page.wait_for_url("**/claims.html#v-fund-per_head")

"""What the page on replications says in words must hold for the numbers that it inserts."""

from __future__ import annotations

from typing import Any

import pytest

from lcresearch.replications import compare, load_published

KEYS = (
    "cereal.prices",
    "cereal.logit_prices",
    "houses.lsqrft",
    "pepper.relation_white",
    "wooden_beds.positive",
    "wooden_beds.negative",
)


@pytest.fixture(scope="module")
def values(known: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return what the page quotes of each result, printed and found."""
    return {
        f"{key}.{kind}": float(known[f"replications.{key}.{kind}"]["value"])
        for key in KEYS
        for kind in ("printed", "found")
    }


def test_the_price_of_cereals_is_the_printed_one_to_four_decimals(values):
    """The page shows both numbers with four decimals, side by side."""
    assert f"{values['cereal.prices.printed']:.4f}" == f"{values['cereal.prices.found']:.4f}"


def test_the_other_numbers_for_cereals_agree_to_about_as_many_digits():
    """The page says so of estimates, standard errors and the objective."""
    published = load_published()
    table = compare(published, published.found["value"].to_dict())
    cereals = table[(table["dataset"] == "cereal") & (table["source"] == "blp_python")]
    assert len(cereals) == 29
    assert (cereals["difference"].abs() <= 2e-6 * cereals["printed"].abs().clip(lower=1)).all()


def test_the_plain_logit_rounds_to_the_printed_digits(values):
    """One step of least squares and two of GMM share the two digits that are printed."""
    assert round(values["cereal.logit_prices.found"]) == values["cereal.logit_prices.printed"]


def test_beds_return_on_both_sides_and_at_two_speeds(values):
    """Both coefficients undo part of a deviation, the second more of it."""
    positive, negative = values["wooden_beds.positive.found"], values["wooden_beds.negative.found"]
    assert -1 < negative < positive < 0


def test_the_search_finds_the_published_threshold_uncut():
    """Cut to three decimals, the threshold found is the published one, and lies below it."""
    published = load_published()
    key = "wooden_beds.threshold_momentum"
    printed, found = published.results["estimate"][key], published.found["value"][key]
    assert round(found, 3) == printed
    assert found < printed

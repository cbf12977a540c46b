"""What the chapter on demand says in words must hold for the numbers that it inserts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lcresearch.pricing import PRODUCT_WEEKS

BOOK = Path(__file__).resolve().parents[2] / "book"


@pytest.fixture(scope="module")
def known(known: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return the value of every figure and claim of the book by key."""
    return {key: figure["value"] for key, figure in known.items()}


def test_the_nested_logit_finds_the_elasticity_and_its_interval_holds(known):
    """The chapter offers it as enough for a county's sellers."""
    assert known["demand.check.nested.error"] < 0.05
    assert known["demand.check.coverage"] >= 0.88


def test_least_squares_takes_buyers_to_mind_prices_less(known):
    """The chapter says so, and why."""
    wrong, true = known["demand.check.ols.elasticity"], known["demand.check.truth.elasticity"]
    assert true < wrong < 0


def test_the_two_demands_disagree_on_where_buyers_go_and_on_joint_pricing(known):
    """The chapter says that the nested logit keeps more buyers within the kind."""
    assert known["demand.nested.products"] > 2 * known["demand.logit.products"]
    assert known["demand.nested.joint_price"] > known["demand.logit.joint_price"] > 0
    assert known["demand.nested.joint_loss"] > known["demand.logit.joint_loss"] > 0


def test_the_page_names_every_column_of_a_file_of_sales():
    """A researcher reads there what to record."""
    page = (BOOK / "demand.md").read_text("utf-8")
    for name in PRODUCT_WEEKS.columns:
        assert f"`{name}`" in page or name == "outside_share"

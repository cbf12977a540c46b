"""What the captions of the figures to play with say in words must hold in the stored tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lcresearch.evidence import Figure
from lcresearch.workflow.explore.plan import Plan, read_plan
from lcresearch.workflow.explore.stored import TABLES, read_stored

ROOT = Path(__file__).resolve().parents[2]


def table(name: str) -> tuple[Plan, list[dict[str, Figure]]]:
    """Return a plan and the claims of each of its points."""
    plan = read_plan(ROOT, name)
    stored = read_stored(ROOT / TABLES, plan)
    assert stored is not None
    return plan, [dict(claims) for claims in stored.points]


def values(points: list[dict[str, Figure]], key: str) -> list[float]:
    """Return a claim's value at each point."""
    found = [claims[key].value for claims in points]
    return [value for value in found if value is not None]


def test_pooling_leaves_one_network_where_it_is() -> None:
    """The caption says that the choices move the firms by themselves, and not the one network."""
    _, points = table("pooling")
    one, apart = (values(points, f"pooling.cost_waiting_{n}") for n in (1, 35))
    assert max(one) == pytest.approx(min(one), rel=0.01)
    assert max(apart) > 2 * min(apart)
    assert min(apart) > max(one)


def test_rice_and_dried_sweet_potato_stand_on_either_side(known: dict[str, Any]) -> None:
    """The caption says so of what is most likely, against what buyers are thought to accept."""
    accepted = known["pricing.multiple"]["value"]
    potato, rice = (known[f"pricing.{name}.multiple"]["value"] for name in ("sweet_potato", "rice"))
    assert potato < accepted < rice


def test_workers_end_on_either_side_of_the_demand(known: dict[str, Any]) -> None:
    """The caption says so of the flows that can be set."""
    _, points = table("talent")
    workers, demand = (
        values(points, "programme.talent_steady_state"),
        known["talent.demand"]["value"],
    )
    assert min(workers) < demand < max(workers)


def test_tracing_today_does_not_matter_where_a_code_traces() -> None:
    """The caption says that today's tracing moves makers alone, and not those with a code."""
    _, points = table("brand")
    alone, code = (values(points, f"brand.{key}") for key in ("share_makers", "share_code"))
    step = len(points) // read_plan(ROOT, "brand").shape[0]
    for n in range(step):
        # What is left open is drawn anew, so that the third digit differs by chance.
        assert max(code[n::step]) - min(code[n::step]) < 0.02
    assert max(alone) > 2 * min(alone)


def test_no_income_of_the_fund_is_called_the_countys() -> None:
    """The caption says that none of the incomes is a figure of the county."""
    plan, points = table("break_even")
    assert not next(knob for knob in plan.knobs if knob.name == "rural_income").figure
    assert {claims["fund.break_even"].grade.value for claims in points} == {"assumed"}

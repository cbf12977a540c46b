"""A common reputation over time."""

import numpy as np
import pytest

from lcresearch.errors import DataError
from lcresearch.pricing.brand_dynamics import (
    cooperation_threshold,
    slow_reputation_effort,
    sustainable_effort,
)
from lcresearch.pricing.brand_game import BrandGame

CASE = {"margin": 5.0, "volume": 100.0, "response": 0.2, "effort_cost": 50.0, "traceability": 0.1}


def values(firms, delta, detection, effort):
    """Value of keeping to an effort and of shirking, summed over periods by recursion."""
    game = BrandGame(firms=firms, **CASE)
    alone = game.solve().nash_effort
    t = CASE["traceability"]

    def profit(own, others):
        reputation = t * own + (1 - t) * (own + (firms - 1) * others) / firms
        return 100.0 * reputation - 25.0 * own**2

    keep = profit(effort, effort) / (1 - delta)
    punished = profit(alone, alone) / (1 - delta)
    shirk = keep
    for _ in range(4000):
        shirk = profit(alone, effort) + delta * (detection * punished + (1 - detection) * shirk)
    return keep, shirk


@pytest.mark.parametrize("firms", [2, 35])
@pytest.mark.parametrize("detection", [0.2, 1.0])
def test_firms_keep_up_joint_effort_just_above_the_threshold(firms, detection):
    """Summed period by period, shirking pays below the threshold and not above it."""
    threshold = cooperation_threshold(detection)
    joint = BrandGame(firms=firms, **CASE).solve().joint_effort
    for delta, kept in ((threshold - 0.01, False), (threshold + 0.01, True)):
        keep, shirk = values(firms, delta, detection, joint)
        assert (keep > shirk) is kept


def test_sustainable_effort_makes_firms_indifferent_and_has_its_limits():
    """Between its limits the effort equals keeping and shirking in value; ends are Nash, joint."""
    game = BrandGame(firms=8, **CASE)
    effort = sustainable_effort(game, discount_factor=0.3, detection=0.6)
    keep, shirk = values(8, 0.3, 0.6, effort)
    assert keep == pytest.approx(shirk, rel=1e-9)
    ends = sustainable_effort(game, discount_factor=np.array([0.0, 0.99]), detection=0.6)
    np.testing.assert_allclose(ends, [game.solve().nash_effort, game.solve().joint_effort])


def test_slow_reputation_lowers_effort_and_instant_reputation_does_not():
    """Without discounting, or with very fast adjustment, efforts are those of one period."""
    game = BrandGame(firms=8, **CASE)
    alone, joint = slow_reputation_effort(game, adjustment=0.25, discount_rate=0.0)
    assert (alone, joint) == (game.solve().nash_effort, game.solve().joint_effort)
    slow = slow_reputation_effort(game, adjustment=0.25, discount_rate=0.05)
    assert slow[0] == pytest.approx(alone * 0.25 / 0.3)


@pytest.mark.parametrize("detection", [0.0, 1.1, float("nan")])
def test_probabilities_out_of_range_are_refused(detection):
    """A probability of detection outside its range is named."""
    with pytest.raises(DataError, match="detection is"):
        cooperation_threshold(detection)

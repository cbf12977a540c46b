"""Cost sharing among carriers: exact Shapley shares, the core, and the pooling curve's draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import side_by_side

from lcresearch.logistics import DeliveryNetwork, Vehicle
from lcresearch.logistics.coalitions import costs_at, pooled_volumes
from lcresearch.logistics.core import in_core
from lcresearch.logistics.pooling import pooling_draws
from lcresearch.logistics.shapley import enumerated_shares, shapley_shares

GROUPS = [35, 17, 8, 4, 2, 1]


def main() -> None:
    """Measure in turns, and print medians and the ratio to looking at every coalition."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--draws", type=int, default=10_000, help="draws of the assumptions")
    options = parser.parse_args()
    draw = np.random.default_rng(1)
    many = _sizes(draw, 35)
    few = _sizes(draw, 18)
    shares = shapley_shares(many, _cost)
    network, inputs = _network(draw, options.draws)
    exact, every = "18 carriers, exact shares", "18 carriers, every coalition"
    actions = {
        "35 carriers, exact shares": lambda: shapley_shares(many, _cost),
        "35 carriers, core": lambda: in_core(shares, many, cost=_cost),
        exact: lambda: shapley_shares(few, _cost),
        every: lambda: enumerated_shares(costs_at(_cost, pooled_volumes(few))),
        f"pooling curve, {options.draws:,} draws": lambda: pooling_draws(
            network, many, GROUPS, **inputs
        ),
    }
    side_by_side.report(
        side_by_side.in_turns(actions, options.rounds),
        work="Shapley shares of a pooled cost, beside a look at every coalition",
        size="18 carriers, 10,000 parcels",
        ours=exact,
        peer=every,
        package="numpy",
        bound="one pass over coalition sizes and pooled volumes (memory bandwidth)",
        store=options.store,
    )


def _sizes(draw: np.random.Generator, carriers: int) -> np.ndarray:
    """Return whole parcels a day of each carrier, unequal."""
    return draw.multinomial(10_000, draw.dirichlet(np.ones(carriers))).astype(float)


def _cost(volume: np.ndarray) -> np.ndarray:
    return np.where(volume > 0, 50 + 20 * np.sqrt(volume) + 0.4 * volume, 0.0)


def _network(
    draw: np.random.Generator, draws: int
) -> tuple[DeliveryNetwork, dict[str, np.ndarray]]:
    """Return seventeen zones, and draws of all that is assumed of them."""
    zones = pd.DataFrame(
        {
            "name": [f"zone {number}" for number in range(17)],
            "lat": draw.uniform(25.3, 25.9, 17),
            "lon": draw.uniform(116.6, 117.0, 17),
            "area_km2": draw.uniform(40, 320, 17),
            "points": draw.uniform(6, 30, 17),
        }
    )
    van = Vehicle(capacity=300, cost_per_km=2.5, handling=0.4)
    network = DeliveryNetwork(zones, hub="zone 0", detour=1.75, vehicle=van)
    inputs = {
        "down": draw.uniform(300, 600, (draws, 17)),
        "up": draw.uniform(20, 300, (draws, 17)),
        "area_km2": zones["area_km2"].to_numpy() * draw.uniform(0.5, 2, (draws, 1)),
        "detour": draw.uniform(1, 3.2, draws),
        "capacity": draw.uniform(150, 600, draws),
        "cost_per_km": draw.uniform(1.5, 4, draws),
        "handling": draw.uniform(0.2, 0.8, draws),
    }
    return network, inputs


if __name__ == "__main__":
    main()

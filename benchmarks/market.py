"""Equilibrium prices of a logit with owners, beside pyblp."""

from __future__ import annotations

from typing import Any

import numpy as np
import side_by_side

import lcresearch.pricing.logit_demand as logit_demand
import lcresearch.pricing.market as market


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--products", type=int, nargs="+", default=[100, 1000])
    given = parser.parse_args()
    for products in given.products:
        rng = np.random.default_rng(1)
        data = {
            "costs": rng.uniform(1, 3, products),
            "delta": rng.normal(size=products),
            "owners": rng.integers(0, products // 5, products),
        }
        simulation = _simulation(data)
        # One solution takes about a millisecond, too little to measure alone.
        times = range(max(1, 2000 // products))
        actions = {
            "lcresearch": lambda d=data, n=times: [_ours(d) for _ in n],
            "pyblp": lambda s=simulation, d=data, n=times: [_peer(s, d) for _ in n],
        }
        side_by_side.report(
            side_by_side.in_turns(actions, given.rounds),
            work="equilibrium prices, logit with owners",
            size=f"{products:,} products",
            ours="lcresearch",
            peer="pyblp",
            package="pyblp",
            goal="3 times",
            bound="exponentials and sums by owner, a few passes over the products",
            store=given.store,
        )
        print(f"  each turn solves {len(times)} times")
        print(f"largest gap of a price {np.abs(_ours(data) - _peer(simulation, data)).max():.1e}")


def _ours(data: dict[str, Any]) -> np.ndarray:
    demand = logit_demand.LogitDemand.from_parameters(alpha=-1.0, delta=data["delta"])
    return market.Market(demand, data["costs"], owners=data["owners"]).equilibrium().prices


def _simulation(data: dict[str, Any]) -> Any:
    import pyblp

    pyblp.options.verbose = False
    count = len(data["costs"])
    products = {
        "market_ids": np.zeros(count),
        "firm_ids": data["owners"],
        "delta": data["delta"],
    }
    formulas = (pyblp.Formulation("0 + prices + delta"), None)
    return pyblp.Simulation(formulas, products, beta=[-1.0, 1.0], xi=np.zeros(count))


def _peer(simulation: Any, data: dict[str, Any]) -> np.ndarray:
    import pyblp

    # Without derivatives, which the other does not compute either.
    found = simulation.replace_endogenous(
        costs=data["costs"],
        iteration=pyblp.Iteration("simple", {"atol": 1e-12}),
        compute_gradients=False,
        compute_hessians=False,
    )
    return np.asarray(found.product_data.prices[:, 0])


if __name__ == "__main__":
    main()

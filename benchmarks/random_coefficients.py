"""Nevo's cereal demand with demographics: our estimation and pyblp's, the same tolerances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyblp
from side_by_side import in_turns, parser, report

from lcresearch.pricing.random_coefficients import RandomCoefficientsLogit

SIGMA = [0.3302, 2.4526, 0.0163, 0.2441]
PI = [
    [5.4819, 0, 0.2037, 0],
    [15.8935, -1.2000, 0, 2.6342],
    [-0.2506, 0, 0.0511, 0],
    [1.2650, 0, -0.8091, 0],
]


def main() -> None:
    """Measure estimation from data in memory to standard errors, in turns."""
    arguments = parser(__doc__).parse_args()
    pyblp.options.verbose = False
    products = pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION)
    agents = pd.read_csv(pyblp.data.NEVO_AGENTS_LOCATION)

    def ours() -> float:
        model = RandomCoefficientsLogit(
            products,
            agents=agents,
            market="market_ids",
            product="product_ids",
            share="shares",
            price="prices",
            random=["const", "prices", "sugar", "mushy"],
            nodes=[f"nodes{k}" for k in range(4)],
            weights="weights",
            demographics=["income", "income_squared", "age", "child"],
            instruments=[f"demand_instruments{k}" for k in range(20)],
            effects="product_ids",
        )
        return model.fit(sigma=SIGMA, pi=PI).objective

    def peer() -> float:
        problem = pyblp.Problem(
            (
                pyblp.Formulation("0 + prices", absorb="C(product_ids)"),
                pyblp.Formulation("1 + prices + sugar + mushy"),
            ),
            products,
            pyblp.Formulation("0 + income + income_squared + age + child"),
            agents,
        )
        found = problem.solve(
            np.diag(SIGMA),
            PI,
            method="1s",
            optimization=pyblp.Optimization("bfgs", {"gtol": 1e-4}),
            iteration=pyblp.Iteration("squarem", {"atol": 1e-14}),
        )
        return float(found.objective.item())

    assert abs(ours() / peer() - 1) < 1e-6
    times = in_turns({"lcresearch": ours, "pyblp": peer}, arguments.rounds, warm=False)
    report(
        times,
        work="random-coefficients demand",
        size="94 markets, 24 products, 20 consumers, 13 nonlinear parameters",
        ours="lcresearch",
        peer="pyblp",
        package="pyblp",
        bound="products of matrices in the contraction, one exp for each trial of the search",
        goal="at least 20",
        store=arguments.store,
    )


if __name__ == "__main__":
    main()

"""Random-coefficients demand, alone and with costs: our estimation and pyblp's, in turns.

Both search by BFGS, until no element of the gradient (ours in units of the curvature) exceeds
1e-4, and must find the same objective to a millionth; pyblp is spared the Hessian that it offers
beside. The automobiles take one turn only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyblp
from side_by_side import in_turns, parser, report

from lcresearch.pricing.random_coefficients import RandomCoefficientsLogit

CEREAL_SIGMA = [0.3302, 2.4526, 0.0163, 0.2441]
CEREAL_PI = [
    [5.4819, 0, 0.2037, 0],
    [15.8935, -1.2000, 0, 2.6342],
    [-0.2506, 0, 0.0511, 0],
    [1.2650, 0, -0.8091, 0],
]
CARS_SIGMA = [3.612, 0, 4.628, 1.818, 1.050, 2.056]
CARS_PI = [[0], [-43.501], [0], [0], [0], [0]]
BFGS = {"optimization": pyblp.Optimization("bfgs", {"gtol": 1e-4}), "check_optimality": "gradient"}
SAME = {**BFGS, "iteration": pyblp.Iteration("squarem", {"atol": 1e-14})}


def cereal() -> dict[str, Callable[[], float]]:
    """Return what estimates Nevo's cereal demand with demographics, and gives the objective."""
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
        return model.fit(sigma=CEREAL_SIGMA, pi=CEREAL_PI).objective

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
        found = problem.solve(np.diag(CEREAL_SIGMA), CEREAL_PI, method="1s", **SAME)
        return float(found.objective.item())

    return {"lcresearch": ours, "pyblp": peer}


def cars() -> dict[str, Callable[[], float]]:
    """Return what estimates demand for automobiles and their costs in two steps."""
    products = pd.read_csv(pyblp.data.BLP_PRODUCTS_LOCATION)
    agents = pd.read_csv(pyblp.data.BLP_AGENTS_LOCATION)
    # Weights of importance sampling sum to 0.154: divided by it, as shares are, they mean the same.
    whole = agents.groupby("market_ids")["weights"].transform("sum")
    inverse = agents.assign(weights=agents["weights"] / whole, inverse=1 / agents["income"])
    logs = {f"log_{name}": np.log(products[name]) for name in ("hpwt", "mpg", "space")}
    scaled = products.assign(**logs, shares=products["shares"] / whole.iloc[0])

    def ours() -> float:
        model = RandomCoefficientsLogit(
            scaled,
            agents=inverse,
            market="market_ids",
            product="car_ids",
            share="shares",
            price="prices",
            random=["const", "prices", "hpwt", "air", "mpd", "space"],
            nodes=["nodes0", None, "nodes1", "nodes2", "nodes3", "nodes4"],
            weights="weights",
            demographics=["inverse"],
            characteristics=["hpwt", "air", "mpd", "space"],
            instruments=[f"demand_instruments{k}" for k in range(8)],
            mean_price=False,
            cluster="clustering_ids",
            firm="firm_ids",
            costs=["log_hpwt", "air", "log_mpg", "log_space", "trend"],
            cost_instruments=[f"supply_instruments{k}" for k in range(12)],
            log_costs=True,
        )
        found = model.fit(sigma=CARS_SIGMA, pi=CARS_PI, steps=2, weigh_at_start=True)
        return found.objective

    def peer() -> float:
        problem = pyblp.Problem(
            (
                pyblp.Formulation("1 + hpwt + air + mpd + space"),
                pyblp.Formulation("1 + prices + hpwt + air + mpd + space"),
                pyblp.Formulation("1 + log(hpwt) + air + log(mpg) + log(space) + trend"),
            ),
            products,
            pyblp.Formulation("0 + I(1 / income)"),
            agents,
            costs_type="log",
        )
        found = problem.solve(
            np.diag(CARS_SIGMA),
            CARS_PI,
            costs_bounds=(0.001, None),
            W_type="clustered",
            se_type="clustered",
            initial_update=True,
            **SAME,
        )
        return float(found.objective.item())

    return {"lcresearch": ours, "pyblp": peer}


def measure(
    actions: dict[str, Callable[[], float]],
    rounds: int,
    *,
    work: str,
    size: str,
    goal: str,
    bound: str,
    store: bool,
) -> None:
    """Measure estimation from data in memory to standard errors, and check that both agree."""
    found: dict[str, float] = {}

    def kept(name: str) -> Callable[[], None]:
        def run() -> None:
            found[name] = actions[name]()

        return run

    times = in_turns({name: kept(name) for name in actions}, rounds, warm=False)
    if abs(found["lcresearch"] / found["pyblp"] - 1) > 1e-6:
        raise SystemExit(f"{work}: objectives differ, {found}.")
    report(
        times,
        work=work,
        size=size,
        ours="lcresearch",
        peer="pyblp",
        package="pyblp",
        bound=bound,
        goal=goal,
        store=store,
    )


def main() -> None:
    """Measure both problems."""
    arguments = parser(__doc__).parse_args()
    pyblp.options.verbose = False
    measure(
        cereal(),
        arguments.rounds,
        work="random-coefficients demand",
        size="94 markets, 24 products, 20 consumers, 13 nonlinear parameters",
        goal="at least 20",
        bound="steps of the contraction and linear systems for its derivative, on small arrays",
        store=arguments.store,
    )
    measure(
        cars(),
        1,
        work="random-coefficients demand and costs",
        size="20 markets, 2,217 products, 200 consumers, 6 nonlinear parameters",
        goal="at least 5",
        bound="products of matrices for the derivative of markups; then the contraction",
        store=arguments.store,
    )


if __name__ == "__main__":
    main()

"""A translog cost function with cost shares by iterated SUR, beside linearmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import side_by_side

import lcresearch as lc

OUTPUTS = ["parcels_down", "parcels_up"]
PRICES = ["wage", "fuel_price", "vehicle_price"]
SHARES = ["wage_share", "fuel_share", "vehicle_share"]


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--carriers", type=int, nargs="+", default=[35, 350, 3500])
    parser.add_argument("--years", type=int, default=10)
    given = parser.parse_args()
    for carriers in given.carriers:
        data = lc.simulate.cost_panel(carriers=carriers, years=given.years, seed=1).data
        actions = {"lcresearch": lambda d=data: _ours(d), "linearmodels": lambda d=data: _peer(d)}
        side_by_side.report(
            side_by_side.in_turns(actions, given.rounds),
            work="translog cost function and shares, iterated SUR",
            size=f"{len(data):,} rows",
            ours="lcresearch",
            peer="linearmodels",
            package="linearmodels",
            goal="6 times",
            bound="one cross product of all columns (BLAS); each iteration is small",
            store=given.store,
        )
        ours = _ours(data)
        gap = np.abs(ours - _peer(data).reindex(ours.index))
        print(f"largest difference of a parameter {gap.max():.1e}")


def _ours(data: pd.DataFrame) -> pd.Series:
    model = lc.logistics.CostFunction(
        data, cost="cost", outputs=OUTPUTS, network=["stops"], prices=PRICES, shares=SHARES
    )
    params = model.fit().params
    return params[[name for name in params.index if PRICES[-1] not in name.split("*")]]


def _peer(data: pd.DataFrame) -> pd.Series:
    from linearmodels.system import SUR

    base = np.log(data[PRICES[-1]])
    v = {name: np.log(data[name]) for name in (*OUTPUTS, "stops")}
    v |= {name: np.log(data[name]) - base for name in PRICES[:-1]}
    names = list(v)
    columns = {"const": pd.Series(1.0, data.index), **v}
    for i, a in enumerate(names):
        for b in names[i:]:
            columns[f"{a}*{b}"] = v[a] * v[b] * (0.5 if a == b else 1.0)
    system = {"cost": {"dependent": np.log(data["cost"]) - base, "exog": pd.DataFrame(columns)}}
    linked = []
    for price, share in zip(PRICES[:-1], SHARES[:-1], strict=True):
        pairs = {
            "*".join(sorted((price, name), key=names.index)): values for name, values in v.items()
        }
        exog = pd.DataFrame({price: columns["const"], **pairs})
        system[price] = {"dependent": data[share], "exog": exog}
        linked += [(f"cost_{name}", f"{price}_{name}") for name in exog]
    model = SUR(system)
    restrictions = pd.DataFrame(0.0, range(len(linked)), model.param_names)
    for row, (first, second) in enumerate(linked):
        restrictions.loc[row, [first, second]] = [1.0, -1.0]
    model.add_constraints(restrictions)
    found = model.fit(method="gls", iterate=True, iter_limit=1000, tol=1e-10, cov_type="unadjusted")
    own = found.params[[name for name in found.params.index if name.startswith("cost_")]]
    return own.rename(lambda name: name.removeprefix("cost_"))


if __name__ == "__main__":
    main()

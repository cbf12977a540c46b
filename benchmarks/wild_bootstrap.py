"""The wild cluster bootstrap of one coefficient: every sign vector, beside pyfixest's draws."""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from lcresearch.fund.wild import wild_bootstrap

FORMULA = "y ~ d + x + C(year)"


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns of each measurement")
    parser.add_argument("--rows", type=int, default=100, help="rows of each of 17 clusters")
    options = parser.parse_args()
    data = _panel(options.rows)
    ours = {"data": data, "formula": FORMULA, "param": "d", "cluster": "county"}
    every, drawn = "lcresearch, all 65,536 sign vectors", "lcresearch, 9,999 draws"
    actions: dict[str, Callable[[], object]] = {
        every: lambda: wild_bootstrap(**ours, draws="all"),
        "  and the interval": lambda: wild_bootstrap(**ours, draws="all").conf_int,
        drawn: lambda: wild_bootstrap(**ours, draws=9999, seed=1),
    }
    peer = "pyfixest, 9,999 draws"
    if importlib.util.find_spec("wildboottest") and importlib.util.find_spec("pyfixest"):
        import pyfixest

        def fit_and_test() -> object:
            fit = pyfixest.feols(FORMULA, data=data, vcov={"CRV1": "county"})
            return fit.wildboottest(param="d", reps=9999, cluster="county", seed=1)

        fit = pyfixest.feols(FORMULA, data=data, vcov={"CRV1": "county"})
        actions[peer + ", regression included"] = fit_and_test
        actions[peer] = lambda: fit.wildboottest(param="d", reps=9999, cluster="county", seed=1)
    else:
        print("pyfixest with wildboottest is not installed: no peer is measured.")
    for action in actions.values():
        action()  # compile and warm up
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(options.rounds):
        for name, action in actions.items():
            started = time.perf_counter()
            action()
            taken[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    print(f"median of {options.rounds} turns, {len(data):,} rows")
    for name, seconds in medians.items():
        print(f"{name:45s} {1000 * seconds:8.1f} ms")
    for name in (every, drawn) if peer in medians else ():
        print(f"{name}: {medians[peer] / medians[name]:.1f} times as fast as {peer}")


def _panel(rows: int) -> pd.DataFrame:
    draw = np.random.default_rng(1)
    county = np.repeat(np.arange(17), rows)
    d = ((county < 8) & (np.arange(len(county)) % rows >= rows // 2)).astype(float)
    x = draw.normal(size=len(county))
    y = 0.3 * d + x + draw.normal(size=17)[county] * (1 + d) + draw.normal(size=len(county))
    year = (np.arange(len(county)) % 10).astype(str)
    return pd.DataFrame({"y": y, "x": x, "d": d, "county": county, "year": year})


if __name__ == "__main__":
    main()

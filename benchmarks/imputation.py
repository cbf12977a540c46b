"""The imputation estimator beside diff-diff's and, on request, pyfixest's two stages."""

from __future__ import annotations

import argparse
import os
import statistics
import time
import warnings
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import lcresearch as lc


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns of each measurement")
    parser.add_argument("--counties", type=int, default=2800)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--did2s", action="store_true", help="pyfixest's did2s too: it is slow")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    data = _panel(given.counties, given.years)
    actions = {"lcresearch": lambda: _ours(data), "diff-diff": lambda: _diff_diff(data)}
    for action in actions.values():
        action()
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(given.rounds):
        for name, action in actions.items():
            taken[name].append(_seconds(action))
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    if given.did2s:
        medians["pyfixest did2s, once"] = _seconds(lambda: _did2s(data))
    print(f"{given.counties:,} counties, {given.years} years, overall and by event time, with")
    print(f"standard errors; median of {given.rounds} turns")
    for name, seconds in medians.items():
        print(f"{name:22s} {seconds:8.3f} s   {seconds / medians['lcresearch']:7.1f}")
    ours, peer = _ours(data), _diff_diff(data)
    print(f"largest difference of the overall effect {abs(ours[0] - peer[0]):.1e}, of its standard")
    print(f"error {abs(ours[1] - peer[1]):.1e}")


def _panel(counties: int, years: int) -> pd.DataFrame:
    rng = np.random.default_rng(20)
    first = rng.choice([0, *range(years // 3, years - 2, 2)], counties)
    county, year = np.repeat(np.arange(counties), years), np.tile(np.arange(years), counties)
    cohort = first[county]
    effect = (cohort > 0) * np.maximum(year - cohort + 1, 0) * 0.01
    outcome = rng.normal(size=counties)[county] + 0.05 * year + effect
    outcome = outcome + rng.normal(scale=0.1, size=len(county))
    return pd.DataFrame({"county": county, "year": year, "cohort": cohort, "income": outcome})


def _ours(data: pd.DataFrame) -> tuple[float, float]:
    result = lc.fund.ImputationDiD(
        data, outcome="income", unit="county", time="year", cohort="cohort"
    ).fit()
    return result.estimate, result.std_error


def _diff_diff(data: pd.DataFrame) -> tuple[float, float]:
    from diff_diff import ImputationDiD

    result = ImputationDiD().fit(
        data, "income", "county", "year", "cohort", aggregate="event_study"
    )
    return float(result.att), float(result.se)


def _did2s(data: pd.DataFrame) -> None:
    import pyfixest

    treated = (data["cohort"] > 0) & (data["year"] >= data["cohort"])
    pyfixest.did2s(
        data.assign(treated=treated.astype(float)),
        yname="income",
        first_stage="~ 0 | county + year",
        second_stage="~ treated",
        treatment="treated",
        cluster="county",
    )


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

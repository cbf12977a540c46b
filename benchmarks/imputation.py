"""The imputation estimator beside diff-diff's and, on request, pyfixest's two stages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import side_by_side

import lcresearch as lc


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--counties", type=int, default=2800)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--did2s", action="store_true", help="pyfixest's did2s too: it is slow")
    given = parser.parse_args()
    data = _panel(given.counties, given.years)
    actions = {"lcresearch": lambda: _ours(data), "diff-diff": lambda: _diff_diff(data)}
    if given.did2s:
        actions["pyfixest, did2s"] = lambda: _did2s(data)
    times = side_by_side.in_turns(actions, given.rounds)
    side_by_side.report(
        times,
        work="imputation, overall and by event time, standard errors",
        size=f"{given.counties:,} units, {given.years} periods",
        ours="lcresearch",
        peer="diff-diff",
        package="diff-diff",
        goal="no slower",
        bound="reading and sorting the table (pandas), then sums over rows (memory bandwidth)",
        store=given.store,
    )
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


if __name__ == "__main__":
    main()

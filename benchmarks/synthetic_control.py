"""All units as placebos of a synthetic control, beside diff-diff; weights solved exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import diff_diff
import numpy as np
import pandas as pd
import side_by_side

from lcresearch.fund.synthetic_control import SyntheticControl
from lcresearch.fund.synthetic_did import SyntheticDiD

PERIODS, BEFORE = 20, 15


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--units", type=int, default=301, help="units, one of them treated")
    given = parser.parse_args()
    data = panel(given.units)
    _placebos(panel(12)), _peer_placebos(panel(12))  # imports and caches
    both = {"lcresearch": _placebos, "diff-diff": _peer_placebos}
    found = _compare(
        both,
        data,
        given.rounds,
        work="synthetic control, every unit as a placebo",
        size=f"{given.units:,} units, {PERIODS} periods",
        goal={301: "10 times", 2801: "20 times"}.get(given.units, ""),
        bound="one small exact programme per unit: many small solves, started from Python",
        store=given.store,
    )
    ours, peer = found["lcresearch"], found["diff-diff"]
    shared = ours.index.intersection(peer.index)
    worse = (ours.loc[shared, "pre"] > peer.loc[shared, "pre"] * (1 + 1e-9)).sum()
    # A perfect fit before treatment has no ratio: the peer puts a floor under it.
    ordinary = shared[ours.loc[shared, "pre"] > 1e-3]
    apart = (ours.loc[ordinary, "ratio"] / peer.loc[ordinary, "ratio"] - 1).abs().max()
    print(f"pre-treatment fit worse than the peer's: {worse} of {len(shared):,} units")
    print(f"units that fit almost perfectly: {len(shared) - len(ordinary)}")
    print(f"largest relative difference of the others' RMSPE ratios: {apart:.1e}")
    _compare(
        {"lcresearch": _did, "diff-diff": _peer_did},
        panel(40),
        given.rounds,
        work="synthetic difference in differences, placebo standard error",
        size="40 units: all 39 placebos here, 39 draws there",
        goal="",
        bound="one small exact programme per placebo, started from Python",
        store=given.store,
    )


def panel(units: int) -> pd.DataFrame:
    """Return a factor model with noise, the first unit treated in the last periods."""
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(3, PERIODS)).cumsum(axis=1)
    table = rng.normal(size=(units, 3)) @ factors + 0.5 * rng.normal(size=(units, PERIODS))
    table[0, BEFORE:] += 2.0
    data = pd.DataFrame(
        {
            "unit": np.repeat([f"county {i:04d}" for i in range(units)], PERIODS),
            "year": np.tile(np.arange(PERIODS), units),
            "y": table.ravel(),
        }
    )
    data["ever"] = (data["unit"] == "county 0000").astype(int)
    data["treated"] = data["ever"] * (data["year"] >= BEFORE)
    return data


def _compare(
    actions: dict[str, Callable[[pd.DataFrame], Any]],
    data: pd.DataFrame,
    rounds: int,
    **words: Any,
) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def keep(name: str) -> Callable[[], None]:
        return lambda: found.update({name: actions[name](data)})

    times = side_by_side.in_turns({name: keep(name) for name in actions}, rounds, warm=False)
    side_by_side.report(times, ours="lcresearch", peer="diff-diff", package="diff-diff", **words)
    return found


def _placebos(data: pd.DataFrame) -> pd.DataFrame:
    model = SyntheticControl(
        data, outcome="y", unit="unit", time="year", treated="county 0000", start=BEFORE
    )
    return model.fit().placebo_test().ratios


def _peer_placebos(data: pd.DataFrame) -> pd.DataFrame:
    model = diff_diff.SyntheticControl(
        v_method="custom", custom_v=np.ones(BEFORE), standardize="none"
    )
    result = model.fit(data, "y", "treated", "unit", "year", pre_period_outcomes="all")
    table = result.in_space_placebo().set_index("unit")
    table = table[table["status"] != "failed"]
    pre = np.sqrt(table["pre_mspe"].astype(float))
    return pd.DataFrame({"pre": pre, "ratio": table["rmspe_ratio"].astype(float)})


def _did(data: pd.DataFrame) -> float:
    model = SyntheticDiD(
        data, outcome="y", unit="unit", time="year", treated="county 0000", start=BEFORE
    )
    return float(model.fit().std_errors.iloc[0])


def _peer_did(data: pd.DataFrame) -> float:
    model = diff_diff.SyntheticDiD(variance_method="placebo", n_bootstrap=39, seed=1)
    after = list(range(BEFORE, PERIODS))
    return float(model.fit(data, "y", "ever", "unit", "year", post_periods=after).se)


if __name__ == "__main__":
    main()

"""Effects by cohort and period beside diff-diff and csdid: seconds, in turns, and memory."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import numpy as np
import pandas as pd
import side_by_side

COVARIATES = ["a", "b", "c"]
_GOALS = {2800: "5 times", 28000: "10 times", 280000: "10 times"}


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--units", type=int, default=2800)
    parser.add_argument("--periods", type=int, default=20)
    parser.add_argument("--cohorts", type=int, default=17, help="cohorts, besides never treated")
    parser.add_argument("--draws", type=int, default=999)
    parser.add_argument("--csdid", action="store_true", help="measure csdid too, which is slow")
    parser.add_argument("--memory", choices=["lcresearch", "diff-diff"], help="one run, its peak")
    given = parser.parse_args()
    data = panel(given.units, given.periods, given.cohorts)
    actions: dict[str, Callable[[], None]] = {
        "lcresearch": lambda: _ours(data, given.draws, "gaussian"),
        "lcresearch, random signs": lambda: _ours(data, given.draws, "rademacher"),
        "diff-diff": lambda: _diff_diff(data, given.draws),
    }
    if given.csdid:
        actions["csdid"] = lambda: _csdid(data, given.draws)
    if given.memory:
        actions[given.memory]()
        side_by_side.print_peak()
        return
    sizes = [
        f"--{name}={getattr(given, name)}" for name in ("units", "periods", "cohorts", "draws")
    ]
    peaks = [
        side_by_side.peak_megabytes(__file__, "--memory", name, *sizes)
        for name in ("lcresearch", "diff-diff")
    ]
    side_by_side.report(
        side_by_side.in_turns(actions, given.rounds),
        work=f"group-time effects, doubly robust, 3 covariates, {given.draws} draws, by event time",
        size=f"{given.units:,} units, {given.periods} periods",
        ours="lcresearch",
        peer="diff-diff",
        package="diff-diff",
        goal=_GOALS.get(given.units, ""),
        bound=(
            "reading and sorting the table (pandas), then one pass over the influence functions "
            "(memory bandwidth) and their cross product (BLAS)"
        ),
        megabytes=(peaks[0], peaks[1]),
        store=given.store,
    )


def panel(units: int, periods: int, cohorts: int) -> pd.DataFrame:
    """Return a staggered panel in which two units in five are never treated."""
    rng = np.random.default_rng(0)
    starts = np.linspace(3, periods - 1, cohorts).round().astype(int)
    chance = [0.4] + [0.6 / cohorts] * cohorts
    first = rng.choice([0, *starts], size=units, p=chance)
    x = rng.normal(size=(units, len(COVARIATES)))
    time_ = np.arange(1, periods + 1)
    y = rng.normal(size=(units, 1)) + 0.1 * time_ + 0.05 * x.sum(axis=1)[:, None] * time_
    y += rng.normal(size=(units, periods)) + ((first[:, None] > 0) & (time_ >= first[:, None]))
    frame = {
        "unit": np.repeat(np.arange(units), periods),
        "time": np.tile(time_, units),
        "y": y.ravel(),
        "first": np.repeat(first, periods),
    }
    frame |= {name: np.repeat(x[:, k], periods) for k, name in enumerate(COVARIATES)}
    return pd.DataFrame(frame)


def _ours(data: pd.DataFrame, draws: int, multipliers: str) -> None:
    import lcresearch as lc

    model = lc.fund.GroupTimeATT(
        data, outcome="y", unit="unit", time="time", cohort="first", covariates=COVARIATES
    )
    found = model.fit(bootstrap=draws, seed=1, multipliers=multipliers)
    _ = found.att, found.aggregate("dynamic").table


def _diff_diff(data: pd.DataFrame, draws: int) -> None:
    from diff_diff import CallawaySantAnna

    CallawaySantAnna(n_bootstrap=draws, seed=1).fit(
        data,
        outcome="y",
        unit="unit",
        time="time",
        first_treat="first",
        covariates=COVARIATES,
        aggregate="event_study",
    )


def _csdid(data: pd.DataFrame, draws: int) -> None:
    from csdid.att_gt import ATTgt

    with contextlib.redirect_stdout(io.StringIO()):
        found = ATTgt(
            yname="y",
            tname="time",
            idname="unit",
            gname="first",
            data=data.copy(),
            xformla="y ~ a + b + c",
            biters=draws,
            cband=True,
        ).fit(est_method="dr", bstrap=True)
        found.aggte("dynamic")


if __name__ == "__main__":
    main()

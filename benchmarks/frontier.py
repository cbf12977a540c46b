"""Frontiers: the half-normal model beside pysfa, and Battese and Coelli 1992 on rice farms."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from side_by_side import in_turns, parser, report

import lcresearch as lc

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    made = parser(__doc__)
    made.add_argument("--firms", type=int, nargs="+", default=[60, 600, 6000])
    given = made.parse_args()
    for firms in given.firms:
        data = _draw(firms)
        times = in_turns(
            {
                "lcresearch, all of it": lambda d=data: _ours(d),
                "pysfa, all of it": lambda d=data: _peer(d, everything=True),
                "pysfa, estimates alone": lambda d=data: _peer(d, everything=False),
            },
            given.rounds,
        )
        alone = times.median("pysfa, estimates alone") / times.median("lcresearch, all of it")
        report(
            times,
            work="half-normal frontier: estimates, standard errors, efficiencies",
            size=f"{firms:,} firms, 2 inputs",
            ours="lcresearch, all of it",
            peer="pysfa, all of it",
            package="pysfa",
            goal="at least 30",
            bound="tables of pandas and about five steps of Newton's method",
            store=given.store,
        )
        print(f"  {alone:.1f} times as fast as pysfa's estimates without the rest")
    _rice(given.rounds)


def _rice(rounds: int) -> None:
    """Measure the panel model on the published data, if they are there."""
    folder = os.environ.get("LCRESEARCH_REPLICATION", ROOT.parent / "shared" / "replication")
    path = Path(folder) / "riceProdPhil.csv"
    if not path.exists():
        print(f"\nBattese and Coelli 1992 on rice is left out: there is no {path}.")
        return
    data = pd.read_csv(path)
    logs = data.assign(**np.log(data[["PROD", "AREA", "LABOR", "NPK"]]))
    model: dict[str, Any] = {
        "dependent": "PROD",
        "regressors": ["AREA", "LABOR", "NPK"],
        "unit": "FMERCODE",
        "time": "YEARDUM",
    }

    def fit(**more: Any) -> None:
        found = lc.logistics.Frontier(logs, **model, **more).fit()
        found.to_frame()
        found.efficiency()

    times = in_turns(
        {
            "without decay": lambda: fit(),
            "with decay": lambda: fit(time_varying=True),
            "with decay and mu": lambda: fit(time_varying=True, inefficiency="truncated_normal"),
        },
        rounds,
    )
    print("\nBattese and Coelli 1992, 43 rice farms over 8 years (goal: below 60 ms)")
    for name in times.seconds:
        print(f"  {name:42s} {1000 * times.median(name):10.1f} ms")


def _draw(firms: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    data = pd.DataFrame(rng.normal(size=(firms, 2)), columns=["capital", "labour"])
    noise = rng.normal(0, 0.2, firms) - np.abs(rng.normal(0, 0.4, firms))
    return data.assign(output=1 + 0.3 * data["capital"] + 0.5 * data["labour"] + noise)


def _ours(data: pd.DataFrame) -> pd.DataFrame:
    model = lc.logistics.Frontier(data, dependent="output", regressors=["capital", "labour"])
    found = model.fit()
    found.to_frame()
    return found.efficiency()


def _peer(data: pd.DataFrame, *, everything: bool) -> Any:
    from pysfa import SFA
    from pysfa.constant import FUN_PROD, TE_te

    model = SFA.SFA(
        data["output"].to_numpy(),
        data[["capital", "labour"]].to_numpy(),
        fun=FUN_PROD,
        method=TE_te,
    )
    if not everything:
        return model.optimize()
    # Each of these maximises the likelihood anew: that is how the package is used.
    model.get_beta(), model.get_std_err(), model.get_sigmau2(), model.get_sigmav2()
    return model.get_technical_efficiency()


if __name__ == "__main__":
    main()

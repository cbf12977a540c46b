"""Effects by cohort and period beside diff-diff and csdid: seconds, in turns, and memory."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

COVARIATES = ["a", "b", "c"]


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=2800)
    parser.add_argument("--periods", type=int, default=20)
    parser.add_argument("--cohorts", type=int, default=17, help="cohorts, besides never treated")
    parser.add_argument("--draws", type=int, default=999)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each measurement")
    parser.add_argument("--csdid", action="store_true", help="measure csdid too, which is slow")
    parser.add_argument("--memory", choices=["lcresearch", "diff-diff"], help="one run, its peak")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    data = panel(given.units, given.periods, given.cohorts)
    actions = {
        "lcresearch": lambda: _ours(data, given.draws, "gaussian"),
        "lcresearch, random signs": lambda: _ours(data, given.draws, "rademacher"),
        "diff-diff": lambda: _diff_diff(data, given.draws),
    }
    if given.csdid:
        actions["csdid"] = lambda: _csdid(data, given.draws)
    if given.memory:
        actions[given.memory]()
        # getrusage would inherit the peak of the process that started this one.
        status = Path("/proc/self/status").read_text("utf-8")
        print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
        return
    cells = given.cohorts * (given.periods - 1)
    print(
        f"{given.units:,} units, {given.periods} periods, {cells} effects, doubly robust, "
        f"{len(COVARIATES)} covariates, {given.draws} draws, all averages by event time"
    )
    medians = _measure(actions, given.rounds)
    for name, seconds in medians.items():
        ratio = seconds / medians["lcresearch"]
        print(f"{name:26s} {seconds:8.3f} s   {ratio:6.1f} times lcresearch")
    for name in ("lcresearch", "diff-diff"):
        command = [sys.executable, __file__, "--memory", name, "--units", str(given.units)]
        command += ["--periods", str(given.periods), "--cohorts", str(given.cohorts)]
        command += ["--draws", str(given.draws)]
        peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print(f"{name:26s} {int(peak.split()[-1]):8,d} MB at most, data and imports included")


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


def _measure(actions: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(rounds + 1):
        for name, action in actions.items():
            started = time.perf_counter()
            action()
            if turn:  # the first turn imports and warms up
                taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


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

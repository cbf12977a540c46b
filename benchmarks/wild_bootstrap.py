"""The wild cluster bootstrap of one coefficient: every sign vector, beside pyfixest's draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyfixest
import side_by_side

from lcresearch.fund.wild import wild_bootstrap

FORMULA = "y ~ d + x + C(year)"


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = side_by_side.parser(__doc__)
    parser.add_argument("--rows", type=int, default=100, help="rows of each of 17 clusters")
    given = parser.parse_args()
    data = _panel(given.rows)
    ours = {"data": data, "formula": FORMULA, "param": "d", "cluster": "county"}
    every, peer = "lcresearch, all 65,536 sign vectors", "pyfixest, 9,999 draws"
    fit = pyfixest.feols(FORMULA, data=data, vcov={"CRV1": "county"})
    actions = {
        every: lambda: wild_bootstrap(**ours, draws="all"),
        "  and the interval": lambda: wild_bootstrap(**ours, draws="all").conf_int,
        "lcresearch, 9,999 draws": lambda: wild_bootstrap(**ours, draws=9999, seed=1),
        peer: lambda: fit.wildboottest(param="d", reps=9999, cluster="county", seed=1),
    }
    side_by_side.report(
        side_by_side.in_turns(actions, given.rounds),
        work="wild cluster bootstrap, every sign vector beside the peer's 9,999 draws",
        size=f"17 clusters, {len(data):,} rows",
        ours=every,
        peer=peer,
        package="pyfixest",
        goal="10 times",
        bound="the formula's design matrix (interpreter); the sign vectors are one BLAS product",
        store=given.store,
    )


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

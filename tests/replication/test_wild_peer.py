"""The wild cluster bootstrap against pyfixest with wildboottest, on the Medicaid panel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lcresearch.fund.wild import wild_bootstrap


@pytest.mark.parametrize("weights", ["rademacher", "webb"])
@pytest.mark.parametrize("states", [12, 43])
def test_pyfixest_gives_the_same_test(replication: Path, weights: str, states: int) -> None:
    """Estimate, standard error and t are pyfixest's, the p-value within simulation error."""
    pytest.importorskip("wildboottest", reason="pyfixest's bootstrap needs wildboottest")
    pyfixest = pytest.importorskip("pyfixest")
    data = pd.read_csv(replication / "ehec_data.csv")
    data = data[(data.year < 2016) & (data.yexp2 != 2015)]
    data = data[data.stfips.isin(sorted(data.stfips.unique())[:states])]
    data = data.assign(
        expanded=((data.yexp2 == 2014) & (data.year >= 2014)).astype(float),
        lead=((data.yexp2 == 2014) & (data.year == 2012)).astype(float),
    )
    formula, draws = "dins ~ expanded + lead + C(year) + C(stfips)", 9999
    fit = pyfixest.feols(formula, data=data, vcov={"CRV1": "stfips"})
    for param in ("expanded", "lead"):
        ours = wild_bootstrap(
            data,
            formula=formula,
            param=param,
            cluster="stfips",
            draws=draws,
            weights=weights,
            seed=1,
        )
        peer = fit.wildboottest(
            param=param, reps=draws, cluster="stfips", weights_type=weights, seed=1
        )
        assert ours.estimate == pytest.approx(fit.coef()[param], rel=1e-8)
        assert ours.std_error == pytest.approx(fit.se()[param], rel=1e-6)
        assert abs(ours.statistic) == pytest.approx(abs(peer["t value"]), rel=1e-6)
        p = ours.p_value
        error = np.sqrt(p * (1 - p) * 2 / draws)
        assert p == pytest.approx(peer["Pr(>|t|)"], abs=4 * error + 2 / draws)

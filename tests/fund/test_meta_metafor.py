"""Pooled effects beside R's metafor 3.8, whose results lie beside the script that made them."""

import io
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

import lcresearch as lc

HERE = Path(__file__).parent / "metafor"
STUDIES = pd.read_csv(HERE / "studies.csv").set_index("set")
EXPECTED = pd.read_csv(HERE / "results.csv")


@pytest.mark.parametrize("row", EXPECTED.itertuples(), ids=lambda r: f"{r.set}-{r.method}-{r.ci}")
def test_pooled_effects_equal_those_of_metafor(row):
    """Estimate, its standard error and interval, and the heterogeneity must be metafor's."""
    part = STUDIES.loc[row.set]
    found = lc.fund.meta_analysis(
        part["estimate"].to_numpy(), part["std_error"].to_numpy(), method=row.method, ci=row.ci
    )
    std_error = found.std_error_hksj if row.ci == "hksj" else found.std_error
    ours = [found.estimate, std_error, *found.conf_int, found.tau2, found.q, found.q_p_value]
    theirs = [row.estimate, row.std_error, row.conf_low, row.conf_high]
    # Its iterations end a little before the optimum.
    assert ours == pytest.approx([*theirs, row.tau2, row.q, row.q_p_value], rel=2e-6, abs=1e-9)
    if row.method != "FE":
        assert found.i2 == pytest.approx(row.i2, rel=2e-6, abs=1e-9)


def test_the_stored_results_are_what_metafor_gives():
    """Where R has metafor, the script must give the results that are stored."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed: the stored results of metafor are used as they are")
    run = subprocess.run(["Rscript", "make.R"], cwd=HERE, capture_output=True, text=True)
    if run.returncode:
        pytest.skip("R has no metafor: the stored results are used as they are")
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(run.stdout)), EXPECTED, rtol=1e-6)

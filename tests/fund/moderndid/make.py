"""What moderndid 0.2.0 finds on units.csv, for test_triple_difference.py.

It needs Python 3.12 or newer and an environment of its own: python make.py > results.csv
"""

import sys

import moderndid
import numpy as np
import pandas as pd
import polars as pl

wide = pd.read_csv("units.csv")
panel = pd.wide_to_long(wide, stubnames="y", i="id", j="t").reset_index()
rows = []
for estimator in ("dr", "reg", "ipw"):
    for ours, theirs in (("never_treated", "nevertreated"), ("not_yet_treated", "notyettreated")):
        found = moderndid.ddd(
            data=pl.from_pandas(panel),
            yname="y",
            tname="t",
            idname="id",
            gname="g",
            pname="e",
            xformla="~ x + z",
            control_group=theirs,
            base_period="varying",
            est_method=estimator,
            boot=False,
        )
        table = np.c_[found.groups, found.times, found.att, found.se]
        rows += [(estimator, ours, *row) for row in table]
names = ["estimator", "control_group", "cohort", "time", "estimate", "std_error"]
pd.DataFrame(rows, columns=names).to_csv(sys.stdout, index=False, float_format="%.10g")

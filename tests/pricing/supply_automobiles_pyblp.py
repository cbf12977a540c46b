"""Estimate the automobile problem of pyblp's tutorial; the .txt beside is what pyblp 1.3 prints.

It takes minutes, so that the tests read its answer: ``python supply_automobiles_pyblp.py``
prints the progress of the search too, which is left out there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyblp


def main() -> None:
    """Run both steps with weights clustered by model of car, the first from starting values."""
    problem = pyblp.Problem(
        (
            pyblp.Formulation("1 + hpwt + air + mpd + space"),
            pyblp.Formulation("1 + prices + hpwt + air + mpd + space"),
            pyblp.Formulation("1 + log(hpwt) + air + log(mpg) + log(space) + trend"),
        ),
        pd.read_csv(pyblp.data.BLP_PRODUCTS_LOCATION),
        pyblp.Formulation("0 + I(1 / income)"),
        pd.read_csv(pyblp.data.BLP_AGENTS_LOCATION),
        costs_type="log",
    )
    problem.solve(
        np.diag([3.612, 0, 4.628, 1.818, 1.050, 2.056]),
        np.array([[0, -43.501, 0, 0, 0, 0]]).T,
        costs_bounds=(0.001, None),
        W_type="clustered",
        se_type="clustered",
        initial_update=True,
    )


if __name__ == "__main__":
    main()

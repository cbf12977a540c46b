"""Proposition 99 in California: synthetic difference in differences (Arkhangelsky and others)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lcresearch.fund.synthetic_did import SyntheticDiD

__all__ = ["model", "recipe"]


def model(data: pd.DataFrame, treated: str | list[str] = "California") -> SyntheticDiD:
    """Return the model of packs a person, by default with California treated from 1989 on."""
    return SyntheticDiD(
        data, outcome="PacksPerCapita", unit="State", time="Year", treated=treated, start=1989
    )


def recipe(path: Path) -> dict[str, float]:
    """Return the synthetic and the plain difference in differences."""
    result = model(pd.read_csv(path, sep=";")).fit(inference=None)
    return {"synthetic_did": result.effect, "did": result.did}

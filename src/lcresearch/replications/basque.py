"""The Basque Country: a synthetic control on predictors (Abadie and Gardeazabal 2003)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from lcresearch.fund.synthetic_control import SyntheticControl
from lcresearch.fund.synthetic_control_results import SyntheticControlResults

__all__ = ["LOSS", "PRINTED_V", "fit", "recipe"]

_SECTORS: Final = (
    "agriculture",
    "energy",
    "industry",
    "construction",
    "services.venta",
    "services.nonventa",
)
_PREDICTORS: Final = [
    *((f"school.{level}", 1964, 1969) for level in ("illit", "prim", "med", "high", "post.high")),
    ("invest", 1964, 1969),
    ("gdpcap", 1960, 1969),
    *((f"sec.{sector}", 1961, 1969) for sector in _SECTORS),
    ("popdens", 1969, 1969),
]
# Printed by R's Synth for these predictors, with this loss.
PRINTED_V: Final = [
    0.02773094,
    1.194e-07,
    1.60609e-05,
    0.0007163836,
    1.486e-07,
    0.002423908,
    0.0587055,
    0.2651997,
    0.02851006,
    0.291276,
    0.007994382,
    0.004053188,
    0.009398579,
    0.303975,
]
LOSS: Final = 0.008864606


def fit(path: Path, v: Sequence[float] | str = tuple(PRINTED_V)) -> SyntheticControlResults:
    """Fit the Basque Country from 1960 to 1969, with the printed weights of predictors."""
    data = pd.read_csv(path)
    return SyntheticControl(
        data[data["regionname"] != "Spain (Espana)"],
        outcome="gdpcap",
        unit="regionname",
        time="year",
        treated="Basque Country (Pais Vasco)",
        start=1970,
        predictors=_PREDICTORS,
        window=(1960, 1969),
        v=v if isinstance(v, str) else list(v),
    ).fit()


def recipe(path: Path) -> dict[str, float]:
    """Return the two weights that are not zero."""
    weights = fit(path).weights
    return {"cataluna": weights["Cataluna"], "madrid": weights["Madrid (Comunidad De)"]}

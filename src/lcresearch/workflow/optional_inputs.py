"""The tables of a researcher's own that notebooks take besides a county."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandera.pandas as pa

from lcresearch.logistics.waybills import WAYBILLS
from lcresearch.pricing.product_weeks import PRODUCT_WEEKS

__all__ = ["OPTIONAL", "OptionalInput"]


@dataclass(frozen=True)
class OptionalInput:
    """A table that one notebook takes.

    Parameters
    ----------
    words
        What it holds.
    schema
        Its columns; notebooks accept others beside them.
    header
        Columns of the template: those that most files have.
    command
        How the notebook is given the file.
    """

    words: str
    schema: pa.DataFrameSchema
    header: tuple[str, ...]
    command: str


def _column(description: str, unit: str = "", *, check: Any = None, **options: Any) -> pa.Column:
    metadata = {"unit": unit} if unit else None
    return pa.Column(None, check, description=description, metadata=metadata, **options)


_PANEL: Final = pa.DataFrameSchema(
    {
        "county": _column("the unit that is treated, by any name"),
        "year": _column("the period", "calendar year"),
        "cohort": _column(
            "first year with the fund; empty or 0 if there never was one",
            "calendar year",
            nullable=True,
        ),
        "log_income": _column(
            "the outcome, such as the logarithm of a rural resident's net income", "log points"
        ),
    }
)
_COSTS: Final = pa.DataFrameSchema(
    {
        "township": _column("name of the township, as the waybills have it"),
        "month": _column("the month, as YYYY-MM"),
        "cost": _column("cost of delivery in the month", "CNY", check=pa.Check.gt(0)),
    }
)
# What is computed from the file is no column of it; sizes may stand in the place of the share.
_WEEKS: Final = PRODUCT_WEEKS.remove_columns(["outside_share"]).update_column(
    "share", required=False
)

OPTIONAL: Final = {
    "panel": OptionalInput(
        "One row for each county and year, to estimate the effect of a fund.",
        _PANEL,
        tuple(_PANEL.columns),
        "lcresearch run own_panel -p panel=optional/panel.csv",
    ),
    "product_weeks": OptionalInput(
        "One row for each product and week, to estimate demand. Columns for characteristics of "
        "products and for what moves costs may follow.",
        _WEEKS,
        tuple(name for name in _WEEKS.columns if name != "share"),
        "lcresearch run demand -p sales=optional/product_weeks.csv",
    ),
    "waybills": OptionalInput(
        "One row for each parcel, to estimate costs of delivery.",
        WAYBILLS,
        tuple(WAYBILLS.columns),
        "lcresearch run cost_estimation -p waybills=optional/waybills.csv -p "
        "costs=optional/costs.csv",
    ),
    "costs": OptionalInput(
        "One row for each township and month, beside the waybills. Columns for the prices of "
        "inputs and their shares in cost may follow.",
        _COSTS,
        tuple(_COSTS.columns),
        "lcresearch run cost_estimation -p waybills=optional/waybills.csv -p "
        "costs=optional/costs.csv",
    ),
}
"""By name of the file without ``.csv``."""

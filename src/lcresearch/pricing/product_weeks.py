"""A researcher's own sales: prices and quantities of products by week, read from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from lcresearch.columns import name_rows, refuse_repeated
from lcresearch.errors import DataError, did_you_mean
from lcresearch.tables import read_table

__all__ = ["PRODUCT_WEEKS", "read_product_weeks"]

# Shares that sum to one by construction leave a remainder of rounding.
_NOBODY: Final = 1e-12
# A share printed beside quantity and market size may be rounded, by this part of itself.
_ROUNDED: Final = 0.01


def _name(description: str, **options: Any) -> pa.Column:
    return pa.Column(None, description=description, **options)


def _number(description: str, unit: str, check: pa.Check, **options: Any) -> pa.Column:
    return pa.Column(
        float, check, coerce=True, description=description, metadata={"unit": unit}, **options
    )


PRODUCT_WEEKS: Final = pa.DataFrameSchema(
    {
        "week": _name("the week, by any name"),
        "product": _name("the product, by the same name in every week"),
        "seller": _name("the cooperative or firm that sets the product's price"),
        "nest": _name(
            "kind of product, within which buyers change most readily; may be left out",
            required=False,
        ),
        "price": _number(
            "average price of a unit in the week, as buyers pay it",
            "CNY",
            pa.Check.ge(0, error="is below zero: correct it"),
        ),
        "quantity": _number(
            "units sold in the week; may be left out where share is given",
            "count",
            pa.Check.gt(
                0,
                error="is not above zero: leave out products that nobody bought in a week, or use "
                "longer periods",
            ),
            required=False,
        ),
        "market_size": _number(
            "units that would be sold if everybody bought, one number for each week; may be left "
            "out where share is given",
            "count",
            pa.Check.gt(0, error="is not above zero: count everybody who might have bought"),
            required=False,
        ),
        "share": _number(
            "quantity divided by market_size: those who buy nothing are counted",
            "share",
            pa.Check.gt(
                0,
                error="is not above zero: leave out products that nobody bought in a week, or use "
                "longer periods",
            ),
        ),
        "outside_share": _number(
            "share of those who buy nothing; computed, not read",
            "share",
            pa.Check.gt(
                _NOBODY,
                error="leaves nobody who buys nothing, as the shares of a week add to one or more: "
                "divide sales by all who might have bought",
            ),
        ),
    },
    strict=False,
)
"""Form of a table of product-weeks; other columns are characteristics and instruments."""

_NUMBERS: Final = ("price", "quantity", "market_size", "share")
_ALWAYS: Final = ("week", "product", "seller", "price")
_SIZES: Final = ("quantity", "market_size")


def read_product_weeks(path: str | Path, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read the sales of products by week from a CSV file in UTF-8 or GB18030.

    A week is a market. A week with one product is read as any other: only nests of one product
    each are of no use, and `NestedLogitDemand` refuses those.

    Parameters
    ----------
    path
        The file. Its first line names the columns `week`, `product`, `seller`, `price`, and
        `quantity` with `market_size`, or `share` in their place; `nest` may be there, and
        characteristics and instruments by any name.
    columns
        What the file calls a column, by the name given here, such as ``{"price": "yuan"}``;
        those not named have the names given here.

    Returns
    -------
    pandas.DataFrame
        The columns of `PRODUCT_WEEKS` in the order of that schema, then the others as the file
        has them; rows in the order of the file.

    Raises
    ------
    DataError
        If the file is missing or no table, lacks a column, or a value is empty, no number or
        out of its range, a product stands twice in a week, market sizes of a week differ, a
        share contradicts quantity and market size, or shares of a week add to one or more. The
        message names column and rows.
    """
    path = Path(path)
    table = _renamed(path.name, read_table(path), columns or {})
    for name in PRODUCT_WEEKS.columns:
        if name in table:
            table[name] = _checked(path.name, table, name)
    try:
        refuse_repeated(table, unit="product", time="week")
    except DataError as error:
        raise DataError(f"{path.name}, columns week and product: {error}") from None
    source, printed = "share", table.get("share")
    if set(_SIZES) <= set(table):
        source = "quantity"
        _refuse_sizes(path.name, table)
        table["share"] = table["quantity"] / table["market_size"]
    table["outside_share"] = 1 - table.groupby("week")["share"].transform("sum")
    first = [name for name in PRODUCT_WEEKS.columns if name in table]
    table = table[[*first, *table.columns.difference(first, sort=False)]]
    table = _validated(path.name, table, source=source)
    if printed is not None:
        other = ~np.isclose(printed, table["share"], rtol=_ROUNDED, atol=0)
        words = "is not quantity divided by market_size"
        _refuse(path.name, table, "share", other, words, "leave share out, or correct one")
    return table


def _renamed(file: str, table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the table under the names of the schema, if it has the columns that are needed."""
    known = [name for name in PRODUCT_WEEKS.columns if name != "outside_share"]
    for name, there in columns.items():
        if name not in known:
            raise DataError(
                f"columns: {name!r} is none of {', '.join(known)}.{did_you_mean(name, known)}"
            )
        if there not in table:
            raise DataError(
                f"{file}: has no column {there!r}; it has "
                f"{', '.join(map(repr, table.columns))}.{did_you_mean(there, table.columns)}"
            )
        if name != there and name in table:
            raise DataError(
                f"{file}: has a column {name!r} besides {there!r}, which is to be {name}: rename "
                f"or remove one."
            )
    table = table.rename(columns={there: name for name, there in columns.items()})
    needed = [*_ALWAYS, *(() if "share" in table else _SIZES)]
    for name in needed:
        if name not in table:
            instead = ", or a column 'share' in place of quantity and market_size"
            raise DataError(
                f"{file}: has no column {name!r}; it has {', '.join(map(repr, table.columns))}: "
                f"say what the file calls it by columns={{{name!r}: ...}}"
                f"{instead if name in _SIZES else ''}.{did_you_mean(name, table.columns)}"
            )
    return table


def _checked(file: str, table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column without empty cells, and as finite numbers where it must be."""
    values = table[name]
    if pd.api.types.is_string_dtype(values):
        values = values.str.strip()
    _refuse(file, table, name, values.isna() | (values == ""), "is empty", "fill it in")
    if name not in _NUMBERS:
        return values
    found = pd.to_numeric(values, errors="coerce").astype(float)
    wrong = ~np.isfinite(found)
    if wrong.any():
        words = f"{str(values[wrong].iloc[0])!r} is no number"
        _refuse(file, table, name, wrong, words, "write digits with a point")
    return found


def _refuse_sizes(file: str, table: pd.DataFrame) -> None:
    sizes = table.groupby("week")["market_size"]
    differ = sizes.transform("nunique") > 1
    if differ.any():
        week = table.loc[differ, "week"].iloc[0]
        _refuse(
            file,
            table,
            "market_size",
            table["week"] == week,
            f"differs within week {week}",
            "give one number for each week",
        )


def _refuse(
    file: str, table: pd.DataFrame, column: str, wrong: Any, words: str, remedy: str
) -> None:
    flags = np.asarray(wrong, dtype=bool)
    if flags.any():
        rows = name_rows(table, flags)
        raise DataError(f"{file}, column {column}: {words} in {rows}: {remedy}.")


def _validated(file: str, table: pd.DataFrame, *, source: str) -> pd.DataFrame:
    """Return the table if it has the form `PRODUCT_WEEKS`.

    `source` names the column of the file from which shares come.
    """
    try:
        return PRODUCT_WEEKS.validate(table, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    case = cases.iloc[0]
    alike = (cases["column"] == case["column"]) & (cases["check"] == case["check"])
    rows = name_rows(table, table.index.isin(cases.loc[alike, "index"]))
    column = source if case["column"] == "outside_share" else case["column"]
    words, remedy = str(case["check"]).split(": ")
    raise DataError(f"{file}, column {column}: {words}, in {rows}: {remedy}.")

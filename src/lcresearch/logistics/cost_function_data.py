"""The rows that a cost function is estimated from, checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import complete_rows, name_rows, numbers, positive, require_columns
from lcresearch.errors import DataError
from lcresearch.logistics.cost_function_terms import Terms

__all__ = ["CostData"]

Floats = npt.NDArray[np.float64]

_ROUNDING: Final = 1e-3  # by how much shares that were rounded may miss one


@dataclass(frozen=True, eq=False)
class CostData:
    """Logs, controls and shares of the rows in use.

    Parameters
    ----------
    frame
        The rows in use, as they were given.
    left
        Log of cost, less that of the numeraire's price.
    logs
        Log of each output, network column and price.
    controls
        Controls as they are.
    shares
        Cost shares of all prices but the last; none without shares.
    dropped
        Rows left out, by reason.
    notes
        What was done to the rows, for a reader.
    """

    frame: pd.DataFrame
    left: Floats
    logs: Mapping[str, Floats]
    controls: Mapping[str, Floats]
    shares: tuple[Floats, ...]
    dropped: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def spread(self) -> float:
        """Sum of squares of the left side about its mean."""
        return float(((self.left - self.left.mean()) ** 2).sum())

    @classmethod
    def read(
        cls,
        data: pd.DataFrame,
        terms: Terms,
        *,
        cost: str,
        shares: Sequence[str],
        groupings: Sequence[str],
    ) -> CostData:
        """Check a frame's columns and return the rows that have a value in all of them.

        Raises
        ------
        DataError
            If a column is named twice, missing, not numeric or not above zero, or shares do not
            add to one; the message names the column and the rows.
        """
        used = [cost, *terms.variables, *terms.controls, *shares]
        twice = [name for name in used if used.count(name) > 1]
        if twice:
            raise DataError(f"column {twice[0]!r} is named twice: name each column once.")
        require_columns(data, [*used, *groupings])
        frame, dropped = complete_rows(data, [*used, *groupings])
        left = np.log(positive(frame, cost))
        logs = {name: np.log(positive(frame, name)) for name in terms.variables}
        notes = []
        if terms.numeraire:
            left = left - logs[terms.numeraire]
            notes.append(f"Homogeneous of degree one in prices; numeraire {terms.numeraire}.")
        elif terms.prices:
            notes.append(
                f"{terms.prices[0]} is the only price: homogeneity in prices is not imposed."
            )
        found, note = _shares(frame, shares, complete=len(shares) == len(terms.prices))
        if shares:
            notes += note
            notes.append(
                f"The share of {terms.prices[-1]} is left out: it follows from the others."
            )
        return cls(
            frame=frame,
            left=left,
            logs=logs,
            controls={name: numbers(frame, name) for name in terms.controls},
            shares=found[: len(terms.prices) - 1] if shares else (),
            dropped=dropped,
            notes=tuple(notes),
        )


def _shares(
    frame: pd.DataFrame, names: Sequence[str], *, complete: bool
) -> tuple[tuple[Floats, ...], list[str]]:
    """Return shares, scaled to add to one if all are given, and what was done to them."""
    if not names:
        return (), []
    found = {name: numbers(frame, name) for name in names}
    for name, values in found.items():
        wrong = (values < 0) | (values > 1)
        if wrong.any():
            hint = " they seem to be per cent: divide by 100." if np.median(values) > 1 else ""
            raise DataError(
                f"column {name!r}: is not between 0 and 1 in {name_rows(frame, wrong)}:"
                f"{hint or ' correct or leave out such rows.'}"
            )
    total = np.sum(list(found.values()), axis=0)
    listed = ", ".join(map(repr, names))
    miss = np.abs(total - 1) if complete else np.maximum(total - 1, 0)
    # A tiny slack, as 0.999 is not exactly 1 - 0.001 in binary.
    wrong = miss > _ROUNDING + 1e-12
    if wrong.any():
        sums = ", ".join(f"{value:.4f}" for value in total[wrong][:5])
        raise DataError(
            f"columns {listed}: do not add to {'one' if complete else 'one or less'} in "
            f"{name_rows(frame, wrong)}, but to {sums}: correct or leave out such rows."
        )
    off = int((miss > 1e-9).sum())
    if not complete or not off:
        return tuple(found.values()), []
    note = f"Shares of {off:,} rows missed one by at most {miss.max():.1g} and were scaled to it."
    return tuple(values / total for values in found.values()), [note]

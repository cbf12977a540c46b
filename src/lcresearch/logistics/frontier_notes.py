"""What a reader of a frontier must know: what the likelihood could not tell."""

from __future__ import annotations

import math

from lcresearch.logistics.frontier_data import FrontierData
from lcresearch.logistics.frontier_estimate import Distribution, Estimate

__all__ = ["notes_on"]


def notes_on(
    data: FrontierData,
    found: Estimate,
    *,
    kind: str,
    distribution: Distribution,
    groupings: tuple[str, ...],
) -> tuple[str, ...]:
    """Return notes on skew, bounds, ridges and the panel, in that order."""
    notes = []
    if data.skewness >= 0:
        wrong = "right" if kind == "production" else "left"
        notes.append(
            f"Warning, wrong skew: the least-squares residuals are skewed to the {wrong}, while "
            f"inefficiency would skew them to the other side."
        )
    if found.bound == "no_inefficiency":
        notes.append(
            "Warning, a variance at its bound: the likelihood is highest without inefficiency "
            "(gamma = 0), so that the estimates are those of least squares, every efficiency is 1, "
            "and what describes inefficiency is left out of the table."
        )
    elif found.bound == "exponential":
        notes.append(
            "Warning, a flat ridge: the likelihood rises as mu falls without end, and mu is not "
            "identified; the estimates are of the limit, the exponential distribution with mean "
            "sigma_u, and mu is left out of the table."
        )
    elif _ridge(found):
        notes.append(
            "Warning, a flat ridge: mu is hardly identified, its standard error exceeds twice "
            "sigma_u; compare inefficiency='half_normal'."
        )
    if found.spike:
        notes.append(
            "Warning, a variance near its bound: the likelihood is higher still where noise "
            "vanishes (gamma = 1), which is no regular maximum; the highest one inside is given."
        )
    if data.drivers is not None and groupings:
        notes.append("Each row has an inefficiency of its own: rows of a unit share none.")
    elif len(groupings) == 1 or (groupings and data.lag is None):
        notes.append(f"All rows of one {groupings[0]} share one inefficiency.")
    if distribution == "truncated_normal" or data.lag is not None or data.drivers is not None:
        notes.append(
            "Without inefficiency its other parameters are not identified: take the p-value of "
            "the test against it as approximate."
        )
    return tuple(notes)


def _ridge(found: Estimate) -> bool:
    """Whether the mean before truncation has a standard error above twice sigma_u."""
    full, theta = found.likelihood, found.found.theta
    if full.zm is None:
        return False
    _, _, u, m, _ = full.places
    # The first scaled column is one and the others have mean zero: its parameter is the mean mu.
    variance = float(found.covariance[m.start, m.start])
    return variance > 4 * math.exp(theta[u.start])

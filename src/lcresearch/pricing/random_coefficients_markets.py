"""Markets of unequal size in padded arrays: the contraction of mean utility and its slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import numbers, positive
from lcresearch.errors import DataError

__all__ = ["PaddedMarkets", "pad_markets"]

Floats = npt.NDArray[np.float64]
_MOST = 5_000


@dataclass(frozen=True, eq=False)
class PaddedMarkets:
    """Products and consumers of T markets, padded to J products and I consumers.

    Parameters
    ----------
    names
        Name of each market, (T,).
    rows, columns
        Market and place within it of each row of the data, (N,).
    shares
        Observed shares, (T, J); one where there is no product.
    present
        Whether there is a product, (T, J).
    tastes
        Characteristics on which tastes differ, (T, J, K).
    nodes
        Draws of tastes, (T, K, I).
    demographics
        (T, D, I).
    weights
        Weight of each consumer, (T, I); zero where there is none.
    """

    names: npt.NDArray[np.object_]
    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    shares: Floats
    present: npt.NDArray[np.bool_]
    tastes: Floats
    nodes: Floats
    demographics: Floats
    weights: Floats

    def deviations(self, sigma: Floats, pi: Floats) -> Floats:
        """Return each consumer's deviation of tastes from the mean, (T, K, I)."""
        found = sigma[:, None] * self.nodes
        if pi.size:
            found = found + pi @ self.demographics
        return np.asarray(found)

    def exponentials(self, sigma: Floats, pi: Floats) -> tuple[Floats, Floats]:
        """Return exp of the utility deviations, scaled, (T, J, I), and that of no purchase."""
        powers = self.tastes @ self.deviations(sigma, pi)
        top = np.maximum(powers.max(axis=1), 0.0)
        powers -= top[:, None, :]
        np.exp(powers, out=powers)
        powers *= self.present[:, :, None]
        return powers, np.exp(-top)

    def contraction(
        self, powers: Floats, outside: Floats, start: Floats, tolerance: float
    ) -> Floats:
        """Return the mean utilities at which predicted shares are the observed, (T, J).

        The contraction of Berry, Levinsohn and Pakes (1995, appendix I), speeded up by the
        SQUAREM steps of Varadhan and Roland (2008), each market with its own step and left
        alone once its largest change is below the tolerance.

        Raises
        ------
        DataError
            If a market does not converge.
        """
        found = start.copy()
        left = np.arange(len(found))
        delta, logs = found.copy(), np.log(self.shares)
        parts = (powers, outside, self.weights, logs)
        for _ in range(_MOST):
            first = _step(delta, *parts)
            move = first - delta
            done = np.abs(move).max(axis=1) < tolerance
            if done.any():
                found[left[done]] = first[done]
                keep = ~done
                if not keep.any():
                    return found
                left, delta, first, move = left[keep], delta[keep], first[keep], move[keep]
                powers, outside, weights, logs = (part[keep] for part in parts)
                parts = (powers, outside, weights, logs)
            second = _step(first, *parts)
            bend = second - first - move
            size = np.sqrt((move**2).sum(axis=1) / np.maximum((bend**2).sum(axis=1), 1e-300))
            # A rounding error for a bend would send the step anywhere.
            length = np.clip(size, 1.0, 1e3)[:, None]
            delta = delta + 2 * length * move + length**2 * bend
            wrong = ~np.isfinite(delta).all(axis=1) | (np.abs(delta).max(axis=1) > 600)
            delta[wrong] = second[wrong]
            if not np.isfinite(delta).all():
                break
        raise DataError(
            f"the contraction of market {self.names[left[0]]!r} did not converge (nor did those "
            f"of {len(left) - 1} more): start from smaller sigma and pi, or rescale the columns."
        )

    def probabilities(self, powers: Floats, outside: Floats, delta: Floats) -> Floats:
        """Return the probability that a consumer buys a product, (T, J, I)."""
        values = powers * np.exp(delta)[:, :, None]
        values /= (outside + values.sum(axis=1))[:, None, :]
        return np.asarray(values)

    def derivatives(self, chosen: Floats, free: list[tuple[int, int]]) -> Floats:
        """Return the derivative of mean utilities by each free parameter, (N, M).

        By the implicit function theorem (Nevo 2000, appendix): less the inverse of the
        derivative of shares by mean utility, times that by the parameter. A parameter is a
        characteristic and a source of tastes: -1 for the draw, else the demographic.
        """
        weighted = chosen * self.weights[:, None, :]
        by_delta = -weighted @ chosen.transpose(0, 2, 1)
        places = np.arange(chosen.shape[1])
        by_delta[:, places, places] += np.where(self.present, weighted.sum(axis=2), 1.0)
        kinds = [k for k, _ in free]
        sources = np.stack(
            [self.nodes[:, k] if d < 0 else self.demographics[:, d] for k, d in free], axis=2
        )
        means = chosen.transpose(0, 2, 1) @ self.tastes
        slopes = self.tastes[:, :, kinds] * (weighted @ sources)
        slopes -= weighted @ (means[:, :, kinds] * sources)
        return np.asarray(-np.linalg.solve(by_delta, slopes)[self.rows, self.columns])


def _step(delta: Floats, powers: Floats, outside: Floats, weights: Floats, logs: Floats) -> Floats:
    # exp(delta) factors out of both sums, so that a step is two products of matrix and vector.
    with np.errstate(all="ignore"):
        sums = outside + (np.exp(delta)[:, None, :] @ powers)[:, 0]
        means = (powers @ (weights / sums)[:, :, None])[:, :, 0]
        # Where there is no product (its share counts as one) utility stays as it is; a product
        # whose predicted share is too small for a number must not pass as converged.
        return np.asarray(np.where(logs < 0, logs - np.log(means), delta))


def pad_markets(
    data: pd.DataFrame,
    agents: pd.DataFrame,
    market: str,
    share: str,
    tastes: Floats,
    nodes: list[str],
    weights: str,
    demographics: list[str],
) -> PaddedMarkets:
    """Return products and consumers in padded arrays, or say what is wrong with them.

    Raises
    ------
    DataError
        If a market has no consumers, its shares are not above zero or sum to one or more, or
        the weights of its consumers do not sum to one.
    """
    rows, names = pd.factorize(data[market])
    own = pd.Index(names).get_indexer(agents[market])
    used = agents[own >= 0]
    own = own[own >= 0]
    columns = data.groupby(market).cumcount().to_numpy()
    places = used.groupby(market).cumcount().to_numpy()
    count, j = len(names), int(columns.max()) + 1
    lone = np.bincount(own, minlength=count) == 0
    if lone.any():
        raise DataError(f"agents: market {names[lone][0]!r} has none: add its consumers.")
    i = int(places.max()) + 1
    shares, present = np.ones((count, j)), np.zeros((count, j), dtype=bool)
    shares[rows, columns], present[rows, columns] = positive(data, share), True
    full = np.where(present, shares, 0).sum(axis=1) >= 1
    if full.any():
        raise DataError(
            f"column {share!r}: shares of market {names[full][0]!r} sum to one or more: divide "
            f"sales by all who could buy."
        )
    x = np.zeros((count, j, tastes.shape[1]))
    x[rows, columns] = tastes
    draws = np.zeros((count, len(nodes), i))
    for k, name in enumerate(nodes):
        draws[own, k, places] = numbers(used, name)
    people = np.zeros((count, len(demographics), i))
    for k, name in enumerate(demographics):
        people[own, k, places] = numbers(used, name)
    mass = np.zeros((count, i))
    mass[own, places] = positive(used, weights)
    off = np.abs(mass.sum(axis=1) - 1) > 1e-6
    if off.any():
        raise DataError(
            f"column {weights!r}: weights of market {names[off][0]!r} sum to "
            f"{mass[off][0].sum():.6g}: divide them by it."
        )
    return PaddedMarkets(
        np.asarray(names, dtype=object), rows, columns, shares, present, x, draws, people, mass
    )

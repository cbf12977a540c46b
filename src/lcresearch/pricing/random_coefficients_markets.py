"""Markets of unequal size in padded arrays: the contraction of mean utility and its slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.columns import name_rows, numbers, positive
from lcresearch.errors import DataError

__all__ = ["Agents", "PaddedMarkets", "Products", "pad_markets"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
_MOST = 5_000
# Products times consumers of the markets treated at once: what a processor's cache holds.
_CELLS = 60_000


@dataclass(frozen=True, eq=False)
class Products:
    """Columns of the products: names in the data, and the characteristics (N, K)."""

    data: pd.DataFrame
    market: str
    share: str
    tastes: Floats
    firms: Codes | None


@dataclass(frozen=True, eq=False)
class Agents:
    """Columns of the consumers; a node that is ``None`` stands for a taste without draws."""

    data: pd.DataFrame
    nodes: list[str | None]
    weights: str
    demographics: list[str]


@dataclass(frozen=True, eq=False)
class PaddedMarkets:
    """Products and consumers of T markets, padded to J products and I consumers.

    Parameters
    ----------
    names
        Name of each market, (T,).
    rows
        Rows of the data that are here, (n,).
    places
        Market and place within it of each of these rows, (n,) each.
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
    firms
        Seller of each product, (T, J), each market's counted from zero; -1 where there is none.
    """

    names: npt.NDArray[np.object_]
    rows: Codes
    places: tuple[Codes, Codes]
    shares: Floats
    present: npt.NDArray[np.bool_]
    tastes: Floats
    nodes: Floats
    demographics: Floats
    weights: Floats
    firms: Codes

    def pack(self, values: Floats) -> Floats:
        """Return a column of the data, (N,), in padded form, (T, J)."""
        found = np.zeros(self.shares.shape)
        found[self.places] = values[self.rows]
        return found

    def deviations(self, sigma: Floats, pi: Floats) -> Floats:
        """Return each consumer's deviation of tastes from the mean, (T, K, I)."""
        found = sigma[:, None] * self.nodes
        if pi.size:
            found = found + pi @ self.demographics
        return np.asarray(found)

    def exponentials(self, deviations: Floats) -> tuple[Floats, Floats]:
        """Return exp of the utility deviations, scaled, (T, J, I), and that of no purchase."""
        powers = self.tastes @ deviations
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
        SQUAREM steps of Varadhan and Roland (2008), each market with its own step until its
        largest change is below the tolerance.

        Raises
        ------
        DataError
            If a market does not converge.
        """
        found = start.copy()
        left = np.arange(len(found))
        delta, logs = found.copy(), np.log(self.shares)
        parts = (powers, outside, self.weights, logs)
        open_ = np.ones(len(found), dtype=bool)
        for _ in range(_MOST):
            first = _step(delta, *parts)
            move = first - delta
            done = open_ & (np.abs(move).max(axis=1) < tolerance)
            if done.any():
                found[left[done]] = first[done]
                open_ = open_ & ~done
                if not open_.any():
                    return found
                # To copy what is left costs as much as some steps: only when it is much less.
                if 4 * open_.sum() <= 3 * len(open_):
                    left, delta, first, move = left[open_], delta[open_], first[open_], move[open_]
                    powers, outside, weights, logs = (part[open_] for part in parts)
                    parts = (powers, outside, weights, logs)
                    open_ = open_[open_]
            second = _step(first, *parts)
            bend = second - first - move
            size = np.sqrt((move**2).sum(axis=1) / np.maximum((bend**2).sum(axis=1), 1e-300))
            # A rounding error for a bend would send the step anywhere.
            length = np.clip(size, 1.0, 1e3)[:, None]
            delta = delta + 2 * length * move + length**2 * bend
            wrong = ~(np.abs(delta).max(axis=1) < 600)
            if wrong.any():
                delta[wrong] = second[wrong]
                if not np.isfinite(delta[open_]).all():
                    break
        raise DataError(
            f"the contraction of market {self.names[left[open_][0]]!r} did not converge (nor did "
            f"those of {int(open_.sum()) - 1} more): start from smaller sigma and pi, or rescale "
            f"the columns."
        )

    def probabilities(self, powers: Floats, outside: Floats, delta: Floats) -> Floats:
        """Return the probability that a consumer buys a product, (T, J, I)."""
        values = powers * np.exp(delta)[:, :, None]
        values /= (outside + values.sum(axis=1))[:, None, :]
        return np.asarray(values)

    def directions(self, free: list[tuple[int, int]]) -> tuple[Floats, Floats]:
        """Return the factors of the derivative of utility by each free parameter.

        A parameter is a characteristic and a source of tastes: -1 for the draw, else the
        demographic. The mean coefficient of the price, (-1, -1), has zeros: it moves no
        utility once mean utilities are those that explain shares.

        Returns
        -------
        tuple of numpy.ndarray
            Characteristics, (T, J, M), and sources, (T, I, M).
        """
        none = np.zeros_like(self.weights)
        x = [np.zeros_like(self.shares) if k < 0 else self.tastes[:, :, k] for k, _ in free]
        v = [
            none if k < 0 else self.nodes[:, k] if d < 0 else self.demographics[:, d]
            for k, d in free
        ]
        return np.stack(x, axis=2), np.stack(v, axis=2)

    def derivatives(self, chosen: Floats, x: Floats, v: Floats) -> Floats:
        """Return the derivative of mean utilities by each free parameter, (T, J, M).

        By the implicit function theorem (Nevo 2000, appendix): less the inverse of the
        derivative of shares by mean utility, times that by the parameter.
        """
        weighted = chosen * self.weights[:, None, :]
        turned = chosen.transpose(0, 2, 1)
        by_delta = -(weighted @ turned)
        places = np.arange(chosen.shape[1])
        by_delta[:, places, places] += np.where(self.present, weighted.sum(axis=2), 1.0)
        slopes = x * (weighted @ v) - weighted @ ((turned @ x) * v)
        return np.asarray(-np.linalg.solve(by_delta, slopes))


def _step(delta: Floats, powers: Floats, outside: Floats, weights: Floats, logs: Floats) -> Floats:
    # exp(delta) factors out of both sums, so that a step is two products of matrix and vector.
    with np.errstate(all="ignore"):
        sums = outside + (np.exp(delta)[:, None, :] @ powers)[:, 0]
        means = (powers @ (weights / sums)[:, :, None])[:, :, 0]
        # Where there is no product (its share counts as one) utility stays as it is; a product
        # whose predicted share is too small for a number must not pass as converged.
        return np.asarray(np.where(logs < 0, logs - np.log(means), delta))


def pad_markets(products: Products, agents: Agents) -> list[PaddedMarkets]:
    """Return products and consumers in padded arrays, markets of like size together.

    Raises
    ------
    DataError
        If a market has no consumers, its shares are not above zero or sum to one or more, or
        the weights of its consumers are not above zero or do not sum to one.
    """
    data, market = products.data, products.market
    codes, index = pd.factorize(data[market])
    own = pd.Index(index).get_indexer(agents.data[market])
    names = np.asarray(index, dtype=object)
    used, own = agents.data[own >= 0], own[own >= 0]
    lone = np.bincount(own, minlength=len(names)) == 0
    if lone.any():
        raise DataError(f"agents: market {names[lone][0]!r} has none: add its consumers.")
    shares, mass = positive(data, products.share), _weights(used, agents.weights)
    full = np.bincount(codes, shares) >= 1
    if full.any():
        raise DataError(
            f"column {products.share!r}: shares of market {names[full][0]!r} sum to one or more: "
            f"divide sales by all who could buy."
        )
    sums = np.bincount(own, mass)
    off = np.abs(sums - 1) > 1e-6
    if off.any():
        raise DataError(
            f"column {agents.weights!r}: weights of market {names[off][0]!r} sum to "
            f"{sums[off][0]:.6g}: divide them by it."
        )
    draws = _columns(used, agents.nodes)
    people = _columns(used, agents.demographics)
    sizes = np.bincount(codes)
    consumers = np.bincount(own)
    sellers = _count_sellers(codes, products.firms)
    found = []
    for group in _batches(sizes, consumers):
        place = np.full(len(names), -1)
        place[group] = np.arange(len(group))
        rows, who = np.flatnonzero(place[codes] >= 0), np.flatnonzero(place[own] >= 0)
        at = (place[codes[rows]], _count_within(codes[rows]))
        there = (place[own[who]], _count_within(own[who]))
        shape = (len(group), int(sizes[group].max()))
        crowd = (len(group), int(consumers[group].max()))
        share, present = np.ones(shape), np.zeros(shape, dtype=bool)
        share[at], present[at] = shares[rows], True
        seller = np.full(shape, -1)
        seller[at] = sellers[rows]
        tastes = np.zeros((*shape, products.tastes.shape[1]))
        tastes[at] = products.tastes[rows]
        weights = np.zeros(crowd)
        weights[there] = mass[who]
        found.append(
            PaddedMarkets(
                names[group], rows, at, share, present, tastes,
                _padded(draws[who], there, crowd), _padded(people[who], there, crowd), weights,
                seller,
            )
        )  # fmt: skip
    return found


def _weights(used: pd.DataFrame, name: str) -> Floats:
    found = numbers(used, name)
    if (found <= 0).any():
        raise DataError(
            f"column {name!r}: is zero or negative in {name_rows(used, found <= 0)}: leave such "
            f"consumers out, or use another rule of integration."
        )
    return found


def _columns(used: pd.DataFrame, names: list[str] | list[str | None]) -> Floats:
    columns = [np.zeros(len(used)) if name is None else numbers(used, name) for name in names]
    return np.stack(columns, axis=1) if columns else np.zeros((len(used), 0))


def _padded(values: Floats, there: tuple[Codes, Codes], crowd: tuple[int, int]) -> Floats:
    found = np.zeros((crowd[0], values.shape[1], crowd[1]))
    found[there[0], :, there[1]] = values
    return found


def _count_within(codes: Codes) -> Codes:
    return np.asarray(pd.Series(codes).groupby(codes).cumcount().to_numpy(), dtype=np.intp)


def _count_sellers(codes: Codes, firms: Codes | None) -> Codes:
    if firms is None:
        return np.zeros_like(codes)
    pairs = pd.Series(np.unique(codes * (firms.max() + 1) + firms, return_inverse=True)[1])
    return np.asarray(pairs - pairs.groupby(codes).transform("min"), dtype=np.intp)


def _batches(sizes: Codes, consumers: Codes) -> list[Codes]:
    order = np.argsort(sizes, kind="stable")
    found: list[Codes] = []
    start = 0
    for stop in range(1, len(order) + 1):
        whole = stop == len(order)
        group = order[start : stop + (not whole)]
        if whole or len(group) * sizes[group].max() * consumers[group].max() > _CELLS:
            found.append(np.sort(order[start:stop]))
            start = stop
    return found

"""A map of zones of which only a point and an area are known."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import optimize

__all__ = ["place_stops", "territories"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CELLS: Final = 10_000  # squares that the zones' area is cut into


def territories(centres: Floats, areas: Floats) -> tuple[Floats, Ints, float]:
    r"""Return squares of the plane and the zone that each belongs to.

    Discs of the zones' areas would overlap where zones lie close together. Zones share the plane
    instead so that each has its area, none overlap, and the mean square of the distances to the
    centres is least: a square at :math:`x` belongs to the zone with the least
    :math:`|x - c_i|^2 - w_i`, and to none if that is above zero (Aurenhammer, Hoffmann and Aronov
    1998, "Minkowski-type theorems and least-squares clustering", *Algorithmica* 20(1):61-76).
    The weights :math:`w_i` maximise the dual of this transport problem. A zone far from others is
    a disc around its centre.

    Parameters
    ----------
    centres
        Where the zones lie, in km, shape (zones, 2).
    areas
        Their areas in square km, shape (zones,).

    Returns
    -------
    middles, owner, side
        The middle of each square in km, shape (squares, 2); its zone, shape (squares,); and the
        length of a side in km. Squares of no zone are left out.
    """
    # In units of a square's side, so that the search stops at the same place in km and in miles.
    side = float(np.sqrt(areas.sum() / _CELLS))
    points, wanted = centres / side, areas / side**2
    reach = np.sqrt(_CELLS / np.pi)
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    axes = [np.arange(start, stop + 1) for start, stop in zip(low, high, strict=True)]
    middles = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    squared = ((middles[:, None] - points) ** 2).sum(axis=-1)
    within = squared.min(axis=1) <= reach**2
    middles, squared = middles[within], squared[within]

    def owners(weights: Floats) -> tuple[Ints, Floats]:
        power = squared - weights
        nearest = power.argmin(axis=1)
        least = power[np.arange(len(power)), nearest]
        return np.where(least < 0, nearest, -1), np.minimum(least, 0.0)

    def dual(weights: Floats) -> tuple[float, Floats]:
        owner, least = owners(weights)
        held = np.bincount(owner[owner >= 0], minlength=len(wanted))
        return -float(least.sum() + weights @ wanted), held - wanted

    found = optimize.minimize(dual, wanted / np.pi, jac=True, method="L-BFGS-B")
    owner, _ = owners(found.x)
    return side * middles[owner >= 0], owner[owner >= 0], side


def place_stops(
    centres: Floats, areas: Floats, counts: Ints, *, draw: np.random.Generator
) -> Floats:
    """Return stops that lie at random in their zones' territories.

    Parameters
    ----------
    centres, areas
        As `territories` takes them.
    counts
        Number of stops of each zone, shape (zones,).
    draw
        Where random numbers come from.

    Returns
    -------
    numpy.ndarray
        Places in km, zone by zone, shape (sum of counts, 2).
    """
    middles, owner, side = territories(centres, areas)
    places = []
    for zone, count in enumerate(counts.tolist()):
        own = middles[owner == zone]
        # A zone smaller than a square, or on top of another, is its centre.
        own = own if len(own) else centres[[zone]]
        chosen = own[draw.integers(len(own), size=count)]
        places.append(chosen + draw.uniform(-side / 2, side / 2, (count, 2)))
    return np.concatenate(places)

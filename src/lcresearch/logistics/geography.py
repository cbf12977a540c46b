"""Distances on the globe."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lcresearch.errors import DataError

__all__ = ["EARTH_RADIUS_KM", "great_circle_km"]

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius of the earth (2a + b) / 3 of the WGS 84 ellipsoid, in km."""


def great_circle_km(
    lat: npt.ArrayLike, lon: npt.ArrayLike, lat_to: npt.ArrayLike, lon_to: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Return the great-circle distance between points on a sphere, by the haversine formula.

    The earth's flattening makes this wrong by at most about half a per cent.

    Parameters
    ----------
    lat, lon
        Latitude and longitude of the points of departure, in degrees.
    lat_to, lon_to
        Latitude and longitude of the points of arrival, in degrees; all four are broadcast.

    Returns
    -------
    numpy.ndarray
        Distances in km.

    Raises
    ------
    DataError
        If a coordinate is missing, or a latitude lies beyond the poles.
    """
    degrees = [np.asarray(angle, dtype=float) for angle in (lat, lon, lat_to, lon_to)]
    if not all(np.isfinite(angle).all() for angle in degrees):
        raise DataError("A coordinate is missing or infinite: give every point in degrees.")
    if any((np.abs(angle) > 90).any() for angle in degrees[::2]):
        raise DataError(
            "A latitude lies outside -90 to 90 degrees: are latitude and longitude swapped?"
        )
    phi, lam, phi_to, lam_to = (np.radians(angle) for angle in degrees)
    half_chord_squared = (
        np.sin((phi_to - phi) / 2) ** 2
        + np.cos(phi) * np.cos(phi_to) * np.sin((lam_to - lam) / 2) ** 2
    )
    # Rounding may carry the square of half the chord past one for opposite points.
    half_chord = np.sqrt(np.minimum(half_chord_squared, 1.0))
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(half_chord))

"""The zones of a delivery network: checked once, so that nothing later has to doubt them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from lcresearch.errors import DataError, did_you_mean
from lcresearch.logistics.geography import great_circle_km

__all__ = ["check_zones"]

_NUMBERS: Final = ("lat", "lon", "area_km2", "points")
_OPTIONAL: Final = "road_km"
_RULES: Final[dict[str, tuple[Callable[[pd.Series], pd.Series], str]]] = {
    "lat": (
        lambda s: s.between(-90, 90),
        "is no latitude: it must lie within 90 degrees; are lat and lon swapped?",
    ),
    "lon": (lambda s: s.between(-180, 180), "is no longitude: it must lie within 180 degrees"),
    "area_km2": (lambda s: s > 0, "must be above zero: give the zone's area in square km"),
    "points": (lambda s: s > 0, "must be above zero: give the zone's stop places, or leave it out"),
    _OPTIONAL: (lambda s: s >= 0, "must not be negative: give the road to the hub in km"),
}
# Beyond this distance a zone is suspect; it is refused only if swapping its coordinates helps.
_SUSPECT_KM: Final = 300.0


def check_zones(zones: pd.DataFrame, hub: str) -> pd.DataFrame:
    """Return the zones as numbers, indexed by name, with their straight distance to the hub.

    Parameters
    ----------
    zones
        One row for each zone, with the columns `name`, `lat` and `lon` (degrees), `area_km2`,
        `points` (places where a vehicle may have to stop) and, where known, `road_km` (length of
        the road to the hub; may hold gaps). Other columns are left aside.
    hub
        Name of the zone in which the hub stands.

    Returns
    -------
    pandas.DataFrame
        Columns `lat`, `lon`, `area_km2`, `points`, `road_km` (missing where unknown) and
        `straight_km`, in the order of the rows of `zones`.

    Raises
    ------
    DataError
        If a column is missing, a name is empty or stands twice, a number is missing, not finite
        or out of its range, latitude and longitude are swapped, or the hub is not a zone.
    """
    if not isinstance(zones, pd.DataFrame):
        raise DataError(f"zones must be a pandas DataFrame, not {type(zones).__name__}.")
    missing = [name for name in ("name", *_NUMBERS) if name not in zones]
    if missing:
        raise DataError(
            f"zones lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}: "
            f"add it, or rename the column that holds it."
        )
    if zones.empty:
        raise DataError("zones has no rows: give one row for each zone.")
    names = zones["name"]
    unnamed = names.isna() | (names.astype(str).str.strip() == "")
    if unnamed.any():
        raise DataError(f"zones, row {_rows(unnamed)}, column name: is empty: fill it in.")
    twice = names.duplicated(keep=False)
    if twice.any():
        raise DataError(
            f"zones, column name: {', '.join(map(repr, names[twice].unique()))} stands more than "
            f"once (rows {_rows(twice)}): keep one row for each zone."
        )
    columns = [*_NUMBERS, *([_OPTIONAL] if _OPTIONAL in zones else [])]
    checked = pd.DataFrame(
        {column: _numbers_of(zones, column) for column in columns}, index=zones.index
    )
    checked = checked.set_axis(pd.Index(names.to_numpy(), name="name")).reindex(
        columns=[*_NUMBERS, _OPTIONAL]
    )
    if hub not in checked.index:
        hint = did_you_mean(hub, checked.index)
        raise DataError(f"hub {hub!r} is not the name of a zone: name the hub's zone.{hint}")
    checked["straight_km"] = _distance_to_hub(checked, hub)
    return checked


def _rows(mask: pd.Series) -> str:
    """Return the positions of the rows of a mask, counted from zero as pandas does."""
    return ", ".join(str(row) for row in np.flatnonzero(mask.to_numpy()))


def _numbers_of(zones: pd.DataFrame, column: str) -> pd.Series:
    given = zones[column]
    numbers = pd.to_numeric(given, errors="coerce").astype(float)
    holds, remedy = _RULES[column]
    gaps = numbers.isna() & given.isna()
    if column != _OPTIONAL and gaps.any():
        raise DataError(
            f"zones, column {column}: no value for {_named(zones, gaps)}: fill it in, or leave "
            f"the zone out and say so."
        )
    wrong = ~gaps & ~(np.isfinite(numbers) & holds(numbers))
    if wrong.any():
        values = ", ".join(map(str, given[wrong].head(3)))
        raise DataError(f"zones, column {column}: {values} at {_named(zones, wrong)} {remedy}.")
    return numbers


def _named(zones: pd.DataFrame, mask: pd.Series) -> str:
    names = [str(name) for name in zones["name"][mask]]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    rows = "row" if len(names) == 1 else "rows"
    return f"{', '.join(names[:5])}{more} ({rows} {_rows(mask)})"


def _distance_to_hub(zones: pd.DataFrame, hub: str) -> np.ndarray:
    lat, lon = float(zones.at[hub, "lat"]), float(zones.at[hub, "lon"])
    straight = great_circle_km(zones["lat"], zones["lon"], lat, lon)
    swappable = zones["lon"].between(-90, 90).to_numpy()
    swapped = np.full(len(zones), np.inf)
    swapped[swappable] = great_circle_km(zones["lon"][swappable], zones["lat"][swappable], lat, lon)
    suspect = (straight > _SUSPECT_KM) & (swapped < straight / 10)
    if suspect.any():
        raise DataError(
            f"zones, columns lat and lon: {', '.join(map(str, zones.index[suspect]))} would lie "
            f"next to the hub if they were swapped, and lies {straight[suspect].max():,.0f} km "
            f"away as given: swap them."
        )
    return straight

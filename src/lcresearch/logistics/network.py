"""Kilometres and costs of a two-way delivery network, by continuous approximation."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError
from lcresearch.logistics.approximation import approximate
from lcresearch.logistics.directions import direction_costs
from lcresearch.logistics.pooling import merge_carriers, pooled
from lcresearch.logistics.vehicle import Vehicle
from lcresearch.logistics.zones import check_zones

if TYPE_CHECKING:
    from lcresearch.logistics.routes import RoutePlan

__all__ = ["TOUR_CONSTANT", "DeliveryNetwork"]

TOUR_CONSTANT: Final = 0.7120
"""Length of the shortest tour of n random points in area A, over sqrt(n A), for many points.

By simulation in Percus and Martin (1996), "Finite size and dimensional dependence in the
Euclidean traveling salesman problem", *Physical Review Letters* 76(8):1188-1191.
"""


# Two frames have no single truth of being equal, so networks are compared by identity.
@dataclass(frozen=True, eq=False)
class DeliveryNetwork:
    r"""A hub, the zones around it, and the vehicles that serve them.

    The kilometres driven for zone :math:`i` in a day are approximated as in Daganzo (1984),
    "The distance traveled to visit N points with a maximum of C stops per vehicle",
    *Transportation Science* 18(4):331-350, by a line haul and a local part,

    .. math::

        L_i = \frac{2 r_i \max(d_i, u_i)}{C} + k \, \delta \sqrt{n_i A_i},

    where :math:`r_i` is the road distance to the hub, :math:`d_i` and :math:`u_i` the parcels
    brought and fetched, :math:`C` the vehicle's capacity, :math:`k` the tour constant of
    Beardwood, Halton and Hammersley (1959), :math:`\delta` the detour of roads, :math:`A_i` the
    area and :math:`n_i` the stops made. A vehicle that brings parcels fetches others on the same
    tour, so the larger flow alone fixes the number of tours. With :math:`N_i` places and parcels
    that fall on them at random (Poisson), a place is visited if it has at least one parcel:

    .. math::

        n_i = N_i \left(1 - e^{-(d_i + u_i) / N_i}\right).

    Tours are not rounded up to whole ones: a zone with little demand is served less than daily.

    Parameters
    ----------
    zones
        One row for each zone: `name`, `lat`, `lon` (degrees), `area_km2`, `points` (places where
        a vehicle may have to stop) and, where known, `road_km` (length of the road to the hub),
        which then replaces detour times straight line.
    hub
        Name of the zone in which the hub stands.
    detour
        Road kilometres per kilometre of straight line, one or more.
    vehicle
        The vehicle that drives.
    tour_constant
        The constant :math:`k`.

    Raises
    ------
    DataError
        If the zones are wrong (the message names column, rows and remedy), the hub is not a
        zone, the detour is below one, or the tour constant is not above zero.
    """

    zones: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    hub: str
    detour: float
    vehicle: Vehicle
    tour_constant: float = TOUR_CONSTANT

    def __post_init__(self) -> None:
        if not (math.isfinite(self.detour) and self.detour >= 1):
            raise DataError(
                f"detour is {self.detour}: a road is at least as long as the straight line, so "
                f"give one or more."
            )
        if not (math.isfinite(self.tour_constant) and self.tour_constant > 0):
            raise DataError(f"tour_constant is {self.tour_constant}: give a number above zero.")
        if not isinstance(self.vehicle, Vehicle):
            raise DataError(
                f"vehicle must be a Vehicle, not {type(self.vehicle).__name__}: use "
                f"Vehicle(capacity=..., cost_per_km=...)."
            )
        object.__setattr__(self, "zones", check_zones(self.zones, self.hub))

    def distance(self, down: float | pd.Series, up: float | pd.Series) -> pd.DataFrame:
        """Return the kilometres driven for each zone.

        Parameters
        ----------
        down
            Parcels per day brought from the hub: one number for the whole network, which is
            spread over the zones in proportion to their points, or a series indexed by the names
            of all zones.
        up
            Parcels per day fetched to the hub, in the same form.

        Returns
        -------
        pandas.DataFrame
            One row for each zone, in the order given, with the columns `down` and `up` (parcels
            per day), `road_km` (to the hub), `stops` (expected per day), `linehaul_km`,
            `local_km` and `vehicle_km` (km per day). The sums of the last three are the network's.

        Raises
        ------
        DataError
            If a volume is negative or missing, or a series does not name each zone once.
        """
        down, up = self._spread("down", down), self._spread("up", up)
        inputs = self.inputs()
        found = approximate(down, up, **inputs)
        return pd.DataFrame(
            {
                "down": down,
                "up": up,
                "road_km": inputs["road_km"],
                "stops": found.stops,
                "linehaul_km": found.linehaul,
                "local_km": found.local,
                "vehicle_km": found.linehaul + found.local,
            }
        )

    def cost(self, down: float | pd.Series, up: float | pd.Series) -> pd.DataFrame:
        """Return what each zone's parcels cost.

        Parameters
        ----------
        down, up
            Parcels per day brought and fetched, in the form that `distance` takes.

        Returns
        -------
        pandas.DataFrame
            One row for each zone, with the columns `parcels` and `vehicle_km` (per day),
            `driving`, `handling` and `cost` (yuan per day) and `cost_per_parcel` (yuan; missing
            where a zone has no parcels).

        Raises
        ------
        DataError
            If a volume is negative or missing, or a series does not name each zone once.
        """
        distance = self.distance(down, up)
        parcels = distance["down"] + distance["up"]
        driving = distance["vehicle_km"] * self.vehicle.cost_per_km
        handling = parcels * self.vehicle.handling
        cost = driving + handling
        return pd.DataFrame(
            {
                "parcels": parcels,
                "vehicle_km": distance["vehicle_km"],
                "driving": driving,
                "handling": handling,
                "cost": cost,
                "cost_per_parcel": cost / parcels.where(parcels > 0),
            }
        )

    def direction_costs(self, down: float | pd.Series, up: float | pd.Series) -> pd.DataFrame:
        """Return what a parcel costs on its way down and up, on average and at the margin.

        A vehicle that brings parcels fetches others, so the two directions share a cost. Each
        is charged the mean of what it adds when it comes first and when it comes second, the
        Shapley value of two. While fewer parcels leave than arrive, one more of them needs no
        further tour: its marginal cost is its handling and a little driving between stops.

        Parameters
        ----------
        down, up
            Parcels per day brought and fetched, in the form that `distance` takes.

        Returns
        -------
        pandas.DataFrame
            One row for each zone, with the columns `down_cost` and `up_cost` (yuan per day,
            their sum is the zone's), `down_per_parcel` and `up_per_parcel` (yuan; missing where
            there is no such parcel), `down_marginal` and `up_marginal` (yuan for one more parcel
            a day, infinite where none has come so far: the first takes a tour of its own) and
            `empty_backhaul` (share of the vehicles' space that is empty on the weaker way;
            missing where there are no parcels).

        Raises
        ------
        DataError
            If a volume is negative or missing, or a series does not name each zone once.
        """
        down, up = self._spread("down", down), self._spread("up", up)
        return direction_costs(
            down,
            up,
            cost_per_km=self.vehicle.cost_per_km,
            handling=self.vehicle.handling,
            **self.inputs(),
        )

    def pooling_curve(
        self,
        carriers: npt.ArrayLike,
        groups: Sequence[int] = (35, 17, 8, 4, 2, 1),
        *,
        down: float | pd.Series | None = None,
        up: float | pd.Series = 0.0,
        wait_for: float = 0.0,
        whole_tours: bool = False,
    ) -> pd.DataFrame:
        """Return what parcels cost when carriers that drive apart merge into fewer groups.

        Every group serves all zones with its share of their parcels. Few parcels mean more
        kilometres for each, since stops and the ways between them are shared by fewer. The two
        smallest groups merge, again and again.

        Parameters
        ----------
        carriers
            Parcels per day of each carrier. If `down` is given, only their proportions count.
        groups
            Numbers of groups, each between one and the number of carriers.
        down, up
            Parcels per day of all carriers together, in the form that `distance` takes. If `down`
            is left out, the carriers' parcels are brought, and spread over the zones' points.
        wait_for
            Parcels that a group lets come together before it visits a zone, if a day brings it
            fewer: it skips days, so that its parcels come later and cost less. With zero it
            visits every day.
        whole_tours
            Whether a zone takes a tour of its own whenever a group visits it, instead of sharing
            one with other zones. Then, and without waiting, driving apart is at its dearest.

        Returns
        -------
        pandas.DataFrame
            One row for each number of `groups`, in the order given, with the columns `stops` and
            `vehicle_km` (per day), `cost` (yuan per day), `cost_per_parcel` (yuan) and `saving`
            (share of the first row's cost).

        Raises
        ------
        DataError
            If a volume is negative or missing, there are no parcels, or a number of groups is
            impossible.
        """
        merged = merge_carriers(carriers, groups)
        if down is None:
            down = float(np.sum(carriers))
            if down <= 1:
                raise DataError(
                    f"carriers add up to {down:g} parcels a day: if these are shares, give the "
                    f"parcels as `down` and `up`."
                )
        if not (math.isfinite(wait_for) and wait_for >= 0):
            raise DataError(f"wait_for is {wait_for}: give a number of parcels, zero or more.")
        down, up = self._spread("down", down), self._spread("up", up)
        parcels = float((down + up).sum())
        if parcels == 0:
            raise DataError("down and up: there is no parcel: give volumes above zero.")
        totals = [
            pooled(shares, down, up, wait_for=wait_for, whole_tours=whole_tours, **self.inputs())
            for shares in merged.values()
        ]
        stops, kilometres = np.array(totals, dtype=float).reshape(-1, 2).T
        cost = self.vehicle.cost_per_km * kilometres + self.vehicle.handling * parcels
        table = {
            "stops": stops,
            "vehicle_km": kilometres,
            "cost": cost,
            "cost_per_parcel": cost / parcels,
            "saving": 1 - cost / cost[0] if cost[0] > 0 else 0.0,
        }
        return pd.DataFrame(table, index=pd.Index(list(merged), name="groups"))

    def without_known_roads(self) -> DeliveryNetwork:
        """Return the network with every road taken as detour times straight line."""
        zones = self.zones.drop(columns=["road_km", "straight_km"]).reset_index()
        return replace(self, zones=zones)

    def routes(
        self, down: float | pd.Series, up: float | pd.Series, *, seconds: float, seed: int
    ) -> RoutePlan:
        """Return routes that vehicles could drive, beside what the approximation gives.

        Stops, as many as expected, are drawn at random in territories that have the zones' areas
        around their points. Parcels are rounded to whole ones and dealt evenly to a zone's stops.
        Every way is detour times straight line, known roads being left aside, and a vehicle
        delivers and fetches at the same stop. Routes are searched by PyVRP, and may pass several
        zones.

        Parameters
        ----------
        down, up
            Parcels per day brought and fetched, in the form that `distance` takes.
        seconds
            How long to search. A faster machine may find shorter routes in the same time.
        seed
            Seed of the map and of the search.

        Returns
        -------
        RoutePlan
            The stops in the order of driving, `km`, `approximation_km` and their `gap`.

        Raises
        ------
        DataError
            If PyVRP is not installed, a volume is negative or missing, there is no whole parcel,
            the time is not above zero, or no routes were found in it.
        """
        from lcresearch.logistics.routes import plan_routes

        return plan_routes(self, down, up, seconds=seconds, seed=seed)

    def inputs(self) -> dict[str, Any]:
        """Return what the approximation takes besides parcels, as numbers and series by zone."""
        straight_road = self.detour * self.zones["straight_km"]
        return {
            "points": self.zones["points"],
            "area_km2": self.zones["area_km2"],
            "road_km": self.zones["road_km"].fillna(straight_road),
            "detour": self.detour,
            "capacity": self.vehicle.capacity,
            "tour_constant": self.tour_constant,
        }

    def _spread(self, name: str, volume: float | pd.Series) -> pd.Series:
        """Return a volume by zone."""
        points = self.zones["points"]
        if isinstance(volume, pd.Series):
            by_zone = self._by_zone(name, volume)
        elif isinstance(volume, numbers.Real) and not isinstance(volume, bool):
            by_zone = float(volume) * points / points.sum()
        else:
            raise DataError(
                f"{name} must be a number of parcels per day or a series by zone, not "
                f"{type(volume).__name__}."
            )
        wrong = ~(np.isfinite(by_zone) & (by_zone >= 0))
        if wrong.any():
            raise DataError(
                f"{name}: {by_zone[wrong].iloc[0]} at {', '.join(map(str, by_zone.index[wrong]))}: "
                f"give parcels per day, zero or more."
            )
        return by_zone.rename(name)

    def _by_zone(self, name: str, volume: pd.Series) -> pd.Series:
        twice = volume.index[volume.index.duplicated()].unique()
        absent = self.zones.index.difference(volume.index, sort=False)
        unknown = volume.index.difference(self.zones.index, sort=False)
        for faulty, words in (
            (twice, "more than once: keep one value"),
            (absent, "not at all: add a value, zero if there are none"),
            (unknown, "although it is no zone: remove it or correct the name"),
        ):
            if len(faulty):
                raise DataError(f"{name} names {', '.join(map(repr, faulty))} {words}.")
        # What is no number becomes a gap, which the caller refuses by name.
        return pd.to_numeric(volume.reindex(self.zones.index), errors="coerce").astype(float)

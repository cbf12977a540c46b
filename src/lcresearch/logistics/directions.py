"""What a parcel costs down and up when one vehicle carries both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lcresearch.logistics.approximation import approximate

__all__ = ["direction_costs"]


def direction_costs(
    down: pd.Series,
    up: pd.Series,
    *,
    points: pd.Series,
    area_km2: pd.Series,
    road_km: pd.Series,
    detour: float,
    capacity: float,
    tour_constant: float,
    cost_per_km: float,
    handling: float,
) -> pd.DataFrame:
    r"""Return average and marginal costs by direction, as `DeliveryNetwork.direction_costs` tells.

    With :math:`C(d, u)` the cost of a zone's driving, the way down is charged
    :math:`\tfrac12 [C(d, 0) + C(d, u) - C(0, u)]`, the Shapley value of two players. The marginal
    cost of a parcel down is the right derivative

    .. math::

        \frac{\partial C}{\partial d} = p \left(\frac{2 r}{C} [d \ge u]
        + k \delta \sqrt{A} \, \frac{e^{-(d + u) / N}}{2 \sqrt{n}}\right) + h,

    with the price :math:`p` of a kilometre and the handling :math:`h`; up likewise.

    Parameters
    ----------
    down, up
        Parcels per day of each zone.
    points, area_km2, road_km, detour, capacity, tour_constant
        As `approximate` takes them.
    cost_per_km, handling
        Yuan per kilometre and per parcel.
    """

    def driving(brought: pd.Series, fetched: pd.Series) -> pd.Series:
        found = approximate(
            brought,
            fetched,
            points=points,
            area_km2=area_km2,
            road_km=road_km,
            detour=detour,
            capacity=capacity,
            tour_constant=tour_constant,
        )
        return pd.Series(cost_per_km * (found.linehaul + found.local), index=down.index)

    nothing = 0 * down
    both, alone_down, alone_up = driving(down, up), driving(down, nothing), driving(nothing, up)
    down_cost = (alone_down + both - alone_up) / 2 + handling * down
    up_cost = (alone_up + both - alone_down) / 2 + handling * up

    parcels, larger = down + up, np.maximum(down, up)
    stops = points * -np.expm1(-parcels / points)
    # The first parcel of all has no tour to join: the slope of a root at zero.
    slope = np.exp(-parcels / points) / (2 * np.sqrt(stops.where(stops > 0)))
    slope = slope.fillna(np.inf if cost_per_km > 0 else 0.0)
    between = tour_constant * detour * np.sqrt(area_km2) * slope
    tour = 2 * road_km / capacity
    return pd.DataFrame(
        {
            "down_cost": down_cost,
            "up_cost": up_cost,
            "down_per_parcel": down_cost / down.where(down > 0),
            "up_per_parcel": up_cost / up.where(up > 0),
            "down_marginal": cost_per_km * (tour * (down >= up) + between) + handling,
            "up_marginal": cost_per_km * (tour * (up >= down) + between) + handling,
            "empty_backhaul": 1 - np.minimum(down, up) / larger.where(larger > 0),
        }
    )

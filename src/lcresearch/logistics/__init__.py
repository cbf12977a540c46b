"""Costs of moving parcels both ways between the county's seat and its townships."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "break_even": ["break_even_volume"],
        "cost_function": ["CostFunction"],
        "geography": ["great_circle_km"],
        "network": ["DeliveryNetwork"],
        "vehicle": ["Vehicle"],
    },
)

"""Costs of moving parcels both ways between the county's seat and its townships."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "alliances": ["sub_alliances"],
        "break_even": ["break_even_subsidy", "break_even_volume"],
        "core": ["CoreTest", "in_core"],
        "cost_function": ["CostFunction"],
        "frontier": ["Frontier"],
        "geography": ["great_circle_km"],
        "hubs": ["hub_choice"],
        "network": ["DeliveryNetwork"],
        "pooling": ["merge_carriers", "pooled_cost", "pooling_draws"],
        "routes": ["RoutePlan"],
        "shapley": ["airport_shares", "shapley_shares"],
        "shapley_sample": ["SampledShares", "shapley_sample"],
        "vehicle": ["Vehicle"],
        "waybill_expressions": ["WaybillExpressions"],
        "waybill_store": ["aggregate_waybills"],
        "waybills": ["WAYBILLS", "read_waybills", "township_days"],
    },
)

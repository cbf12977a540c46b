from lcresearch.logistics.break_even import break_even_volume as break_even_volume
from lcresearch.logistics.cost_function import CostFunction as CostFunction
from lcresearch.logistics.geography import great_circle_km as great_circle_km
from lcresearch.logistics.network import DeliveryNetwork as DeliveryNetwork
from lcresearch.logistics.vehicle import Vehicle as Vehicle

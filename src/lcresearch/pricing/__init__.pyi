from lcresearch.pricing.build_up import PriceBuildUp as PriceBuildUp
from lcresearch.pricing.build_up import price_build_up as price_build_up

"""Simulated waybills with Chinese names, and the comparison of their sums."""

import numpy as np
import pandas as pd

from lcresearch.logistics.waybill_store import aggregate_waybills

COUNT = 3000


def simulated_waybills():
    """Return three thousand simulated waybills with Chinese names."""
    draw = np.random.default_rng(8)
    return pd.DataFrame(
        {
            "waybill": [f"{number:015d}" for number in draw.permutation(COUNT)],
            "date": pd.Timestamp(2023, 5, 1) + pd.to_timedelta(draw.integers(0, 20, COUNT), "D"),
            "carrier": draw.choice(["圆通", "中通", "邮政"], COUNT),
            "direction": draw.choice(["down", "up"], COUNT, p=[0.8, 0.2]),
            "township": draw.choice(["莲峰镇", "姑田镇", "朋口镇"], COUNT),
            "point": draw.choice(["一号店", "二号店", "三号店", "四号店"], COUNT),
            "weight": draw.uniform(0.1, 5, COUNT).round(3),
            "fee": draw.uniform(1, 9, COUNT).round(2),
        }
    )


def same(path, expected, **options):
    """Compare the table from files with that from memory, kinds and order included."""
    found = aggregate_waybills(path, progress=False, **options)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)

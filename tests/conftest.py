"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import toy
from hypothesis import settings

import lcresearch as lc

# A red run must mean a fault: where CI is set, property tests draw the same cases every time.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")


@pytest.fixture(autouse=True)
def _fresh_ledger() -> Iterator[None]:
    """Give each test a ledger of its own."""
    lc.ledger.reset()
    yield
    lc.ledger.reset()


@pytest.fixture
def county_folder(tmp_path: Path) -> Path:
    """The folder of a fictional county."""
    return toy.make_county(tmp_path / "nowhere")


@pytest.fixture
def project_root(tmp_path: Path) -> Path:
    """A small project with two notebooks, in a path with a space and Chinese characters."""
    return toy.make_project(tmp_path / "my 项目")

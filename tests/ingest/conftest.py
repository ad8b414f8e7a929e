"""Runs to ingest: an ordered spinel at several Li contents, and silicon."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jobflow import JobStore
from maggma.stores import MemoryStore
from spinel_runs import relaxation, write_campaign
from vasp_files import Run


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """Write relaxations and Li metal, as a user may keep them."""
    write_campaign(tmp_path)
    return tmp_path


@pytest.fixture
def make_relaxation() -> Callable[..., Run]:
    return relaxation


@pytest.fixture
def store() -> JobStore:
    opened = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    opened.connect()
    return opened

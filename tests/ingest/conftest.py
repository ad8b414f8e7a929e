"""Runs to ingest: an ordered spinel at several Li contents, and silicon."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jobflow import JobStore
from maggma.stores import MemoryStore
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from spinel_runs import ENERGIES, RELAXATION, relaxation
from vasp_files import Run


def lithium() -> Run:
    cell = Structure(Lattice.cubic(3.43), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    return Run([cell], [-3.8], incar=RELAXATION)


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """Write relaxations and Li metal, as a user may keep them."""
    for n_li in ENERGIES:
        relaxation(n_li).write(tmp_path / "lnmo" / f"x{n_li / 8:g}")
    lithium().write(tmp_path / "Li")
    return tmp_path


@pytest.fixture
def make_relaxation() -> Callable[..., Run]:
    return relaxation


@pytest.fixture
def store() -> JobStore:
    opened = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    opened.connect()
    return opened

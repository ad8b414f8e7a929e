"""Relaxations that keep the space group of their start."""

from pathlib import Path

import pytest
from pymatgen.core.structure import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.engines.engine import EngineOptions
from liponflow.engines.potential.makers import PotentialMaker
from liponflow.engines.registry import get_engine
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.hop_cell import hop_cell, site_start
from liponflow.structures.migration.interstitials import interstitial_sites

# atomate2 0.1.5 warns about an argument that it sets itself.
pytestmark = pytest.mark.filterwarnings("ignore:`task_document_kwargs`:DeprecationWarning")

NUDGE = 0.002
"""Å: within the tolerance the start has the symmetry of its site."""

EXACT = 1e-4
"""Å: much closer than a relaxation gets to a symmetric minimum unaided."""


def relaxed(site: str, *, keep_symmetry: bool) -> Structure:
    """Relax N on a site of bcc Cu by the effective medium theory, which knows both."""
    host = bcc_lithium(2.88)
    host.replace_species({"Li": "Cu"})
    cell = hop_cell(interstitial_sites(host, min_radius=1.0), (2, 2, 2))
    position = int(cell.sites.positions_of(site)[0])
    engine = get_engine("ase.calculators.emt:EMT", EngineOptions(0.05, 200))
    maker = engine.relax(cell=False, keep_symmetry=keep_symmetry)
    start = site_start(cell, "N", position, nudge=NUDGE)
    document = PotentialMaker.make.original(maker, start)  # type: ignore[attr-defined]
    assert document.is_force_converged
    found: Structure = document.output.structure
    return found


def symbol(structure: Structure) -> str:
    return SpacegroupAnalyzer(structure, symprec=EXACT).get_space_group_symbol()


@pytest.mark.parametrize(("site", "group"), [("tetrahedral", "P-4m2"), ("octahedral", "P4/mmm")])
def test_relaxed_state_stays_in_its_space_group(
    site: str, group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # atomate2 writes the last atoms to the working directory
    assert symbol(relaxed(site, keep_symmetry=True)) == group
    assert symbol(relaxed(site, keep_symmetry=False)) != group

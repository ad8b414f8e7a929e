"""Relaxations that begin with the Hessian of a potential: N in bcc Cu by the effective medium."""

import json
from pathlib import Path

import numpy as np
import pytest
from ase.calculators.emt import EMT
from ase.vibrations import Vibrations
from atomate2.forcefields.schemas import ForceFieldTaskDocument
from monty.json import MontyDecoder, MontyEncoder
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.engines.engine import EngineOptions, Hessian
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.engines.potential.hessian import SOFTEST, BFGSFromHessian
from liponflow.engines.potential.makers import PotentialMaker
from liponflow.engines.registry import get_engine
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.hop_cell import hop_cell, site_start
from liponflow.structures.migration.interstitials import interstitial_sites

# atomate2 0.1.5 warns about an argument that it sets itself.
pytestmark = pytest.mark.filterwarnings("ignore:`task_document_kwargs`:DeprecationWarning")

LIMIT = 0.01


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where the files that a relaxation leaves are in nobody's way."""
    monkeypatch.chdir(tmp_path)


def engine() -> PotentialEngine:
    made = get_engine("ase.calculators.emt:EMT", EngineOptions(LIMIT, 200))
    assert isinstance(made, PotentialEngine)
    return made


def hessian() -> Hessian:
    found = engine().hessian()
    assert found is not None
    return found


def start(a: float = 2.88) -> Structure:
    host = bcc_lithium(a)
    host.replace_species({"Li": "Cu"})
    cell = hop_cell(interstitial_sites(host, min_radius=1.0), (2, 2, 2))
    return site_start(cell, "N", int(cell.sites.positions_of("octahedral")[0]))


def relaxed(initial: Hessian | None) -> ForceFieldTaskDocument:
    maker = engine().relax(cell=False, keep_symmetry=True, initial_hessian=initial)
    stored = json.loads(json.dumps(maker, cls=MontyEncoder))
    maker = MontyDecoder().process_decoded(stored)
    document: ForceFieldTaskDocument = PotentialMaker.make.original(maker, start())  # type: ignore[attr-defined]
    assert document.is_force_converged
    return document


def test_relaxation_takes_fewer_steps_to_the_same_minimum() -> None:
    without, begun = relaxed(None), relaxed(hessian())
    assert begun.output.energy == pytest.approx(without.output.energy, abs=2e-4)
    apart = begun.output.structure.lattice.get_all_distances(
        begun.output.structure.frac_coords, without.output.structure.frac_coords
    )
    assert np.diag(apart).max() < 0.01
    assert begun.output.n_steps <= without.output.n_steps / 2, (
        begun.output.n_steps,
        without.output.n_steps,
    )


def test_hessian_is_that_of_displacing_every_atom(tmp_path: Path) -> None:
    structure = start()
    atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    atoms.calc = EMT()
    every = Vibrations(atoms, name=f"{tmp_path}/vibrations", delta=0.02)
    every.run()
    expected = every.get_vibrations().get_hessian_2d()
    found = hessian()(structure)
    # phonopy makes the rows add up to zero, which those of ASE do to within the differences.
    assert found == pytest.approx(expected, abs=0.02 * np.abs(expected).max())


def test_curvatures_that_a_step_begins_with_are_positive_and_not_soft() -> None:
    atoms = AseAtomsAdaptor.get_atoms(start(), msonable=False)[:2]
    optimiser = BFGSFromHessian(
        atoms, hessian=np.diag([-5.0, 0.0, 0.5, 2.0, 3.0, 40.0]), logfile=None
    )
    assert np.diag([5.0, SOFTEST, SOFTEST, 2.0, 3.0, 40.0]) == pytest.approx(optimiser.H0)


def test_relaxation_of_the_cell_begins_without_it() -> None:
    maker = engine().relax(cell=True, initial_hessian=hessian())
    assert isinstance(maker, PotentialMaker)
    assert maker.initial_hessian is None
    assert maker.optimizer_kwargs == {"optimizer": "LBFGS"}


def test_displacements_are_planned_beside_the_relaxation() -> None:
    maker = engine().relax(cell=False, initial_hessian=hessian())
    assert isinstance(maker, PotentialMaker)
    structure = start()
    assert [(found.kind, found.ionic_steps) for found in maker.planned(structure)] == [
        ("relax", None),
        ("displacement", 6 * len(structure)),
    ]


def test_calculator_that_stands_for_dft_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"calculator": "ase.calculators.emt:EMT", "surrogate": False}
    monkeypatch.setenv("LIPONFLOW_ENGINES", json.dumps({"dft": entry}))
    assert get_engine("dft", EngineOptions(LIMIT, 200)).hessian() is None

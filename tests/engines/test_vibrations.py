"""Vibrations of a vacancy and its saddle point against ASE's finite differences."""

from pathlib import Path
from typing import Any

import pytest
from ase import Atoms
from ase.calculators.emt import EMT
from ase.optimize import BFGS
from ase.vibrations import Vibrations
from jobflow import Flow, run_locally
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from static_emt import StaticEMTMaker
from vacancy_example import copper_hop

from liponflow.analysis.migration.gamma_modes import GammaModes
from liponflow.analysis.migration.rates import vineyard_prefactor
from liponflow.analysis.migration.saddle import (
    imaginary_modes,
    saddle_reason,
    without_translations,
)
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.potential.vibrations import vibrate, vibrations
from liponflow.engines.vibrations import DISTANCE, moving_atoms, vibrate_with

SAME = 0.01  # THz, of two finite-difference schemes
CM_TO_THZ = 0.0299792458


@pytest.fixture(scope="module")
def states() -> dict[str, Structure]:
    """Return a vacancy in 32-atom Cu, and its saddle point, which is half-way by symmetry."""
    ends = copper_hop()
    middle = ends.start.copy()
    middle.translate_sites(
        [len(middle) - 1], (ends.end[-1].coords - ends.start[-1].coords) / 2, frac_coords=False
    )
    found = {}
    for name, structure in {"start": ends.start, "saddle": middle}.items():
        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        atoms.calc = EMT()
        # Exactly symmetric forces keep the atom at the saddle point.
        BFGS(atoms, logfile=None).run(fmax=1e-3, steps=60)
        found[name] = AseAtomsAdaptor.get_structure(atoms)
    return found


def reference(structure: Structure, folder: Path, atoms_moving: list[int] | None) -> list[float]:
    """Return frequencies by ASE (THz), imaginary ones negative."""
    atoms: Atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    atoms.calc = EMT()
    vibrating = Vibrations(atoms, indices=atoms_moving, delta=DISTANCE, name=str(folder))
    vibrating.run()
    values = vibrating.get_frequencies() * CM_TO_THZ
    return sorted((values.real - values.imag).tolist())


@pytest.mark.parametrize("name", ["start", "saddle"])
@pytest.mark.parametrize("radius", [None, 3.0])
def test_frequencies_agree_with_finite_differences_by_ase(
    states: dict[str, Structure], tmp_path: Path, name: str, radius: float | None
):
    moving = None if radius is None else moving_atoms(list(states.values()), radius)
    mine = vibrations(states[name], EMT(), moving=moving)
    theirs = reference(states[name], tmp_path / "vib", moving)
    if moving is None:
        theirs = without_translations(theirs)
    assert mine.frequencies == pytest.approx(theirs, abs=SAME)


def test_saddle_point_has_one_imaginary_mode_and_a_prefactor(states: dict[str, Structure]):
    start, saddle = (vibrations(states[name], EMT()) for name in ("start", "saddle"))
    assert imaginary_modes(start.frequencies) == []
    assert saddle_reason(saddle.frequencies) is None
    everything = vineyard_prefactor(start.frequencies, saddle.frequencies)
    assert 1 < everything < 100  # THz, as usual in metals
    moving = moving_atoms(list(states.values()), 3.0)
    frozen = [
        vibrations(states[name], EMT(), moving=moving).frequencies for name in ("start", "saddle")
    ]
    # The frozen host atoms contribute little.
    assert vineyard_prefactor(*frozen) == pytest.approx(everything, rel=0.5)
    assert len(moving) < len(states["start"]) / 2


def test_symmetry_reduces_the_number_of_displacements(states: dict[str, Structure]):
    assert vibrations(states["saddle"], EMT()).n_calculations < 6 * 31


def test_job_returns_the_same_frequencies(states: dict[str, Structure], tmp_path: Path):
    job = vibrate(states["start"], CalculatorSpec(EMT), moving=[0, 1])
    [response] = run_locally(job, root_dir=tmp_path, create_folders=True)[job.uuid].values()
    found = response.output
    assert isinstance(found, GammaModes)
    assert found == vibrations(states["start"], EMT(), moving=[0, 1])


def test_same_atoms_vibrate_in_all_states(states: dict[str, Structure]):
    both = moving_atoms(list(states.values()), 3.0)
    alone = [moving_atoms([state], 3.0) for state in states.values()]
    assert set(both) == set(alone[0]) | set(alone[1])
    assert len(states["start"]) - 1 in both
    with pytest.raises(ValueError, match=r"no host atom within 0\.5 Å"):
        moving_atoms(list(states.values()), 0.5)


def test_zero_displacement_is_refused(states: dict[str, Structure]):
    with pytest.raises(ValueError, match="it must be above 0"):
        vibrations(states["start"], EMT(), distance=0.0)


def test_static_calculations_of_any_engine_yield_the_same_frequencies(
    states: dict[str, Structure], tmp_path: Path
):
    job = vibrate_with(states["saddle"], StaticEMTMaker(), moving=[0, 30])
    flow = Flow([job], output=job.output)
    responses: dict[str, Any] = run_locally(flow, root_dir=tmp_path, ensure_success=True)
    found = [
        response.output
        for indices in responses.values()
        for response in indices.values()
        if isinstance(response.output, GammaModes)
    ]
    expected = vibrations(states["saddle"], EMT(), moving=[0, 30])
    assert found[0].frequencies == pytest.approx(expected.frequencies, abs=1e-6)

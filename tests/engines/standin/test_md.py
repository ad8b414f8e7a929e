from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk
from ase.units import GPa, kB
from cheap_potential import CheapPotential
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from pymatgen.io.vasp import Oszicar, Poscar, Vasprun, Xdatcar

from liponflow.engines.standin.errors import InputError
from liponflow.engines.standin.inputs import Inputs, read_inputs
from liponflow.engines.standin.md import dynamics
from liponflow.engines.standin.run import run
from liponflow.engines.standin.step import Step

NVE = "IBRION = 0\nSMASS = -3\nPOTIM = 1.5\nTEBEG = 600\nRANDOM_SEED = 5 0 0\n"
POSITIONS = 1e-6
"""Å. CONTCAR prints velocities to nine digits; 1e-10 Å/fs over a few fs is far below."""
ENERGIES = 2e-5
"""eV: print precision of the outputs, and the noise of the model's single precision."""

pytestmark = [
    # pymatgen leaves the XDATCAR open.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def frames(directory: Path) -> np.ndarray:
    trajectory = Xdatcar(directory / "XDATCAR").structures
    return np.array([structure.frac_coords for structure in trajectory])


def cells(directory: Path) -> np.ndarray:
    vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
    return np.array([structure.lattice.matrix for structure in vasprun.structures[1:-1]])


def totals(directory: Path) -> np.ndarray:
    steps = Vasprun(directory / "vasprun.xml", parse_potcar_file=False).ionic_steps
    return np.array([step["total"] for step in steps])


def kinetic_energies(directory: Path) -> np.ndarray:
    steps = Vasprun(directory / "vasprun.xml", parse_potcar_file=False).ionic_steps
    return np.array([step["kinetic"] for step in steps])


def test_nve_segments_match_the_unbroken_run(vasp_directory, nickel_oxide: Structure) -> None:
    whole = vasp_directory(nickel_oxide, NVE + "NSW = 16\n", name="whole")
    first = vasp_directory(nickel_oxide, NVE + "NSW = 8\n", name="first")
    second = vasp_directory(nickel_oxide, NVE + "NSW = 8\n", name="second")
    run(whole)
    run(first)
    (second / "POSCAR").write_bytes((first / "CONTCAR").read_bytes())
    run(second)
    shift = np.concatenate([frames(first), frames(second)]) - frames(whole)
    shift -= np.round(shift)
    assert abs(shift).max() * 4.3 < POSITIONS
    unbroken, broken = totals(whole), np.concatenate([totals(first), totals(second)])
    assert broken == pytest.approx(unbroken, abs=ENERGIES)
    assert np.ptp(broken) <= np.ptp(unbroken) + ENERGIES
    ends = [
        np.array(Poscar.from_file(path / "CONTCAR", check_for_potcar=False).velocities)
        for path in (whole, second)
    ]
    assert ends[0] == pytest.approx(ends[1], abs=1e-7)  # Å/fs
    # The atoms did move.
    assert abs(frames(whole)[-1] - frames(whole)[0]).max() > 1e-3


def test_nose_segments_match_the_unbroken_run(
    vasp_directory, lithium: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "liponflow.engines.standin.run.Potential", lambda **_: CheapPotential(2.94)
    )
    tags = NVE.replace("SMASS = -3", "MDALGO = 2\nSMASS = 0\nISIF = 0")
    cell = lithium * (2, 2, 2)
    whole = vasp_directory(cell, tags + "NSW = 60\n", name="whole")
    first = vasp_directory(cell, tags + "NSW = 30\n", name="first")
    second = vasp_directory(cell, tags + "NSW = 30\n", name="second")
    forgetful = vasp_directory(cell, tags + "NSW = 30\n", name="forgetful")
    run(whole)
    run(first)
    contcar = (first / "CONTCAR").read_text()
    (second / "POSCAR").write_text(contcar)
    # Without the block after the velocities the thermostat starts anew.
    (forgetful / "POSCAR").write_text(contcar.rsplit("\n\n", 1)[0] + "\n")
    run(second)
    run(forgetful)
    unbroken = frames(whole)[30:]
    for directory, same in ((second, True), (forgetful, False)):
        shift = frames(directory) - unbroken
        shift -= np.round(shift)
        assert bool(abs(shift).max() * 6.8 < POSITIONS) is same
    assert totals(second) == pytest.approx(totals(whole)[30:], abs=ENERGIES)


@pytest.mark.parametrize("isif", [2, 3])
def test_langevin_segment_continues_velocities_with_other_random_forces(
    vasp_directory, lithium: Structure, monkeypatch: pytest.MonkeyPatch, isif: int
) -> None:
    monkeypatch.setattr(
        "liponflow.engines.standin.run.Potential", lambda **_: CheapPotential(2.94)
    )
    tags = "IBRION = 0\nMDALGO = 3\nLANGEVIN_GAMMA = 10\nPOTIM = 1.5\nTEBEG = 600\n"
    tags += f"ISIF = {isif}\nNSW = {{}}\nRANDOM_SEED = {{}} 0 0\n"
    cell = lithium * (2, 2, 2)
    whole = vasp_directory(cell, tags.format(20, 5), name="whole")
    first = vasp_directory(cell, tags.format(10, 5), name="first")
    second = vasp_directory(cell, tags.format(10, 6), name="second")
    run(whole)
    run(first)
    (second / "POSCAR").write_bytes((first / "CONTCAR").read_bytes())
    run(second)
    # The segment starts with the positions and velocities of the unbroken run, then diverges.
    shift = frames(second) - frames(whole)[10:]
    shift -= np.round(shift)
    assert abs(shift[0]).max() * 6.8 < POSITIONS
    assert abs(shift[-1]).max() * 6.8 > 100 * POSITIONS
    assert kinetic_energies(second)[0] == pytest.approx(kinetic_energies(whole)[10], abs=ENERGIES)
    # The lattice moves on, without a start from rest.
    moved = np.diff(cells(second), axis=0)[0], np.diff(cells(whole)[10:], axis=0)[0]
    assert (abs(moved[1]).max() > 0) == (isif == 3)
    assert moved[0] == pytest.approx(moved[1], abs=0.05 * abs(moved[1]).max())
    written = Poscar.from_file(first / "CONTCAR", check_for_potcar=False).lattice_velocities
    assert (written is None) == (isif == 2)


def test_unreadable_thermostat_state_is_refused(vasp_directory, lithium: Structure) -> None:
    directory = vasp_directory(
        lithium, NVE.replace("SMASS = -3", "MDALGO = 2\nSMASS = 0") + "NSW = 2\n"
    )
    poscar = (directory / "POSCAR").read_text()
    velocities = "\n0 0 0.001\n0 0 -0.001\n"
    block = "\n1\n1.5\nnothing\n" + "0.1 0.1 0.1\n" * 6
    (directory / "POSCAR").write_text(poscar + velocities + block)
    with pytest.raises(InputError, match="POSCAR: the predictor-corrector block"):
        read_inputs(directory)


def test_first_step_has_poscar_positions_and_tebeg(
    vasp_directory, nickel_oxide: Structure
) -> None:
    directory = vasp_directory(nickel_oxide, NVE + "NSW = 2\n")
    run(directory)
    start = Poscar.from_file(directory / "POSCAR", check_for_potcar=False).structure
    shift = frames(directory)[0] - start.frac_coords
    assert abs(shift - np.round(shift)).max() < 1e-8
    step = Vasprun(directory / "vasprun.xml", parse_potcar_file=False).ionic_steps[0]
    # The centre of mass is at rest: 3 N - 3 degrees of freedom, as VASP counts.
    assert step["kinetic"] == pytest.approx(0.5 * 21 * kB * 600, rel=1e-6)
    assert Oszicar(directory / "OSZICAR").ionic_steps[0]["T"] == pytest.approx(600, abs=0.1)


def test_seed_determines_velocities(vasp_directory, lithium: Structure) -> None:
    tags = NVE.replace("5 0 0", "{} 0 0") + "NSW = 2\n"
    velocities = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        directory = vasp_directory(lithium, tags.format(seed), name=name)
        run(directory)
        velocities.append((directory / "CONTCAR").read_text())
    assert velocities[0] == velocities[1] != velocities[2]


@pytest.fixture
def copper(vasp_directory):
    """Return a function that makes inputs of 32 Cu atoms with a cheap pair potential."""

    def inputs(tags: str) -> Inputs:
        cell = bulk("Cu", cubic=True).repeat(2)
        directory = vasp_directory(AseAtomsAdaptor.get_structure(cell), f"IBRION = 0\n{tags}")
        read = read_inputs(directory)
        read.atoms.calc = CheapPotential(2.62)
        return read

    return inputs


def temperatures(steps: Iterator[Step]) -> np.ndarray:
    return np.array([step.dynamics.temperature for step in steps if step.dynamics is not None])


@pytest.mark.parametrize(
    ("tags", "freedom"),
    [
        ("MDALGO = 2\nSMASS = 0\n", 93),
        ("MDALGO = 3\nLANGEVIN_GAMMA = 20\n", 96),
        ("MDALGO = 5\nCSVR_PERIOD = 100\n", 93),
    ],
)
def test_thermostats_keep_the_mean_temperature(copper, tags: str, freedom: int) -> None:
    # Anharmonic at this temperature: one thermostat on a harmonic crystal is not ergodic.
    wanted = 1200
    inputs = copper(
        tags + f"NSW = 2000\nPOTIM = 3\nTEBEG = {wanted}\nISIF = 0\nRANDOM_SEED = 1 0 0\n"
    )
    sampled = temperatures(dynamics(inputs))[500:]
    # Canonical: standard deviation T sqrt(2 / freedom); the mean of correlated samples has
    # a fifth of it.
    spread = wanted * np.sqrt(2 / freedom)
    assert sampled.mean() == pytest.approx(wanted, abs=0.2 * spread)
    assert sampled.std() == pytest.approx(spread, rel=0.3)


def test_temperature_ramps_from_tebeg_to_teend(copper) -> None:
    inputs = copper(
        "MDALGO = 3\nLANGEVIN_GAMMA = 100\nNSW = 2000\nPOTIM = 2\nTEBEG = 100\nTEEND = 900\n"
        "ISIF = 0\nRANDOM_SEED = 1 0 0\n"
    )
    sampled = temperatures(dynamics(inputs))
    # A lag of 10 fs at 0.2 K/fs is negligible; the mean of a quarter is its middle value.
    quarters = sampled.reshape(4, -1).mean(axis=1)
    assert quarters == pytest.approx([200, 400, 600, 800], rel=0.12)


def test_constant_pressure_reaches_the_external_pressure(copper) -> None:
    inputs = copper(
        "MDALGO = 3\nISIF = 3\nLANGEVIN_GAMMA = 20\nLANGEVIN_GAMMA_L = 10\nPMASS = 100\n"
        "PSTRESS = 50\nNSW = 1200\nPOTIM = 3\nTEBEG = 300\nRANDOM_SEED = 1 0 0\n"
    )
    pressures, volumes = [], []
    for step in dynamics(inputs):
        volume = abs(np.linalg.det(step.result.configuration.cell))
        thermal = 2 * step.dynamics.kinetic / (3 * volume) / (0.1 * GPa)
        pressures.append(np.trace(step.result.stress) / 3 + thermal)
        volumes.append(volume)
    # A bulk modulus of about 1350 kB and 5 % of volume noise: 10 kB are within sampling.
    assert np.mean(pressures[300:]) == pytest.approx(50, abs=10)
    assert np.mean(volumes[300:]) < volumes[0]
    assert np.std(volumes[300:]) > 1


def test_constant_pressure_refuses_frictions_that_differ(vasp_directory, nickel_oxide) -> None:
    tags = "IBRION = 0\nMDALGO = 3\nISIF = 3\nLANGEVIN_GAMMA = 10 20\nNSW = 2\nPOTIM = 1\n"
    inputs = read_inputs(vasp_directory(nickel_oxide, tags))
    with pytest.raises(InputError, match="LANGEVIN_GAMMA = 10 20"):
        next(dynamics(replace(inputs)))


def test_fixed_ions_stay(vasp_directory, nickel_oxide: Structure) -> None:
    flags = [[False] * 3] + [[True] * 3] * 7
    directory = vasp_directory(nickel_oxide, NVE + "NSW = 5\n", selective_dynamics=flags)
    run(directory)
    shift = frames(directory)[-1] - frames(directory)[0]
    shift -= np.round(shift)
    assert abs(shift[0]).max() == 0
    assert abs(shift[1:]).max() > 1e-4

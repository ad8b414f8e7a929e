from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Structure
from pymatgen.io.vasp import Oszicar, Outcar, Poscar, Vasprun
from pymatgen.io.vasp.outputs import UnconvergedVASPWarning

from liponflow.engines.standin.run import run

REACHED = "reached required accuracy"
MOVED = 1e-4
"""Smallest change that counts as motion; four steps from the test cell give more than 1e-3."""


def relaxed(directory: Path) -> tuple[Structure, Structure]:
    run(directory)
    start, end = (
        Poscar.from_file(directory / name, check_for_potcar=False).structure
        for name in ("POSCAR", "CONTCAR")
    )
    return start, end


@pytest.mark.parametrize(
    ("isif", "moving"),
    [
        (0, {"ions"}),
        (1, {"ions"}),
        (2, {"ions"}),
        (3, {"ions", "shape", "volume"}),
        (4, {"ions", "shape"}),
        (5, {"shape"}),
        (6, {"shape", "volume"}),
        (7, {"volume"}),
        (8, {"ions", "volume"}),
    ],
)
def test_isif_selects_the_degrees_of_freedom(
    vasp_directory, nickel_oxide: Structure, isif: int, moving: set[str]
) -> None:
    tags = f"IBRION = 1\nNSW = 4\nISIF = {isif}\nEDIFFG = -1e-9\n"
    start, end = relaxed(vasp_directory(nickel_oxide, tags))
    shift = end.frac_coords - start.frac_coords
    scale = np.cbrt(end.volume / start.volume)
    changes = {
        "ions": abs(shift - np.round(shift)).max(),
        "shape": abs(end.lattice.matrix / scale - start.lattice.matrix).max(),
        "volume": abs(scale - 1),
    }
    assert {name for name, change in changes.items() if change > MOVED} == moving
    # Fixed degrees of freedom do not change at all.
    assert all(change < 1e-12 for name, change in changes.items() if name not in moving)


@pytest.mark.parametrize("ibrion", [1, 2, 3])
def test_every_optimiser_reaches_the_force_criterion(
    vasp_directory, nickel_oxide: Structure, ibrion: int
) -> None:
    tags = f"IBRION = {ibrion}\nNSW = 150\nISIF = 2\nEDIFFG = -0.03\n"
    directory = vasp_directory(nickel_oxide, tags)
    run(directory)
    vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
    forces = [np.linalg.norm(step["forces"], axis=1).max() for step in vasprun.ionic_steps]
    assert forces[-1] < 0.03
    assert min(forces[:-1]) >= 0.03
    assert vasprun.converged_ionic
    assert REACHED in (directory / "OUTCAR").read_text()


def test_cell_relaxes_to_the_external_pressure(vasp_directory, lithium: Structure) -> None:
    tags = "IBRION = 1\nNSW = 60\nISIF = 3\nEDIFFG = -0.002\n"
    pressures = []
    for pstress in (0, 20):
        directory = vasp_directory(lithium, f"{tags}PSTRESS = {pstress}\n", name=f"{pstress}")
        run(directory)
        vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
        assert vasprun.converged
        pressures.append(np.trace(vasprun.ionic_steps[-1]["stress"]) / 3)
    assert pressures == pytest.approx([0, 20], abs=0.5)  # kB
    # As in VASP, the energy of a step is the enthalpy; its electronic energy is not.
    enthalpy = vasprun.ionic_steps[-1]["e_fr_energy"]
    energy = vasprun.ionic_steps[-1]["electronic_steps"][-1]["e_fr_energy"]
    volume = vasprun.final_structure.volume
    assert enthalpy - energy == pytest.approx(20 * volume / 1602.1766, rel=1e-5)


def test_positive_ediffg_is_an_energy_criterion(vasp_directory, nickel_oxide: Structure) -> None:
    directory = vasp_directory(nickel_oxide, "IBRION = 2\nNSW = 100\nISIF = 2\nEDIFFG = 2e-3\n")
    run(directory)
    energies = [step["F"] for step in Oszicar(directory / "OSZICAR").ionic_steps]
    changes = abs(np.diff(energies))
    assert changes[-1] < 2e-3
    assert min(changes[:-1]) >= 2e-3
    assert REACHED in (directory / "OUTCAR").read_text()


def test_run_out_of_steps_is_not_converged(vasp_directory, nickel_oxide: Structure) -> None:
    directory = vasp_directory(nickel_oxide, "IBRION = 2\nNSW = 3\nISIF = 3\nEDIFFG = -1e-6\n")
    run(directory)
    with pytest.warns(UnconvergedVASPWarning):
        vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
    assert vasprun.nionic_steps == 3
    assert not vasprun.converged_ionic
    assert REACHED not in (directory / "OUTCAR").read_text()
    # The run still ends normally, as in VASP.
    assert Outcar(directory / "OUTCAR").run_stats["Elapsed time (sec)"] > 0


@pytest.mark.filterwarnings("ignore:.*unconverged VASP run")
def test_selective_dynamics_fixes_coordinates(vasp_directory, nickel_oxide: Structure) -> None:
    flags = [[False] * 3, [True, False, True]] + [[True] * 3] * 6
    directory = vasp_directory(
        nickel_oxide,
        "IBRION = 1\nNSW = 4\nISIF = 2\nEDIFFG = -1e-9\n",
        selective_dynamics=flags,
    )
    start, end = relaxed(directory)
    shift = end.frac_coords - start.frac_coords
    shift -= np.round(shift)
    assert abs(shift[~np.array(flags)]).max() < 1e-12
    assert abs(shift[1, [0, 2]]).min() > 1e-5
    assert abs(shift[2:]).max() > MOVED
    contcar = Poscar.from_file(directory / "CONTCAR", check_for_potcar=False)
    assert np.array(contcar.selective_dynamics).tolist() == flags
    # As in VASP, forces on fixed ions are written.
    vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
    assert np.linalg.norm(vasprun.ionic_steps[-1]["forces"][0]) > 0.01
    fixed = vasprun.final_structure.site_properties["selective_dynamics"][0]
    assert list(fixed) == [False] * 3

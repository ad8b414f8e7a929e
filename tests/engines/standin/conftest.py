"""VASP directories of small cells for the stand-in."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Kpoints, Poscar

SPIN = "ISPIN = 2\nMAGMOM = 2*2 2*-2 4*0\nLORBIT = 11\n"

Directory = Callable[..., Path]


def rattled(structure: Structure, amplitude: float) -> Structure:
    """Displace every atom at random with a fixed seed (normal, standard deviation in Å)."""
    rng = np.random.default_rng(1)
    shifts = rng.normal(scale=amplitude, size=(len(structure), 3))
    coords = structure.cart_coords + shifts
    return Structure(structure.lattice, structure.species, coords, coords_are_cartesian=True)


@pytest.fixture
def nickel_oxide() -> Structure:
    """Rock salt, 8 atoms, slightly stretched, sheared and rattled."""
    ideal = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.25), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    shear = np.array([[1.0, 0.02, 0.0], [0.0, 1.01, 0.0], [0.0, 0.0, 0.99]])
    sheared = Structure(
        ideal.lattice.matrix @ shear, ideal.species, ideal.frac_coords
    ).get_sorted_structure()
    return rattled(sheared, 0.05)


@pytest.fixture
def lithium() -> Structure:
    """Body-centred cubic, 2 atoms, rattled."""
    return rattled(Structure(Lattice.cubic(3.4), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]), 0.05)


@pytest.fixture
def vasp_directory(tmp_path: Path) -> Directory:
    """Return a function that writes INCAR, POSCAR, KPOINTS and POTCAR.spec."""

    def write(structure: Structure, incar: str, name: str = "run", **poscar: object) -> Path:
        directory = tmp_path / name
        directory.mkdir()
        (directory / "INCAR").write_text(incar)
        written = Poscar(structure, **poscar)
        written.write_file(directory / "POSCAR", significant_figures=16)
        (directory / "POTCAR.spec").write_text("\n".join(written.site_symbols))
        Kpoints.gamma_automatic((2, 2, 2)).write_file(directory / "KPOINTS")
        return directory

    return write

"""VASP relaxations of an ordered spinel at several Li contents."""

from pathlib import Path

import numpy as np
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Run

from liponflow.structures.lithiation.spinel import ordered_lnmo

RELAXATION = {"NSW": 50, "IBRION": 2, "EDIFFG": -0.02, "ENCUT": 520}
HUBBARD = {"LDAU": True, "LDAUU": [0.0, 4.5, 5.96, 0.0], "LDAUJ": [0.0, 0.0, 0.0, 0.0]}
# Total energy of the cell (eV): 4.7 V between x = 0 and 1 with Li metal at -1.9 eV.
ENERGIES = {0: -360.0, 4: -360.0 - 26.6, 8: -360.0 - 52.8}


def lnmo(n_li: int) -> Structure:
    cell = ordered_lnmo()
    cell.remove_sites([i for i, site in enumerate(cell) if site.specie.symbol == "Li"][n_li:])
    return cell


def moments(cell: Structure, nickel: float = -1.7) -> list[float]:
    of = {"Ni": nickel, "Mn": 3.2}
    return [of.get(site.specie.symbol, 0.0) for site in cell]


def relaxation(n_li: int, **changes) -> Run:
    cell = lnmo(n_li)
    hubbard = (
        HUBBARD
        if n_li
        else {
            key: value[1:] if isinstance(value, list) else value for key, value in HUBBARD.items()
        }
    )
    run = Run(
        [cell, cell],
        [ENERGIES[n_li] + 1, ENERGIES[n_li]],
        incar=RELAXATION | {"ISPIN": 2} | hubbard,
        forces=[np.full((len(cell), 3), force) for force in (0.1, 0.005)],
        moments=moments(cell),
    )
    for name, value in changes.items():
        setattr(run, name, value)
    return run


def lithium() -> Run:
    cell = Structure(Lattice.cubic(3.43), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    return Run([cell], [-3.8], incar=RELAXATION)


def write_campaign(folder: Path) -> None:
    """Write relaxations and Li metal, as a user may keep them."""
    for n_li in ENERGIES:
        relaxation(n_li).write(folder / "lnmo" / f"x{n_li / 8:g}")
    lithium().write(folder / "Li")

"""Crystals as diffraction sees them: positions of the library, in measured lattices."""

from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.phases import phase

CANDIDATES = (
    "Li_bcc",
    "Li2O",
    "Li3N_alpha",
    "Li3PO4_beta",
    "Li3PO4_gamma_exp",
    "Li2PO2N_SD",
    "LiNi0.5Mn1.5O4_ordered",
)
"""Phases that were found at interfaces of LiPON: sections 4.3.3 and 5.3.4 of the dissertation."""


class MeasuredCrystal(NamedTuple):
    """A crystal and the origin of its lattice."""

    structure: Structure
    source: str
    """Source of the lattice parameters."""
    measured: bool
    """Whether they were measured, or relaxed with PBE."""


def measured_crystal(name: str) -> MeasuredCrystal:
    """Return a crystal of the library in its measured lattice, if one is known.

    Parameters
    ----------
    name
        Name in the library.

    Returns
    -------
    MeasuredCrystal
        Conventional cell; the fractional coordinates stay those of the library.

    Raises
    ------
    liponflow.structures.phases.PhaseError
        If the name is unknown; similar names are suggested.

    Examples
    --------
    >>> round(measured_crystal("Li_bcc").structure.lattice.a, 3)
    3.51
    """
    entry = phase(name)
    structure = entry.structure()
    facts = _cells().get(name)
    if facts is None:
        return MeasuredCrystal(structure, entry.source, entry.coordinate_status != "dft")
    structure.lattice = Lattice.from_parameters(*facts["lattice"])
    return MeasuredCrystal(structure, " ".join(facts["source"].split()), measured=True)


@cache
def _cells() -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("measured_cells.yaml").read_text(encoding="utf-8")
    cells: dict[str, dict[str, str]] = yaml.safe_load(text)
    return cells

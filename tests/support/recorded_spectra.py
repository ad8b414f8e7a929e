"""The recorded runs of FEFF10, and the crystals in their inputs."""

import re
from pathlib import Path

import numpy as np
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.eels.spectrum import Spectrum

RECORDED = Path(__file__).parents[1] / "data" / "feff10"

CASES = {
    "Li2O_Li1_K": "Li K",
    "Li3PO4_Li1_K": "Li K",
    "Li3PO4_P1_L2": "P L2",
    "Li3PO4_P1_L3": "P L3",
}
"""Edge of each recorded run."""


def recorded_structure(case):
    """Return the crystal that the comments of a recorded input describe."""
    text = (RECORDED / case / "feff.inp").read_text()
    numbers = {
        name: [float(word) for word in re.search(rf"TITLE {name}:(.*)", text)[1].split()]
        for name in ("abc", "angles")
    }
    sites = re.findall(r"^\* \d+ ([A-Z][a-z]?) +(\S+) +(\S+) +(\S+)$", text, re.MULTILINE)
    lattice = Lattice.from_parameters(*numbers["abc"], *numbers["angles"])
    places = [[float(word) for word in site[1:]] for site in sites]
    return Structure(lattice, [site[0] for site in sites], places)


def recorded_spectrum(case: str) -> Spectrum:
    """Return the total spectrum of a recorded run, read by numpy."""
    energy, total = np.loadtxt(RECORDED / case / "eels.dat", usecols=(0, 1), unpack=True)
    return Spectrum.from_arrays(energy, total)

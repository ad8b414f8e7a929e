"""An analytic surface of a dopant in bcc Li with two arrangements of the host at one site."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from functools import cache

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from pymatgen.core.structure import Structure

from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.hop_cell import HopCell, hop_cell
from liponflow.structures.migration.interstitials import interstitial_sites

A = 3.44
"""Lattice parameter, Å."""
HEIGHT = 0.4
"""Energy (eV) of the tetrahedral site above the octahedral one, with the four atoms in place."""
INWARD = 1.0
"""Å: how far four atoms move towards the tetrahedral site in the other arrangement."""
WIDTH = 0.25
"""Å, of the well there."""
HOST = 0.15
"""Stiffness of the host atoms, eV/Å²."""
ACROSS = 4.0
"""Stiffness of the dopant across its path, eV/Å²."""


@cache
def cell() -> HopCell:
    """Return a supercell of 16 Li."""
    return hop_cell(interstitial_sites(bcc_lithium(A)), (2, 2, 2))


class TwoBranches(Calculator):
    """V = h (1 - t²)² + k/2 p² + c/2 Σ u² - w(t) d exp(-(q - q0)² / 2 s²).

    t is the position of the dopant between two octahedral sites (-1 and 1) past the nearest
    tetrahedral one (0), p its distance from that line, u the displacements of the host, q the mean
    displacement of four Li towards the tetrahedral site and w(t) = (1 - t²)².

    Parameters
    ----------
    depth
        d, eV: with 0.5 the arrangement with the four atoms moved lies 0.2 eV lower at the
        tetrahedral site; with 0 there is only the other one.
    """

    implemented_properties = ["energy", "forces"]  # noqa: RUF012

    def __init__(self, depth: float = 0.5) -> None:
        super().__init__()
        self.depth = depth
        here = cell()
        lattice, kinds = here.supercell.lattice, here.sites
        self.matrix = lattice.matrix
        self.host = here.supercell.cart_coords
        octahedral, tetrahedral = (
            (kinds.frac_coords[kinds.positions_of(label)][:, None] + here.translations)
            for label in ("octahedral", "tetrahedral")
        )
        self.centres = here.in_supercell(tetrahedral.reshape(-1, 3)) @ self.matrix
        around = here.in_supercell(octahedral.reshape(-1, 3)) @ self.matrix
        # The two nearest octahedral sites lie on the axis of a tetrahedral one.
        self.axes = np.array([min(self.short(around - c), key=length) for c in self.centres])

    def short(self, shift):
        inside = shift @ np.linalg.inv(self.matrix)
        return (inside - np.round(inside)) @ self.matrix

    def inward(self, centre):
        """Return the four atoms of the second shell, and the unit vectors to the site."""
        away = self.short(self.host - centre)
        four = np.argsort(np.linalg.norm(away, axis=1).round(6), kind="stable")[4:8]
        return four, -away[four] / np.linalg.norm(away[four], axis=1)[:, None]

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        places = self.atoms.positions
        offsets = self.short(places[-1] - self.centres)
        nearest = int(np.linalg.norm(offsets, axis=1).argmin())
        off, axis = offsets[nearest], self.axes[nearest]
        along = axis / length(axis)
        t = off @ along / length(axis)
        across = off - (off @ along) * along
        moved = self.short(places[:-1] - self.host)
        four, unit = self.inward(self.centres[nearest])
        q = (moved[four] * unit).sum() / 4
        well = self.depth * np.exp(-((q - INWARD) ** 2) / (2 * WIDTH**2))
        weight, slope = ((1 - t**2) ** 2, -4 * t * (1 - t**2)) if abs(t) < 1 else (0.0, 0.0)
        height = HEIGHT * (1 - t**2) ** 2
        forces = np.zeros_like(places)
        forces[-1] = -ACROSS * across
        forces[-1] -= (-4 * HEIGHT * t * (1 - t**2) - slope * well) / length(axis) * along
        forces[:-1] = -HOST * moved
        forces[four] -= weight * well * (q - INWARD) / WIDTH**2 * unit / 4
        energy = height + ACROSS / 2 * across @ across + HOST / 2 * (moved**2).sum()
        self.results = {"energy": float(energy - weight * well), "forces": forces}


def length(vector) -> float:
    return float(np.linalg.norm(vector))


def with_atoms_moved(structure: Structure, by: float) -> Structure:
    """Return a structure with the four atoms moved towards the tetrahedral site of its dopant."""
    surface = TwoBranches()
    offsets = surface.short(structure.cart_coords[-1] - surface.centres)
    four, unit = surface.inward(surface.centres[np.linalg.norm(offsets, axis=1).argmin()])
    moved = structure.copy()
    for atom, direction in zip(four, unit, strict=True):
        moved.translate_sites([int(atom)], by * direction, frac_coords=False, to_unit_cell=False)
    return moved


def energy_of(structure: Structure, depth: float = 0.5) -> float:
    """Return the energy of a structure on the surface, eV."""
    atoms = Atoms(
        [site.specie.symbol for site in structure],
        structure.cart_coords,
        cell=structure.lattice.matrix,
        pbc=True,
        calculator=TwoBranches(depth),
    )
    return float(atoms.get_potential_energy())

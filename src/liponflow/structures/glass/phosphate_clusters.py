"""Isolated phosphate units neutralised with Li, and their bonds to cleave."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Molecule, Structure

from liponflow.arrays import FloatArray
from liponflow.structures.glass.units import Unit, unit

Site = Literal["apical N", "bridging N", "apical O", "bridging O"]

LI_ANION = 1.9
"""Å: Li-O of lithium phosphates; N a little more, which the relaxation sees to."""

_LI_LI, _LI_FORMER = 2.4, 2.4
"""Å: nearest that Li is put to another Li and to a former; over an edge of PO4 they are 2.5 Å
apart."""

_FORMER = 3.0
"""Charge of a former as a Li sees it, e: covalent bonds leave less than the formal 5."""

_DIRECTIONS = 400


@dataclass(frozen=True)
class Cut:
    """One or two bonds that break when an anion is removed from a cluster.

    Attributes
    ----------
    unit
        Name of the unit that the cluster holds.
    site
        Anion that is removed.
    bonds
        Bonds to network formers that break with it.
    """

    unit: str
    site: Site
    bonds: int


CUTS = (
    Cut("PO4", "apical O", 1),
    Cut("PO3N", "apical N", 1),
    Cut("PO3N", "apical O", 1),
    Cut("P2O6N", "bridging N", 2),
    Cut("P2O7", "bridging O", 2),
)
"""Every kind of bond of LiPON's four units."""


def neutral_cluster(name: str) -> Molecule:
    """Return a unit neutralised by Li.

    Parameters
    ----------
    name
        Unit, such as PO3N.

    Returns
    -------
    Molecule
        The unit, formers first, then Li. Each Li lies where it touches as many anions as
        possible, away from formers and from other Li.

    Raises
    ------
    ValueError
        If the unit is not negative.

    Examples
    --------
    >>> neutral_cluster("P2O6N").composition.reduced_formula
    'Li5P2NO6'
    """
    made = unit(name)
    if made.charge >= 0:
        raise ValueError(f"{name} has a charge of {made.charge:+d} e: no Li can balance it")
    molecule = made.molecule
    anions = np.array([s.coords for s in molecule if s.specie.symbol not in made.formers])
    formers = np.array([s.coords for s in molecule if s.specie.symbol in made.formers])
    candidates = _around(anions)
    lithium: list[FloatArray] = []
    for _ in range(-made.charge):
        scores = [_score(point, anions, formers, lithium) for point in candidates]
        best = candidates[int(np.argmax(scores))]
        lithium.append(best)
    return Molecule(
        [*(site.specie for site in molecule), *["Li"] * len(lithium)],
        [*(site.coords for site in molecule), *lithium],
    )


def in_box(molecule: Molecule, vacuum: float) -> Structure:
    """Return a molecule centred in a cube with a vacuum (Å) to its images."""
    coords = np.array(molecule.cart_coords)
    edge = float(np.ptp(coords, axis=0).max()) + vacuum
    middle = (coords.max(axis=0) + coords.min(axis=0)) / 2
    return Structure(
        Lattice.cubic(edge),
        molecule.species,
        coords - middle + edge / 2,
        coords_are_cartesian=True,
    )


def without(structure: Structure, cut: Cut) -> Structure:
    """Return a cluster without the anion of a cut.

    Parameters
    ----------
    structure
        As made of :func:`neutral_cluster`, perhaps relaxed; sites in the same order.
    cut
        Anion to remove; of equal sites the first.

    Returns
    -------
    Structure

    Raises
    ------
    ValueError
        If the unit has no such site.
    """
    remaining = structure.copy()
    remaining.remove_sites([site_index(unit(cut.unit), cut.site)])
    return remaining


def site_index(made: Unit, site: Site) -> int:
    """Return the index of the first anion of a kind in the molecule of a unit.

    Raises
    ------
    ValueError
        If the unit has none.

    Examples
    --------
    >>> site_index(unit("PO3N"), "apical N")
    1
    """
    role, symbol = site.split()
    index = 0
    for number in range(len(made.formers)):
        index += 1  # the former itself
        for anion in made.apical[number]:
            if role == "apical" and anion == symbol:
                return index
            index += 1
        if number < len(made.bridges):
            if role == "bridging" and made.bridges[number] == symbol:
                return index
            index += 1
    raise ValueError(f"{made.name} has no {site}")


def dimer(symbol: str) -> Molecule:
    """Return a diatomic molecule with the bond length of the gas (O2 1.21, N2 1.10 Å)."""
    distance = {"O": 1.21, "N": 1.10}[symbol]
    return Molecule([symbol, symbol], [[0.0, 0.0, 0.0], [0.0, 0.0, distance]])


def _around(anions: FloatArray) -> FloatArray:
    """Return points at the Li distance from each anion, spread evenly (Fibonacci spheres)."""
    index = np.arange(_DIRECTIONS) + 0.5
    polar, turn = np.arccos(1 - 2 * index / _DIRECTIONS), np.pi * (1 + 5**0.5) * index
    sphere = np.stack(
        [np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], axis=1
    )
    points: FloatArray = (anions[:, None] + LI_ANION * sphere[None]).reshape(-1, 3)
    return points


def _score(
    point: FloatArray, anions: FloatArray, formers: FloatArray, lithium: list[FloatArray]
) -> float:
    """Return the Coulomb attraction of anions minus the repulsion of formers and Li."""
    near = np.linalg.norm(anions - point, axis=1)
    if near.min() < LI_ANION - 0.05:  # inside another anion
        return -np.inf
    behind = np.linalg.norm(formers - point, axis=1)
    if behind.min() < _LI_FORMER:
        return -np.inf
    repulsion = (_FORMER / behind).sum()
    if lithium:
        gaps = np.linalg.norm(np.array(lithium) - point, axis=1)
        if gaps.min() < _LI_LI:
            return -np.inf
        repulsion += (1 / gaps).sum()
    return float((2 / near).sum() - repulsion)

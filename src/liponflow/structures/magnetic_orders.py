"""Collinear magnetic orders of a crystal, the likeliest first.

Orders repeat with the primitive cell or with twice its volume: their signs are those of one
primitive cell times (-1)^(2 k·R) for a wave vector k on the boundary of the Brillouin zone. In
rock salt these are the ferromagnetic order and antiferromagnetic ones of first and second kind.

Which of them are likely follows from superexchange (J. B. Goodenough, Phys. Rev. 100, 564, 1955;
J. Kanamori, J. Phys. Chem. Solids 10, 87, 1959): two metals bridged by an anion prefer
antiparallel moments if the bridge is straight, and, more weakly, parallel ones if it is a right
angle. This ranks candidates for a calculation, and is not an energy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import spglib
from pymatgen.core.structure import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.arrays import FloatArray
from liponflow.crystals.symmetry import labelled_cell
from liponflow.structures.oxidation_states import formal_states

FERROMAGNETIC, ANTIFERROMAGNETIC, FERRIMAGNETIC = (
    "ferromagnetic",
    "antiferromagnetic",
    "ferrimagnetic",
)

OPEN_SHELLS = frozenset({"V", "Cr", "Mn", "Fe", "Co", "Ni"})
"""Metals whose d shells have moments in most of their compounds."""

LOW_SPIN = {"Co": 3.0, "Ni": 4.0}
"""Oxidation states from which octahedral ions have a full t2g shell: LiCoO2 has no moments."""

BRIDGES = frozenset({"O", "F", "S", "Cl", "Se", "Br", "I"})
"""Anions that bridge metals. Pnictides, carbides and alloys are metals, without superexchange."""

RIGHT_ANGLE = 0.1
"""Strength of a bridge with a right angle to that of a straight one, our choice."""

BOND_RATIO = 1.25
"""Bonds of an anion to metals, to the shortest; 1.2 with the distortion of Jahn and Teller."""

LONGEST_BOND = 3.2
"""Å; Mn-Cl is 2.6 Å."""

MOST_SITES = 16
"""Magnetic sites of a primitive cell whose 2^15 patterns are compared."""

MOST_DOUBLED = 40
"""Atoms of a doubled cell. Larger crystals have orders enough within their primitive cell."""

SYMMETRY_TOLERANCE = 0.01
"""Å."""

_SAME = 1e-6
_PARITIES = tuple((a, b, c) for a, b, c in product((0, 1), repeat=3))


@dataclass(frozen=True)
class MagneticOrder:
    """A start of a calculation with spins.

    Attributes
    ----------
    name
        ``ferromagnetic``, ``antiferromagnetic-1`` or ``ferrimagnetic-1``, numbered by likelihood.
    structure
        Cell of the order, sites sorted by element, with the moments (µB) as ``magmom``.
    """

    name: str
    structure: Structure


def open_shells(structure: Structure) -> frozenset[str]:
    """Return the metals of a crystal that may have moments.

    Parameters
    ----------
    structure
        Cell of plain elements.

    Returns
    -------
    frozenset of str
        Metals of OPEN_SHELLS but those without d electrons, and Co and Ni with six.
    """
    states = formal_states(structure.composition) or {}
    found = set()
    for element in structure.composition.elements:
        symbol = element.symbol
        state = states.get(symbol, 0.0)
        if symbol not in OPEN_SHELLS or (element.group or 0) <= state:
            continue
        if state < LOW_SPIN.get(symbol, np.inf):
            found.add(symbol)
    return frozenset(found)


def magnetic_orders(
    primitive: Structure, moments: Mapping[str, float], at_most: int
) -> list[MagneticOrder]:
    """Return the likeliest magnetic orders of a crystal, different by symmetry.

    Parameters
    ----------
    primitive
        Primitive cell of plain elements.
    moments
        Initial moment (µB) by element; those of other elements are 0.
    at_most
        Number of orders, 1 or more.

    Returns
    -------
    list of MagneticOrder
        The ferromagnetic order and the likeliest others. Only the ferromagnetic one where no anion
        bridges two magnetic atoms, or the cell has more than MOST_SITES of these; none for a
        crystal without open shells. A cell is doubled up to MOST_DOUBLED atoms.

    Examples
    --------
    >>> from liponflow.structures.phases import phase
    >>> nickel_oxide = phase("NiO").primitive()
    >>> [order.name for order in magnetic_orders(nickel_oxide, {"Ni": 5.0}, 3)]
    ['ferromagnetic', 'antiferromagnetic-1', 'antiferromagnetic-2']
    """
    shells = open_shells(primitive)
    sites = [index for index, site in enumerate(primitive) if site.specie.symbol in shells]
    if not sites:
        return []
    sizes = [float(moments[primitive[index].specie.symbol]) for index in sites]
    parallel = np.ones(len(sites), dtype=int)
    patterns = [((0, 0, 0), parallel)]
    if len(sites) <= MOST_SITES:
        likely = _likely(primitive, sites)
        images = _images(primitive, sites)
        for wave, signs in likely:
            if len(patterns) >= at_most:
                break
            spread = _spread(wave, signs)
            if not any(_equivalent(spread, _spread(*known), images) for known in patterns):
                patterns.append((wave, signs))
    found: list[MagneticOrder] = []
    for wave, signs in patterns:
        structure = _ordered(primitive, sites, np.array(sizes) * signs, wave)
        kind = _kind(structure)
        number = 1 + sum(order.name.startswith(kind) for order in found)
        name = kind if kind == FERROMAGNETIC else f"{kind}-{number}"
        found.append(MagneticOrder(name, structure))
    return found


def ordered_space_group(structure: Structure) -> str | None:
    """Return the space group of a cell in which atoms with different moments are different.

    Parameters
    ----------
    structure
        Cell with the site property ``magmom`` (µB).

    Returns
    -------
    str or None
        Hermann-Mauguin symbol; None if spglib finds none.

    Examples
    --------
    >>> from liponflow.structures.phases import phase
    >>> orders = magnetic_orders(phase("NiO").primitive(), {"Ni": 5.0}, 3)
    >>> [ordered_space_group(order.structure) for order in orders]
    ['Fm-3m', 'R-3m', 'P4/mmm']
    """
    labels = zip(structure.species, structure.site_properties["magmom"], strict=True)
    cell = labelled_cell(structure, list(labels))
    found = spglib.get_symmetry_dataset(cell, symprec=SYMMETRY_TOLERANCE)
    return None if found is None else str(found.international)


def _likely(
    primitive: Structure, sites: Sequence[int]
) -> Iterator[tuple[tuple[int, int, int], np.ndarray]]:
    """Yield twice the wave vectors with the signs of the primitive cell, by rising energy."""
    couplings = _couplings(primitive, sites)
    if not couplings.any():
        return
    half = list(product((1, -1), repeat=len(sites) - 1))
    signs = np.array([(1, *rest) for rest in half])
    ranked = []
    waves = _PARITIES if 2 * len(primitive) <= MOST_DOUBLED else _PARITIES[:1]
    for place, wave in enumerate(waves):
        phases = np.array([(-1) ** int(np.dot(wave, parity)) for parity in _PARITIES])
        coupling = np.tensordot(phases, couplings, axes=1)
        energies = np.einsum("ni,ij,nj->n", signs, coupling, signs) / 2
        ranked += [(round(float(e), 6), place, index) for index, e in enumerate(energies)]
    for _, place, index in sorted(ranked):
        yield _PARITIES[place], signs[index]


def _couplings(primitive: Structure, sites: Sequence[int]) -> FloatArray:
    """Return the strengths of the bridges, shape (8 parities of the translation, sites, sites)."""
    place = {index: number for number, index in enumerate(sites)}
    couplings = np.zeros((len(_PARITIES), len(sites), len(sites)))
    for anion, near in zip(primitive, primitive.get_all_neighbors(LONGEST_BOND), strict=True):
        if anion.specie.symbol not in BRIDGES:
            continue
        metals = [other for other in near if other.index in place]
        shortest = min((other.nn_distance for other in metals), default=0.0)
        bonded = [m for m in metals if m.nn_distance <= BOND_RATIO * shortest]
        for one, other in combinations(bonded, 2):
            bonds = [metal.coords - anion.coords for metal in (one, other)]
            cosine = bonds[0] @ bonds[1] / np.prod([np.linalg.norm(bond) for bond in bonds])
            strength = cosine**2 - RIGHT_ANGLE * (1 - cosine**2)
            parity = np.array(other.image) - np.array(one.image)
            number = _PARITIES.index(tuple(int(n) % 2 for n in parity))
            first, second = place[one.index], place[other.index]
            couplings[number, first, second] += strength
            couplings[number, second, first] += strength
    return couplings


def _spread(wave: Sequence[int], signs: np.ndarray) -> np.ndarray:
    """Return the signs of two by two by two cells, shape (8, sites)."""
    return np.array([signs * (-1) ** int(np.dot(wave, parity)) for parity in _PARITIES])


def _images(primitive: Structure, sites: Sequence[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return where each symmetry takes the sites of two by two by two cells.

    Returns
    -------
    list of (ndarray, ndarray)
        Parity and site of the images, both of shape (8, sites).
    """
    positions = primitive.frac_coords[list(sites)]
    bare = Structure(primitive.lattice, primitive.species, primitive.frac_coords)
    found = []
    for operation in SpacegroupAnalyzer(bare, SYMMETRY_TOLERANCE).get_symmetry_operations():
        rotation = np.rint(operation.rotation_matrix).astype(int)
        moved = positions @ rotation.T + operation.translation_vector
        difference = moved[:, None] - positions[None]
        cells = np.rint(difference).astype(int)
        target = np.linalg.norm(difference - cells, axis=2).argmin(axis=1)
        shift = cells[np.arange(len(sites)), target]
        parity = [(rotation @ np.array(p) + shift) % 2 for p in _PARITIES]
        numbers = [[_PARITIES.index(tuple(map(int, one))) for one in cell] for cell in parity]
        found.append((np.array(numbers), np.tile(target, (len(_PARITIES), 1))))
    return found


def _equivalent(
    one: np.ndarray, other: np.ndarray, images: Sequence[tuple[np.ndarray, np.ndarray]]
) -> bool:
    """Return whether a symmetry, with or without a flip of all moments, maps signs onto others."""
    return any(abs(int((one[image] * other).sum())) == one.size for image in images)


def _ordered(
    primitive: Structure, sites: Sequence[int], moments: FloatArray, wave: Sequence[int]
) -> Structure:
    """Return the smallest cell of an order, with its moments."""
    of_cell = np.zeros(len(primitive))
    of_cell[list(sites)] = moments
    if not any(wave):
        plain = Structure(primitive.lattice, primitive.species, primitive.frac_coords)
        return _with_moments(plain, of_cell)
    pivot = list(wave).index(1)
    rows = np.eye(3, dtype=int)
    rows[:, pivot] += np.array(wave) * (np.arange(3) != pivot)
    rows[pivot, pivot] = 2
    step = primitive.lattice.matrix[pivot]
    places = np.concatenate([primitive.cart_coords, primitive.cart_coords + step])
    doubled = Structure(
        rows @ primitive.lattice.matrix,
        [*primitive.species, *primitive.species],
        places,
        coords_are_cartesian=True,
        to_unit_cell=True,
        site_properties={"magmom": [*of_cell.tolist(), *(-of_cell).tolist()]},
    )
    return doubled.get_reduced_structure("LLL").get_sorted_structure()


def _with_moments(structure: Structure, moments: FloatArray) -> Structure:
    return structure.copy(site_properties={"magmom": moments.tolist()}).get_sorted_structure()


def _kind(structure: Structure) -> str:
    moments = np.array(structure.site_properties["magmom"], dtype=float)
    if abs(moments.sum()) < _SAME:
        return ANTIFERROMAGNETIC
    parallel = np.isclose(abs(moments.sum()), np.abs(moments).sum())
    return FERROMAGNETIC if parallel else FERRIMAGNETIC

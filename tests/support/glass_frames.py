"""Structures for tests of glasses, and slow but obviously correct searches."""

from collections import Counter
from itertools import product

import numpy as np
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.chemistry import roles
from liponflow.analysis.glass.neighbours import PairFinder, Pairs
from liponflow.analysis.glass.structural_units import Network, network
from liponflow.analysis.trajectory.frames import Frames, frames_of_structures

ARM = 1.55 / np.sqrt(3) * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
"""From the middle of a tetrahedron to its corners (Å)."""


def molecule(symbols: list[str], positions: np.ndarray, edge: float = 20.0) -> Structure:
    """Return a molecule in the middle of an empty cube."""
    middle = np.asarray(positions) + edge / 2
    return Structure(Lattice.cubic(edge), symbols, middle, coords_are_cartesian=True)


def po3n() -> Structure:
    return molecule(["P", "O", "O", "O", "N"], np.vstack([np.zeros(3), ARM]))


def dimer(bridge: str, terminal: str = "OOOOOO") -> Structure:
    """Return two tetrahedra that share a corner, the second a mirror image of the first."""
    first = np.vstack([np.zeros(3), ARM])  # the last corner is the bridge
    axis = ARM[3] / np.linalg.norm(ARM[3])
    mirrored = first[:4] - 2 * np.outer((first[:4] - ARM[3]) @ axis, axis)
    positions = np.vstack([first, mirrored])
    return molecule(["P", *terminal[:3], bridge, "P", *terminal[3:]], positions)


def shared_edge(distance: float, formers: str = "P", bond: float = 1.70) -> Structure:
    """Return two tetrahedra that share an edge, with formers at a distance (Å)."""
    half, height = distance / 2, np.sqrt(bond**2 - distance**2 / 4)
    positions = [[-half, 0, 0], [half, 0, 0], [0, height, 0], [0, -height, 0]]
    positions += [[x * (half + 0.75), 0, z] for x in (-1, 1) for z in (-1.3, 1.3)]
    return molecule([formers[0], formers[-1], *"OOOOOO"], np.array(positions))


def pairs_of(structures: Structure | list[Structure], radius: float) -> tuple[Frames, Pairs]:
    frames = frames_of_structures(structures)
    finder = PairFinder(frames.symbols, r_max=radius, bins=1, bond_radius=radius)
    return frames, finder.find(frames)[1]


def network_of(structures: Structure | list[Structure], **chosen: object) -> Network:
    frames, pairs = pairs_of(structures, 3.4)
    return network(frames.symbols, pairs, roles(frames.symbols, **chosen))


def random_structure(seed: int, symbols: list[str], volume: float = 12.0) -> Structure:
    """Return atoms at random positions in a random skewed, but not flat, cell (Å³ per atom)."""
    chance = np.random.default_rng(seed)
    matrix = np.eye(3) + 0.35 * chance.standard_normal((3, 3))
    matrix *= (volume * len(symbols) / abs(np.linalg.det(matrix))) ** (1 / 3)
    return Structure(Lattice(matrix), symbols, chance.uniform(-1, 2, (len(symbols), 3)))


def slow_bonds(structure: Structure, first: str, second: str, cutoff: float) -> list[tuple]:
    """Find bonds by a loop over all periodic images within reach."""
    matrix = structure.lattice.matrix
    reach = np.ceil(cutoff / (1 / np.linalg.norm(np.linalg.inv(matrix), axis=0))).astype(int) + 2
    found = []
    for i, a in enumerate(structure):
        for j, b in enumerate(structure):
            if a.specie.symbol != first or b.specie.symbol != second:
                continue
            for shift in product(*(range(-n, n + 1) for n in reach)):
                vector = b.coords + np.array(shift) @ matrix - a.coords
                distance = np.linalg.norm(vector)
                if 1e-8 < distance <= cutoff:
                    found.append((i, j, shift, float(distance)))
    return found


def slow_units(structure: Structure, cutoff: float = 2.1) -> Counter:
    """Name the structural unit of every P by counting its neighbours."""
    bonds = {anion: slow_bonds(structure, "P", anion, cutoff) for anion in ("O", "N")}
    sharing = Counter(j for found in bonds.values() for _, j, _, _ in found)
    images = [(p, j, shift) for found in bonds.values() for p, j, shift, _ in found]
    # Two P that share two anions are bridged by them, and are not bonded.
    direct = Counter(
        i
        for i, k, shift, _ in slow_bonds(structure, "P", "P", 1.15 * 2 * 1.07)
        if sum(
            (k, j, tuple(np.subtract(there, shift))) in images for p, j, there in images if p == i
        )
        < 2
    )
    names: Counter = Counter()
    for i, site in enumerate(structure):
        if site.specie.symbol != "P":
            continue
        mine = [(anion, j) for anion, found in bonds.items() for p, j, _, _ in found if p == i]
        n = sum(sharing[j] > 1 for _, j in mine)
        m = sum(anion == "N" for anion, _ in mine)
        apical = sum(anion == "N" and sharing[j] == 1 for anion, j in mine)
        notes = []
        if len(mine) != 4:
            notes.append("1 anion" if len(mine) == 1 else f"{len(mine)} anions")
        if apical > max(0, m - n):
            notes.append(f"{apical} apical N")
        if direct[i]:
            notes.append("1 former bond" if direct[i] == 1 else f"{direct[i]} former bonds")
        names[f"Q{n}_{m}" + (f" ({', '.join(notes)})" if notes else "")] += 1
    return names

"""Stack slabs into a model of an interface."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from ase.data import atomic_numbers, covalent_radii
from pymatgen.core.composition import Composition
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.interface.slab import InterfaceError, Slab

Boundary = Literal["periodic", "vacuum"]

OVERLAP = 0.65
"""Two atoms of different slabs overlap below this multiple of the sum of their covalent radii
(1.26 Å for Li-O, whose bonds are 1.9): our choice."""

_TRIALS = 8
"""Lateral shifts that are tried along each edge."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One slab in a stack.

    Attributes
    ----------
    name
        Material and orientation.
    composition
        Atoms of the layer.
    bottom, top
        Heights of its lowest and its topmost atom, Å.
    strain
        Principal strains in the plane.
    notes
        Notes on its making.
    """

    name: str
    composition: Composition
    bottom: float
    top: float
    strain: tuple[float, float]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Interface:
    """A model of an interface.

    Attributes
    ----------
    structure
        Cell with the normal along z and c parallel to it, sites sorted by element.
    layer_of
        Index of the layer of every site.
    layers
        From the bottom.
    boundary
        Whether the stack repeats along the normal.
    gap
        Distance between the outermost atoms of neighbouring layers, Å.
    """

    structure: Structure
    layer_of: tuple[int, ...]
    layers: tuple[Layer, ...]
    boundary: Boundary
    gap: float

    @property
    def interfaces(self) -> int:
        """Number of planes where two layers meet."""
        return len(self.layers) - (self.boundary == "vacuum")


def stack(
    slabs: Sequence[Slab],
    strains: Sequence[tuple[float, float]],
    *,
    gap: float,
    boundary: Boundary,
    vacuum: float = 0.0,
    cutoff: float = 0.0,
) -> Interface:
    """Stack slabs of one lateral cell along the normal.

    Parameters
    ----------
    slabs
        From the bottom; their lateral cells must be equal.
    strains
        Principal strains of each, for the record.
    gap
        Distance between the outermost atoms of neighbouring slabs, Å.
    boundary
        ``periodic`` repeats the stack, whose last slab meets the first; ``vacuum`` leaves both
        outer faces free.
    vacuum
        Distance from the topmost atom to the next image of the lowest, Å.
    cutoff
        Least thickness of a slab, Å: the reach of the potential, beyond which its two faces do not
        see each other.

    Returns
    -------
    Interface
        Every slab is shifted in its plane to the largest distance between nearest atoms.

    Raises
    ------
    InterfaceError
        If a slab is thinner than the cut-off, the vacuum is not wider than it, or atoms of two
        slabs overlap; with the value, the limit and the remedy.
    """
    for slab in slabs:
        if slab.thickness < cutoff:
            raise InterfaceError(
                f"{slab.name} is {slab.thickness:.2f} Å thick, less than the cut-off of the "
                f"potential, {cutoff:g} Å: its two faces would feel each other; make it thicker, "
                "or set cutoff to that of your potential"
            )
    if boundary == "vacuum" and vacuum < cutoff:
        raise InterfaceError(
            f"a vacuum of {vacuum:g} Å is narrower than the cut-off of the potential, "
            f"{cutoff:g} Å: the outer faces would feel each other; widen it"
        )
    height = sum(slab.span + gap for slab in slabs)
    if boundary == "vacuum":
        height += vacuum - gap
    lateral = slabs[0].lateral
    lattice = Lattice([[*lateral[0], 0.0], [*lateral[1], 0.0], [0.0, 0.0, height]])
    placed: list[Structure] = []
    layers = []
    bottom = 0.0
    for number, slab in enumerate(slabs):
        coords = np.column_stack([slab.in_plane, (slab.heights + bottom) / height])
        layer = Structure(lattice, slab.symbols, coords)
        closing = boundary == "periodic" and number == len(slabs) - 1
        placed.append(_shifted(layer, placed, slabs, closing=closing))
        layers.append(
            Layer(
                slab.name,
                layer.composition,
                bottom,
                bottom + slab.span,
                strains[number],
                slab.notes,
            )
        )
        bottom += slab.span + gap
    sites = [(site, number) for number, layer in enumerate(placed) for site in layer]
    # By electronegativity, as pymatgen sorts; the sort is stable.
    order = sorted(range(len(sites)), key=lambda index: sites[index][0].specie.X)
    structure = Structure(
        lattice,
        [sites[index][0].specie for index in order],
        [sites[index][0].frac_coords for index in order],
    )
    return Interface(
        structure, tuple(sites[index][1] for index in order), tuple(layers), boundary, gap
    )


def _shifted(
    layer: Structure, placed: Sequence[Structure], slabs: Sequence[Slab], *, closing: bool
) -> Structure:
    """Shift a layer in its plane away from the atoms of its neighbours; refuse an overlap."""
    neighbours = [*placed[-1:], *(placed[:1] if closing and len(placed) > 1 else [])]
    if not neighbours:
        return layer
    others = np.concatenate([item.frac_coords for item in neighbours])
    symbols = [site.specie.symbol for item in neighbours for site in item]
    own = [site.specie.symbol for site in layer]
    radii = {name: covalent_radii[atomic_numbers[name]] for name in {*symbols, *own}}
    sums = np.add.outer([radii[name] for name in own], [radii[name] for name in symbols])
    trials = [np.array([i, j, 0.0]) / _TRIALS for i in range(_TRIALS) for j in range(_TRIALS)]
    lattice = layer.lattice
    best, room, shift = np.zeros((0, 0)), -1.0, trials[0]
    for trial in trials:
        distances = lattice.get_all_distances(layer.frac_coords + trial, others)
        found = float((distances / sums).min())
        if found > room + _SAME:
            best, room, shift = distances, found, trial
    if room < OVERLAP:
        i, j = np.unravel_index(int((best / sums).argmin()), best.shape)
        least = OVERLAP * sums[i, j]
        raise InterfaceError(
            f"{own[i]} of {slabs[len(placed)].name} is {best[i, j]:.2f} Å from {symbols[j]} of "
            f"its neighbour, where {least:.2f} Å is the least: they overlap; widen the gap"
        )
    return Structure(lattice, layer.species, np.array(layer.frac_coords) + shift).copy()


_SAME = 1e-9

"""Build a model of an interface from two materials."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.structures.glass.build import Method
from liponflow.structures.interface.lateral import Limits, Matched, match, rectangle
from liponflow.structures.interface.slab import (
    InterfaceError,
    Miller,
    Slab,
    crystal_slab,
    glass_slab,
)
from liponflow.structures.interface.stack import Boundary, Interface, stack

GAP = 2.0
"""Distance between the outermost atoms of two slabs (Å): our choice, Li-O in oxides is 1.9 to
2.0."""


@dataclass(frozen=True, eq=False)
class CrystalSide:
    """A crystal with a surface.

    Attributes
    ----------
    name
        Material, for the record.
    structure
        Conventional cell.
    miller
        Miller indices of the surface.
    thickness
        Least thickness of the slab, Å.
    """

    name: str
    structure: Structure
    miller: Miller
    thickness: float


@dataclass(frozen=True, eq=False)
class GlassSide:
    """A glass, packed on the base that the other side gives.

    Attributes
    ----------
    composition
        Formula.
    thickness
        Of the slab, Å.
    density
        g/cm³.
    method, units, neutral, distances, time_limit
        See :func:`liponflow.structures.glass.build.build`.
    """

    composition: str
    thickness: float
    density: float
    method: Method = "units"
    units: Mapping[str, int] | None = None
    neutral: bool = False
    distances: Mapping[str, float] = field(default_factory=dict)
    time_limit: float = 60.0


DEFAULT_LIMITS = Limits()

AMORPHOUS_ALUMINA = 2.4
"""g/cm³: our choice, since a denser film hardly packs; deposited ones have 2.5 to 3.1."""


def alumina(thickness: float, density: float = AMORPHOUS_ALUMINA) -> GlassSide:
    """Return a buffer layer of amorphous Al2O3.

    Parameters
    ----------
    thickness
        Å.
    density
        g/cm³.

    Notes
    -----
    Packed atoms, with least distances below the bonds of the oxide (Al-O 1.8, O-O 2.8, Al-Al 3.1
    Å): only a relaxation makes its polyhedra.
    """
    least = {"Al-Al": 2.1, "Al-O": 1.6, "O-O": 2.1}
    return GlassSide("Al2O3", thickness, density, method="random", distances=least)


def build_interface(
    first: CrystalSide | GlassSide,
    second: CrystalSide | GlassSide,
    *,
    buffer: GlassSide | None = None,
    gap: float = GAP,
    boundary: Boundary = "periodic",
    vacuum: float = 15.0,
    limits: Limits = DEFAULT_LIMITS,
    cutoff: float = 6.0,
    seed: int = 0,
) -> Interface:
    """Build a model of an interface, normal to c.

    Parameters
    ----------
    first, second
        The two materials, from the bottom.
    buffer
        Layer between them at every interface; None without.
    gap
        Distance between the outermost atoms of neighbouring layers, Å.
    boundary
        ``periodic`` for two interfaces, ``vacuum`` for one and two free surfaces.
    vacuum
        Its width, Å.
    limits
        Of the common lateral cell.
    cutoff
        Least thickness of a slab, Å: reach of the potential.
    seed
        Of packed layers.

    Returns
    -------
    Interface

    Raises
    ------
    InterfaceError
        If the sides do not fit, are too thin or overlap; with the value, the limit, the remedy.
    CompositionError, PackingError
        If a glass cannot be built.

    Examples
    --------
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> lithium = CrystalSide("Li", bcc_lithium(), (1, 0, 0), 9.0)
    >>> found = build_interface(lithium, GlassSide("Li46P16O55N5", 10.0, 2.0))
    >>> found.interfaces, [layer.name for layer in found.layers]
    (2, ['Li (100)', 'Li46P16O55N5 glass'])
    """
    matched = _matched(first, second, limits, margin=gap / 2, seed=seed)
    slabs = [matched.first, matched.second]
    strains = [matched.first_strain, matched.second_strain]
    if buffer is not None:
        base = _base_of(matched.first, buffer)
        for place in (1, 3) if boundary == "periodic" else (1,):
            # Each buffer has random numbers of its own.
            slabs.insert(place, _packed(buffer, base, gap / 2, seed + place))
            strains.insert(place, (0.0, 0.0))
    return stack(slabs, strains, gap=gap, boundary=boundary, vacuum=vacuum, cutoff=cutoff)


def _matched(
    first: CrystalSide | GlassSide,
    second: CrystalSide | GlassSide,
    limits: Limits,
    *,
    margin: float,
    seed: int,
) -> Matched:
    """Make both slabs on one lateral cell."""
    none = (0.0, 0.0)
    if isinstance(first, GlassSide):
        if isinstance(second, GlassSide):
            base = (limits.length, limits.length)
            lower, upper = (_packed(side, base, margin, seed) for side in (first, second))
            return Matched(lower, upper, none, none)
        crystal = rectangle(_cut(second), limits)
        packed = _packed(first, _base_of(crystal.first, first), margin, seed)
        return Matched(packed, crystal.first, none, crystal.first_strain)
    if isinstance(second, GlassSide):
        crystal = rectangle(_cut(first), limits)
        packed = _packed(second, _base_of(crystal.first, second), margin, seed)
        return Matched(crystal.first, packed, crystal.first_strain, none)
    return match(_cut(first), _cut(second), limits)


def _cut(side: CrystalSide) -> Slab:
    return crystal_slab(side.structure, side.name, side.miller, side.thickness)


def _packed(side: GlassSide, base: tuple[float, float], margin: float, seed: int) -> Slab:
    return glass_slab(
        side.composition,
        base,
        side.thickness,
        density=side.density,
        margin=margin,
        method=side.method,
        seed=seed,
        units=side.units,
        neutral=side.neutral,
        distances=side.distances,
        time_limit=side.time_limit,
    )


def _base_of(slab: Slab, packed: GlassSide) -> tuple[float, float]:
    """Return the edges of a rectangular lateral cell, the only ones that can be packed."""
    (width, zero), (lean, depth) = slab.lateral
    if abs(zero) > _RIGHT or abs(lean) > _RIGHT:
        angle = float(np.degrees(np.arctan2(depth, lean)))
        raise InterfaceError(
            f"{packed.composition} cannot be packed on a cell of {angle:.1f} degrees: packmol "
            "takes right angles; choose other surfaces, or leave the buffer out"
        )
    return float(width), float(depth)


_RIGHT = 1e-3
"""Å."""

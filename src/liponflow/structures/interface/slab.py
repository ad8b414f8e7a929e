"""Slabs of a crystal or of a glass, in one common setting.

A slab has its first lateral vector along x, the second in the xy plane, and the normal along z.
Its thickness is its volume over its area, so that slabs at bulk distance add up to the bulk.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from pymatgen.core.composition import Composition
from pymatgen.core.structure import Structure
from pymatgen.core.surface import SlabGenerator

from liponflow.arrays import FloatArray
from liponflow.structures.glass.build import GlassStart, Method, build
from liponflow.structures.glass.packing import Film, PackingError
from liponflow.structures.glass.roles import CompositionError, whole_atoms
from liponflow.structures.glass.units import ANIONS, FORMERS
from liponflow.units import G_CM3_PER_U_A3

Miller = tuple[int, int, int]

FORMER_BOND = 2.1
"""Longest bond of a network former to an anion (Å) that a cut should spare: P-O and P-N are 1.5 to
1.75."""

SAME_PLANE = 0.05
"""Atoms whose heights differ by less (Å) are in one plane, between which nothing is cut."""


class InterfaceError(ValueError):
    """An interface that cannot be built; the message has the value, the limit and the remedy."""


@dataclass(frozen=True, eq=False)
class Slab:
    """A slab, periodic along its two lateral vectors.

    Attributes
    ----------
    name
        Material and orientation, such as ``Li (100)``.
    symbols
        Element of every atom.
    lateral
        Lateral vectors in the xy plane, 2 x 2 (Å).
    in_plane
        Fractional coordinates along the lateral vectors, atoms x 2.
    heights
        Heights of the atoms, the lowest 0, Å.
    thickness
        Volume over area, Å.
    notes
        What was changed or cut.
    """

    name: str
    symbols: tuple[str, ...]
    lateral: FloatArray
    in_plane: FloatArray
    heights: FloatArray
    thickness: float
    notes: tuple[str, ...] = ()

    @property
    def area(self) -> float:
        """Area of the lateral cell, Å²."""
        return float(abs(np.linalg.det(self.lateral)))

    @property
    def span(self) -> float:
        """Height of the topmost atom above the lowest, Å."""
        return float(self.heights.max())

    def repeated(self, matrix: FloatArray) -> "Slab":
        """Return the slab in a lateral supercell.

        Parameters
        ----------
        matrix
            Whole numbers, 2 x 2: rows make the new vectors of the old ones.
        """
        whole = np.rint(matrix).astype(int)
        count = abs(round(float(np.linalg.det(whole))))
        inverse = np.linalg.inv(whole)
        reach = range(-int(np.abs(whole).sum()), int(np.abs(whole).sum()) + 1)
        shifts = np.array([(i, j) for i in reach for j in reach], dtype=float) @ inverse
        inside = np.all((shifts > -_ROUNDED) & (shifts < 1 - _ROUNDED), axis=1)
        cells = shifts[inside]
        if len(cells) != count:
            raise AssertionError(f"{len(cells)} cells in a supercell of {count}")
        own = self.in_plane @ inverse
        places = (own[None, :, :] + cells[:, None, :]).reshape(-1, 2)
        return replace(
            self,
            symbols=self.symbols * count,
            lateral=whole @ self.lateral,
            in_plane=places % 1.0,
            heights=np.tile(self.heights, count),
        ).turned()

    def turned(self) -> "Slab":
        """Return the slab rotated about its normal, its first vector along x."""
        # A left-handed pair of vectors would become a mirror image: the second is turned around.
        sign = np.array([1.0, np.sign(np.linalg.det(self.lateral))])
        lateral = self.lateral * sign[:, None]
        return replace(self, lateral=upright(lateral), in_plane=self.in_plane * sign % 1.0)


_ROUNDED = 1e-6
_THIN = 1e-9


def upright(lateral: FloatArray) -> FloatArray:
    """Return two vectors of the plane, rotated so that the first is along x, and right-handed.

    Examples
    --------
    >>> upright(np.array([[0.0, 2.0], [3.0, 1.0]])).round(6).tolist()
    [[2.0, 0.0], [1.0, 3.0]]
    """
    a, b = lateral
    length = float(np.linalg.norm(a))
    across = abs(float(np.linalg.det(lateral))) / length
    return np.array([[length, 0.0], [float(a @ b) / length, across]])


def label(name: str, miller: Miller) -> str:
    """Return a material with its surface.

    Examples
    --------
    >>> label("Li", (1, 0, 0)), label("LNMO", (1, -1, 1))
    ('Li (100)', 'LNMO (1-11)')
    """
    return f"{name} ({''.join(map(str, miller))})"


def crystal_slab(crystal: Structure, name: str, miller: Miller, thickness: float) -> Slab:
    """Cut a stoichiometric slab from a crystal.

    Parameters
    ----------
    crystal
        Conventional cell, to which the Miller indices refer.
    name
        Material, for the record.
    miller
        Miller indices of the surface.
    thickness
        Least thickness, Å; whole cells are taken, so that the stoichiometry is that of the bulk.

    Returns
    -------
    Slab
        Of the planes between which it may be cut, the one that breaks the fewest bonds of network
        formers to anions, and of these the one with the widest gap.

    Raises
    ------
    InterfaceError
        If the indices are all 0, or the thickness is not above 0.

    Examples
    --------
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> slab = crystal_slab(bcc_lithium(), "Li", (1, 0, 0), 10)
    >>> slab.name, len(slab.symbols), round(slab.thickness, 2), round(slab.span, 3)
    ('Li (100)', 6, 10.53, 8.775)
    """
    if not any(miller):
        raise InterfaceError(f"{name}: the Miller indices 0 0 0 are not a surface; give 1 0 0")
    if not thickness > 0:
        raise InterfaceError(f"{name}: a thickness of {thickness:g} Å is not above 0")
    generator = SlabGenerator(
        Structure(crystal.lattice, crystal.species, crystal.frac_coords),
        miller,
        min_slab_size=thickness,
        min_vacuum_size=0,
        center_slab=False,
        primitive=False,
        reorient_lattice=False,
    )
    # Without vacuum the cell holds the slab and nothing else: the bulk in another setting.
    bulk = Structure.from_sites(list(generator.get_slab(0.0)))
    a, b, c = bulk.lattice.matrix
    normal = np.cross(a, b) / np.linalg.norm(np.cross(a, b))
    height = float(c @ normal)
    cut, broken = _best_cut(bulk, height)
    fractional = np.array(bulk.frac_coords) % 1.0
    fractional[:, 2] = (fractional[:, 2] - cut) % 1.0
    cartesian = fractional @ bulk.lattice.matrix
    heights = cartesian @ normal
    # In-plane coordinates of the points themselves: c of an oblique cell leans over.
    lateral = np.array([a, b])
    flat = cartesian - heights[:, None] * normal
    in_plane = np.linalg.lstsq(lateral.T, flat.T, rcond=None)[0].T % 1.0
    notes = (
        (f"{broken} bonds of network formers are cut in a cell of the surface",) if broken else ()
    )
    return Slab(
        label(name, miller),
        tuple(site.specie.symbol for site in bulk),
        _plane_vectors(lateral),
        in_plane,
        heights - heights.min(),
        height,
        notes,
    ).turned()


def _plane_vectors(lateral: FloatArray) -> FloatArray:
    """Return two vectors of space as vectors of their plane, right-handed from above."""
    first = lateral[0] / np.linalg.norm(lateral[0])
    normal = np.cross(*lateral)
    second = np.cross(normal / np.linalg.norm(normal), first)
    plane: FloatArray = lateral @ np.array([first, second]).T
    return plane


def _best_cut(bulk: Structure, height: float) -> tuple[float, int]:
    """Return where to cut a periodic stack (fraction of its height), and the bonds cut there."""
    levels = np.array(bulk.frac_coords)[:, 2] % 1.0
    order = np.unique(np.sort(levels))
    upper = np.append(order[1:], order[0] + 1)
    wide = (upper - order) * height > SAME_PLANE
    cuts, gaps = ((order + upper) / 2)[wide], (upper - order)[wide]
    crossed = np.zeros(len(cuts), dtype=int)
    for low, high in _bonds(bulk):
        for shift in (-1, 0, 1):
            crossed += (cuts + shift > low) & (cuts + shift < high)
    fewest = crossed == crossed.min()
    best = int(np.argmax(np.where(fewest, np.round(gaps * height, 2), -1)))
    return float(cuts[best] % 1.0), int(crossed[best])


def _bonds(bulk: Structure) -> list[tuple[float, float]]:
    """List the heights (fractions) between which bonds of network formers reach."""
    present = {site.specie.symbol for site in bulk}
    formers, anions = present & FORMERS.keys(), present & ANIONS.keys()
    anions -= formers
    if not formers or not anions:
        return []
    first, second, image, _ = bulk.get_neighbor_list(FORMER_BOND)
    levels = np.array(bulk.frac_coords)[:, 2]
    found = []
    for i, j, shift in zip(first, second, image, strict=True):
        if bulk[i].specie.symbol in formers and bulk[j].specie.symbol in anions:
            ends = sorted((levels[i] % 1.0, levels[i] % 1.0 + levels[j] + shift[2] - levels[i]))
            if ends[1] - ends[0] > _THIN:
                found.append((float(ends[0]), float(ends[1])))
    return found


def glass_slab(
    composition: str,
    base: tuple[float, float],
    thickness: float,
    *,
    density: float,
    margin: float,
    method: Method = "units",
    seed: int = 0,
    units: Mapping[str, int] | None = None,
    neutral: bool = False,
    distances: Mapping[str, float] | None = None,
    time_limit: float = 60.0,
) -> Slab:
    """Pack a slab of a glass on a rectangular base.

    Parameters
    ----------
    composition
        Formula; its proportions are kept as far as whole atoms allow.
    base
        Edges of the base, Å.
    thickness
        Wanted thickness, Å; whole atoms change it a little.
    density
        Of the whole slab, g/cm³.
    margin
        Least distance of its atoms from either face, Å: half the gap to the next slab.
    method, seed, units, neutral, distances, time_limit
        See :func:`liponflow.structures.glass.build.build`.

    Returns
    -------
    Slab
        No unit is cut at the faces.

    Raises
    ------
    CompositionError, PackingError
        If the composition or the density cannot be built.

    Examples
    --------
    >>> slab = glass_slab("Li3PO4", (9.0, 9.0), 10.0, density=2.2, margin=1.0, seed=1)
    >>> len(slab.symbols), round(slab.thickness, 1), bool(slab.span < slab.thickness - 1.8)
    (72, 9.7, True)
    """
    number = _atoms(composition, base, thickness, density)
    film = Film(base, margin)

    def attempt(atoms: int, seed: int) -> GlassStart:
        return build(
            whole_atoms(composition, atoms).composition,
            method=method,
            density=density,
            seed=seed,
            units=units,
            neutral=neutral,
            distances=distances,
            time_limit=time_limit,
            film=film,
        )

    number, found = _first_that_packs(attempt, number, seed)
    note = (amounts.note,) if (amounts := whole_atoms(composition, number)).note else ()
    structure = found.structure
    heights = structure.cart_coords[:, 2]
    a, b, c = structure.lattice.abc
    return Slab(
        f"{composition} glass",
        tuple(site.specie.symbol for site in structure),
        np.diag([a, b]),
        np.array(structure.frac_coords)[:, :2] % 1.0,
        heights - heights.min(),
        c,
        (*note, *found.notes),
    )


_NEXT = (0, 1, -1, 2, -2, 3, -3, 4, -4)
"""Atoms more or less that are tried, as not every number has a solution in whole units."""

_NEAR_WHOLE = 0.08
"""Change of the thickness for which whole formulas are taken, and the stoichiometry is exact."""

_SEEDS = range(0, 6_000_000, 1_000_000)
"""What is added to the seed where a packing fails: walls make a film harder to pack than a box."""


def _first_that_packs(
    attempt: Callable[[int, int], GlassStart], number: int, seed: int
) -> tuple[int, GlassStart]:
    """Return the number of atoms and the model of the first attempt that succeeds."""
    refused: list[ValueError] = []
    for extra in _NEXT:
        for further in _SEEDS:
            try:
                return number + extra, attempt(number + extra, seed + further)
            except CompositionError as error:
                refused.append(error)
                break
            except PackingError as error:
                refused.append(error)
        else:
            break
    raise refused[-1] if isinstance(refused[-1], PackingError) else refused[0]


def _atoms(composition: str, base: tuple[float, float], thickness: float, density: float) -> int:
    """Return the number of atoms that give a slab its thickness."""
    formula = Composition(composition)
    mass = density * base[0] * base[1] * thickness / G_CM3_PER_U_A3
    formulas = mass / formula.weight
    whole = round(formulas)
    if whole and abs(formulas / whole - 1) <= _NEAR_WHOLE:
        return round(whole * formula.num_atoms)
    return max(1, round(formulas * formula.num_atoms))

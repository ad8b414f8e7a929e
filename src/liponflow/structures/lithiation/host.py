"""The host of a lithiation: the framework of a crystal and all sites available to Li.

What is said of Li holds for any inserted alkali metal, the intercalant.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isclose

import numpy as np
from pymatgen.core.structure import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.arrays import FloatArray
from liponflow.crystals.anions import CHALCOGENIDES, HARD_ANIONS, anions
from liponflow.crystals.checked import StructureError
from liponflow.crystals.formula_unit import (
    AMOUNT_TOLERANCE,
    FormulaUnit,
    formula_unit,
    intercalant_of,
    unit_of,
)
from liponflow.crystals.oxidation_states import is_redox_metal
from liponflow.crystals.parent import (
    RIGHT_ANGLE_TOLERANCE,
    ParentShape,
    parent_shape,
)
from liponflow.crystals.supercell import (
    AS_GIVEN,
    Supercell,
    check_atoms,
    is_matrix,
    matrix_of,
)
from liponflow.structures.lithiation.arrangements import SYMPREC
from liponflow.structures.voids import OCTAHEDRAL, TETRAHEDRAL, Void, voids

CLOSEST_CATION = 1.5
"""Free sites closer than this (Å) to a framework cation are not available to Li.

Face-sharing tetrahedra and octahedra of oxides have centres about 1.7 Å apart and stay; the other
half of a tetrahedral pair that holds P or Si, about 1.1 Å away, goes.
"""

FACE = 3  # anions that two polyhedra have in common when they share a face

MOST_ATOMS = 3_000
"""Largest number of atoms in a supercell: the Ewald sums that choose the arrangements are matrices
of all pairs of ions, several of them."""

_LIMITED = "Ewald sums of all pairs take the memory"


class Family(StrEnum):
    """Sites that Li occupies in a state."""

    VACANCY = "vacancy"
    """Li removed from the pristine sites, or all of them filled."""
    OCTAHEDRAL_ADDED = "octahedral-added"
    """Li kept, more Li on free octahedral sites (16c of a spinel)."""
    ALL_OCTAHEDRAL = "all-octahedral"
    """More Li, all of it octahedral, as in tetragonal Li2Ni0.5Mn1.5O4: Li leaves sites that are
    not octahedral for the free octahedral ones."""
    TETRAHEDRAL_ADDED = "tetrahedral-added"
    """Li kept, more Li on tetrahedral sites between the transition-metal octahedra."""


@dataclass(frozen=True, eq=False)
class LithiationHost:
    """A supercell and all sites available to Li.

    Attributes
    ----------
    pristine
        The supercell as given.
    framework
        The supercell without Li, its sites in the order of `pristine`.
    unit
        Formula unit, to which x refers, with the intercalant.
    shape
        Shape of the cell that the supercell repeats.
    li_sites, octahedral_sites, tetrahedral_sites
        Pristine, free octahedral and free tetrahedral Li sites: fractional coordinates,
        shape (n, 3). The tetrahedral ones are those that share faces with the most
        transition-metal octahedra, "tetrahedral sites between octahedral sites containing Ni or
        Mn" (D. Cheng, dissertation, UC San Diego 2023, section 5.2.6): 8b of a spinel.
    octahedral_li
        The pristine Li sites that are octahedral, fractional coordinates, shape (n, 3).
    remark
        What was not taken as given: the cell, the moments; empty if all was.
    """

    pristine: Structure
    framework: Structure
    unit: FormulaUnit
    shape: ParentShape
    li_sites: FloatArray
    octahedral_sites: FloatArray
    tetrahedral_sites: FloatArray
    octahedral_li: FloatArray
    remark: str = ""

    @property
    def formula_units(self) -> int:
        """Formula units of the supercell."""
        return round(len(self.framework) / sum(self.unit.framework.values()))

    def sites(self, family: Family) -> FloatArray:
        """Return the candidate sites of a family, fractional coordinates, shape (n, 3)."""
        return {
            Family.VACANCY: self.li_sites,
            Family.OCTAHEDRAL_ADDED: self.octahedral_sites,
            Family.ALL_OCTAHEDRAL: self.octahedral_sites,
            Family.TETRAHEDRAL_ADDED: self.tetrahedral_sites,
        }[family]

    def kept(self, family: Family) -> FloatArray:
        """Return the sites that hold Li in every arrangement of a family, as :meth:`sites`."""
        return {
            Family.VACANCY: self.li_sites[:0],
            Family.OCTAHEDRAL_ADDED: self.li_sites,
            Family.ALL_OCTAHEDRAL: self.octahedral_li,
            Family.TETRAHEDRAL_ADDED: self.li_sites,
        }[family]

    def with_lithium(self, frac_coords: FloatArray) -> Structure:
        """Return the framework with Li on some sites.

        Parameters
        ----------
        frac_coords
            Fractional coordinates, shape (n, 3).

        Returns
        -------
        Structure
            Sorted by electronegativity: Li, transition metals, other cations, anions.
        """
        inserted = [self.unit.intercalant] * len(frac_coords)
        species = [*inserted, *(s.specie for s in self.framework)]
        coords = np.vstack([frac_coords, self.framework.frac_coords])
        return Structure(self.framework.lattice, species, coords).get_sorted_structure()


def host(
    structure: Structure,
    supercell: Supercell = (1, 1, 1),
    *,
    intercalant: str | None = None,
    unit: str | None = None,
) -> LithiationHost:
    """Find the occupied and free Li sites of a structure.

    Parameters
    ----------
    structure
        Ordered structure with Li, a transition metal that can change its state, and anions; or
        without Li, if `intercalant` names it.
    supercell
        Repetitions along a, b, c: of the cell as given if it has right angles, so that it can
        be stretched along c and compared with a cubic one, or if it is larger than the
        conventional standard cell, else of that. A matrix is applied to the cell as given.
    intercalant
        Inserted alkali metal; that of the structure if None.
    unit
        Formula unit to which x refers; see
        :func:`~liponflow.crystals.formula_unit.formula_unit`.

    Returns
    -------
    LithiationHost

    Raises
    ------
    StructureError
        If the structure is disordered, or has no Li, no metal that can be oxidised or reduced, or
        no anion; or if the supercell does not hold a whole number of the formula unit.
    ValueError
        If the supercell has no cell, or too many cells or atoms.

    Examples
    --------
    >>> from liponflow.structures.lithiation.spinel import ordered_lnmo
    >>> spinel = host(ordered_lnmo())
    >>> len(spinel.li_sites), len(spinel.octahedral_sites), len(spinel.tetrahedral_sites)
    (8, 16, 8)
    """
    matrix = matrix_of(supercell)
    inserted = _checked_intercalant(structure, intercalant)
    symbols = [site.specie.symbol for site in structure]  # drops oxidation states and spins
    plain = Structure(structure.lattice, symbols, structure.frac_coords)
    remark = ""
    if not is_matrix(supercell):
        plain, remark = _conventional(plain)
    if any(structure.site_properties.get("magmom", [])):
        unused = "the moments of the structure are not used: magmoms gives one per element"
        remark = f"{remark}; {unused}" if remark else unused
    check_atoms(len(plain), supercell, most=MOST_ATOMS, why=_LIMITED)
    pristine = plain.make_supercell(matrix).get_sorted_structure()
    framework = pristine.copy().remove_species([inserted])
    found = voids(pristine, anions(pristine), keep_occupied=True)
    free = [v for v in found if v.occupant is None and _clear_of_cations(v, framework)]
    octahedral = [v for v in free if v.coordination == OCTAHEDRAL]
    tetrahedral = [v for v in free if v.coordination == TETRAHEDRAL]
    metal_octahedra = [
        v
        for v in found
        if v.coordination == OCTAHEDRAL
        and v.occupant is not None
        and pristine[v.occupant].specie.is_transition_metal
    ]
    faces = [_shared_faces(v, metal_octahedra) for v in tetrahedral]
    most = max(faces, default=0)
    own = list(pristine.indices_from_symbol(inserted))
    octahedral_own = {
        v.occupant for v in found if v.coordination == OCTAHEDRAL and v.occupant in own
    }
    return LithiationHost(
        pristine=pristine,
        framework=framework,
        unit=_whole_unit(pristine, inserted, unit),
        shape=parent_shape(pristine.lattice, supercell),
        li_sites=pristine.frac_coords[own, :],
        octahedral_li=pristine.frac_coords[[i for i in own if i in octahedral_own], :],
        octahedral_sites=_coords(octahedral),
        tetrahedral_sites=_coords(
            [v for v, n in zip(tetrahedral, faces, strict=True) if n == most and most > 0]
        ),
        remark=remark,
    )


def _conventional(given: Structure) -> tuple[Structure, str]:
    """Return the conventional cell of a smaller cell without right angles, and a remark on it."""
    if np.allclose(given.lattice.angles, 90, atol=RIGHT_ANGLE_TOLERANCE):
        return given, ""
    cell = SpacegroupAnalyzer(given, SYMPREC).get_conventional_standard_structure()
    if len(cell) < len(given):  # a supercell that the user chose
        return given, ""
    if np.allclose(cell.lattice.parameters, given.lattice.parameters, atol=RIGHT_ANGLE_TOLERANCE):
        return cell, ""
    keep = str([list(row) for row in AS_GIVEN]).replace(" ", "")
    other = f"cell of {len(given)}" if len(given) < len(cell) else "one, which is as large"
    return cell, (
        f"the conventional cell of {len(cell)} atoms is taken instead of the given {other}; "
        f"supercell={keep} keeps that"
    )


def _checked_intercalant(structure: Structure, asked: str | None) -> str:
    """Refuse a structure that is not a host, and return its intercalant."""
    formula = structure.composition.formula
    if not structure.is_ordered:
        raise StructureError(f"{formula} has partial occupancies; give an ordered structure")
    inserted = intercalant_of(structure.composition, asked)
    if not any(is_redox_metal(element.symbol) for element in structure.composition.elements):
        raise StructureError(
            f"{formula} has no transition metal that could be oxidised or reduced, which a host "
            f"needs to release or take up {inserted}"
        )
    if not anions(structure):
        known = ", ".join(sorted(HARD_ANIONS | CHALCOGENIDES))
        raise StructureError(f"{formula} has no anion ({known})")
    return inserted


def _whole_unit(pristine: Structure, inserted: str, asked: str | None) -> FormulaUnit:
    """Return the formula unit of a supercell that holds a whole number of it."""
    found = formula_unit(pristine.composition, inserted, asked)
    own = len(pristine.indices_from_symbol(inserted))
    held = (len(pristine) - own) / sum(found.framework.values())
    units = round(held)
    if not isclose(units, held, rel_tol=AMOUNT_TOLERANCE):
        raise StructureError(
            f"formula_unit={asked}: the supercell of {len(pristine)} atoms holds {held:.4g} of "
            "it, which is not a whole number; give a smaller formula unit, or a larger supercell"
        )
    # Rounded amounts, as of Ni0.333, would put the content beside the grid of the supercell.
    return unit_of(pristine.composition, inserted, units, own / units)


def _coords(sites: Sequence[Void]) -> FloatArray:
    return np.array([site.frac_coords for site in sites], dtype=np.float64).reshape(-1, 3)


def _clear_of_cations(void: Void, framework: Structure) -> bool:
    centre = framework.lattice.get_cartesian_coords(void.frac_coords)
    near = framework.get_sites_in_sphere(centre, CLOSEST_CATION)
    return all(site.specie.symbol in anions(framework) for site in near)


def _shared_faces(tetrahedron: Void, octahedra: Sequence[Void]) -> int:
    """Count the faces that a tetrahedron shares with any periodic image of some octahedra."""
    faces = 0
    for octahedron in octahedra:
        # Polyhedra share a face where three anions coincide. Each periodic image of the octahedron
        # is a translation; count the anions that it has in common with the tetrahedron.
        common = Counter(
            tuple(np.subtract(here, there).tolist())
            for anion, here in tetrahedron.neighbors
            for other, there in octahedron.neighbors
            if anion == other
        )
        faces += sum(n == FACE for n in common.values())
    return faces

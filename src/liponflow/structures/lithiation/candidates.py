"""Lithiate and delithiate a host: choose which Li arrangements to compute.

The content x counts atoms of the intercalant, Li or another alkali metal, per formula unit: it is
that of LixNi0.5Mn1.5O4, LixCoO2 or LixTi5O12.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.crystals.parent import ParentShape
from liponflow.structures.lithiation.arrangements import (
    Subset,
    count_distinct,
    distinct_subsets,
    enumerable,
    sample_distinct,
    site_permutations,
)
from liponflow.structures.lithiation.electrostatics import ewald_energies
from liponflow.structures.lithiation.host import Family, LithiationHost

Method = Literal["all", "ewald+random", "sample+ewald"]

X_TOLERANCE = 1e-3
"""Tolerance (in x) for a value on the grid of the supercell."""

MAX_RANKED = 200_000
"""Largest number of symmetry-distinct arrangements that are all ranked; beyond it, a sample is."""

SAMPLED_PER_BUDGET = 200
"""Arrangements sampled and ranked per arrangement computed, where there are too many to list."""


@dataclass(frozen=True, eq=False)
class Arrangement:
    """One arrangement of Li in a state.

    Attributes
    ----------
    x
        Li per formula unit.
    family
        Sites that Li occupies.
    sites
        Occupied candidate sites: indices into ``host.sites(family)``.
    multiplicity
        Symmetry-equivalent arrangements that this one stands for.
    structure
        The supercell, sorted as by ``LithiationHost.with_lithium``.
    ewald_energy
        Electrostatic energy of the supercell with formal charges, eV.
    """

    x: float
    family: Family
    sites: Subset
    multiplicity: int
    structure: Structure
    ewald_energy: float


@dataclass(frozen=True, eq=False)
class Selection:
    """Selected arrangements of one state.

    Attributes
    ----------
    arrangements
        Sorted by Ewald energy.
    n_distinct
        Symmetry-distinct arrangements of the state, exact.
    n_total
        All arrangements of the state.
    method
        How they were chosen: all there are; the lowest by Ewald energy and a random rest; or the
        same from a random sample, where there are too many to list.
    note
        The same in a sentence.
    """

    arrangements: Sequence[Arrangement]
    n_distinct: int
    n_total: int
    method: Method
    note: str


def max_x(host: LithiationHost) -> float:
    """Return the highest Li content for which some family has sites."""
    most = max(len(host.kept(family)) + len(host.sites(family)) for family in Family)
    return most / host.formula_units


def check_x(host: LithiationHost, x: float) -> float:
    """Check that the supercell can hold a Li content.

    Parameters
    ----------
    host
        The host.
    x
        Li per formula unit.

    Returns
    -------
    float
        The value on the grid, within ``X_TOLERANCE`` of `x`.

    Raises
    ------
    ValueError
        If `x` is negative, off the grid (the two nearest values are named) or above the sites
        available (the maximum is named).
    """
    n = host.formula_units
    formula = host.pristine.composition.formula
    highest = max_x(host)
    if not -X_TOLERANCE <= x <= highest + X_TOLERANCE:
        raise ValueError(
            f"x = {x:g} is outside 0 to {highest:g}, the Li that the sites of {formula} can hold"
        )
    grid = round(x * n) / n
    if abs(grid - x) > X_TOLERANCE:
        low = math.floor(x * n) / n
        raise ValueError(
            f"x = {x:g} is not on the grid of {formula}, which has steps of 1/{n}; the nearest "
            f"values are {low:.6g} and {low + 1 / n:.6g}. Take one of them or a larger supercell"
        )
    return grid


def families_at(host: LithiationHost, x: float) -> list[Family]:
    """List the families with enough sites for a Li content; errors as :func:`check_x`."""
    n_li = round(check_x(host, x) * host.formula_units)
    if n_li <= len(host.li_sites):
        return [Family.VACANCY]
    # Where all pristine sites are octahedral, both octahedral families are one.
    left_out = {Family.VACANCY}
    if len(host.octahedral_li) == len(host.li_sites):
        left_out.add(Family.ALL_OCTAHEDRAL)
    return [
        family
        for family in Family
        if family not in left_out and 0 <= n_li - len(host.kept(family)) <= len(host.sites(family))
    ]


def choose(host: LithiationHost, x: float, family: Family, *, budget: int, seed: int) -> Selection:
    """Select the arrangements of a state to compute.

    All symmetry-distinct ones if they fit in the budget. Else half the budget (rounded up) goes
    to those of lowest Ewald energy, and the rest is drawn at random from the others, each
    distinct arrangement with the same chance.

    Parameters
    ----------
    host
        The host.
    x
        Li per Li of the pristine structure.
    family
        Which sites Li takes.
    budget
        Largest number of arrangements to return.
    seed
        Seed of the random part.

    Returns
    -------
    Selection

    Raises
    ------
    ValueError
        If `x` is not possible (:func:`check_x`) or not in this family, or the budget is below 1.

    Notes
    -----
    The charges behind the Ewald energies are those of
    :func:`~liponflow.structures.lithiation.electrostatics.formal_charges`.
    """
    x = check_x(host, x)
    if budget < 1:
        raise ValueError(f"a budget of {budget} arrangements is too small; give 1 or more")
    if family not in families_at(host, x):
        possible = ", ".join(families_at(host, x))
        raise ValueError(f"x = {x:g} is not possible in the family {family}; take {possible}")
    kept, sites = host.kept(family), host.sites(family)
    k = round(x * host.formula_units) - len(kept)
    permutations = site_permutations(host.with_lithium(kept), sites)
    n_total, n_distinct = math.comb(len(sites), k), count_distinct(permutations, k)
    listed = enumerable(len(sites), k) and n_distinct <= MAX_RANKED
    subsets = (
        distinct_subsets(permutations, k)
        if listed
        else sample_distinct(permutations, k, SAMPLED_PER_BUDGET * budget, seed)
    )
    energies = ewald_energies(host.framework, kept, sites, [subset for subset, _ in subsets])
    order = np.argsort(energies.round(6), kind="stable")  # ties keep the order of the list
    n_lowest = min(len(order), math.ceil(budget / 2))
    if len(order) <= budget:
        picked = order
    else:
        others = np.random.default_rng(seed).choice(
            np.arange(n_lowest, len(order)), budget - n_lowest, replace=False
        )
        picked = order[[*range(n_lowest), *sorted(others)]]
    arrangements = [
        Arrangement(
            x=x,
            family=family,
            sites=subsets[i][0],
            multiplicity=subsets[i][1],
            structure=host.with_lithium(np.vstack([kept, sites[list(subsets[i][0])]])),
            ewald_energy=float(energies[i]),
        )
        for i in picked
    ]
    state = f"x = {x:g}, {family}"
    if len(picked) == n_distinct:
        method: Method = "all"
        note = f"{state}: all {n_distinct} symmetry-distinct arrangements ({n_total} in all)"
    else:
        method = "ewald+random" if listed else "sample+ewald"
        pool = "" if listed else f" among {len(subsets)} drawn (seed {seed})"
        note = (
            f"{state}: {len(picked)} of {n_distinct} symmetry-distinct arrangements ({n_total} in "
            f"all): the {n_lowest} of lowest Ewald energy{pool} and {len(picked) - n_lowest} "
            f"at random (seed {seed})"
        )
    return Selection(arrangements, n_distinct, n_total, method, note)


def start_cells(
    structure: Structure,
    tetragonal_strain: float = 0.03,
    shape: ParentShape = ParentShape.PSEUDO_CUBIC,
) -> list[tuple[str, Structure]]:
    """Return starting cells for a state that may distort: as given, and elongated along c.

    Parameters
    ----------
    structure
        Any structure.
    tetragonal_strain
        Elongation of c, dimensionless; a and b shrink so that the volume stays.
    shape
        Shape of the cell; only a pseudo-cubic one has an elongated start.

    Returns
    -------
    list of (name, structure)
        ``cubic`` (the cell as given) and ``tetragonal``, or ``as given`` alone.
    """
    if shape is not ParentShape.PSEUDO_CUBIC:
        return [("as given", structure.copy())]
    c = 1 + tetragonal_strain
    stretch = np.array([[c**-0.5], [c**-0.5], [c]])
    lattice = Lattice(structure.lattice.matrix * stretch)
    elongated = structure.copy()
    elongated.lattice = lattice
    return [("cubic", structure.copy()), ("tetragonal", elongated)]


def with_magmoms(structure: Structure, magmoms: Mapping[str, float]) -> Structure:
    """Return a copy of a structure with initial magnetic moments.

    Parameters
    ----------
    structure
        Any structure.
    magmoms
        Moment (µB) per element symbol; other elements get 0.

    Returns
    -------
    Structure
        With the site property ``magmom``.

    Raises
    ------
    ValueError
        If a transition metal of the structure has no moment given.

    Examples
    --------
    >>> from liponflow.structures.lithiation.spinel import ordered_lnmo
    >>> with_magmoms(ordered_lnmo(), {"Ni": -2, "Mn": 4}).site_properties["magmom"][8]
    -2.0
    """
    elements = structure.composition.elements
    missing = [e.symbol for e in elements if e.is_transition_metal and e.symbol not in magmoms]
    if missing:
        raise ValueError(
            f"no initial moment for {', '.join(missing)} of {structure.composition.formula}; give "
            "one for every transition metal in magmoms (0 for a non-magnetic one)"
        )
    moments = [float(magmoms.get(site.specie.symbol, 0)) for site in structure]
    return structure.copy(site_properties={**structure.site_properties, "magmom": moments})

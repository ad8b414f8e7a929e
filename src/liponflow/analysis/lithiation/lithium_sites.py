"""Counts of tetrahedral and octahedral Li in a relaxed structure."""

from collections import Counter

from pymatgen.core.structure import Structure

from liponflow.analysis.lithiation.lattice import ANIONS, OCTAHEDRON_CUTOFF

SITE_NAMES = {4: "tetrahedral", 6: "octahedral"}
"""Names by the number of anions within the cutoff; any other number is ``other``."""


def lithium_sites(structure: Structure, cutoff: float = OCTAHEDRON_CUTOFF) -> dict[str, int]:
    """Return the number of Li atoms of a structure by their coordination.

    Relaxation moves Li between sites, so arrangements of different families can end as one phase.

    Parameters
    ----------
    structure
        Periodic structure.
    cutoff
        Longest Li-anion bond, Å. In the lithiated spinel the fifth anion of tetrahedral Li is
        beyond 3.2 Å and the sixth of octahedral Li within 2.7 Å.

    Returns
    -------
    dict
        Li atoms that are ``tetrahedral``, ``octahedral`` and ``other``, without zeros.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> rock_salt = Structure.from_spacegroup(
    ...     "Fm-3m", Lattice.cubic(4.03), ["Li", "F"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    ... )
    >>> lithium_sites(rock_salt)
    {'octahedral': 4}
    """
    counts: Counter[str] = Counter()
    for site in structure:
        if site.specie.symbol == "Li":
            near = structure.get_neighbors(site, cutoff)
            anions = sum(neighbor.specie.symbol in ANIONS for neighbor in near)
            counts[SITE_NAMES.get(anions, "other")] += 1
    return dict(sorted(counts.items()))

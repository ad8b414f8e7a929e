"""Counts of tetrahedral and octahedral Li, or another intercalant, in a relaxed structure."""

from collections import Counter

from pymatgen.core.structure import Structure

from liponflow.analysis.lithiation.lattice import ANIONS, OCTAHEDRON_CUTOFF

SITE_NAMES = {4: "tetrahedral", 6: "octahedral"}
"""Names by the number of anions within the cutoff; any other number is ``other``."""


CUTOFFS = {"Li": OCTAHEDRON_CUTOFF, "Na": 3.0, "K": 3.4, "Rb": 3.5, "Cs": 3.7}
"""Longest bond (Å) of an alkali metal to a ligand.

For Li, the fifth anion of a tetrahedral site of the lithiated spinel is beyond 3.2 Å and the sixth
of an octahedral site within 2.7 Å. Those of the others are larger by about the difference of their
radii of six-fold coordination (R. D. Shannon, Acta Crystallogr. A 32, 751, 1976).
"""


def lithium_sites(structure: Structure, intercalant: str = "Li") -> dict[str, int]:
    """Return the number of Li atoms of a structure by their coordination.

    Relaxation moves Li between sites, so arrangements of different families can end as one phase.

    Parameters
    ----------
    structure
        Periodic structure.
    intercalant
        Element that is counted.

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
        if site.specie.symbol == intercalant:
            near = structure.get_neighbors(site, CUTOFFS[intercalant])
            anions = sum(neighbor.specie.symbol in ANIONS for neighbor in near)
            counts[SITE_NAMES.get(anions, "other")] += 1
    return dict(sorted(counts.items()))

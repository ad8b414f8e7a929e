"""The 5 V spinel LiNi0.5Mn1.5O4 (LNMO), Ni and Mn ordered or disordered.

Both decorate the ideal spinel (space group Fd-3m: Li on 8a, metals on 16d, O on 32e at u,u,u in
origin choice 2), which has one oxygen parameter. The origin is moved by 1/8 along each axis to
that of P4_332. They are starting points for a relaxation, not refinements.
"""

import numpy as np
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

LATTICE_PARAMETER = 8.17
"""Cubic lattice parameter (Å) of LNMO at room temperature."""

OXYGEN_PARAMETER = 0.2625
"""Oxygen parameter u at which the Li-O and the metal-O bonds of a spinel are equally long.

Solves 3 (u - 1/8)^2 = (1/2 - u)^2 + 2 (u - 1/4)^2; refined oxide spinels lie close by.
"""

N_NICKEL = 4
"""Number of Ni on the 16 metal sites of the cell, neutral with Li+, Ni2+, Mn4+ and O2-."""


def ordered_lnmo(a: float = LATTICE_PARAMETER) -> Structure:
    """Build LNMO with ordered Ni and Mn, space group P4_332, as Li8Ni4Mn12O32.

    Parameters
    ----------
    a
        Cubic lattice parameter, Å.

    Returns
    -------
    Structure
        Conventional cell of 56 atoms: Li on 8c, Ni on 4b, Mn on 12d, O on 8c and 24e, all at the
        positions of the ideal spinel.

    Examples
    --------
    >>> ordered_lnmo().formula
    'Li8 Mn12 Ni4 O32'
    """
    v = OXYGEN_PARAMETER - 1 / 8
    return Structure.from_spacegroup(
        "P4_332",
        Lattice.cubic(a),
        ["Li", "Ni", "Mn", "O", "O"],
        [[0, 0, 0], [5 / 8] * 3, [1 / 8, 3 / 8, 7 / 8], [v + 1 / 4] * 3, [v, -v, v]],
    )


def disordered_lnmo(seed: int, a: float = LATTICE_PARAMETER) -> Structure:
    """Build one random decoration of the Fd-3m spinel with Ni and Mn, as Li8Ni4Mn12O32.

    Parameters
    ----------
    seed
        Seed of the random choice of the Ni among the 16d sites.
    a
        Cubic lattice parameter, Å.

    Returns
    -------
    Structure
        Conventional cell of 56 atoms, charge-neutral with Li+, Ni2+, Mn4+ and O2-. Its own
        symmetry is that of the decoration, usually much lower than Fd-3m.

    Examples
    --------
    >>> disordered_lnmo(seed=1) == disordered_lnmo(seed=1)
    True
    """
    spinel = ordered_lnmo(a)
    metals = spinel.indices_from_symbol("Ni") + spinel.indices_from_symbol("Mn")
    nickel = np.random.default_rng(seed).choice(metals, N_NICKEL, replace=False)
    for site in metals:
        spinel.replace(site, "Ni" if site in nickel else "Mn")
    return spinel.get_sorted_structure()

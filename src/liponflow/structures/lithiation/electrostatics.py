"""Formal charges and Ewald energies of Li arrangements in a framework."""

from collections.abc import Sequence

import numpy as np
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core.structure import Structure

from liponflow.arrays import FloatArray
from liponflow.crystals.anions import anions
from liponflow.crystals.oxidation_states import fixed_charge, is_redox_metal
from liponflow.structures.lithiation.arrangements import Subset


def formal_charges(framework: Structure, n_li: int) -> FloatArray:
    """Return formal charges of a framework that is neutral together with some Li+.

    Parameters
    ----------
    framework
        Structure without Li, with a transition metal.
    n_li
        Number of Li+ in addition to it.

    Returns
    -------
    ndarray, shape (n_sites,)
        Charges (e): the lowest common charge of each anion, the highest of any other cation, and
        for all transition metals the same charge, from neutrality.

    Examples
    --------
    >>> from liponflow.structures.lithiation.spinel import ordered_lnmo
    >>> cell = ordered_lnmo().remove_species(["Li"])
    >>> charges = formal_charges(cell, n_li=8)
    >>> float(charges[0]), float(charges[-1])  # mean of Ni2+ and 3 Mn4+; O
    (3.5, -2.0)
    """
    negative = anions(framework)
    symbols = [site.specie.symbol for site in framework]
    metals = np.array([is_redox_metal(symbol) for symbol in symbols])
    charges = np.zeros(len(framework))
    for i, symbol in enumerate(symbols):
        if not metals[i]:
            charges[i] = fixed_charge(symbol, negative)
    charges[metals] = -(charges.sum() + n_li) / metals.sum()
    return charges


def ewald_energies(
    framework: Structure,
    kept: FloatArray,
    sites: FloatArray,
    subsets: Sequence[Subset],
) -> FloatArray:
    """Return the electrostatic energies of arrangements with equal numbers of Li.

    Parameters
    ----------
    framework
        Structure without Li.
    kept
        Li in every arrangement, fractional coordinates, shape (n_kept, 3).
    sites
        Candidate sites, fractional coordinates, shape (n_sites, 3).
    subsets
        Occupied candidate sites of each arrangement, all of one size.

    Returns
    -------
    ndarray, shape (n_subsets,)
        Ewald energies of the cell (eV) with :func:`formal_charges`.

    Notes
    -----
    The energy is bilinear in the charges. One Ewald sum over all sites filled with unit charges
    gives the matrix M, and q·M·q the energy of every neutral arrangement q (0 where a site is
    empty).
    """
    filled = np.zeros((len(subsets), len(sites)))
    for row, subset in zip(filled, subsets, strict=True):
        row[list(subset)] = 1
    coords = np.vstack([framework.frac_coords, kept, sites])
    unit_charges = Structure(framework.lattice, ["Li+"] * len(coords), coords)
    pairs = EwaldSummation(unit_charges).total_energy_matrix  # type: ignore[no-untyped-call]
    n_fixed = len(framework) + len(kept)
    n_li = len(kept) + len(subsets[0])
    fixed = np.append(formal_charges(framework, n_li), np.ones(len(kept)))
    # Of the three blocks of q M q, the mixed one is above and below the diagonal.
    among_fixed = fixed @ pairs[:n_fixed, :n_fixed] @ fixed
    with_fixed = 2 * filled @ (pairs[n_fixed:, :n_fixed] @ fixed)
    among_filled = ((filled @ pairs[n_fixed:, n_fixed:]) * filled).sum(axis=1)
    return np.asarray(among_fixed + with_fixed + among_filled, dtype=np.float64)

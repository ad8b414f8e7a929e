"""Memory that a calculation of GPAW takes."""

from math import ceil, pi, sqrt
from typing import NamedTuple

from ase.units import Bohr, Hartree

_MIB = 2**20

PROGRAM = 113 * _MIB
"""Memory of Python with GPAW, bytes."""

PER_ATOM = 1.9 * _MIB
"""Memory per atom, bytes."""

PER_PLANE_WAVE = 13_600
"""Memory per plane wave of a k-point, bytes, for densities and potentials."""

COPIES = 1.7
"""Memory of the wave functions and of the work on them, by that of the wave functions."""

_COMPLEX = 16
"""Bytes of a complex number."""


class Size(NamedTuple):
    """Size of a calculation.

    Attributes
    ----------
    atoms
        Number of atoms.
    volume
        Volume of the cell, Å³.
    ecut
        Cut-off of the plane waves, eV.
    bands
        Number of bands.
    kpoints
        Irreducible k-points.
    spins
        Spin channels, 1 or 2.
    """

    atoms: int
    volume: float
    ecut: float
    bands: int
    kpoints: int
    spins: int

    @property
    def plane_waves(self) -> float:
        """Plane waves of a k-point: those in a sphere of the cut-off.

        Examples
        --------
        >>> round(Size(2, 40.7076, 350, 6, 4, 1).plane_waves)
        605
        """
        radius = sqrt(2 * self.ecut / Hartree) / Bohr
        return self.volume * radius**3 / (6 * pi**2)

    @property
    def label(self) -> str:
        """Size in a few words."""
        spins = ", spin" if self.spins > 1 else ""
        return f"PW {self.ecut:g} eV, {self.bands} bands, {self.kpoints} k-points{spins}"


def bands(valence_electrons: float, moment: float = 0.0) -> int:
    """Return the number of bands that GPAW takes by default, at most.

    Parameters
    ----------
    valence_electrons
        Valence electrons of the cell.
    moment
        Total starting moment, µB.

    Notes
    -----
    GPAW takes fewer where the atoms have fewer bound partial waves.

    Examples
    --------
    >>> bands(54)
    37
    """
    return ceil(1.2 * (valence_electrons + moment) / 2) + 4


def needed_memory(size: Size, ranks: int = 1) -> float:
    """Return the memory that a calculation takes, bytes.

    Parameters
    ----------
    size
        Its size.
    ranks
        Ranks of MPI, each of which loads the program.

    Notes
    -----
    Fitted to the largest resident memory of GPAW 26.7 for cells of 2 to 54 atoms on one rank: the
    program, a share per atom (atomic orbitals of the first density, projectors), one per plane
    wave (densities and potentials on the grids) and the wave functions. The largest memory was
    0.91 to 1.05 times the estimate in eight cells, and 1.5 times in the one with the most bands
    (MgO, 64 atoms, 312 bands, 701 MiB).
    """
    waves = _COMPLEX * float(size.plane_waves) * size.bands * size.kpoints * size.spins
    return (
        ranks * PROGRAM
        + size.atoms * PER_ATOM
        + size.plane_waves * PER_PLANE_WAVE
        + waves * COPIES
    )

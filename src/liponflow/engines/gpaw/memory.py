"""Memory that a calculation of GPAW takes, and the memory that this machine has for it."""

from math import ceil, pi, sqrt
from pathlib import Path
from typing import NamedTuple

import psutil  # type: ignore[import-untyped]
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

_NO_LIMIT = 2**62
"""Limits of control groups from which on there is none."""


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


def available_memory() -> int:
    """Return the memory that this machine still has, bytes, within the limits of control groups.

    Containers and jobs of Slurm have such limits, which the machine's free memory does not show.
    """
    return min([int(psutil.virtual_memory().available), *_control_groups(Path("/sys/fs/cgroup"))])


def _control_groups(root: Path) -> list[int]:
    """Return what the control groups of this process leave of their limits, bytes."""
    left = []
    for folder in {root, root / "memory", *_own_groups(root)}:
        for limit, used in (
            ("memory.max", "memory.current"),  # version 2
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),  # version 1
        ):
            try:
                most = int((folder / limit).read_text(encoding="utf-8"))
                now = int((folder / used).read_text(encoding="utf-8"))
            except (OSError, ValueError):  # there is none, or it reads "max"
                continue
            if most < _NO_LIMIT:
                left.append(max(0, most - now + _reclaimable(folder)))
    return left


def _own_groups(root: Path) -> list[Path]:
    """Return the folders of the control groups of this process and of those around them."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    folders = []
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, name = rest.partition(":")
        if controllers in ("", "memory"):
            group = root / controllers / name.lstrip("/")
            folders += [group, *(up for up in group.parents if up.is_relative_to(root))]
    return folders


def _reclaimable(folder: Path) -> int:
    """Return the memory of a control group that only holds files, bytes."""
    try:
        lines = (folder / "memory.stat").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    entries = dict(line.split(maxsplit=1) for line in lines if " " in line)
    found = entries.get("total_inactive_file") or entries.get("inactive_file") or "0"
    return int(found)

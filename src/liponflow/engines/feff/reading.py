"""Read the outputs of FEFF9 and FEFF10: ``eels.dat``, ``xmu.dat`` and the log of its potentials.

pymatgen's ``Eels`` and ``Xmu`` read the same tables by ``numpy.loadtxt``, which refuses exponents
of three digits (``0.1-100``), and they accept NaN.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from liponflow.arrays import FloatArray
from liponflow.boundary import FileError, check_is_file, file_boundary
from liponflow.decompression import open_text, read_text
from liponflow.freeformat.numbers import columns, real, table

EELS, SCF_LOG = "eels.dat", "log1.dat"
XMU = ("xmu.dat", "xmu10.dat")
"""Spectrum before the integration over angles; the second is that of an average over
orientations."""

REMEDY = "run FEFF again in an empty directory"

MOST_LINES = 100_000
"""Lines of the largest table: FEFF's own limit is some thousand energies."""

MOST_LOG = 20_000_000
"""Characters of the largest log."""

_EELS_COLUMNS = (4, 13)
"""Without and with the nine components of a spectrum of one orientation."""
_XMU_COLUMNS = 6
_COMMENTS = "#*%"
_REACHED = re.compile(r"Convergence reached in\s+(\d+)\s+iterations?")
_NOT_REACHED = re.compile(r"Convergence not reached")
_FERMI = re.compile(r"Fermi level:\s*mu=\s*(\S+)")


@dataclass(frozen=True, eq=False)
class EELSTable:
    """Table of ``eels.dat``.

    Attributes
    ----------
    energies
        Energy losses (eV), ascending, on FEFF's own scale.
    total, background, fine_structure
        Spectrum, that of the free atom, and their difference, which may be negative (a0²/eV).
    """

    energies: FloatArray
    total: FloatArray
    background: FloatArray
    fine_structure: FloatArray


@dataclass(frozen=True, eq=False)
class XmuTable:
    """Table of ``xmu.dat``.

    Attributes
    ----------
    energies
        Energies (eV) on FEFF's own scale.
    relative
        Energies relative to the vacuum (eV).
    wave_numbers
        Wave number of the photoelectron, negative below the Fermi level (1/Å).
    mu, mu0, chi
        Absorption, that of the free atom, and the fine structure.
    """

    energies: FloatArray
    relative: FloatArray
    wave_numbers: FloatArray
    mu: FloatArray
    mu0: FloatArray
    chi: FloatArray

    @property
    def edge(self) -> float:
        """Energy of the edge (eV): the Fermi level, where the wave number vanishes."""
        order = np.argsort(self.wave_numbers)
        return float(np.interp(0.0, self.wave_numbers[order], self.energies[order]))


@dataclass(frozen=True)
class SCF:
    """How the self-consistent potentials ended.

    Attributes
    ----------
    converged
        Whether FEFF says so.
    iterations
        Iterations.
    fermi_change
        Change of the Fermi level in the last iteration (eV); None if FEFF states fewer than two.
    """

    converged: bool
    iterations: int
    fermi_change: float | None


def read_eels(path: Path) -> EELSTable:
    """Read ``eels.dat`` of FEFF9 or FEFF10, in either layout.

    Parameters
    ----------
    path
        The file. Its headings may have any number of lines.

    Raises
    ------
    FileError
        If it is missing, empty, not finite, or its energies do not ascend.
    """
    check_is_file(path, remedy=REMEDY)
    with file_boundary(path, what="a spectrum of FEFF", remedy=REMEDY):
        lines = list(_rows(path))
        # Columns may have grown together, and NaN is not a number.
        width = max(len(columns(lines[0])), len(lines[0].split())) if lines else 0
        if lines and width not in _EELS_COLUMNS:
            widths = " or ".join(map(str, _EELS_COLUMNS))
            raise FileError(f"{path}: {width} columns, not {widths}; {REMEDY}")
        values = _table(path, lines, width)
        energies, total, background, fine = values.T[:4]
        return EELSTable(energies, total, background, fine)


def read_xmu(path: Path) -> XmuTable:
    """Read the absorption spectrum.

    Parameters
    ----------
    path
        ``xmu.dat``, or ``xmu10.dat`` of an average over orientations.

    Raises
    ------
    FileError
        If it is missing, empty, not finite, or its energies do not ascend.
    """
    check_is_file(path, remedy=REMEDY)
    with file_boundary(path, what="an absorption spectrum of FEFF", remedy=REMEDY):
        return XmuTable(*_table(path, list(_rows(path)), _XMU_COLUMNS).T)


def read_scf(path: Path) -> SCF:
    """Read how the potentials ended.

    Parameters
    ----------
    path
        FEFF's log of them, ``log1.dat``.

    Raises
    ------
    FileError
        If it is missing, or does not say.
    """
    check_is_file(path, remedy=REMEDY)
    with file_boundary(path, what="a log of FEFF", remedy=REMEDY):
        text = read_text(path, errors="replace", most=MOST_LOG)
        levels = [real(word) for word in _FERMI.findall(text)]
        reached = _REACHED.search(text)
        if reached is None and _NOT_REACHED.search(text) is None:
            raise FileError(f"{path}: it does not say whether the potentials converged; {REMEDY}")
        return SCF(
            converged=reached is not None,
            # The first level is that of overlapped atoms.
            iterations=max(len(levels) - 1, 0) if reached is None else int(reached[1]),
            fermi_change=_last_change(levels),
        )


def _last_change(levels: Sequence[float | None]) -> float | None:
    last = [level for level in levels[-2:] if level is not None]
    return abs(last[1] - last[0]) if len(last) == 2 else None  # noqa: PLR2004 - a change of two


def _rows(path: Path) -> Iterator[str]:
    """Yield the lines of numbers."""
    number = 0
    with open_text(path) as file:
        for line in file:
            text = line.strip()
            if not text or text[0] in _COMMENTS:
                continue
            number += 1
            if number > MOST_LINES:
                raise FileError(f"{path}: more than {MOST_LINES:,} energies; {REMEDY}")
            yield text


def _table(path: Path, lines: list[str], width: int) -> FloatArray:
    """Return the numbers of a spectrum, whose first column ascends."""
    if len(lines) < 2:  # noqa: PLR2004 - no spectrum
        raise FileError(f"{path}: {len(lines)} energies: FEFF has not finished it; {REMEDY}")
    values = table(lines, width)
    finite = np.isfinite(values).all(axis=1)
    if not finite.all():
        raise FileError(
            f"{path}: a number that is not finite in the line of energy "
            f"{lines[int(finite.argmin())].split()[0]} eV; check the cluster for atoms too close "
            "to each other"
        )
    if (np.diff(values[:, 0]) <= 0).any():
        raise FileError(f"{path}: its energies do not ascend; {REMEDY}")
    return values

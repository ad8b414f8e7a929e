"""Read densities of states from vasprun.xml, or from DOSCAR where that is missing.

pymatgen reads vasprun.xml, but has no reader of a DOSCAR with projections, so this module has one.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from pymatgen.electronic_structure.core import Orbital as PymatgenOrbital
from pymatgen.electronic_structure.core import Spin as PymatgenSpin
from pymatgen.io.vasp.outputs import Vasprun

from liponflow.analysis.pdos import Orbital, SiteDensities, Spin
from liponflow.arrays import FloatArray
from liponflow.boundary import FileError, file_boundary
from liponflow.decompression import open_text
from liponflow.finite import check_finite
from liponflow.freeformat.numbers import real

ORBITALS: tuple[Orbital, ...] = ("s", "p", "d", "f")
HEADER_LINES = 5
SPIN_COLUMNS = 5
"""Columns of the total density of a spin-polarised run: energy, and density and integral of both
channels. All other runs have three."""

_BY_L = {3: ORBITALS[:3], 4: ORBITALS}
_DEGENERACY = {"s": 1, "p": 3, "d": 5, "f": 7}
_BY_LM = {
    n * n: tuple(orbital for orbital in ORBITALS[:n] for _ in range(_DEGENERACY[orbital]))
    for n in (3, 4)
}
_ORBITALS_OF: dict[int, tuple[Orbital, ...]] = _BY_L | _BY_LM
"""Orbital of each column, by the number of columns: LORBIT = 10, and 11 or above."""

_MAGNETISATION = 4
"""Columns per orbital of a non-collinear run: density, and magnetisation along x, y and z."""

_HEADER_WIDTHS = (16, 16, 5, 16, 16)
"""Highest and lowest energy, points, Fermi level, weight."""


def densities_of_vasprun(vasprun: Vasprun) -> SiteDensities:
    """Return the densities of states of a vasprun.xml.

    Parameters
    ----------
    vasprun
        File parsed with ``parse_dos=True``.

    Returns
    -------
    SiteDensities
        For a non-collinear run, the density without the magnetisation.

    Raises
    ------
    ValueError
        If the file has no density of states.
    """
    if getattr(vasprun, "dos_has_errors", None) is not False:
        raise ValueError(
            f"{vasprun.filename}: no readable density of states; run a static calculation with "
            "LORBIT = 11 (a relaxation stopped early and a stand-in for VASP write none)"
        )
    check_finite(
        [vasprun.tdos.efermi, *vasprun.tdos.energies],
        f"{vasprun.filename}: energies of the states",
    )
    for density in vasprun.tdos.densities.values():
        check_finite(density, f"{vasprun.filename}: the density of states")
    channels = _channels(len(vasprun.tdos.densities))
    sites = []
    for orbitals in vasprun.pdos:
        site: dict[tuple[Orbital, Spin], FloatArray] = {}
        for orbital, densities in orbitals.items():
            kind = orbital.orbital_type if isinstance(orbital, PymatgenOrbital) else orbital
            for spin, density in densities.items():
                check_finite(density, f"{vasprun.filename}: the density of states of a site")
                key = (cast("Orbital", kind.name), channels[spin])
                site[key] = site.get(key, 0.0) + np.asarray(density)
        sites.append(site)
    return SiteDensities(
        energies=np.asarray(vasprun.tdos.energies),
        efermi=vasprun.tdos.efermi,
        total={channels[s]: np.asarray(d) for s, d in vasprun.tdos.densities.items()},
        sites=sites,
    )


def read_doscar(path: Path, *, noncollinear: bool | None = None) -> SiteDensities:
    """Read a DOSCAR, compressed or not.

    Parameters
    ----------
    path
        The file.
    noncollinear
        Whether LNONCOLLINEAR or LSORBIT was set. Only the layout of 16 columns needs it: s to f by
        l with magnetisation, or by l and m without.

    Returns
    -------
    SiteDensities
        For a non-collinear run, the density without the magnetisation.

    Warnings
    --------
    In the DOSCAR of a relaxation or trajectory, VASP averages the total density, but not the
    projections, over the ionic steps (VASP wiki, "DOSCAR"): read only static calculations.

    Raises
    ------
    ValueError
        If the file is truncated, a number cannot be read or is not finite (the line is given), a
        count in a header is larger than the file, or no layout has this number of columns.

    Notes
    -----
    The layout is that of the VASP wiki, "DOSCAR": a total block, then one block per ion, by l with
    LORBIT = 10, by l and m with 11 and above. Spin channels alternate; a non-collinear run has the
    density and three components of the magnetisation per orbital.
    """
    with file_boundary(path, what="a DOSCAR", remedy="copy it again, or use vasprun.xml"):
        return _read_doscar(path, noncollinear=noncollinear)


def _read_doscar(path: Path, *, noncollinear: bool | None) -> SiteDensities:
    with open_text(path, errors="replace") as file:
        lines = list(file)
    if len(lines) <= HEADER_LINES:
        raise ValueError(f"{path}: ends in its header, at line {len(lines)}: copy it again")
    header = _block_header(path, lines, HEADER_LINES)
    length = header.points + 1
    table = _rows(path, lines, HEADER_LINES, header.points)
    blocks = []
    if any(line.strip() for line in lines[HEADER_LINES + length :]):
        n_ions = _count(path, 1, _numbers(path, lines, 0)[0], "ions", len(lines))
        starts = [HEADER_LINES + length * (ion + 1) for ion in range(n_ions)]
        blocks = [_rows(path, lines, start, header.points) for start in starts]
    channels: tuple[Spin, ...] = ("up", "down") if table.shape[1] == SPIN_COLUMNS else ("both",)
    return SiteDensities(
        energies=np.linspace(header.lowest, header.highest, header.points),
        efermi=header.efermi,
        total={spin: table[:, 1 + i] for i, spin in enumerate(channels)},
        sites=[
            _projections(path, block[:, 1:], channels, noncollinear=noncollinear)
            for block in blocks
        ],
    )


def _channels(count: int) -> dict[PymatgenSpin, Spin]:
    if count == 1:
        return {PymatgenSpin.up: "both"}
    return {PymatgenSpin.up: "up", PymatgenSpin.down: "down"}


class _BlockHeader(NamedTuple):
    highest: float
    lowest: float
    points: int
    efermi: float


def _block_header(path: Path, lines: Sequence[str], start: int) -> _BlockHeader:
    fields = lines[start].split()
    if len(fields) != len(_HEADER_WIDTHS):
        # VASP writes fixed widths, so 10,000 points or more touch the number before them.
        ends = list(accumulate(_HEADER_WIDTHS))
        fields = [lines[start][end - w : end] for end, w in zip(ends, _HEADER_WIDTHS, strict=True)]
    try:
        highest, lowest, points, efermi = (float(field) for field in fields[:4])
    except ValueError:
        raise ValueError(
            f"{path}, line {start + 1}: no energy range, number of points and Fermi level: "
            f"{lines[start].strip()!r}"
        ) from None
    check_finite([highest, lowest, efermi], f"{path}, line {start + 1}: the energies")
    return _BlockHeader(
        highest, lowest, _count(path, start + 1, points, "energies", len(lines)), efermi
    )


def _count(path: Path, line: int, number: float, what: str, lines: int) -> int:
    """Return a count in a header, before anything of its size is made."""
    # Each is at least one line of the file; the comparison refuses NaN, too.
    if not 1 <= number <= lines or number != int(number):
        raise FileError(
            f"{path}, line {line}: {number:g} {what} in a file of {lines} lines: it is damaged or "
            "incomplete, copy it again"
        )
    return int(number)


def _rows(path: Path, lines: Sequence[str], start: int, points: int) -> FloatArray:
    if len(lines) <= start + points:
        raise ValueError(
            f"{path}: ends at line {len(lines)}, a block of {points} energies that starts at line "
            f"{start + 1} is not complete: copy the file again, or use vasprun.xml"
        )
    rows = [_numbers(path, lines, start + 1 + row) for row in range(points)]
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise FileError(
                f"{path}, line {start + 2 + number}: {len(row)} columns, but {len(rows[0])} in "
                f"line {start + 2}: copy the file again, or use vasprun.xml"
            )
    table = np.array(rows)
    check_finite(table, f"{path}: the table that begins in line {start + 2}")
    return table


def _numbers(path: Path, lines: Sequence[str], index: int) -> list[float]:
    fields = lines[index].split()
    with suppress(ValueError):  # nearly always plain numbers, which Python reads faster
        return [float(field) for field in fields]
    with suppress(ValueError):
        values = [real(field) for field in fields]
        found = [value for value in values if value is not None]
        if len(found) == len(values):
            return found
    raise ValueError(f"{path}, line {index + 1}: not numbers: {lines[index].strip()!r}")


def _projections(
    path: Path, columns: FloatArray, channels: tuple[Spin, ...], *, noncollinear: bool | None
) -> dict[tuple[Orbital, Spin], FloatArray]:
    count = columns.shape[1]
    if channels == ("both",):
        scalar, vector = count in _ORBITALS_OF, count / _MAGNETISATION in _ORBITALS_OF
        if scalar and vector and noncollinear is None:
            raise ValueError(
                f"{path}: {count} columns are s to f by l and m or, of a non-collinear run, by l: "
                "keep the INCAR in the same directory"
            )
        if vector and (noncollinear or not scalar):
            columns = columns[:, ::_MAGNETISATION]
    orbitals = _ORBITALS_OF.get(columns.shape[1] // len(channels))
    if orbitals is None or columns.shape[1] % len(channels):
        raise ValueError(f"{path}: {count} projected columns fit no layout of LORBIT = 10 to 14")
    summed: dict[tuple[Orbital, Spin], FloatArray] = {}
    keys = [(orbital, spin) for orbital in orbitals for spin in channels]
    for key, column in zip(keys, columns.T, strict=True):
        summed[key] = summed.get(key, 0.0) + column
    return summed

"""KPOINTS, as VASP reads it (VASP wiki, "KPOINTS").

pymatgen's reader stops at comments behind the values of a mesh, takes the length of an automatic
mesh for an integer, and takes a list of points for a mesh where line 3 begins with G, M or A.
"""

from collections.abc import Iterator, Sequence
from math import ceil, pi
from pathlib import Path
from typing import Literal

from pymatgen.io.vasp.inputs import Kpoints, KpointsSupportedModes

from liponflow.decompression import read_text
from liponflow.freeformat.numbers import numbers

MOST_POINTS = 1_000_000
"""Largest number of points of a list or of divisions along an axis."""

DEFAULT_SPACING = 0.5
"""KSPACING (1/Å, 2π included) where a directory has neither KPOINTS nor that tag."""


def read_kpoints(path: Path) -> Kpoints:
    """Read a KPOINTS file, compressed or not.

    Raises
    ------
    OSError, EOFError, FileError
        If the file cannot be read.
    ValueError
        If it is not a KPOINTS file; the line is named.
    """
    return parse_kpoints(read_text(path, errors="replace"))


def parse_kpoints(text: str) -> Kpoints:
    r"""Return the k-points of a KPOINTS file.

    Parameters
    ----------
    text
        KPOINTS, with comments behind its values or without.

    Returns
    -------
    Kpoints
        Of the style that VASP uses: Automatic (one number, the length in Å), Gamma, Monkhorst,
        Line_mode, or Cartesian or Reciprocal: a list, or, where `num_kpts` is 0, the three vectors
        that generate a mesh.

    Raises
    ------
    ValueError
        If a number is missing or out of range; the line is named.

    Examples
    --------
    >>> mesh = parse_kpoints("mesh\n0 ! automatic\nGamma ! centred\n2 2 2 ! divisions\n")
    >>> mesh.style.name, mesh.kpts
    ('Gamma', [(2, 2, 2)])
    >>> parse_kpoints("mesh\n0\nAuto\n20.5 # length\n").kpts
    [(20.5,)]
    """
    lines = _Lines(text)
    comment = lines.comment
    (count,) = lines.integers(1, "the number of k-points")
    if count > MOST_POINTS:
        raise ValueError(f"line {lines.number}: {count:,} k-points; at most {MOST_POINTS:,}")
    style = lines.letter()
    modes = KpointsSupportedModes
    if count > 0 and style == "l":
        return _line_mode(lines, comment, count)
    cartesian = modes.Cartesian if style in "ck" else modes.Reciprocal
    if count > 0:
        return _list(lines, comment, count, cartesian)
    if style == "a":
        (length,) = lines.reals(1, "the length of an automatic mesh")
        whole = int(length) if length == int(length) else length
        return Kpoints(comment, 0, modes.Automatic, kpts=[[whole]])
    if style in "gm":
        divisions = lines.integers(3, "the divisions of the mesh")
        if not all(0 < number <= MOST_POINTS for number in divisions):
            raise ValueError(f"line {lines.number}: divisions {divisions} out of range")
        mode = modes.Gamma if style == "g" else modes.Monkhorst
        return Kpoints(comment, 0, mode, kpts=[divisions], kpts_shift=lines.shift())
    vectors = [lines.reals(3, "a vector that generates the mesh") for _ in range(3)]
    return Kpoints(comment, 0, cartesian, kpts=vectors, kpts_shift=lines.shift())


def mesh_divisions(
    kpoints: Kpoints | None, lengths: Sequence[float], spacing: float = DEFAULT_SPACING
) -> tuple[int, int, int]:
    """Return the divisions of the mesh that VASP makes of KPOINTS, or of KSPACING without it.

    Parameters
    ----------
    kpoints
        A regular mesh, by divisions or by a length; None without KPOINTS.
    lengths
        Lengths of the reciprocal lattice vectors (1/Å, 2π included).
    spacing
        KSPACING (1/Å, 2π included).

    Examples
    --------
    >>> mesh_divisions(None, [1.6, 1.6, 0.4])
    (4, 4, 1)
    """
    if kpoints is None:
        a, b, c = (max(1, ceil(length / spacing)) for length in lengths)
    elif kpoints.style is KpointsSupportedModes.Automatic:
        (radius,) = kpoints.kpts[0]
        a, b, c = (max(1, int(radius * length / (2 * pi) + 0.5)) for length in lengths)
    else:
        a, b, c = (int(number) for number in kpoints.kpts[0])
    return a, b, c


def _list(lines: "_Lines", comment: str, count: int, style: KpointsSupportedModes) -> Kpoints:
    rows = [lines.reals(4, f"k-point {number} with its weight") for number in range(1, count + 1)]
    return Kpoints(
        comment,
        count,
        style,
        kpts=[row[:3] for row in rows],
        kpts_weights=[row[3] for row in rows],
    )


def _line_mode(lines: "_Lines", comment: str, count: int) -> Kpoints:
    kind: Literal["Cartesian", "Reciprocal"]
    kind = "Cartesian" if lines.letter() in "ck" else "Reciprocal"
    points: list[tuple[float, ...]] = []
    labels: list[str] = []
    for line in lines.rest():
        found = numbers(line)[:3]
        if len(found) == 3:  # noqa: PLR2004 - coordinates
            points.append(tuple(map(float, found)))
            labels.append(" ".join(line.split()[3:]).lstrip("!# "))
    if len(points) < 2 or len(points) % 2:  # noqa: PLR2004 - begin and end of a line
        raise ValueError(f"{len(points)} end points of lines; each line needs two")
    return Kpoints(
        comment,
        count,
        KpointsSupportedModes.Line_mode,
        kpts=points,
        labels=labels,
        coord_type=kind,
    )


class _Lines:
    """Lines of the file, read as Fortran reads lists: blank lines hold nothing.

    Parameters
    ----------
    text
        The file.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines() or [""]
        self.comment = self._lines[0].strip()
        """First line."""
        self.number = 1
        """Number of the last line read."""

    def _next(self, what: str) -> str:
        while self.number < len(self._lines):
            self.number += 1
            if line := self._lines[self.number - 1].strip():
                return line
        raise ValueError(f"ends before {what}")

    def letter(self) -> str:
        return self._next("the kind of mesh")[0].lower()

    def reals(self, count: int, what: str) -> list[float]:
        """Return numbers, which may continue on the next lines."""
        found: list[int | float] = []
        while len(found) < count:
            line = self._next(what)
            more = numbers(line)
            if not more:
                raise ValueError(f"line {self.number}: {line!r} is not {what}")
            found += more
        return [float(value) for value in found[:count]]

    def integers(self, count: int, what: str) -> tuple[int, ...]:
        values = self.reals(count, what)
        if any(value != int(value) for value in values):
            raise ValueError(f"line {self.number}: {what}: {values} are not integers")
        return tuple(int(value) for value in values)

    def shift(self) -> tuple[float, float, float]:
        """Return the shift of a mesh, zero if it is not given."""
        behind = self._lines[self.number : self.number + 1]
        found = numbers(behind[0])[:3] if behind else []
        x, y, z = found if len(found) == 3 else (0.0, 0.0, 0.0)  # noqa: PLR2004 - coordinates
        return float(x), float(y), float(z)

    def rest(self) -> Iterator[str]:
        """Yield the lines that are left."""
        yield from self._lines[self.number :]

"""POSCAR and CONTCAR as VASP reads them.

pymatgen's reader refuses what VASP's free format allows (exponents with D, text behind numbers,
three scale factors), merges neighbouring blocks of one element, and scales Cartesian coordinates
by a negative factor, which is a volume. Source: https://vasp.at/wiki/POSCAR.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.arrays import BoolArray, FloatArray
from liponflow.boundary import file_boundary
from liponflow.crystals.checked import StructureError, check_lattice
from liponflow.crystals.elements import LabelError, element_of_potential
from liponflow.decompression import read_text
from liponflow.freeformat.numbers import columns, numbers

_COUNT = re.compile(r"\d+", re.ASCII)
_LOGICAL = re.compile(r"\.?([TtFf])")
_SEPARATOR = re.compile(r"[\s,]+")

FIXED_DECIMALS = 6
"""Decimals from which a program wrote the coordinates, all with the same number."""

LARGEST = 1e100
"""Magnitude of a number that no POSCAR holds."""


@dataclass(frozen=True, eq=False)
class Poscar:
    """Content of a POSCAR.

    Attributes
    ----------
    comment
        First line.
    lattice
        Vectors in rows (Å).
    blocks
        Element and number of ions of every block, in order. Blocks of one element that follow
        one another stay apart: potentials, U and moments are given per block.
    frac_coords
        As the file gives them, not wrapped, shape (ions, 3).
    movable
        Degrees of freedom that selective dynamics leaves free, shape (ions, 3); None without it.
    velocities
        Cartesian, shape (ions, 3), Å/fs unless `per_step`; None without them.
    per_step
        Whether the velocities are Å per time step, as of a file that has them in lattice vectors.
    predictor
        Lines behind the velocities: state of thermostat and predictor.
    """

    comment: str
    lattice: FloatArray
    blocks: tuple[tuple[str, int], ...]
    frac_coords: FloatArray
    movable: BoolArray | None
    velocities: FloatArray | None
    predictor: tuple[str, ...]
    per_step: bool = False
    lattice_velocities: FloatArray | None = None
    """Of the lattice vectors, in rows (Å/fs), where a run with a moving cell wrote them."""

    @property
    def symbols(self) -> list[str]:
        """Element of every ion."""
        return [symbol for symbol, count in self.blocks for _ in range(count)]

    @property
    def structure(self) -> Structure:
        """The structure, with the site property ``selective_dynamics`` if ions are held."""
        properties = None
        if self.movable is not None and not self.movable.all():
            properties = {"selective_dynamics": self.movable.tolist()}
        return Structure(self.lattice, self.symbols, self.frac_coords, site_properties=properties)


def read_poscar(path: Path, *, motion: bool = False) -> Poscar:
    """Read a POSCAR or CONTCAR, compressed or not.

    Parameters
    ----------
    path
        File.
    motion
        Whether to read velocities and what follows them, too.

    Raises
    ------
    StructureError
        If it cannot be read or names no elements; the line and the remedy are given.
    """
    with file_boundary(path, StructureError, what="a POSCAR", remedy="copy it again"):
        text = read_text(path, errors="replace")
    try:
        return parse_poscar(text, motion=motion)
    except StructureError as error:
        raise StructureError(f"{path}{error}") from error


def parse_poscar(text: str, *, motion: bool = False) -> Poscar:
    r"""Return the content of a POSCAR; see :func:`read_poscar`.

    Raises
    ------
    StructureError
        The message begins with the line, for a path to be put before it.

    Examples
    --------
    >>> rows = ["Li", "-40", "2 0 0", "0 2 0", "0 0 2", "Li", "2", "Cartesian", "0 0 0", "1 1 1"]
    >>> parse_poscar("\n".join(rows)).frac_coords[1].tolist()
    [0.5, 0.5, 0.5]
    """
    return _Reader(text).read(motion=motion)


def parse_header(text: str) -> tuple[FloatArray, tuple[tuple[str, int], ...]]:
    r"""Return lattice and blocks of what stands above the coordinates, in XDATCAR too.

    Parameters
    ----------
    text
        Comment, scale, three vectors, elements and numbers of ions.

    Returns
    -------
    lattice
        Vectors in rows (Å).
    blocks
        Element and number of ions of every block.

    Raises
    ------
    StructureError
        The message begins with the line.

    Examples
    --------
    >>> lattice, blocks = parse_header("cube\n-8\n1 0 0\n0 1 0\n0 0 1\nLi Ni Ni\n1 2 3\n")
    >>> lattice.diagonal().round(6).tolist(), blocks
    ([2.0, 2.0, 2.0], (('Li', 1), ('Ni', 2), ('Ni', 3)))
    """
    header = _Reader(text).header()
    return header.lattice, header.blocks


class _Reader:
    """Position in the lines of a POSCAR."""

    def __init__(self, text: str) -> None:
        # Not splitlines, which also splits at characters that a comment may hold.
        self.lines = text.removesuffix("\n").split("\n")
        self.ended = text.endswith("\n")
        self.next = 0

    def header(self) -> "_Header":
        """Read what stands above the coordinates."""
        comment = self.line("a comment")
        scale = self.scale()
        vectors = np.array([self.reals("a lattice vector", 3) for _ in range(3)])
        volume = abs(float(np.linalg.det(vectors)))
        if len(scale) == 1 and scale[0] < 0:
            if volume == 0:
                raise self.error("the lattice vectors lie in one plane", back=1)
            scale = [(-scale[0] / volume) ** (1 / 3)]
        lattice = vectors * scale
        try:
            check_lattice(lattice)
        except StructureError as error:
            raise self.error(str(error), back=1) from error
        names = self.names()
        blocks = tuple(zip(names, self.counts(len(names)), strict=True))
        return _Header(comment.strip(), vectors, lattice, blocks)

    def read(self, *, motion: bool) -> Poscar:
        header = self.header()
        total = sum(count for _, count in header.blocks)
        mode = self.line("Direct or Cartesian")
        selective = mode.strip()[:1] in {"s", "S"}
        if selective:
            mode = self.line("Direct or Cartesian")
        if self.values(mode):
            raise self.error(
                "Direct or Cartesian is missing above the coordinates; add it", back=1
            )
        if total > (left := len(self.lines) - self.next):
            raise self.error(f"{total} ions, but {left} lines of coordinates; is it complete?")
        first = self.next
        rows = [self.ion(selective=selective) for _ in range(total)]
        if not self.ended and self.next == len(self.lines):
            self.check_last_number(self.lines[first:])
        if self.values(self.peek()):
            raise self.error(f"more lines of coordinates than ions ({total}); correct the numbers")
        coords = np.array([row.coords for row in rows])
        cartesian = mode.strip()[:1] in set("cCkK")
        if cartesian:
            coords = coords @ np.linalg.inv(header.vectors)  # factors scale both
        lattice = self.lattice_velocities() if motion else None
        velocities, direct = self.velocities(total) if motion else (None, False)
        if velocities is not None and direct:
            velocities = velocities @ header.lattice
        return Poscar(
            comment=header.comment,
            lattice=header.lattice,
            blocks=header.blocks,
            frac_coords=coords,
            movable=np.array([row.movable for row in rows]) if selective else None,
            velocities=velocities,
            per_step=direct,
            lattice_velocities=lattice,
            predictor=self.rest() if motion else (),
        )

    def scale(self) -> list[float]:
        """Read one factor, a volume if it is negative, or three for x, y and z."""
        found = self.reals("the scale factor", 1, most=3)
        scale = found if len(found) == 3 else found[:1]  # noqa: PLR2004 - x, y, z
        if 0 in scale or (len(scale) > 1 and min(scale) < 0):
            raise self.error(
                "the scale is one number above 0, the volume with a minus sign, or three numbers "
                "above 0",
                back=1,
            )
        return scale

    def names(self) -> list[str]:
        """Read the elements, on several lines where there are many."""
        found: list[str] = []
        while not _COUNT.match(self.peek()):
            line = self.line("the elements")
            try:
                # Some programs write a comment behind them.
                here = takewhile(lambda word: word[0] not in "!#", line.split())
                found += [element_of_potential(name) for name in here]
            except LabelError as error:
                raise self.error(str(error), back=1) from None
            if not found:
                break
        if not found:
            raise self.error(
                "names no elements (the form of VASP 4); add a line of element symbols above the "
                "numbers of atoms"
            )
        return found

    def counts(self, elements: int) -> list[int]:
        """Read the number of ions of every block."""
        found: list[int] = []
        while len(found) < elements:
            line = self.line("the number of ions of each element")
            here = [value for value in self.values(line, back=1) if isinstance(value, int)]
            if not here:
                break
            found += here
        if len(found) != elements or min(found) < 0 or max(found) == 0:
            raise self.error(
                f"{len(found)} numbers of ions for {elements} elements; give a whole number for "
                "each, one of them above 0",
                back=1,
            )
        return found

    def ion(self, *, selective: bool) -> "_Ion":
        """Read the coordinates of an ion and its flags; text behind them is ignored."""
        line = self.line("the coordinates of an ion")
        coords = self.values(line, back=1)[:3]
        if len(coords) < 3:  # noqa: PLR2004 - x, y, z
            coords = self.grown_together(line)
        flags: list[bool] = []
        if selective:
            behind = (word for word in _SEPARATOR.split(line) if word and not self.values(word))
            letters = takewhile(bool, map(_LOGICAL.match, islice(behind, 3)))
            flags = [letter[1] in "Tt" for letter in letters if letter]
        if len(coords) < 3 or (selective and len(flags) < 3):  # noqa: PLR2004
            wanted = "x, y, z and three of T or F" if selective else "x, y, z"
            raise self.error(f"a line of coordinates needs {wanted}; is it complete?", back=1)
        return _Ion(coords, flags)

    def check_last_number(self, lines: Sequence[str]) -> None:
        """Refuse a file that breaks off within the last of many numbers of one width."""
        words = [word for line in lines for word in line.split()[:3]]
        decimals = [len(word.partition(".")[2]) for word in words]
        [usual, *others] = set(decimals[:-1]) or {0}
        if not others and usual >= FIXED_DECIMALS and decimals[-1] < usual:
            raise self.error(
                f"the last number has {decimals[-1]} decimals, the others have {usual}, and the "
                "line has no end: the file is cut off; copy it again",
                back=1,
            )

    def lattice_velocities(self) -> FloatArray | None:
        """Read the velocities of the lattice vectors, where there are any."""
        if self.peek()[:1] not in {"l", "L"}:
            return None
        self.next += 2  # title and state
        found = np.array([self.reals("a velocity of the lattice", 3) for _ in range(3)])
        self.next += 3  # the vectors once more
        return found

    def velocities(self, total: int) -> tuple[FloatArray | None, bool]:
        """Read the velocities, where there are any, and whether they are in lattice vectors."""
        kind = self.peek()  # VASP has a line for the kind of velocities, mostly blank
        self.next += 1
        if len(self.values(self.peek())) < 3:  # noqa: PLR2004 - x, y, z
            return None, False
        found = np.array([self.reals("a velocity", 3) for _ in range(total)])
        return found, kind[:1] in {"d", "D"}

    def rest(self) -> tuple[str, ...]:
        lines = self.lines[self.next :]
        while lines and not lines[0].strip():
            lines = lines[1:]
        return tuple(lines)

    def peek(self) -> str:
        return self.lines[self.next].strip() if self.next < len(self.lines) else ""

    def line(self, what: str) -> str:
        if self.next >= len(self.lines):
            raise self.error(f"ends where {what} should be; is the file complete?")
        self.next += 1
        return self.lines[self.next - 1]

    def values(self, line: str, *, back: int = 0) -> list[int | float]:
        """Return the numbers that a line begins with; a slash ends them, as in Fortran."""
        try:
            found = numbers(line.partition("/")[0])
        except ValueError as error:
            raise self.error(str(error), back=back) from None
        if any(abs(value) > LARGEST for value in found):
            raise self.error(f"a number beyond {LARGEST:g}; correct it", back=back)
        return found

    def grown_together(self, line: str) -> list[float]:
        """Return the numbers of a line in columns of fixed width, at most three."""
        try:
            return [value for value in columns(line)[:3] if value is not None]
        except ValueError as error:
            raise self.error(str(error), back=1) from None

    def reals(self, what: str, least: int, *, most: int | None = None) -> list[float]:
        line = self.line(what)
        found = [float(value) for value in self.values(line, back=1)[: most or least]]
        if len(found) < least:
            wanted = f"{least} numbers" if least > 1 else "a number"
            raise self.error(f"{what} should be {wanted}", back=1)
        return found

    def error(self, message: str, *, back: int = 0) -> StructureError:
        """Return an error at the next line, or at one before it."""
        at = min(self.next - back, len(self.lines) - 1)
        text = f" ({self.lines[at].strip()[:60]!r})" if back and at >= 0 else ""
        return StructureError(f", line {max(at, 0) + 1}{text}: {message}")


@dataclass(frozen=True)
class _Header:
    comment: str
    vectors: FloatArray
    """As written."""
    lattice: FloatArray
    """Scaled."""
    blocks: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Ion:
    coords: Sequence[float]
    movable: list[bool]

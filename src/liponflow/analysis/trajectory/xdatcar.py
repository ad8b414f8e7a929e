"""XDATCAR, one frame at a time.

The comment may be blank, the lattice may stand above every frame, coordinates below 0 may have
grown together, and the last line may lack its end. pymatgen and ASE stop at some of these.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import IO, NamedTuple

import numpy as np

from liponflow.arrays import FloatArray
from liponflow.crystals.checked import StructureError
from liponflow.crystals.poscar import parse_header
from liponflow.finite import check_finite
from liponflow.freeformat.numbers import numbers, table

_FRAME = re.compile(r"\s*(?:direct|cartesian)?\s*(?:configuration|konfig)\s*=", re.IGNORECASE)
_LONGEST_HEADER = 1000
"""Lines above the first frame, of which VASP writes one for 20 species."""


class XdatcarFrame(NamedTuple):
    """One frame."""

    symbols: tuple[str, ...]
    positions: FloatArray
    """Cartesian, atoms x 3 (Å)."""
    cell: FloatArray
    """Lattice vectors in rows (Å)."""


def xdatcar_frames(file: IO[str], most_atoms: int) -> Iterator[XdatcarFrame]:
    """Yield the frames of an XDATCAR.

    Parameters
    ----------
    file
        Open XDATCAR of VASP 5 or later.
    most_atoms
        Number of atoms that the file is long enough for.

    Yields
    ------
    XdatcarFrame
        With one lattice for all frames, or the one above each (NpT).

    Raises
    ------
    EOFError
        If the file ends within a frame; the frames before it are complete.
    ValueError
        If a line cannot be read.
    """
    symbols: tuple[str, ...] = ()
    cell = np.zeros((3, 3))
    before = ""
    for header, title in iter(lambda: _header(file), ([], "")):
        if header and (title or not symbols):
            cell, symbols = _lattice_and_symbols(header, most_atoms)
        if not title:
            raise EOFError
        if not symbols:
            raise ValueError("has no elements and numbers of atoms above its first frame")
        lines = list(islice(file, len(symbols)))
        if len(lines) < len(symbols) or is_cut_off(lines[-1], [before, *lines][-2]):
            raise EOFError
        before = lines[-1]
        coords = table(lines, 3)
        check_finite(coords, "the coordinates")
        cartesian = "cartesian" in title.lower()
        yield XdatcarFrame(symbols, coords if cartesian else coords @ cell, cell)


def _header(file: IO[str]) -> tuple[list[str], str]:
    """Return the lines above the next frame, and its title.

    The first of the lines is the comment. There are none if the frame has the lattice before it,
    and no title at the end of the file.
    """
    lines: list[str] = []
    for line in file:
        if _FRAME.match(line):
            return _with_comment(lines), line
        lines.append(line)
        if len(lines) > _LONGEST_HEADER:
            raise ValueError(f"no line with configuration= within {_LONGEST_HEADER} lines")
    return _with_comment(lines), ""


def _lattice_and_symbols(header: list[str], most_atoms: int) -> tuple[FloatArray, tuple[str, ...]]:
    try:
        cell, blocks = parse_header("".join(header))
    except StructureError as error:
        raise ValueError(f"its header{error}") from error
    atoms = sum(number for _, number in blocks)
    if atoms > most_atoms:
        raise ValueError(f"{atoms:.6g} atoms, but the file has less than {most_atoms} lines")
    return cell, tuple(name for name, number in blocks for _ in range(number))


def _with_comment(lines: list[str]) -> list[str]:
    """Return a header that begins with its comment, blank or not; empty without a header."""
    while lines and not lines[0].strip():
        lines = lines[1:]
    rows = [len(numbers(line)) >= 3 for line in lines[1:5]]  # noqa: PLR2004 - a vector
    begins_with_scale = rows == [True, True, True, False]
    return ["\n", *lines] if begins_with_scale else lines


def is_cut_off(line: str, complete: str) -> bool:
    """Return whether the last line of a file breaks off within its last number.

    Parameters
    ----------
    line
        The line; it is complete if it has its line end.
    complete
        A line of the same kind before it; empty if there is none.

    Examples
    --------
    >>> is_cut_off("0.125 0.25000", "0.125 0.50000"), is_cut_off("0.125 0.250", "0.125 0.50000")
    (False, True)
    """
    if line.endswith("\n"):
        return False
    here, there = line.split(), complete.split()
    if len(here) < len(there):
        return True
    digits = [len(word.rpartition(".")[2]) for words in (here, there) for word in words[-1:]]
    return len(digits) > 1 and digits[0] < digits[1]

"""Read ``feff.inp``: its cards, potentials and atoms."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from liponflow.arrays import FloatArray, IntArray
from liponflow.boundary import FileError, check_is_file, file_boundary
from liponflow.decompression import read_text

NAME = "feff.inp"

MOST_TEXT = 2_000_000
"""Characters of the largest file: thousands of atoms take a tenth."""

_COMMENTS = "*#!"
_REMEDY = "write one with `liponflow inputs eels`"


@dataclass(frozen=True)
class PotentialLine:
    """A line of POTENTIALS.

    Attributes
    ----------
    number
        Index that the atoms refer to.
    atomic_number
        Atomic number.
    stoichiometry
        Its atoms in the formula; None where the line ends before.
    """

    number: int
    atomic_number: int
    stoichiometry: float | None


@dataclass(frozen=True, eq=False)
class FeffInput:
    """What a ``feff.inp`` asks for.

    Attributes
    ----------
    cards
        Values of every card but POTENTIALS and ATOMS, as texts of single spaces, by the name of
        the card; lines below a card follow it after a line break.
    potentials
        Lines of POTENTIALS.
    coords
        Positions (Å), shape (atoms, 3).
    numbers
        Index of each atom's potential, shape (atoms,).
    """

    cards: dict[str, str]
    potentials: tuple[PotentialLine, ...]
    coords: FloatArray
    numbers: IntArray


def read_feff_input(path: Path) -> FeffInput:
    """Read a ``feff.inp``, whoever wrote it.

    Parameters
    ----------
    path
        The file, by any name.

    Raises
    ------
    FileError
        If it is missing, or a line cannot be read; the line is named.
    """
    check_is_file(path, remedy=_REMEDY)
    with file_boundary(path, what="an input of FEFF", remedy=_REMEDY) as place:
        cards: dict[str, list[str]] = {}
        potentials: list[PotentialLine] = []
        atoms: list[tuple[float, float, float, int]] = []
        for number, card, words in _lines(read_text(path, most=MOST_TEXT)):
            place.text = f"line {number}"
            if card == "POTENTIALS":
                potentials += [_potential(words)] if words else []
            elif card == "ATOMS":
                atoms += [_atom(words)] if words else []
            elif not card:
                raise FileError(f"{path}, line {number}: numbers that belong to no card")
            elif card != "TITLE":
                cards.setdefault(card, []).append(" ".join(words))
        if not atoms:
            raise FileError(f"{path}: no ATOMS; {_REMEDY}")
        coords = np.array([atom[:3] for atom in atoms])
        if not np.isfinite(coords).all():
            raise FileError(f"{path}: a position that is not a finite number")
        return FeffInput(
            cards={name: "\n".join(lines) for name, lines in cards.items()},
            potentials=tuple(potentials),
            coords=coords,
            numbers=np.array([atom[3] for atom in atoms], dtype=np.int_),
        )


def _lines(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Yield number, card and values of each line; a line of numbers has the card before it."""
    card = ""
    for number, line in enumerate(text.splitlines(), start=1):
        words = _words(line)
        if not words:
            continue
        if words[0][0].isalpha():
            card, *words = words[0].upper(), *words[1:]
            if card == "END":
                return
        yield number, card, words


def _words(line: str) -> list[str]:
    """Return the words of a line without its comment."""
    words: list[str] = []
    for word in line.split():
        if word[0] in _COMMENTS:
            break
        words.append(word)
    return words


def _atom(words: list[str]) -> tuple[float, float, float, int]:
    """Read ``x y z ipot``."""
    x, y, z = map(float, words[:3])
    return x, y, z, int(words[3])


def _potential(words: list[str]) -> PotentialLine:
    """Read ``ipot Z tag lmax1 lmax2 xnatph``."""
    share = float(words[5]) if len(words) > 5 else None  # noqa: PLR2004 - the sixth word
    return PotentialLine(int(words[0]), int(words[1]), share)

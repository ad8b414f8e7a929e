"""Files of LAMMPS, whose atoms have types: the elements must be said, not guessed.

ASE takes type 1 for H, type 2 for He, and so on, unless the file has elements.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from ase.data import atomic_masses, atomic_numbers

from liponflow.analysis.trajectory.atom_counts import atom_count, most_lines
from liponflow.boundary import FileError
from liponflow.decompression import open_text

DUMP, DATA = "lammps-dump-text", "lammps-data"
"""ASE's names of the formats."""

SAME_MASS = 0.1
"""Largest difference (u) between the mass of a type and that of the element it stands for."""

MOST_TYPES = 1000
"""Largest number of types in a file."""

_COUNT = re.compile(r"^\s*\d+\s+atoms\s*(#.*)?$", re.MULTILINE)
_BOX = re.compile(r"^\s*\S+\s+\S+\s+xlo\s+xhi\b", re.MULTILINE)
_HEADER_LINES = 60
_ASK = "say which element each type is, such as --species-map 1=Li,2=P,3=O,4=N"


def is_data_file(path: Path) -> bool:
    """Tell whether a file is a data file of LAMMPS, by its header; ASE goes by its name alone."""
    with open_text(path, errors="replace") as file:
        head = "".join(islice((line[:200] for line in file), _HEADER_LINES))
    return bool(_COUNT.search(head) and _BOX.search(head))


def read_lammps(path: Path, format_: str, species_map: Mapping[str, str]) -> Iterator[Any]:
    """Yield the frames of a dump or data file as ASE's Atoms.

    Parameters
    ----------
    path
        File.
    format_
        DUMP or DATA.
    species_map
        Elements by type.

    Raises
    ------
    FileError
        If the elements are neither in the file nor in `species_map`.
    """
    from ase.io import iread

    _check_counts(path)
    types = _types(path, species_map)
    if format_ == DATA:
        numbers = {kind: atomic_numbers[symbol] for kind, symbol in types.items()}
        options: dict[str, Any] = {"Z_of_type": _Numbers(numbers)} if numbers else {}
    else:
        if not types and "element" not in _columns(path):
            raise FileError(f"{path}: its atoms have types and no elements; {_ASK}")
        order = [types.get(kind, "X") for kind in range(1, MOST_TYPES + 1)]
        options = {"specorder": order} if types else {}
    try:
        for atoms in iread(str(path), index=":", format=format_, **options):
            if types:
                _name(path, atoms, types)
            elif format_ == DATA:
                _check_masses(path, atoms)
            yield atoms
    except KeyError as error:  # of a symbol
        raise FileError(
            f"{path}: {str(error.args[0])!r} is not an element; write symbols in the column "
            f"element, or leave it out and {_ASK}"
        ) from error


class _Numbers(dict[int, int]):
    """Atomic numbers by type, 0 for those that the user did not name."""

    def __missing__(self, kind: int) -> int:
        return 0


def _types(path: Path, species_map: Mapping[str, str]) -> dict[int, str]:
    wrong = [label for label in species_map if not re.fullmatch(r"[1-9]\d{0,2}", label)]
    if wrong:
        raise FileError(
            f"{path}: {wrong[0]!r} in the map of species is not a type of LAMMPS; {_ASK}"
        )
    return {int(label): symbol for label, symbol in species_map.items()}


def _check_counts(path: Path) -> None:
    """Refuse numbers of atoms that the file cannot hold: ASE would read for as many lines."""
    most = most_lines(path)
    with open_text(path, errors="replace") as file:
        for line in file:
            if line.startswith("ITEM: NUMBER OF ATOMS"):
                atom_count(next(file, ""), most)
            elif _COUNT.match(line):
                atom_count(line.split()[0], most)


def _columns(path: Path) -> list[str]:
    with open_text(path, errors="replace") as file:
        for line in file:
            if line.startswith("ITEM: ATOMS"):
                return line.split()[2:]
    return []


def _name(path: Path, atoms: Any, types: Mapping[int, str]) -> None:
    """Set the elements by the user's map, which goes before elements and masses in the file."""
    if "type" not in atoms.arrays:
        raise FileError(f"{path}: a map of species is given, and its atoms have no types")
    found = [int(kind) for kind in atoms.arrays["type"]]
    if missing := sorted(set(found) - types.keys()):
        raise FileError(f"{path}: type {missing[0]} is not in the map of species; {_ASK}")
    atoms.numbers = [atomic_numbers[types[kind]] for kind in found]


def _check_masses(path: Path, atoms: Any) -> None:
    """Refuse elements that ASE guessed without masses, or by masses of no element."""
    labelled = "masses" not in atoms.arrays
    off = np.abs(atoms.get_masses() - atomic_masses[atoms.numbers])
    if labelled and (atoms.numbers == atoms.arrays["type"]).all():
        raise FileError(f"{path}: its atoms have types and neither elements nor masses; {_ASK}")
    if off.max() > SAME_MASS:
        kind, mass = atoms.arrays["type"][off.argmax()], atoms.get_masses()[off.argmax()]
        raise FileError(f"{path}: type {kind} has the mass {mass:g}, as no element; {_ASK}")

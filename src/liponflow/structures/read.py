"""Read a user's structure file and refuse what cannot be used."""

import json
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import yaml
from monty.io import zopen
from pymatgen.core.periodic_table import DummySpecies
from pymatgen.core.structure import Structure

from liponflow import datajson
from liponflow.safejson import UntrustedClassError

OVERLAP_DISTANCE = 0.5
"""Atoms closer than this (Å) mean a duplicate or a wrong lattice."""

NO_ELEMENTS = "Elements in POSCAR cannot be determined"
"""pymatgen's warning when it takes H, He, ... for the elements of a POSCAR without names."""

_NAMING_CLASSES = re.compile(r"\.(json|mson|yaml|yml)", re.IGNORECASE)
"""In names of files that pymatgen reads by the classes that their content names."""


class StructureError(ValueError):
    """A structure that cannot be used; the message names the place and the remedy."""


def read_structure(path: str | Path) -> Structure:
    """Read an ordered crystal structure from a file.

    Parameters
    ----------
    path
        CIF, POSCAR, CONTCAR, or anything else that ``Structure.from_file`` of pymatgen reads,
        compressed or not.

    Returns
    -------
    Structure
        The structure as the file has it. Warnings of the parser are passed on.

    Raises
    ------
    StructureError
        If the file is missing, cannot be parsed (with the line where it can be found), names no
        elements, is empty, has partial occupancies, or has two atoms on one place.
    liponflow.safejson.UntrustedClassError
        If a JSON or YAML file names a function, or a class that a structure does not hold.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        kind = "is a directory, not a file" if path.is_dir() else "no such file"
        raise StructureError(f"{path}: {kind}; give the path of a CIF or POSCAR file")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            structure = _parse(path)
        except UntrustedClassError:
            raise
        except Exception as error:  # pymatgen's parsers may raise any error
            reasons = [str(error), *(str(warning.message) for warning in caught)]
            raise StructureError(_parse_message(path, reasons)) from error
    if any(NO_ELEMENTS in str(warning.message) for warning in caught):
        raise StructureError(
            f"{path}: names no elements; add a line of element symbols above the numbers of atoms"
        )
    _check(structure, path)
    for warning in caught:
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return structure


def _parse(path: Path) -> Structure:
    """Read a file with pymatgen, after a check of what it names if it can name classes."""
    if not (ending := _NAMING_CLASSES.search(path.name)):
        return Structure.from_file(path)
    with zopen(path, mode="rt", encoding="utf-8") as file:
        text = str(file.read())
    document = json.loads(text) if "son" in ending[1].lower() else yaml.safe_load(text)
    if not isinstance(document, dict):
        raise StructureError(f"it holds a {type(document).__name__} and no structure")
    return datajson.structure(document, str(path))


def _parse_message(path: Path, reasons: Iterable[str]) -> str:
    """Return the message for a file that a parser refused, with the line it stopped at."""
    # pymatgen reports what stopped a CIF in a warning and then raises a general error.
    reason = max(reasons, key=lambda text: ("could not convert" in text, text.count("'")))
    reason = " ".join(reason.split()) or "the parser gave no reason"
    place = str(path)
    for word in re.findall(r"'([^']+)'", reason):
        for number, line in enumerate(_lines(path), start=1):
            if word in line.split():
                place = f"{path}, line {number} ({line.strip()!r})"
                break
    return (
        f"{place}: cannot be read as a structure: {reason}. Correct the file, or export it again "
        "as .cif or POSCAR"
    )


def _lines(path: Path) -> list[str]:
    try:
        with zopen(path, mode="rt", encoding="utf-8", errors="replace") as file:
            return [str(line) for line in file]
    except (OSError, EOFError):  # a damaged archive has no lines to point at
        return []


def _check(structure: Structure, path: Path) -> None:
    if len(structure) == 0:
        raise StructureError(f"{path}: holds no atoms")
    if (
        not np.isfinite(structure.lattice.matrix).all()
        or not np.isfinite(structure.frac_coords).all()
    ):
        raise StructureError(f"{path}: a lattice vector or coordinate is not a finite number")
    disordered = [site for site in structure if not site.is_ordered]
    if disordered:
        example = disordered[0]
        raise StructureError(
            f"{path}: {len(disordered)} of {len(structure)} sites are partially occupied, for "
            f"example {example.species_string} at {np.round(example.frac_coords, 4).tolist()}; a "
            "calculation needs whole atoms. Give one ordered supercell (for instance from "
            "pymatgen's OrderDisorderedStructureTransformation)"
        )
    dummies = sorted({s.symbol for s in structure.species if isinstance(s, DummySpecies)})
    if dummies:
        raise StructureError(f"{path}: {', '.join(dummies)} is not a chemical element; name it")
    first, second, _, distance = structure.get_neighbor_list(OVERLAP_DISTANCE)
    if len(distance):
        nearest = int(np.argmin(distance))
        i, j = int(first[nearest]), int(second[nearest])
        raise StructureError(
            f"{path}: atoms {i + 1} ({structure[i].specie}) and {j + 1} ({structure[j].specie}) "
            f"are {distance[nearest]:.3f} Å apart, less than {OVERLAP_DISTANCE} Å; remove the "
            "duplicate, or check the lattice and the coordinates"
        )


def without_properties(structure: Structure) -> Structure:
    """Return a copy of a structure without velocities and moments."""
    return Structure(structure.lattice, structure.species, structure.frac_coords)

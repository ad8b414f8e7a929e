"""Read a user's structure file and refuse what cannot be used."""

import json
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

from pymatgen.core.structure import Structure

from liponflow import datajson, datayaml
from liponflow.boundary import FileError, reason_of
from liponflow.crystals.checked import StructureError, checked_structure
from liponflow.crystals.cif import read_cif
from liponflow.crystals.elements import LabelError
from liponflow.crystals.poscar import read_poscar
from liponflow.decompression import check_expansion, read_text
from liponflow.safejson import UntrustedClassError

_NAMING_CLASSES = re.compile(r"\.(json|mson|yaml|yml)", re.IGNORECASE)
"""In names of files that pymatgen reads by the classes that their content names."""

_POSCAR = re.compile(r"POSCAR|CONTCAR|\.vasp\b|\.poscar\b", re.IGNORECASE)
_CIF = re.compile(r"\.m?cif\b", re.IGNORECASE)


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
        The atoms of the file, in the cell and as plain elements; see
        :func:`~liponflow.crystals.checked.checked_structure`. Warnings of the parser are passed
        on.

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
    special = _CIF.search(path.name) or _NAMING_CLASSES.search(path.name)
    remarks: list[warnings.WarningMessage] = []
    if _POSCAR.search(path.name) and not special:
        structure = read_poscar(path).structure
    else:
        structure, remarks = _parsed(path)
    try:
        checked = checked_structure(structure)
    except StructureError as error:
        raise StructureError(f"{path}: {error}") from error
    for remark in remarks:
        warnings.warn_explicit(remark.message, remark.category, remark.filename, remark.lineno)
    return checked


def _parsed(path: Path) -> tuple[Structure, list[warnings.WarningMessage]]:
    """Read a file with pymatgen, and return its warnings, too."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            check_expansion(path)
            structure = _parse(path)
        except UntrustedClassError:
            raise
        except FileError as error:
            named = path.name in str(error)
            raise StructureError(str(error) if named else f"{path}: {error}") from error
        except LabelError as error:
            raise StructureError(f"{path}: {error}") from error
        except Exception as error:  # pymatgen's parsers may raise any error
            reasons = [reason_of(error), *(str(warning.message) for warning in caught)]
            raise StructureError(_parse_message(path, reasons)) from error
    return structure, caught


def _parse(path: Path) -> Structure:
    """Read a file with pymatgen, after a check of what it names if it can name classes."""
    if _CIF.search(path.name):
        return read_cif(path)
    if not (ending := _NAMING_CLASSES.search(path.name)):
        return Structure.from_file(path)
    text = read_text(path)
    document = json.loads(text) if "son" in ending[1].lower() else datayaml.load(text)
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
        return read_text(path, errors="replace").splitlines()
    except (OSError, EOFError, FileError):  # a damaged archive has no lines to point at
        return []

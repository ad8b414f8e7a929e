"""Read a user's structure file and refuse what cannot be used."""

import json
import re
import warnings
from collections.abc import Iterable
from enum import StrEnum
from itertools import islice
from pathlib import Path

from pymatgen.core.structure import Structure

from liponflow import datajson, datayaml
from liponflow.boundary import FileError, check_is_file, reason_of
from liponflow.crystals.checked import StructureError, check_occupancies, checked_structure
from liponflow.crystals.cif import read_cif
from liponflow.crystals.elements import LabelError
from liponflow.crystals.occupancies import disorder_of
from liponflow.crystals.poscar import read_poscar
from liponflow.decompression import check_expansion, read_text
from liponflow.safejson import UntrustedClassError

_NAMING_CLASSES = re.compile(r"\.(json|mson|yaml|yml)", re.IGNORECASE)
"""In names of files that pymatgen reads by the classes that their content names."""

_POSCAR = re.compile(r"POSCAR|CONTCAR|\.vasp\b|\.poscar\b", re.IGNORECASE)
_NOISE = "Cannot determine chemical composition"
"""pymatgen's warning about every CIF whose types have charges; it says nothing of the atoms."""

_CIF = re.compile(r"\.m?cif\b", re.IGNORECASE)


MOST_NAMED = 5
"""Largest number of crystals of a CIF that a message names."""


class Form(StrEnum):
    """Forms of files that have a reader here; their values are ASE's names."""

    POSCAR = "vasp"
    CIF = "cif"


def form_of(path: Path) -> Form | None:
    """Return the form that the name of a file tells; None if pymatgen has to find it."""
    if _CIF.search(path.name):
        return Form.CIF
    if _POSCAR.search(path.name) and not _NAMING_CLASSES.search(path.name):
        return Form.POSCAR
    return None


def read_structure(
    path: str | Path,
    form: Form | None = None,
    *,
    block: str | None = None,
    disordered: bool = False,
) -> Structure:
    """Read a crystal structure from a file.

    Parameters
    ----------
    path
        CIF, POSCAR, CONTCAR, or anything else that ``Structure.from_file`` of pymatgen reads,
        compressed or not.
    form
        Form of the file; by default what its name tells.
    block
        Name of the crystal, in a CIF that holds several, or its number.
    disordered
        Whether a crystal with partial occupancies is returned as the file has it, for
        :func:`~liponflow.structures.ordering.order.order`, or refused.

    Returns
    -------
    Structure
        The atoms of the file, in the cell and as plain elements; see
        :func:`~liponflow.crystals.checked.checked_structure`. Warnings of the parser are passed
        on with the name of the file.

    Raises
    ------
    StructureError
        If the file is missing, cannot be parsed (with the line where it can be found), names no
        elements, is empty, has partial occupancies, has two atoms on one place, or holds several
        crystals of which none is named.
    liponflow.safejson.UntrustedClassError
        If a JSON or YAML file names a function, or a class that a structure does not hold.
    """
    path = Path(path).expanduser()
    check_is_file(path, StructureError, remedy="give the path of a CIF or POSCAR file")
    form = form or form_of(path)
    if form is Form.POSCAR:
        only = {path.name: read_poscar(path).structure}
        return _checked(_the_one(only, block, path), path)
    crystals, remarks = _parsed(path, form)
    checked = _checked(_the_one(crystals, block, path), path, disordered=disordered)
    _warn_again(remarks, path)
    return checked


def read_crystals(path: Path, *, disordered: bool = False) -> list[Structure]:
    """Read every crystal of a CIF; see :func:`read_structure`."""
    crystals, remarks = _parsed(path, Form.CIF)
    checked = [_checked(structure, path, disordered=disordered) for structure in crystals.values()]
    _warn_again(remarks, path)
    return checked


def _the_one(crystals: dict[str, Structure], block: str | None, path: Path) -> Structure:
    """Return the crystal that the user names, or the only one."""
    names = list(crystals)
    if block is None and len(names) == 1:
        return crystals[names[0]]
    if block in crystals:
        return crystals[block]
    if block is not None and block.isdecimal() and 0 < int(block) <= len(names):
        return crystals[names[int(block) - 1]]
    listed = ", ".join(
        f"{name} ({structure.composition.formula}, {len(structure)} sites)"
        for name, structure in islice(crystals.items(), MOST_NAMED)
    )
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    number = "1 crystal" if len(names) == 1 else f"{len(names)} crystals"
    which = f"none is {block!r}" if block else "say which"
    raise StructureError(
        f"{path} holds {number}, {which}: {listed}{more}; set block={names[0]}, or its number"
    )


def _checked(structure: Structure, path: Path, *, disordered: bool = False) -> Structure:
    try:
        check_occupancies(structure)
        if disordered and disorder_of(structure):
            return structure
        return checked_structure(structure)
    except StructureError as error:
        raise StructureError(f"{path}: {error}") from error


def _warn_again(remarks: Iterable[warnings.WarningMessage], path: Path) -> None:
    """Pass warnings of a parser on; those about the file get its name, which they lack."""
    for remark in remarks:
        about_file = issubclass(remark.category, UserWarning)
        told = f"{path}: {remark.message}" if about_file else remark.message
        warnings.warn_explicit(told, remark.category, remark.filename, remark.lineno)


def _parsed(
    path: Path, form: Form | None
) -> tuple[dict[str, Structure], list[warnings.WarningMessage]]:
    """Read the crystals of a file by name with pymatgen, and return its warnings, too."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            check_expansion(path)
            structures = _parse(path, form)
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
    heard = {str(one.message): one for one in caught}
    return structures, [one for text, one in heard.items() if _NOISE not in text]


def _parse(path: Path, form: Form | None) -> dict[str, Structure]:
    """Read a file with pymatgen, after a check of what it names if it can name classes."""
    if form is Form.CIF:
        return read_cif(path)
    if not (ending := _NAMING_CLASSES.search(path.name)):
        return {path.name: Structure.from_file(path)}
    text = read_text(path)
    document = json.loads(text) if "son" in ending[1].lower() else datayaml.load(text)
    if not isinstance(document, dict):
        raise StructureError(f"it holds a {type(document).__name__} and no structure")
    return {path.name: datajson.structure(document, str(path))}


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

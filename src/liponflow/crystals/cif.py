"""CIF by pymatgen's parser, in the setting of the space group that the file names.

Where a file lists no symmetry operations, pymatgen takes those of one setting of the group,
whatever origin or axes the symbol asks for: ``F d -3 m :2`` is read in the first origin. Here
spglib's table of the 530 settings decides, and a symbol that leaves a choice is refused.
"""

import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spglib
from pymatgen.core.lattice import Lattice
from pymatgen.core.operations import SymmOp
from pymatgen.core.structure import Structure
from pymatgen.io.cif import CifBlock, CifParser, str2float

from liponflow.crystals.checked import StructureError
from liponflow.crystals.elements import element_of, element_of_potential
from liponflow.crystals.occupancies import OVERFULL

_OPERATIONS = (
    "_symmetry_equiv_pos_as_xyz",
    "_symmetry_equiv_pos_as_xyz_",
    "_space_group_symop_operation_xyz",
    "_space_group_symop_operation_xyz_",
)
_HALL = ("_space_group_name_Hall", "_symmetry_space_group_name_Hall")
_SYMBOL = (
    "_space_group_name_H-M_alt",
    "_symmetry_space_group_name_H-M",
    "_symmetry_space_group_name_H_M",
    "_space_group_name_H-M_ref",
)
_NUMBER = ("_space_group_IT_number", "_symmetry_Int_Tables_number")
_TYPES = "_atom_site_type_symbol"
_SUFFIX = re.compile(r"^(.*?)\s*(?::\s*(\S+)|\s([HRSZ]))\s*$", re.IGNORECASE)
_SAME_ORIGIN = {"s": "1", "z": "2"}
"""Origins as the ICSD names them."""
_FORMER = {"cmca": "cmce", "aba2": "aea2", "abm2": "aem2", "cmma": "cmme", "ccca": "ccce"}
"""Symbols from before 1995, of five groups whose glide plane is now called e."""
_METRIC_TOLERANCE = 5e-3
"""Relative difference of cell lengths and angles that a symmetry operation makes equal."""
_SETTINGS = 530
_TOO_FULL = re.compile(r"Occupancy (\S+) exceeded tolerance")


class _Setting(NamedTuple):
    hall_number: int
    number: int
    names: frozenset[str]
    choice: str
    hall: str


def read_cif(path: Path) -> dict[str, Structure]:
    """Read the crystals of a CIF, as the file has them.

    Returns
    -------
    dict
        One or more by the names of their blocks, in the order of the file.

    Raises
    ------
    StructureError
        If no crystal is in it, its symmetry leaves a choice, or hydrogen is only implied.
    ValueError
        Of the parser, with the value at which it stopped.
    """
    parser = _Parser(str(path), occupancy_tolerance=1 + OVERFULL)
    blocks = {name: block for name, block in parser.blocks() if "_atom_site_fract_x" in block.data}
    if not blocks:
        raise StructureError("it lists no atoms with fractional coordinates")
    return {name: parser.structure(block) for name, block in blocks.items()}


class _Parser(CifParser):
    """pymatgen's parser with the operations and the labels that this module finds."""

    def blocks(self) -> "Iterator[tuple[str, CifBlock]]":
        """Yield the blocks of the file and their names."""
        yield from self._cif.data.items()  # type: ignore[attr-defined]

    def structure(self, block: CifBlock) -> Structure:
        """Return the crystal of a block, its sites sorted as pymatgen does."""
        self.by_type = _TYPES in block.data
        # pymatgen compares every crystal with the formula of the first block.
        self.check_cif = block is next(iter(self._cif.data.values()))  # type: ignore[attr-defined]
        _check_occupancies(block.data)
        try:
            found = self._get_structure(block, primitive=False, symmetrized=False, check_occu=True)
        except ValueError as error:
            if match := _TOO_FULL.match(str(error)):
                raise StructureError(
                    f"the occupancies of a site add up to {match[1]}, more than {1 + OVERFULL}; "
                    "correct them to 1 at most"
                ) from error
            raise
        if found is None:
            raise StructureError("its sites hold no atoms")
        if "implicit_hydrogens" in found.site_properties:
            raise StructureError(
                "it implies hydrogen that has no coordinates; add the atoms, or remove the sites"
            )
        for message in self.warnings:  # type: ignore[attr-defined]
            warnings.warn(message, stacklevel=2)
        self.warnings.clear()  # type: ignore[attr-defined]
        return found

    def get_symops(self, data: CifBlock) -> list[SymmOp]:
        """Return the operations of the file, or those of the setting that it names."""
        if any(data.data.get(tag) for tag in _OPERATIONS):
            listed: list[SymmOp] = super().get_symops(data)
            _compare_with_symbol(data.data, len(listed))
            return listed
        lattice = self.get_lattice(data)
        if lattice is None:
            raise StructureError("its cell is incomplete")
        table = _operations(_setting(data.data, lattice).hall_number)
        return [
            SymmOp.from_rotation_and_translation(rotation, translation)
            for rotation, translation in zip(
                table["rotations"], table["translations"], strict=True
            )
        ]

    def _parse_symbol(self, sym: str) -> str:
        # In labels, CA may be a carbon; a type is an element in any case.
        return element_of_potential(sym) if self.by_type else element_of(sym)


def _check_occupancies(data: dict[str, Any]) -> None:
    """Refuse an occupancy that pymatgen would take for 1 or leave out with its atom."""
    labels, given = data.get("_atom_site_label", ()), data.get("_atom_site_occupancy", ())
    for label, text in zip(labels, given, strict=False):
        if text.strip() in {"?", "."}:  # without a value it is 1
            continue
        try:
            value = str2float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1 + OVERFULL:
            raise StructureError(f"the occupancy of {label} is {text}; write a number from 0 to 1")


def _setting(data: dict[str, Any], lattice: Lattice) -> _Setting:
    """Return the only setting that fits what a CIF says and its cell."""
    said, candidates = _candidates(data)
    fitting = [setting for setting in candidates if _keeps(lattice, setting.hall_number)]
    if len(fitting) == 1:
        return fitting[0]
    remedy = (
        "list the symmetry operations (_space_group_symop_operation_xyz), or export it with "
        "all atoms as P 1"
    )
    if not said:
        raise StructureError(f"it says nothing about its symmetry; {remedy}")
    if not candidates:
        raise StructureError(
            f"{said} is not a known space group and no operations follow; {remedy}"
        )
    if not fitting:
        raise StructureError(
            f"the cell {lattice.abc}, {lattice.angles} has not the symmetry of {said}; correct "
            f"either, or {remedy}"
        )
    choices = ", ".join(repr(setting.choice) for setting in fitting)
    raise StructureError(
        f"{said} has the settings {choices} and no operations follow; name one, such as "
        f"'{said} :{fitting[-1].choice}', or {remedy}"
    )


def _compare_with_symbol(data: dict[str, Any], count: int) -> None:
    """Warn of fewer or more operations than the space group has that a CIF names."""
    said, candidates = _candidates(data)
    expected = {len(_operations(setting.hall_number)["rotations"]) for setting in candidates}
    if expected and count not in expected:
        warnings.warn(
            f"lists {count} symmetry operations, and {said} has {max(expected)}: the listed ones "
            "are taken; check the number of atoms",
            stacklevel=2,
        )


def _candidates(data: dict[str, Any]) -> tuple[str, list[_Setting]]:
    """Return what a CIF says of its space group, and the settings that it may mean."""
    if hall := _first(data, _HALL):
        wanted = _bare(hall.replace("''", '"'))
        if found := [setting for setting in _settings() if setting.hall == wanted]:
            return hall, found
    if symbol := _first(data, _SYMBOL):
        match = _SUFFIX.match(symbol)
        name = _bare(match[1] if match else symbol)
        found = [s for s in _settings() if _FORMER.get(name, name) in s.names]
        if match:
            suffix = (match[2] or match[3]).lower()
            choice = _SAME_ORIGIN.get(suffix, suffix)
            found = [setting for setting in found if setting.choice.lower() == choice]
        return symbol, found
    number = _first(data, _NUMBER)
    return (
        f"space group {number}" if number else "",
        [setting for setting in _settings() if str(setting.number) == number],
    )


def _first(data: dict[str, Any], tags: tuple[str, ...]) -> str:
    """Return the value of the first tag that has one; CIF's ? and . mean no value."""
    by_tag = {key.lower(): value for key, value in data.items()}
    for tag in tags:
        value = by_tag.get(tag.lower())
        if isinstance(value, str) and value.strip() not in {"", "?", "."}:
            return value.strip()
    return ""


@cache
def _settings() -> tuple[_Setting, ...]:
    found = []
    for hall_number in range(1, _SETTINGS + 1):
        entry = spglib.get_spacegroup_type(hall_number)
        assert entry is not None  # noqa: S101 - every number up to the last has one
        short, *special = [_bare(name) for name in entry.international.split("=")]
        names = {*special, _bare(entry.international_full)}
        if not special or entry.choice in {"b", "b1"}:  # the first setting has the short symbol
            names.add(short)
        if special and entry.choice.lstrip("-").startswith("b"):
            # As P 21/n for P 1 21/n 1.
            names.add(_bare(re.sub(r" 1\b", "", entry.international_full)))
        found.append(
            _Setting(
                hall_number, entry.number, frozenset(names), entry.choice, _bare(entry.hall_symbol)
            )
        )
    return tuple(found)


def _bare(name: str) -> str:
    return re.sub(r"[\s_]", "", name).lower()


def _operations(hall_number: int) -> dict[str, Any]:
    table = spglib.get_symmetry_from_database(hall_number)
    assert table is not None  # noqa: S101 - as above
    return dict(table)


def _keeps(lattice: Lattice, hall_number: int) -> bool:
    """Return whether a cell has the symmetry of a setting's rotations."""
    metric = lattice.matrix @ lattice.matrix.T
    scale = np.sqrt(np.outer(np.diag(metric), np.diag(metric)))
    rotations = _operations(hall_number)["rotations"]
    turned = np.einsum("nji,jk,nkl->nil", rotations, metric, rotations)
    return bool((np.abs(turned - metric) <= _METRIC_TOLERANCE * scale).all())

"""A user's structure file as an ordered structure, for every command that takes one."""

import warnings
from pathlib import Path

from pymatgen.core.structure import Structure

from liponflow.crystals.checked import StructureError
from liponflow.crystals.read import read_structure
from liponflow.inputs.structure_options import StructureOptions
from liponflow.structures.ordering.order import Ordered, order

_SELECTIVE = "selective_dynamics"
"""Site property of a POSCAR; pymatgen and ASE keep such atoms in place wherever it is left."""


class OrderedCrystalWarning(UserWarning):
    """A disordered crystal was replaced by an ordered cell."""


class ReleasedAtomsWarning(UserWarning):
    """Atoms that a file holds in place were released."""


def read_ordered(path: Path, options: StructureOptions) -> Ordered:
    """Read a structure, and order it if sites are occupied in part.

    Parameters
    ----------
    path
        File of the user.
    options
        What becomes of disorder, and which crystal of a CIF is read.

    Returns
    -------
    Ordered
        The structure, and what was chosen; the user is warned of it, and of the selective
        dynamics of a POSCAR, which is left out: relaxations, bands and displacements of a
        campaign move every atom.

    Raises
    ------
    StructureError
        If the file can't be read, or the crystal can't or mustn't be ordered.
    """
    found = read_structure(path, block=options.block, disordered=options.order == "auto")
    if held := found.site_properties.get(_SELECTIVE):
        found.remove_site_property(_SELECTIVE)
        number = sum(not all(free) for free in held)
        warnings.warn(
            f"{path}: its selective dynamics holds {number} of {len(found)} atoms in place; it is "
            "left out, as a campaign moves every atom",
            ReleasedAtomsWarning,
            stacklevel=2,
        )
    ordered = in_order(found, path, options)
    if ordered.remark:
        warnings.warn(f"{path}: {ordered.remark}", OrderedCrystalWarning, stacklevel=2)
    return ordered


def in_order(structure: Structure, path: Path, options: StructureOptions) -> Ordered:
    """Order a structure that was read from a file if it is disordered; see `read_ordered`."""
    if structure.is_ordered:
        return Ordered(structure, "")
    try:
        return order(structure, most_atoms=options.order_atoms, seed=options.order_seed)
    except StructureError as error:
        raise StructureError(f"{path}: {error}") from error

"""Facts about the host of a lithiation that its result states: what x counts, and which cell."""

from typing import Annotated, Literal

from pydantic import Field
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.quantity import Quantity
from liponflow.crystals.formula_unit import unit_of
from liponflow.crystals.parent import parent_shape
from liponflow.crystals.supercell import Supercell
from liponflow.document import Document

CellShape = Literal["pseudo-cubic", "tetragonal", "other"]


class HostFacts(Document):
    """What x counts, and the shape of the cell that the supercell repeats."""

    intercalant: str = Field(description="Element that is inserted and extracted.")
    formula: str = Field(description="Formula unit of the crystal that was given.")
    variable: str = Field(description="Formula unit with x atoms of the intercalant.")
    x: Annotated[float, Quantity("", fmt=".4g")] = Field(
        description="Content of the crystal that was given."
    )
    shape: CellShape = Field(description="Shape of the cell that the supercell repeats.")


def host_facts(
    structure: Structure,
    lattice: Lattice,
    formula_units: int,
    *,
    repeats: Supercell = (1, 1, 1),
    intercalant: str = "Li",
    content: float = 1.0,
) -> HostFacts:
    """Return the facts of a host from one of its states.

    Parameters
    ----------
    structure
        Supercell with any content.
    lattice
        Lattice of the supercell before it was lithiated.
    formula_units
        Formula units in the supercell.
    repeats
        Cells along each vector of the supercell, or the matrix that makes it.
    intercalant
        Inserted element.
    content
        Intercalant per formula unit in the crystal that was given.
    """
    unit = unit_of(structure.composition, intercalant, formula_units, content)
    return HostFacts(
        intercalant=intercalant,
        formula=unit.formula,
        variable=unit.variable,
        x=content,
        shape=parent_shape(lattice, repeats).value,
    )

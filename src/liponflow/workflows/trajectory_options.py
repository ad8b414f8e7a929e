"""Options of every measurement of trajectories: what the files do not tell, and frames to skip."""

from typing import Annotated

import numpy as np
from pydantic import Field, field_validator

from liponflow.arrays import FloatArray
from liponflow.crystals.elements import is_symbol
from liponflow.document import Document
from liponflow.inputs.parameter import Unit

_LENGTHS, _COMPONENTS = 3, 9


class TrajectoryOptions(Document):
    """Options of reading trajectories."""

    time_step: Annotated[float | None, Unit("fs")] = Field(
        None,
        gt=0,
        description="Time from one frame of the files to the next; by default that of the files.",
    )
    skip: int = Field(
        0, ge=0, description="Frames to skip at the beginning of each run (equilibration)."
    )
    species_map: str | None = Field(
        None, description="Elements by the types of LAMMPS, such as 1=Li,2=P."
    )
    cell: Annotated[list[float] | None, Unit("Å")] = Field(
        None,
        description="Cell of files without one, such as those of CP2K: three lengths, or the nine "
        "components of the lattice vectors.",
    )

    @field_validator("cell")
    @classmethod
    def _whole_cell(cls, cell: list[float] | None) -> list[float] | None:
        if cell is not None and len(cell) not in {_LENGTHS, _COMPONENTS}:
            raise ValueError(
                f"{len(cell)} numbers: give three lengths, or nine components, vector by vector"
            )
        return cell

    @property
    def lattice(self) -> FloatArray | None:
        """Return the lattice vectors of files without any (rows, Å)."""
        if self.cell is None:
            return None
        given = np.array(self.cell)
        return np.diag(given) if len(given) == _LENGTHS else given.reshape(3, 3)

    @property
    def elements(self) -> dict[str, str]:
        """Return the elements by type.

        Raises
        ------
        ValueError
            If an entry is not TYPE=ELEMENT.
        """
        found = {}
        for entry in (self.species_map or "").split(","):
            label, _, element = (part.strip() for part in entry.partition("="))
            if label and not is_symbol(element):
                raise ValueError(
                    f"--species-map {self.species_map}: {entry!r} is not TYPE=ELEMENT, such as "
                    "1=Li,2=P"
                )
            if label:
                found[label] = element
        return found

"""Options of candidate phases, and their reflections."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from liponflow.analysis.diffraction.reflections import reflections
from liponflow.analysis.diffraction.spacing_file import LEAST
from liponflow.analysis.diffraction.summary import CandidatePhase
from liponflow.crystals.elements import is_symbol
from liponflow.crystals.read import read_structure
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.structures.diffraction import CANDIDATES, measured_crystal
from liponflow.structures.phases import phases_of


class PhaseOptions(Document):
    """Candidates, and how close a spacing must be."""

    phases: list[str] | None = Field(
        None,
        description="Names of candidates in the library (docs/phases.md); by default those that "
        "were found at interfaces of LiPON: Li, Li2O, Li3N, Li3PO4, Li2PO2N and LNMO.",
    )
    elements: list[str] | None = Field(
        None, description="Take every crystal of the library that is made of these elements."
    )
    structures: list[Path] | None = Field(
        None, description="Files of further candidates (CIF, POSCAR)."
    )
    tolerance: Annotated[float, Unit("%")] = Field(
        2.0,
        ge=0.1,
        le=10,
        description="Largest deviation of a spacing by the calibration and by the lattice.",
    )
    spacings: Annotated[tuple[float, float] | None, Unit("Å")] = Field(
        None,
        description="Least and largest spacing that are looked for; by default 1.0 to 6.0 for a "
        "list and 1.8 to 6.0 for an image.",
    )
    radiation: Literal["electron", "x-ray"] = Field(
        "electron", description="What is scattered; it changes the expected intensities."
    )

    @model_validator(mode="after")
    def _usable(self) -> "PhaseOptions":
        for symbol in self.elements or []:
            if not is_symbol(symbol):
                raise ValueError(f"--elements {symbol}: is not an element; write its symbol")
        if self.phases is not None and self.elements is not None:
            raise ValueError("--phases and --elements both choose candidates: give one of them")
        if self.spacings is not None and not LEAST <= self.spacings[0] < self.spacings[1]:
            raise ValueError(
                f"--spacings {self.spacings[0]:g} {self.spacings[1]:g}: give the least spacing "
                f"first, at least {LEAST:g} Å"
            )
        return self

    def names(self) -> list[str]:
        """Return the names of the candidates of the library."""
        if self.elements is not None:
            return [entry.name for entry in phases_of(self.elements)]
        if self.phases is None and self.structures:
            return []
        return list(dict.fromkeys(self.phases if self.phases is not None else CANDIDATES))


def candidates(options: PhaseOptions, d_min: float) -> list[CandidatePhase]:
    """Return the candidates with their reflections.

    Parameters
    ----------
    options
        The choice of the user. Files without --phases are the only candidates.
    d_min
        Least spacing (Å).

    Raises
    ------
    ValueError
        If a name is unknown, a file cannot be used, or there are no candidates.
    """
    found = []
    for name in options.names():
        crystal = measured_crystal(name)
        lines = reflections(crystal.structure, d_min, options.radiation, name)
        found.append(CandidatePhase(lines, crystal.source, crystal.measured))
    found += _from_files(options.structures or [], d_min, options)
    if not found:
        raise ValueError(
            f"--elements {' '.join(options.elements or [])}: the library has no crystal of these; "
            "see docs/phases.md, or give files by --structures"
        )
    return found


def _from_files(
    files: Sequence[Path], d_min: float, options: PhaseOptions
) -> list[CandidatePhase]:
    found = []
    for path in files:
        structure = read_structure(path)
        try:
            lines = reflections(structure, d_min, options.radiation, str(path))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        found.append(CandidatePhase(lines, str(path), measured=True))
    return found

"""``liponflow analyze pattern``: simulated powder patterns of crystals."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from liponflow.analysis.diffraction.angle import CU_KA
from liponflow.analysis.diffraction.pattern import Probe, powder_pattern
from liponflow.analysis.diffraction.pattern_result import PatternPeak, PatternResult
from liponflow.analysis.provenance import file_provenance
from liponflow.crystals.read import read_structure
from liponflow.document import Document
from liponflow.formulas import reduced_formula
from liponflow.inputs.parameter import Unit
from liponflow.workflows.file_origin import engine_of

ELECTRONS = 0.0250793
"""Wavelength of electrons of 200 kV (Å), h/p with the relativistic momentum."""


class PatternOptions(Document):
    """Options of ``liponflow analyze pattern``."""

    radiation: Probe = Field("x-ray", description="What is scattered.")
    wavelength: Annotated[float | None, Unit("Å")] = Field(
        None,
        ge=0.01,
        le=5,
        description="Wavelength; by default 1.54184 (Cu Kα) for X-rays and neutrons, and "
        "0.0250793 (200 kV) for electrons.",
    )
    range: Annotated[tuple[float, float] | None, Unit("°")] = Field(
        None,
        description="Least and largest 2θ; by default 10 to 80, and 0.2 to 1.5 for electrons.",
    )
    width: Annotated[float | None, Unit("°")] = Field(
        None,
        gt=0,
        le=10,
        description="Full width of the peaks in the figure; by default 1/350 of the range.",
    )

    @model_validator(mode="after")
    def _range_ascends(self) -> "PatternOptions":
        if self.range is not None and not 0 <= self.range[0] < self.range[1] <= 180:  # noqa: PLR2004
            raise ValueError(
                f"--range {self.range[0]:g} {self.range[1]:g}: give two angles 2θ between 0 and "
                "180 degrees, the smaller first"
            )
        return self

    @property
    def angles(self) -> tuple[float, float]:
        """Range of 2θ (degrees)."""
        return self.range or ((0.2, 1.5) if self.radiation == "electron" else (10.0, 80.0))


def simulate_patterns(files: Sequence[Path], options: PatternOptions) -> PatternResult:
    """Return the powder patterns of crystals.

    Parameters
    ----------
    files
        Structures.
    options
        Radiation and range.

    Raises
    ------
    ValueError
        If a file cannot be used, or its crystal has too many or no reflections in the range.
    """
    wavelength = options.wavelength or (ELECTRONS if options.radiation == "electron" else CU_KA)
    peaks, formulas = [], []
    for path in files:
        structure = read_structure(path)
        try:
            found = powder_pattern(structure, options.radiation, wavelength, options.angles)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        peaks += [PatternPeak(crystal=str(path), **peak.model_dump()) for peak in found]
        formulas.append(reduced_formula(structure.composition))
    low, high = options.angles
    return PatternResult(
        formula=", ".join(dict.fromkeys(formulas)),
        converged=True,
        criterion="computed from the structures as read",
        provenance=file_provenance(
            files,
            options.model_dump(mode="json"),
            ", ".join(str(path) for path in files),
            engine_of(files),
        ),
        probe=options.radiation,
        wavelength=wavelength,
        two_theta=[low, high],
        width=options.width or (high - low) / 350,
        crystals=[str(path) for path in files],
        peaks=peaks,
    )

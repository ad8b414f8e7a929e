"""``liponflow analyze nmr``: structural units in ³¹P spectra, beside those of models."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, field_validator

from liponflow.analysis.glass.fingerprint import fingerprint_structure
from liponflow.analysis.glass.result import FingerprintResult, GlassResult, Share
from liponflow.analysis.measured.fit import FitError
from liponflow.analysis.measured.table import TableError, read_table
from liponflow.analysis.nmr.deconvolution import Shape, deconvolve
from liponflow.analysis.nmr.populations import REMEDY, UNIT, is_share_table, read_shares
from liponflow.analysis.nmr.result import NmrResult
from liponflow.analysis.nmr.summary import Sample, nmr_of
from liponflow.analysis.provenance import file_provenance
from liponflow.analysis.result_files import read_result_file
from liponflow.boundary import FileError
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.inputs.structure_options import StructureOptions
from liponflow.workflows.measured_material import Material
from liponflow.workflows.structure_files import read_ordered

_MOST_SAMPLES = 2
_SHIFT = re.compile(rf"({UNIT.pattern})=(-?\d+(?:\.\d*)?)")


class NmrOptions(Document):
    """Options of ``liponflow analyze nmr``."""

    shifts: list[str] | None = Field(
        None,
        description="Shift of each unit (ppm) in a spectrum, such as Q0_0=9.5 Q0_1=19, from an "
        "assignment of yours.",
    )
    reach: Annotated[float, Unit("ppm")] = Field(
        2.0, gt=0, description="Largest distance of a peak from its shift."
    )
    shape: Shape = Field(
        "gaussian", description="Shape of the peaks: gaussian, or with a Lorentzian part."
    )
    window: Annotated[tuple[float, float] | None, Unit("ppm")] = Field(
        None, description="Range of shifts of the fit; by default the whole spectrum."
    )
    models: list[Path] | None = Field(
        None,
        description="A model of each sample: a result of run glass or analyze glass as JSON, or a "
        "structure file.",
    )
    material: Material = "film"

    @field_validator("shifts")
    @classmethod
    def _read(cls, given: list[str] | None) -> list[str] | None:
        for text in given or []:
            if not _SHIFT.fullmatch(text):
                raise ValueError(f"{text!r} is not UNIT=SHIFT, such as Q0_0=9.5")
        return given

    @property
    def units(self) -> dict[str, float]:
        """Shift of each unit (ppm)."""
        found = (_SHIFT.fullmatch(text) for text in self.shifts or [])
        return {match[1]: float(match[2]) for match in found if match}


def measure_nmr(files: Sequence[Path], options: NmrOptions) -> NmrResult:
    """Return the shares of units in one or two samples.

    Parameters
    ----------
    files
        Of each sample a ³¹P spectrum or a table of shares; the second is compared with the first.
    options
        Shifts and models.

    Raises
    ------
    ValueError
        If a file cannot be used or fitted; the remedy is named.
    """
    if len(files) > _MOST_SAMPLES:
        raise TableError(f"{files[2]}: give one sample, or two that are compared")
    models = options.models or []
    if len(models) > len(files):
        raise ValueError(
            f"--models: {len(models)} models for {len(files)} samples; give one for each, in order"
        )
    samples = [_sample(path, options) for path in files]
    units = [_units_of(path) for path in models]
    made = file_provenance(
        [*files, *models], options.model_dump(mode="json"), ", ".join(map(str, files))
    )
    return nmr_of(samples, units, made, material=options.material)


def _sample(path: Path, options: NmrOptions) -> Sample:
    path = path.expanduser()
    if is_share_table(path):
        return Sample(read_shares(path))
    table = read_table(path, columns=2, what="a ³¹P spectrum", remedy=REMEDY)
    if not options.units:
        raise FitError(
            f"{path}: a spectrum needs the shift of each unit: give --shifts UNIT=SHIFT ..., such "
            "as Q0_0=9.5"
        )
    order = np.argsort(table.values[:, 0], kind="stable")
    shift, intensity = table.values[order, 0], table.values[order, 1]
    if options.window is not None:
        low, high = sorted(options.window)
        inside = (shift >= low) & (shift <= high)
        shift, intensity = shift[inside], intensity[inside]
    found = deconvolve(
        str(path), shift, intensity, options.units, reach=options.reach, shape=options.shape
    )
    return Sample(found.shares, (shift, intensity, found))


def _units_of(path: Path) -> list[Share]:
    """Return the shares of units of a model.

    Raises
    ------
    FileError
        If a JSON file holds another kind of result.
    """
    path = path.expanduser()
    if path.suffix.lower() != ".json":
        structure = read_ordered(path, StructureOptions()).structure
        return fingerprint_structure(structure).units
    found = read_result_file(path)
    if isinstance(found, GlassResult):
        return found.mean.units
    if isinstance(found, FingerprintResult):
        return found.fingerprint.units
    raise FileError(
        f"{path}: a result of the kind {found.kind!r}; give one of run glass or analyze glass, or "
        "a structure file"
    )

"""``liponflow analyze line-scan``: profiles of elements across an interface."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, field_validator

from liponflow.analysis.interface.result import InterfaceResult
from liponflow.analysis.line_scan.result import LineScanResult
from liponflow.analysis.line_scan.step import Profile
from liponflow.analysis.line_scan.summary import NM, Scan, line_scan_of, scan_of
from liponflow.analysis.measured.table import Table, TableError, read_table
from liponflow.analysis.provenance import file_provenance
from liponflow.analysis.result_files import read_result_file
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.units import ANGSTROM_PER_NM
from liponflow.workflows.measured_material import Material

_REMEDY = (
    "give positions in the first column and an element in each further one, named in a line "
    "above, such as 'position (nm), P, N'"
)


class LineScanOptions(Document):
    """Options of ``liponflow analyze line-scan``."""

    elements: list[str] | None = Field(
        None, description="Columns to take, by their names; all by default."
    )
    range: Annotated[tuple[float, float] | None, Unit("")] = Field(
        None, description="Lowest and highest position to take, in the unit of the file."
    )
    simulated: Path | None = Field(
        None,
        description="Profiles of a simulation: a table in the same form, or a result of the kind "
        "interface as JSON, at the end of its run.",
    )
    align: str | None = Field(
        None,
        description="Element whose centre the simulation is moved to; by default the first in "
        "both.",
    )
    material: Material = "interface"

    @field_validator("range")
    @classmethod
    def _ascends(cls, given: tuple[float, float] | None) -> tuple[float, float] | None:
        if given is not None and given[0] >= given[1]:
            raise ValueError("give the lower position first")
        return given


def measure_line_scan(files: Sequence[Path], options: LineScanOptions) -> LineScanResult:
    """Return onsets and widths of the profiles of a file.

    Parameters
    ----------
    files
        One file.
    options
        Elements, and a simulation to overlay.

    Raises
    ------
    ValueError
        If a file cannot be used, or a profile not be fitted; the remedy is named.
    """
    if len(files) > 1:
        raise TableError(f"{files[1]}: one scan at a time: {_REMEDY}")
    table = _table(files[0])
    if options.range is not None:
        low, high = options.range
        inside = (table.values[:, 0] >= low) & (table.values[:, 0] <= high)
        table = replace(table, values=table.values[inside])
    simulated: Scan | None = None
    further: list[Path] = []
    if options.simulated is not None:
        further.append(options.simulated)
        simulated = _simulated(options.simulated)
    made = file_provenance([*files, *further], options.model_dump(mode="json"), str(files[0]))
    scan = scan_of(table, options.elements)
    return line_scan_of(scan, simulated, options.align, made, material=options.material)


def _simulated(path: Path) -> Scan:
    """Return the profiles of a table, or those at the end of a result of the kind interface."""
    path = path.expanduser()
    if path.suffix.lower() != ".json":
        return scan_of(_table(path))
    found = read_result_file(path, kind="interface")
    assert isinstance(found, InterfaceResult)  # noqa: S101 - of this kind
    edges = np.array(found.depth_edges) / ANGSTROM_PER_NM
    depth = 0.5 * (edges[:-1] + edges[1:])
    profiles = [Profile(p.element, depth, np.array(p.end), counts=False) for p in found.profiles]
    return Scan(str(path), NM, tuple(profiles))


def _table(path: Path) -> Table:
    return read_table(path, columns=2, what="a line scan", remedy=_REMEDY)

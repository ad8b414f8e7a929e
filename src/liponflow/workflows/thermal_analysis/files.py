"""``liponflow analyze thermal-analysis``: the glass transition in a trace of calorimetry."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from liponflow.analysis.glass.result import GlassResult
from liponflow.analysis.measured.table import TableError, read_table
from liponflow.analysis.provenance import file_provenance
from liponflow.analysis.result_files import read_result_file
from liponflow.analysis.thermal_analysis.result import ThermalAnalysisResult
from liponflow.analysis.thermal_analysis.summary import thermal_analysis_of, trace_of
from liponflow.analysis.thermal_analysis.tangents import Construction
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.workflows.measured_material import Material

_REMEDY = "give two columns, temperature (°C) and heat flow"

Window = Annotated[tuple[float, float], Unit("°C")]


class ThermalAnalysisOptions(Document):
    """Options of ``liponflow analyze thermal-analysis``."""

    below: Window = Field(
        description="Range below the transition in which the heat flow is straight."
    )
    above: Window = Field(
        description="Range above the transition in which the heat flow is straight."
    )
    smoothing: Annotated[float, Unit("K")] = Field(
        8.0, gt=0, description="Width of the polynomials that slopes are taken from."
    )
    glass: Path | None = Field(
        None, description="JSON file of a result of run glass, to stand beside the measured one."
    )
    material: Material = "film"

    @model_validator(mode="after")
    def _ascend(self) -> "ThermalAnalysisOptions":
        for name in ("below", "above"):
            low, high = getattr(self, name)
            if low >= high:
                raise ValueError(f"--{name} {low:g} {high:g}: give the lower temperature first")
        if self.below[1] >= self.above[0]:
            raise ValueError(
                f"--below ends at {self.below[1]:g} °C and --above begins at {self.above[0]:g} "
                "°C: leave the transition between them"
            )
        return self


def measure_thermal_analysis(
    files: Sequence[Path], options: ThermalAnalysisOptions
) -> ThermalAnalysisResult:
    """Return the glass transition of a trace.

    Parameters
    ----------
    files
        One file: temperature and heat flow.
    options
        Construction, and a glass to compare with.

    Raises
    ------
    ValueError
        If a file cannot be used, or the tangents cannot be drawn; the remedy is named.
    """
    if len(files) > 1:
        raise TableError(f"{files[1]}: one trace at a time: {_REMEDY}")
    table = read_table(files[0], columns=2, what="a trace of calorimetry", remedy=_REMEDY)
    glass = None
    if options.glass is not None:
        found = read_result_file(options.glass.expanduser(), kind="glass")
        assert isinstance(found, GlassResult)  # noqa: S101 - of this kind
        glass = found
    further = [options.glass] if options.glass is not None else []
    return thermal_analysis_of(
        trace_of(table),
        Construction(options.below, options.above, options.smoothing),
        glass,
        file_provenance([*files, *further], options.model_dump(mode="json"), str(files[0])),
        material=options.material,
    )

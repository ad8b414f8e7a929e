"""``liponflow analyze impedance`` and ``polarisation``: conductivity from measured files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from liponflow.analysis.impedance.circuit import CIRCUITS
from liponflow.analysis.impedance.geometry import Geometry
from liponflow.analysis.impedance.polarisation import polarisation_result
from liponflow.analysis.impedance.read import read_impedance
from liponflow.analysis.impedance.result import ImpedanceResult, PolarisationResult
from liponflow.analysis.impedance.summary import impedance_result
from liponflow.analysis.measured.table import TableError, read_table
from liponflow.analysis.provenance import file_provenance
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.workflows.measured_material import Material

Thickness = Annotated[float, Unit("µm"), Field(gt=0, description="Thickness of the film.")]
Area = Annotated[float, Unit("cm²"), Field(gt=0, description="Area of the electrodes.")]
ThicknessError = Annotated[
    float, Unit("µm"), Field(ge=0, description="Standard error of the thickness.")
]
AreaError = Annotated[float, Unit("cm²"), Field(ge=0, description="Standard error of the area.")]


class ImpedanceOptions(Document):
    """Options of ``liponflow analyze impedance``."""

    circuit: Literal["blocking", "zarc", "randles", "two-zarcs"] = Field(
        "blocking",
        description="A resistance in series with an arc and blocking electrodes, with an arc, "
        "with an arc and diffusion, or with two arcs.",
    )
    inductance: bool = Field(
        default=False, description="Add an inductance in series, as of cables."
    )
    thickness: Thickness | None = None
    area: Area | None = None
    thickness_error: ThicknessError = 0.0
    area_error: AreaError = 0.0
    material: Material = "film"

    @model_validator(mode="after")
    def _both(self) -> "ImpedanceOptions":
        if (self.thickness is None) != (self.area is None):
            raise ValueError(
                "a conductivity needs the film's --thickness (µm) and the --area (cm²) of the "
                "electrodes; give both or none"
            )
        return self

    @property
    def geometry(self) -> Geometry | None:
        """Film between the electrodes; None if it is not known."""
        if self.thickness is None or self.area is None:
            return None
        return Geometry(self.thickness, self.area, self.thickness_error, self.area_error)


class PolarisationOptions(Document):
    """Options of ``liponflow analyze polarisation``."""

    voltage: Annotated[float, Unit("V")] = Field(description="Constant voltage.")
    thickness: Thickness
    area: Area
    thickness_error: ThicknessError = 0.0
    area_error: AreaError = 0.0
    steady_from: Annotated[float | None, Unit("s")] = Field(
        None,
        description="Time from which on the current counts as steady; by default the last fifth.",
    )
    material: Material = "film"

    @field_validator("voltage")
    @classmethod
    def _some(cls, voltage: float) -> float:
        if voltage == 0:
            raise ValueError("no current says anything without a voltage")
        return voltage


def measure_impedance(files: Sequence[Path], options: ImpedanceOptions) -> ImpedanceResult:
    """Return the fits of a circuit to impedance spectra.

    Parameters
    ----------
    files
        A spectrum each.
    options
        Circuit and film.

    Raises
    ------
    ValueError
        If a file cannot be read or fitted; the file and the remedy are named.
    """
    circuit = CIRCUITS[options.circuit]
    if options.inductance:
        circuit = circuit.with_inductance()
    spectra = [read_impedance(path) for path in files]
    made = file_provenance(
        files, options.model_dump(mode="json"), ", ".join(item.source for item in spectra)
    )
    return impedance_result(spectra, circuit, options.geometry, made, material=options.material)


def measure_polarisation(
    files: Sequence[Path], options: PolarisationOptions
) -> PolarisationResult:
    """Return the conductivity from a current under constant voltage.

    Parameters
    ----------
    files
        One file: time (s) and current (A).
    options
        Voltage and film.

    Raises
    ------
    ValueError
        If the file cannot be used; the remedy is named.
    """
    if len(files) > 1:
        raise TableError(f"{files[1]}: one file at a time: give time (s) and current (A) of one")
    remedy = "give two columns, time (s) and current (A)"
    table = read_table(files[0], columns=2, what="a polarisation", remedy=remedy)
    return polarisation_result(
        table,
        Geometry(options.thickness, options.area, options.thickness_error, options.area_error),
        file_provenance(files, options.model_dump(mode="json"), str(files[0])),
        voltage=options.voltage,
        steady_from=options.steady_from,
        material=options.material,
    )

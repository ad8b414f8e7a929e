"""``liponflow analyze interface``: what forms at an interface in trajectories of any origin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from liponflow.analysis.interface.result import InterfaceResult
from liponflow.analysis.interface.settings import InterfaceSettings
from liponflow.analysis.provenance import file_provenance
from liponflow.crystals.elements import is_symbol
from liponflow.inputs.parameter import Unit
from liponflow.units import FS_PER_PS
from liponflow.workflows.file_origin import engine_of
from liponflow.workflows.interface.measure import Reading, measure
from liponflow.workflows.trajectory_options import TrajectoryOptions

_DEFAULTS = InterfaceSettings()


class InterfaceOptions(TrajectoryOptions):
    """Options of ``liponflow analyze interface``."""

    every: int = Field(1, ge=1, description="Take every n-th of the other frames.")
    formers: list[str] = Field(
        list(_DEFAULTS.formers), min_length=1, description="Network formers of the electrolyte."
    )
    anions: list[str] = Field(
        list(_DEFAULTS.anions), min_length=1, description="Anions of its network."
    )
    bond: Annotated[float, Unit("Å")] = Field(
        _DEFAULTS.bond, gt=0, le=4, description="Longest bond of a former to an anion."
    )
    broken: Annotated[float, Unit("Å")] = Field(
        _DEFAULTS.broken,
        gt=0,
        le=6,
        description="Distance beyond which a bond of the first frame is broken.",
    )
    contact: Annotated[float, Unit("Å")] = Field(
        _DEFAULTS.contact, gt=0, le=4, description="Longest distance of Li to its anions."
    )
    zone: Annotated[float, Unit("Å")] = Field(
        _DEFAULTS.zone,
        gt=0,
        le=50,
        description="Depth on either side that counts as the interface.",
    )
    bin_width: Annotated[float, Unit("Å")] = Field(
        _DEFAULTS.bin_width, gt=0, le=20, description="Bins of depth."
    )
    without_phases: bool = Field(
        default=False,
        description="Do not name the atoms by phase, which needs the extra interface.",
    )

    @field_validator("formers", "anions")
    @classmethod
    def _elements(cls, symbols: list[str]) -> list[str]:
        for symbol in symbols:
            if not is_symbol(symbol):
                raise ValueError(f"{symbol} is not an element; write its symbol, such as P")
        return symbols

    @property
    def settings(self) -> InterfaceSettings:
        """Return the settings of the analysis."""
        chosen = self.model_dump(include=set(InterfaceSettings.model_fields))
        return InterfaceSettings.model_validate(chosen)


def measure_interface(files: Sequence[Path], options: InterfaceOptions) -> InterfaceResult:
    """Return what formed at the interface that the files show.

    Parameters
    ----------
    files
        Segments of one run, in order; the normal of the interface is that of the first two
        lattice vectors.
    options
        What counts as a bond, and what the files do not tell.

    Raises
    ------
    ValueError
        If a file or an option cannot be used; the remedy is named.
    """
    step = options.time_step
    return measure(
        files,
        options.settings,
        file_provenance(
            files,
            options.model_dump(mode="json"),
            ", ".join(str(path) for path in files),
            engine_of(files),
        ),
        reading=Reading(
            interval=None if step is None else step / FS_PER_PS,
            skip=options.skip,
            every=options.every,
            species_map=options.elements,
            cell=options.lattice,
        ),
        phases=not options.without_phases,
    )

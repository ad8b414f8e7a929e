"""``liponflow analyze transport``: diffusion and conductivity in trajectories of any origin."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from liponflow.analysis.provenance import file_provenance
from liponflow.analysis.trajectory.frames import Frames, read_frames
from liponflow.analysis.transport.regions import parse_regions
from liponflow.analysis.transport.result import TransportResult
from liponflow.analysis.transport.run import Run, follow_run
from liponflow.analysis.transport.summary import summarise
from liponflow.crystals.elements import is_symbol
from liponflow.inputs.parameter import Unit
from liponflow.workflows.file_origin import engine_of
from liponflow.workflows.trajectory_options import TrajectoryOptions

HOP_LENGTH = 3.0
"""Distance of neighbouring Li sites in LiPON and Li3PO4 (Å): our choice, the first peak of the
Li-Li pair distribution of Li3PO4 lies at 2.9 to 3.1."""


class TransportOptions(TrajectoryOptions):
    """Options of ``liponflow analyze transport``."""

    species: str = Field("Li", description="Element of the mobile ions.")
    temperature: Annotated[list[float] | None, Unit("K")] = Field(
        None,
        description="One temperature for all files, which are then segments of one run, or one "
        "for each file: those of the same temperature are segments of one run, in order. By "
        "default that of the files.",
    )
    charge: int = Field(1, description="Charge number of the ions.")
    hop_length: Annotated[float, Unit("Å")] = Field(
        HOP_LENGTH, gt=0, description="Distance of neighbouring sites, to count effective hops."
    )
    regions: list[str] = Field(
        [],
        description="Slabs in which transport is measured too, each between two fractions of a "
        "lattice vector, such as bulk=c:0:0.3 interface=c:0.4:0.6.",
    )
    coefficients_only: bool = Field(
        False,  # noqa: FBT003 - a field's default
        description="Leave out sites, van Hove functions and density, most of the time.",
    )

    @field_validator("regions")
    @classmethod
    def _readable(cls, regions: list[str]) -> list[str]:
        parse_regions(regions)
        return regions

    @field_validator("species")
    @classmethod
    def _element(cls, species: str) -> str:
        if not is_symbol(species):
            raise ValueError("is not an element; write its symbol, such as Li")
        return species

    @field_validator("temperature")
    @classmethod
    def _above_zero(cls, temperature: list[float] | None) -> list[float] | None:
        if temperature is not None and min(temperature) <= 0:
            raise ValueError("temperatures are in K, above 0")
        return temperature

    @field_validator("charge")
    @classmethod
    def _charged(cls, charge: int) -> int:
        if charge == 0:
            raise ValueError("an ion without charge conducts nothing; give its charge number")
        return charge


def measure_transport(files: Sequence[Path], options: TransportOptions) -> TransportResult:
    """Return the transport of an ion in the runs that the files hold.

    Parameters
    ----------
    files
        Segments of one run, or runs at several temperatures.
    options
        Ion, conditions and what the files do not tell.

    Raises
    ------
    ValueError
        If a file or an option cannot be used; the remedy is named.
    """
    given: list[float | None] = [None] if options.temperature is None else [*options.temperature]
    if len(given) not in {1, len(files)}:
        raise ValueError(
            f"--temperature has {len(given)} values for {len(files)} files: give one for all, or "
            "one for each"
        )
    by_file = given * len(files) if len(given) == 1 else given
    pairs = sorted(zip(by_file, files, strict=True), key=lambda pair: pair[0] or 0.0)
    runs = [
        _run([path for _, path in group], temperature, options)
        for temperature, group in groupby(pairs, key=lambda pair: pair[0])
    ]
    made = file_provenance(
        files,
        options.model_dump(mode="json"),
        ", ".join(str(path) for path in files),
        engine_of(files),
    )
    return summarise(
        runs,
        made,
        species=options.species,
        charge=options.charge,
        hop_length=options.hop_length,
    )


def _run(files: Sequence[Path], temperature: float | None, options: TransportOptions) -> Run:
    notes: list[str] = []
    elements, lattice = options.elements, options.lattice

    def read(path: Path) -> Iterator[Frames]:
        skip = options.skip if path == files[0] else 0
        return read_frames(
            path,
            skip=skip,
            notes=notes,
            species_map=elements,
            distances=False,
            cell=lattice,
        )

    run = follow_run(
        files,
        read,
        species=options.species,
        time_step=options.time_step,
        temperature=temperature,
        regions=parse_regions(options.regions),
        details=not options.coefficients_only,
    )
    run.notes[:0] = notes
    return run

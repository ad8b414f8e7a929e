"""``liponflow analyze depth-profile``: Li by neutron depth profiling."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from liponflow.analysis.depth_profile.concentration import (
    LITHIUM_6,
    TRITON,
    Profile,
    Reference,
    check_same_channels,
    from_counts,
    from_table,
    is_concentration,
)
from liponflow.analysis.depth_profile.published import published_profile
from liponflow.analysis.depth_profile.result import DepthProfileResult
from liponflow.analysis.depth_profile.stopping import Layer, read_layer
from liponflow.analysis.depth_profile.summary import Ranges, Scale, depth_profile_of
from liponflow.analysis.measured.table import Table, TableError, read_table
from liponflow.analysis.provenance import file_provenance
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.inputs.structure_options import StructureOptions
from liponflow.structures.lithiation.spinel import ordered_lnmo
from liponflow.structures.phases import PhaseError, phase
from liponflow.units import A3_PER_CM3
from liponflow.workflows.measured_material import Material
from liponflow.workflows.structure_files import read_ordered

LNMO = "LNMO"
"""Name of the spinel LiNi0.5Mn1.5O4, cubic with 8.17 Å, as a host."""
_REMEDY = (
    "give columns of energy (keV) and counts, or energy and Li per channel under a heading such "
    "as 'Li (atoms/cm2)', with standard errors in a third column"
)
_PUBLISHED = published_profile()

Window = Annotated[tuple[float, float], Unit("keV")]
Time = Annotated[float | None, Unit("s")]


class DepthProfileOptions(Document):
    """Options of ``liponflow analyze depth-profile``."""

    time: Annotated[list[float] | None, Unit("s")] = Field(
        None, description="Live times of counts, one for all files or one for each."
    )
    boron_density: Annotated[float | None, Unit("1/cm²")] = Field(
        None, gt=0, description="¹⁰B of the reference, for counts."
    )
    boron_counts: float | None = Field(
        None, gt=0, description="Counts of the reference, at the same neutron flux."
    )
    boron_time: Time = Field(None, gt=0, description="Live time of the reference.")
    boron_error: Annotated[float, Unit("%")] = Field(
        0.0, ge=0, le=100, description="Standard error of the ¹⁰B of the reference."
    )
    lithium_6: float = Field(
        LITHIUM_6, gt=0, le=1, description="Part of the Li that is ⁶Li; natural by default."
    )
    background: Path | None = Field(None, description="Counts without a sample.")
    background_time: Time = Field(None, gt=0, description="Live time of the background.")
    resolution: Annotated[float, Unit("keV")] = Field(
        22.0, gt=0, description="Width of the bins: the energy resolution."
    )
    window: Window = Field(
        _PUBLISHED.fitted, description="Energies at which the film's bulk is fitted."
    )
    extrapolate_to: Annotated[float, Unit("keV")] = Field(
        _PUBLISHED.extrapolated_to, description="Lowest energy of the extrapolation."
    )
    integrate: Window = Field(
        _PUBLISHED.integrated, description="Energies at which the excess is summed."
    )
    layers: list[str] | None = Field(
        None,
        description="Tables of stopping power from the detector down, TABLE:THICKNESS (µm), the "
        "last without a thickness; columns energy (keV) and keV/µm.",
    )
    thickness: Annotated[float | None, Unit("µm")] = Field(
        None, gt=0, description="Length that the excess is spread over; by default of the layers."
    )
    host: str = Field(
        LNMO,
        description="Crystal whose Li the excess is compared with: LNMO, a phase of `liponflow "
        "phases`, or a structure file.",
    )
    material: Material = "film"

    @model_validator(mode="after")
    def _windows_ascend(self) -> "DepthProfileOptions":
        for name in ("window", "integrate"):
            low, high = getattr(self, name)
            if low >= high:
                raise ValueError(f"--{name} {low:g} {high:g}: give the lower energy first")
        if self.time is not None and min(self.time) <= 0:
            raise ValueError("--time: live times are in s, above 0")
        if (self.background is None) != (self.background_time is None):
            raise ValueError("--background needs the --background-time, and the reverse")
        return self

    @property
    def reference(self) -> Reference | None:
        """Reference of ¹⁰B; None without one."""
        if self.boron_density is None or self.boron_counts is None or self.boron_time is None:
            return None
        return Reference(
            self.boron_density, self.boron_counts, self.boron_time, self.boron_error / 100
        )


def measure_depth_profile(
    files: Sequence[Path], options: DepthProfileOptions
) -> DepthProfileResult:
    """Return the profile of a film on an electrode, less that of the electrode.

    Parameters
    ----------
    files
        The film on its electrode and the electrode alone, or one file with a difference.
    options
        Reference, energies and lengths.

    Raises
    ------
    ValueError
        If a file or an option cannot be used; the remedy is named.
    """
    if len(files) > 2:  # noqa: PLR2004 - film and electrode
        raise TableError(f"{files[2]}: give the film on its electrode, and the electrode alone")
    tables = [_table(path) for path in files]
    for other in tables[1:]:
        check_same_channels(tables[0], other)
    film, *bare = [
        _profile(table, place, len(tables), options) for place, table in enumerate(tables)
    ]
    counted = not all(map(is_concentration, tables))
    reference = options.reference
    scale = Scale(
        error=reference.relative_error if reference is not None and counted else None,
        layers=_layers(options),
        thickness=options.thickness,
        host_density=host_density(options.host),
    )
    further = [Path(text.partition(":")[0]) for text in options.layers or []]
    further += [options.background] if options.background is not None else []
    made = file_provenance(
        [*files, *further], options.model_dump(mode="json"), ", ".join(map(str, files))
    )
    ranges = Ranges(options.resolution, options.window, options.extrapolate_to, options.integrate)
    return depth_profile_of(
        film, bare[0] if bare else None, ranges, scale, made, material=options.material
    )


def host_density(host: str) -> float:
    """Return the Li per cm³ of a crystal.

    Parameters
    ----------
    host
        ``LNMO``, the name of a phase of the library, or the path of a structure file.

    Raises
    ------
    ValueError
        If it is none of these, or holds no Li.

    Examples
    --------
    >>> f"{host_density('LNMO'):.4g}, and 4.00e20 is {100 * 4e20 / host_density('LNMO'):.2f} %"
    '1.467e+22, and 4.00e20 is 2.73 %'
    """
    if host == LNMO:
        structure = ordered_lnmo()
    elif Path(host).expanduser().is_file():
        structure = read_ordered(Path(host).expanduser(), StructureOptions()).structure
    else:
        try:
            structure = phase(host).structure()
        except PhaseError as error:
            raise ValueError(f"--host {host}: no such file, and {error}") from error
    amount = structure.composition["Li"]
    if not amount:
        raise ValueError(f"--host {host}: holds no Li: choose the crystal that took up Li")
    return float(amount / structure.volume * A3_PER_CM3)


def _table(path: Path) -> Table:
    return read_table(path, columns=2, what="a depth profile", remedy=_REMEDY)


def _profile(table: Table, place: int, count: int, options: DepthProfileOptions) -> Profile:
    if is_concentration(table):
        return from_table(table)
    reference, times = options.reference, options.time
    if reference is None or times is None:
        raise TableError(
            f"{table.path}: counts need --time, --boron-density, --boron-counts and --boron-time "
            "to become concentrations; or name the column, such as 'Li (atoms/cm2)'"
        )
    if len(times) not in {1, count}:
        raise ValueError(
            f"--time has {len(times)} values for {count} files: give one, or one each"
        )
    background = None
    if options.background is not None and options.background_time is not None:
        background = _table(options.background), options.background_time
    return from_counts(
        table, times[place % len(times)], reference, background, lithium_6=options.lithium_6
    )


def _layers(options: DepthProfileOptions) -> list[Layer]:
    found: list[Layer] = []
    given = options.layers or []
    for number, text in enumerate(given):
        name, _, thickness = text.partition(":")
        last = number == len(given) - 1
        try:
            value = float(thickness) if thickness else None
        except ValueError:
            value = -1.0
        if (value is None and not last) or (value is not None and not value > 0):
            raise ValueError(
                f"--layers {text}: write TABLE:THICKNESS with the thickness in µm; only the last "
                "layer may go without"
            )
        what = "a table of stopping powers"
        table = read_table(Path(name), columns=2, what=what, remedy="give keV and keV/µm")
        found.append(read_layer(table, value, through=TRITON))
    return found

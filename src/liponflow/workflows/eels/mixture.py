"""``liponflow analyze mixture``: shares of reference spectra along a scan of measured ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from liponflow.analysis.eels.measured.read import read_scan
from liponflow.analysis.eels.measured.spectrum import SpectrumError
from liponflow.analysis.eels.mixture import DEFAULT_SHIFT, fit_mixture
from liponflow.analysis.eels.mixture_result import Background, MixtureResult, Noise, Scale
from liponflow.analysis.eels.poisson_fit import TOLERANCE
from liponflow.analysis.provenance import file_provenance
from liponflow.document import Document
from liponflow.inputs.parameter import Unit
from liponflow.workflows.eels.references import read_references
from liponflow.workflows.eels.scan_options import Axis, Spacing


class MixtureOptions(Document):
    """Options of a mixture."""

    references: list[str] = Field(
        min_length=1,
        description="Files of one reference spectrum each, eels.dat of FEFF among them, or edges "
        "of a result of run eels as PATH:MATERIAL:EDGE; shares have their names.",
    )
    window: Annotated[tuple[float, float] | None, Unit("eV")] = Field(
        None, description="Lowest and highest energy of the fit; by default all that is covered."
    )
    shift: Annotated[float, Unit("eV")] = Field(
        DEFAULT_SHIFT,
        ge=0,
        le=100,
        description="Largest energy shift of the references against a spectrum; 0 for none.",
    )
    background: Background = Field(
        "none", description="Background that is fitted with the references."
    )
    scale: Scale = Field(
        "area", description="Scale of the references: equal areas in the window, or as given."
    )
    noise: Noise | None = Field(
        None, description="Noise of counts, or estimated; by default poisson for whole numbers."
    )
    spacing: Spacing = None
    axis: Axis = None


def measure_mixture(files: Sequence[Path], options: MixtureOptions) -> MixtureResult:
    """Return the shares of references along a scan.

    Parameters
    ----------
    files
        One file of a scan, or one file per point.
    options
        References and how to fit them.

    Raises
    ------
    SpectrumError
        If a file cannot be read or fitted; the file is named.
    """
    scan = read_scan(files, options.axis)
    references = read_references(options.references)
    is_line = len(scan.grid) < 2  # noqa: PLR2004 - a map has two directions
    try:
        fit, warnings = fit_mixture(
            scan.energy,
            scan.counts,
            {name: item.spectrum for name, item in references.items()},
            window=options.window,
            shift=options.shift,
            background=options.background,
            scale=options.scale,
            noise=options.noise,
            spacing=options.spacing if is_line else None,
        )
    except ValueError as error:
        raise SpectrumError(f"{scan.source}: {error}") from error
    ended = sum(point.converged for point in fit.points)
    return MixtureResult(
        **{name: getattr(fit, name) for name in type(fit).model_fields},
        formula=" + ".join(references),
        converged=ended == len(fit.points),
        criterion=f"{ended} of {len(fit.points)} fits ended with a change of the deviance per "
        f"channel below {TOLERANCE:g}",
        provenance=file_provenance(
            [*files, *dict.fromkeys(item.path for item in references.values())],
            options.model_dump(mode="json"),
            scan.source,
        ),
        warnings=[
            *scan.warnings,
            *dict.fromkeys(text for item in references.values() for text in item.warnings),
            *warnings,
        ],
    )

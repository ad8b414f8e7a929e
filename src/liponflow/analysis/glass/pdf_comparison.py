"""Comparison of a computed pair distribution function with a measured one."""

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field

from liponflow.analysis.glass.radial import reduced_pdf
from liponflow.analysis.quantity import Quantity
from liponflow.arrays import FloatArray
from liponflow.document import Document

PairFunction = Literal["G", "g", "T"]

R_MIN = 1.0
"""Å, less than any distance of two atoms; features of a measured G(r) below come from its
corrections."""
MINIMUM_POINTS = 20
COLUMNS = 2

_OPTION = re.compile(r"\b(qmin|qmax|qdamp)\s*[=:]\s*([0-9.]+(?:[eE][-+]?[0-9]+)?)", re.IGNORECASE)
_OPTION_NAMES = {"qmin": "q_min", "qmax": "q_max", "qdamp": "q_damp"}


class MeasuredPdf(NamedTuple):
    """A measured function and the experimental range named in its file."""

    r: FloatArray
    """Å, ascending."""
    values: FloatArray
    """Values as in the file."""
    options: dict[str, float]
    """q_min, q_max, q_damp (1/Å) as far as the header names them."""


class PdfComparison(Document):
    """Measured G(r) with the computed one scaled to it."""

    file: str = Field(description="File of the measurement.")
    probe: Literal["neutron", "x-ray"] = Field(description="Weighting of the computed G(r).")
    r: Annotated[list[float], Quantity("Å")] = Field(
        description="Distances at which the measurement was compared."
    )
    measured: Annotated[list[float], Quantity("1/Å²")] = Field(description="Measured G(r).")
    computed: Annotated[list[float], Quantity("1/Å²")] = Field(
        description="Computed G(r) multiplied by the scale."
    )
    scale: Annotated[float, Quantity("", fmt=".3g")] = Field(
        description="Best-fit factor on the computed G(r)."
    )
    r_w: Annotated[float, Quantity("", fmt=".3f")] = Field(
        description="Residual sqrt(Σ(measured - computed)²/Σ measured²)."
    )
    treatment: str = Field(description="Range of q, window, damping and broadening.")


def read_pdf(path: str | Path) -> MeasuredPdf:
    """Read a measured function from a text file with two or more columns.

    Parameters
    ----------
    path
        r (Å) and the function in the first two columns, as PDFgetX3, PDFgetN and PDFgui write them
        (``.gr``): lines that are not numbers count as header.

    Returns
    -------
    MeasuredPdf
        The points, and q_min, q_max and q_damp if the header names them.

    Raises
    ------
    ValueError
        If the file is missing or not text, has fewer than two columns or too few points, or if r
        does not ascend.
    """
    path = Path(path).expanduser()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: cannot be read as text: {error}") from error
    rows: list[tuple[float, float]] = []
    options: dict[str, float] = {}
    for number, line in enumerate(lines, start=1):
        words = line.replace(",", " ").split()
        try:
            values = [float(word) for word in words]
        except ValueError:
            options |= {_OPTION_NAMES[k.lower()]: float(v) for k, v in _OPTION.findall(line)}
            continue
        if not values:
            continue
        if len(values) < COLUMNS:
            raise ValueError(f"{path}, line {number}: one column; give r (Å) and G(r)")
        rows.append((values[0], values[1]))
    table = np.array(rows).reshape(-1, COLUMNS)
    if len(table) < MINIMUM_POINTS:
        raise ValueError(
            f"{path}: {len(table)} points are too few for a comparison; give at least "
            f"{MINIMUM_POINTS} lines of r (Å) and G(r)"
        )
    if not np.isfinite(table).all():
        raise ValueError(f"{path}: a value is not a finite number; remove its line")
    if not (np.diff(table[:, 0]) > 0).all():
        first = int(np.argmin(np.diff(table[:, 0]) > 0)) + 1
        raise ValueError(
            f"{path}: r does not ascend at {table[first, 0]:g} Å; is it a G(r), in two columns?"
        )
    return MeasuredPdf(table[:, 0], table[:, 1], options)


def as_reduced_pdf(measured: MeasuredPdf, quantity: PairFunction, density: float) -> FloatArray:
    """Convert a measured g(r) or T(r) to G(r) (1/Å²); the number density is in 1/Å³."""
    if quantity == "g":
        return reduced_pdf(measured.r, measured.values, density)
    if quantity == "T":
        return measured.values - 4 * np.pi * measured.r * density
    return measured.values


def compare_pdf(
    measured: MeasuredPdf,
    r: FloatArray,
    computed: FloatArray,
    *,
    file: str,
    probe: Literal["neutron", "x-ray"],
    treatment: str,
    quantity: PairFunction = "G",
    density: float,
    r_min: float = R_MIN,
) -> PdfComparison:
    """Scale a computed G(r) onto a measured one and return the residual.

    Parameters
    ----------
    measured
        The measurement.
    r, computed
        Computed G(r) (1/Å²) on its grid (Å).
    file, probe, treatment
        For the record.
    quantity
        What the file holds: G(r), g(r) or T(r).
    density
        Number density of the model (1/Å³), to convert g(r) and T(r).
    r_min
        Shortest distance that is compared (Å).

    Returns
    -------
    PdfComparison
        Over all distances above `r_min` that both have. The scale is the least-squares one;
        R_w has equal weights for all points, as in PDFgui (Farrow et al., J. Phys. Condens.
        Matter 19, 335219, 2007).

    Raises
    ------
    ValueError
        If they have too few distances in common, one of them vanishes there, or the scale is not
        above 0.
    """
    both = (measured.r >= max(r_min, r[0])) & (measured.r <= r[-1])
    if both.sum() < MINIMUM_POINTS:
        raise ValueError(
            f"{file}: {int(both.sum())} points from {measured.r[0]:g} to {measured.r[-1]:g} Å lie "
            f"within the {max(r_min, r[0]):g} to {r[-1]:g} Å that were computed; is r in Å?"
        )
    target = as_reduced_pdf(measured, quantity, density)[both]
    model = np.interp(measured.r[both], r, computed)
    norm = float(model @ model)
    if norm == 0 or not target.any():
        raise ValueError(f"{file}: the measured or the computed G(r) is zero everywhere")
    scale = float(target @ model) / norm
    if scale <= 0:
        raise ValueError(
            f"{file}: the measured function falls where the computed G(r) rises (best scale "
            f"{scale:.2g}, which must be above 0); is it the {quantity}(r) of this glass, seen by "
            f"{probe}s?"
        )
    residual = target - scale * model
    return PdfComparison(
        file=file,
        probe=probe,
        r=measured.r[both].tolist(),
        measured=target.tolist(),
        computed=(scale * model).tolist(),
        scale=scale,
        r_w=float(np.sqrt(residual @ residual / (target @ target))),
        treatment=treatment,
    )

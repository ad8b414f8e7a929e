"""Data and labels that the figures of a glass share."""

from pymatgen.core.composition import Composition

from liponflow.analysis.glass.result import (
    Fingerprint,
    FingerprintResult,
    GlassResult,
    SeriesPoint,
)
from liponflow.figures.formulas import pretty_formula

AnyGlass = GlassResult | FingerprintResult

COLOURS = ("#0072B2", "#C8391A", "#007A5E", "#882E72", "#E69F00", "#222222")
"""Colours that colour-blind readers can tell apart, as in ``style``."""
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)))


def fingerprint_of(result: AnyGlass) -> Fingerprint:
    """Return the fingerprint to draw: the mean over models, or that of the files."""
    return result.mean if isinstance(result, GlassResult) else result.fingerprint


def series_of(result: AnyGlass) -> list[list[SeriesPoint]]:
    """Return the time series, one per model."""
    if isinstance(result, GlassResult):
        return [model.series for model in result.models if model.series]
    return [result.series] if result.series else []


def average_words(result: AnyGlass) -> str:
    """Return words for the average and its error bars."""
    found = fingerprint_of(result)
    frames = "1 frame" if found.n_frames == 1 else f"{found.n_frames} frames"
    if isinstance(result, GlassResult):
        if result.n_models == 1:
            return f"1 model, {frames}"
        return f"mean and standard deviation of {result.n_models} models"
    if found.pairs and found.pairs[0].g_error is not None:
        return f"mean and block error of {frames}"
    return frames if found.n_frames == 1 else f"mean of {frames}"


def formula_label(formula: str) -> str:
    """Return a formula element by element, with subscripts, in the usual order.

    Examples
    --------
    >>> formula_label("Li46P16(NO11)5")
    'Li$_{46}$P$_{16}$O$_{55}$N$_{5}$'
    """
    parts = Composition(formula).get_el_amt_dict().items()
    return pretty_formula("".join(f"{e}{n:g}" if n != 1 else e for e, n in parts))

"""All figures of a glass: structure, pair functions, units, protocol and transition."""

from matplotlib.figure import Figure

from liponflow.analysis.glass.result import GlassResult
from liponflow.figures.glass.functions import (
    angles_figure,
    pairs_figure,
    pdf_figure,
    structure_factor_figure,
)
from liponflow.figures.glass.labels import AnyGlass, fingerprint_of, series_of
from liponflow.figures.glass.protocol import protocol_figure, transition_figure
from liponflow.figures.glass.structure import structure_figure
from liponflow.figures.glass.units import units_figure
from liponflow.figures.spread import differs, engines_figure


def all_figures(result: AnyGlass) -> dict[str, Figure]:
    """Draw every figure for which the result has data.

    Parameters
    ----------
    result
        Result of a glass campaign, or a fingerprint of files.

    Returns
    -------
    dict
        Figures by name: structures, pairs, pdf, structure_factor, units, angles, protocol,
        transition and engines.
    """
    found = fingerprint_of(result)
    figures = {"pairs": pairs_figure(result)}
    if found.scattering:
        figures["pdf"] = pdf_figure(result)
        figures["structure_factor"] = structure_factor_figure(result)
    if found.units or found.li_environments:
        figures["units"] = units_figure(result)
    if found.angles:
        figures["angles"] = angles_figure(result)
    if series_of(result):
        figures["protocol"] = protocol_figure(result)
    if isinstance(result, GlassResult):
        figures["structures"] = structure_figure(result)
        if result.tg is not None:
            figures["transition"] = transition_figure(result)
        if differs(result):
            figures["engines"] = engines_figure(result)
    return figures

"""Every figure of an EELS campaign."""

from matplotlib.figure import Figure

from liponflow.analysis.eels.result import EELSResult
from liponflow.figures.eels.convergence import convergence_figure
from liponflow.figures.eels.edges import edges_figure


def all_figures(result: EELSResult) -> dict[str, Figure]:
    """Draw every figure of the result: ``edges``, and ``convergence`` of a scan of radii."""
    figures = {}
    if result.comparison is not None:
        figures["edges"] = edges_figure(result, result.comparison)
    if result.scans:
        figures["convergence"] = convergence_figure(result)
    return figures

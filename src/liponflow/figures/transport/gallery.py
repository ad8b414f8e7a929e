"""Every figure of a result of transport."""

from matplotlib.figure import Figure

from liponflow.analysis.transport.result import TransportResult
from liponflow.figures.spread import differs, engines_figure
from liponflow.figures.transport.diffusion import arrhenius_figure, displacement_figure
from liponflow.figures.transport.motion import density_figure, van_hove_figure
from liponflow.figures.transport.sites import residence_figure, share_figure


def all_figures(result: TransportResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    figures = {"displacements": displacement_figure(result)}
    if len(result.points) > 1:
        figures["arrhenius"] = arrhenius_figure(result)
    if any(point.van_hove for point in result.points):
        figures["van_hove"] = van_hove_figure(result)
    if any(point.density for point in result.points):
        figures["density"] = density_figure(result)
    if any(point.sites for point in result.points):
        figures["sites"] = share_figure(result)
        figures["residence"] = residence_figure(result)
    if differs(result):
        figures["engines"] = engines_figure(result)
    return figures

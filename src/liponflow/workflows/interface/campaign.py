"""The interface campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign
from liponflow.workflows.topic import Option

CAMPAIGN = Campaign(
    "interface",
    summary="Build the interface of two materials, and see what forms.",
    parameters="liponflow.inputs.interface:InterfaceParameters",
    flow="liponflow.workflows.interface.flow:flow",
    understood="liponflow.workflows.interface.understood:understood",
    inputs="liponflow.workflows.interface.inputs:INPUTS",
    options=(Option("first", metavar="MATERIAL"), Option("second", metavar="MATERIAL")),
    result=ResultKind(
        "interface",
        model="liponflow.analysis.interface.result:InterfaceResult",
        figures="liponflow.figures.interface.gallery:all_figures",
        movies="liponflow.figures.interface.movie:all_movies",
    ),
    further_engines="liponflow.workflows.further_engines:models_of",
)
"""``--structure`` gives a model of an interface that is used unchanged."""

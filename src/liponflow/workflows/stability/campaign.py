"""The stability campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign
from liponflow.workflows.topic import Option

CAMPAIGN = Campaign(
    "stability",
    summary="Compute the voltage window and the interfaces of an electrolyte.",
    parameters="liponflow.inputs.stability:StabilityParameters",
    flow="liponflow.workflows.stability.flow:flow",
    understood="liponflow.workflows.stability.understood:understood",
    inputs="liponflow.workflows.stability.inputs:INPUTS",
    result=ResultKind(
        "stability",
        model="liponflow.analysis.stability.result:StabilityResult",
        figures="liponflow.figures.stability.gallery:all_figures",
        migrations={1: "liponflow.analysis.spread:before_comparison"},
    ),
    further_engines="liponflow.workflows.stability.flow:further_engines",
    options=(Option("entries", metavar="FILE"), Option("refine", metavar="ENGINE")),
    from_structure="liponflow.workflows.stability.flow:composition_of",
)

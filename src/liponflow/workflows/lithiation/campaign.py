"""The lithiation campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign
from liponflow.workflows.topic import Option

CAMPAIGN = Campaign(
    "lithiation",
    summary="Lithiate a host: moments, lattice, hull and voltages over x.",
    parameters="liponflow.inputs.lithiation:LithiationParameters",
    flow="liponflow.workflows.lithiation.flow:flow",
    understood="liponflow.workflows.lithiation.understood:understood",
    inputs="liponflow.workflows.lithiation.inputs:INPUTS",
    result=ResultKind(
        "lithiation",
        model="liponflow.analysis.lithiation.result:LithiationResult",
        figures="liponflow.figures.lithiation:all_figures",
        migrations={1: "liponflow.analysis.lithiation.migrations:before_other_hosts"},
    ),
    options=(Option("refine", metavar="ENGINE"),),
    further_engines="liponflow.workflows.lithiation.flow:further_engines",
)

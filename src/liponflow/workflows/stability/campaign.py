"""The stability campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign

CAMPAIGN = Campaign(
    "stability",
    summary="Compute the voltage window and the interfaces of an electrolyte.",
    parameters="liponflow.inputs.stability:StabilityParameters",
    plan="liponflow.workflows.stability.flow:plan",
    write="liponflow.workflows.stability.inputs:write",
    compare="liponflow.workflows.stability.inputs:compare",
    result=ResultKind(
        "stability",
        model="liponflow.analysis.stability.result:StabilityResult",
        figures="liponflow.figures.stability.gallery:all_figures",
    ),
)

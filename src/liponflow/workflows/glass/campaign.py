"""The glass campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign

CAMPAIGN = Campaign(
    "glass",
    summary="Build amorphous models and measure them.",
    parameters="liponflow.inputs.glass:GlassParameters",
    plan="liponflow.workflows.glass.flow:plan",
    write="liponflow.workflows.glass.inputs:write",
    compare="liponflow.workflows.glass.inputs:compare",
    result=ResultKind(
        "glass",
        model="liponflow.analysis.glass.result:GlassResult",
        figures="liponflow.figures.glass.gallery:all_figures",
        pages="liponflow.figures.glass.structure:all_pages",
    ),
)

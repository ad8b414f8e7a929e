"""The glass campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign

CAMPAIGN = Campaign(
    "glass",
    summary="Build amorphous models and measure them.",
    parameters="liponflow.inputs.glass:GlassParameters",
    flow="liponflow.workflows.glass.flow:flow",
    understood="liponflow.workflows.glass.understood:understood",
    inputs="liponflow.workflows.glass.inputs:INPUTS",
    result=ResultKind(
        "glass",
        model="liponflow.analysis.glass.result:GlassResult",
        figures="liponflow.figures.glass.gallery:all_figures",
        pages="liponflow.figures.glass.structure:all_pages",
        migrations={
            1: "liponflow.analysis.glass.result:with_elastic_definition",
            2: "liponflow.analysis.spread:before_comparison",
        },
    ),
    further_engines="liponflow.workflows.further_engines:models_of",
    analyze="liponflow.workflows.glass.files:analyze",
)

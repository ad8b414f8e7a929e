"""The phonons campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign

CAMPAIGN = Campaign(
    "phonons",
    summary="Compute the phonons and the free energy of a crystal.",
    parameters="liponflow.inputs.phonons:PhononParameters",
    flow="liponflow.workflows.phonons.flow:flow",
    understood="liponflow.workflows.phonons.understood:understood",
    inputs="liponflow.workflows.phonons.inputs:INPUTS",
    result=ResultKind(
        "phonons",
        model="liponflow.analysis.phonons:PhononResult",
        figures="liponflow.figures.phonons:all_figures",
        migrations={
            1: "liponflow.analysis.phonons:with_repeats",
            2: "liponflow.analysis.spread:before_comparison",
        },
    ),
    further_engines="liponflow.workflows.further_engines:models_of",
)

"""The phonons campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign

CAMPAIGN = Campaign(
    "phonons",
    summary="Compute the phonons and the free energy of a crystal.",
    parameters="liponflow.inputs.phonons:PhononParameters",
    plan="liponflow.workflows.phonons.flow:plan",
    write="liponflow.workflows.phonons.inputs:write",
    compare="liponflow.workflows.phonons.inputs:compare",
    result=ResultKind(
        "phonons",
        model="liponflow.analysis.phonons:PhononResult",
        figures="liponflow.figures.phonons:all_figures",
    ),
)

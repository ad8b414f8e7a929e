"""The EELS campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign

CAMPAIGN = Campaign(
    "eels",
    summary="Compute core-level spectra of crystals and glasses, averaged over their sites.",
    parameters="liponflow.inputs.eels:EELSParameters",
    flow="liponflow.workflows.eels.flow:flow",
    understood="liponflow.workflows.eels.understood:understood",
    inputs="liponflow.workflows.eels.inputs:INPUTS",
    result=ResultKind(
        "eels",
        model="liponflow.analysis.eels.result:EELSResult",
        figures="liponflow.figures.eels.gallery:all_figures",
    ),
    default_engine="feff",
)

"""The transport campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign

CAMPAIGN = Campaign(
    "transport",
    summary="Heat a glass or crystal and measure the diffusion of its ions.",
    parameters="liponflow.inputs.transport:TransportParameters",
    flow="liponflow.workflows.transport.flow:flow",
    understood="liponflow.workflows.transport.understood:understood",
    inputs="liponflow.workflows.transport.inputs:INPUTS",
    result=ResultKind(
        "transport",
        model="liponflow.analysis.transport.result:TransportResult",
        figures="liponflow.figures.transport.gallery:all_figures",
    ),
    further_engines="liponflow.workflows.further_engines:models_of",
)

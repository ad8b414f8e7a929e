"""The scan as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign

CAMPAIGN = Campaign(
    "scan",
    summary="Compare compositions: glass, transport and window of each, ranked.",
    parameters="liponflow.inputs.scan:ScanParameters",
    flow="liponflow.workflows.scan.flow:flow",
    understood="liponflow.workflows.scan.understood:understood",
    further_engines="liponflow.workflows.further_engines:models_of",
    result=ResultKind(
        "scan",
        model="liponflow.analysis.scan.result:ScanResult",
        figures="liponflow.figures.scan:all_figures",
    ),
)

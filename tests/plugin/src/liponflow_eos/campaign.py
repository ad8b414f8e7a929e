# src/liponflow_eos/campaign.py
"""The campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign
from liponflow.workflows.topic import Option

CAMPAIGN = Campaign(
    "eos",
    summary="Fit the equation of state of a crystal.",
    parameters="liponflow_eos.parameters:EosParameters",
    presets="liponflow_eos",
    flow="liponflow_eos.flow:flow",
    options=(Option("strain", metavar="FRACTION"),),
    result=ResultKind(
        "eos",
        model="liponflow_eos.result:EosResult",
        figures="liponflow_eos.figures:all_figures",
    ),
)

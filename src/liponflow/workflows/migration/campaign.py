"""The migration campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign

CAMPAIGN = Campaign(
    "migration",
    summary="Compute barriers of a dopant in a host.",
    parameters="liponflow.inputs.migration:MigrationParameters",
    plan="liponflow.workflows.migration.flow:plan",
    write="liponflow.workflows.migration.inputs:write",
    compare="liponflow.workflows.migration.inputs:compare",
    result=ResultKind(
        "migration",
        model="liponflow.analysis.migration.result:MigrationResult",
        figures="liponflow.figures.migration.gallery:all_figures",
    ),
)

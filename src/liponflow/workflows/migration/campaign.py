"""The migration campaign as a registered object."""

from liponflow.analysis.kinds import ResultKind
from liponflow.workflows.campaign import Campaign
from liponflow.workflows.topic import Option

CAMPAIGN = Campaign(
    "migration",
    summary="Compute barriers of a dopant in a host.",
    parameters="liponflow.inputs.migration:MigrationParameters",
    flow="liponflow.workflows.migration.flow:flow",
    understood="liponflow.workflows.migration.understood:understood",
    inputs="liponflow.workflows.migration.inputs:INPUTS",
    result=ResultKind(
        "migration",
        model="liponflow.analysis.migration.result:MigrationResult",
        figures="liponflow.figures.migration.gallery:all_figures",
        migrations={
            1: "liponflow.analysis.migration.result:without_monte_carlo",
            2: "liponflow.analysis.migration.result:without_hops_of_published",
        },
    ),
    options=(Option("refine", metavar="ENGINE"),),
    further_engines="liponflow.workflows.migration.flow:further_engines",
)

"""What the migration campaign understood of a request."""

from collections.abc import Sequence

from jobflow import Flow

from liponflow.cost.estimate import Line
from liponflow.inputs.migration import MigrationParameters
from liponflow.inputs.parameter import typed
from liponflow.runners.documents import all_jobs
from liponflow.workflows.migration.flow import built_in
from liponflow.workflows.request import RunRequest
from liponflow.workflows.understood import Understood, cell_text, counted


def understood(
    request: RunRequest[MigrationParameters], flow: Flow, lines: Sequence[Line]
) -> Understood:
    """Return the host, the dopants, and the number of end points and hops."""
    parameters = request.parameters
    host = request.structure if request.structure is not None else built_in()
    material = f"{cell_text(host)}, {f'from {request.file}' if request.file else 'built in'}"
    plan = (
        f"{', '.join(parameters.dopant)} in a supercell of {typed(parameters.supercell)} cells: "
        f"{counted(lines)}"
    )
    return Understood(material, plan, [job.name for job in all_jobs(flow)])

"""What the phonon campaign understood of a request."""

from collections.abc import Sequence

from jobflow import Flow

from liponflow.cost.estimate import Line
from liponflow.engines.planned import RELAX
from liponflow.inputs.phonons import PhononParameters, displacement
from liponflow.runners.documents import all_jobs
from liponflow.structures.phases import phase
from liponflow.workflows.phonons.flow import phonon_engine
from liponflow.workflows.request import RunRequest
from liponflow.workflows.understood import Understood, cell_text


def understood(
    request: RunRequest[PhononParameters], flow: Flow, lines: Sequence[Line]
) -> Understood:
    """Return the crystal, and the number and size of its displaced supercells."""
    parameters = request.parameters
    if request.structure is None:
        crystal = phase(parameters.phase)
        structure = crystal.primitive()
        material = f"{crystal.name}: {cell_text(structure)}, built in"
    else:
        structure = request.structure
        material = f"{cell_text(structure)}, from {request.file}"
    displaced = [line for line in lines if not line.name.startswith(RELAX)]
    supercells = [
        " ".join([f"{line.jobs} supercells of {line.atoms} atoms", *line.name.split(" ")[1:]])
        for line in displaced
    ]
    engine = phonon_engine(request.engine, structure, parameters, {}, request.preset).describe()
    distance = displacement(parameters, dft=not engine.surrogate)
    plan = f"{', '.join(supercells)}, displaced by {distance:g} Å"
    return Understood(material, plan, [job.name for job in all_jobs(flow)])

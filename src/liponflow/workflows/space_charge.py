"""The model of a space charge as a registered object: ``liponflow model space_charge``."""

from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.result import Provenance
from liponflow.analysis.space_charge.layer import Phase
from liponflow.analysis.space_charge.result import SpaceChargeResult
from liponflow.analysis.space_charge.summary import summarise
from liponflow.inputs.space_charge import DefectPhase, SpaceChargeParameters
from liponflow.workflows.model import Model
from liponflow.workflows.topic import Option

MODEL = Model(
    "space_charge",
    summary="Compute the space charge of lithium defects between a cathode and an electrolyte.",
    parameters="liponflow.inputs.space_charge:SpaceChargeParameters",
    function="liponflow.workflows.space_charge:compute",
    options=(Option("temperature"),),
    result=ResultKind(
        "space_charge",
        model="liponflow.analysis.space_charge.result:SpaceChargeResult",
        figures="liponflow.figures.space_charge:all_figures",
    ),
)


def compute(parameters: SpaceChargeParameters, provenance: Provenance) -> SpaceChargeResult:
    """Return the space charge of validated parameters."""

    def phase(given: DefectPhase) -> tuple[str, Phase]:
        facts = given.model_dump(exclude={"name"})
        return given.name, Phase(**facts, temperature=parameters.temperature)

    return summarise(
        provenance, cathode=phase(parameters.cathode), electrolyte=phase(parameters.electrolyte)
    )

"""The model of a band alignment as a registered object: ``liponflow model band_alignment``."""

from liponflow.analysis.band_alignment import BandAlignmentResult, align_bands
from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.result import Provenance
from liponflow.inputs.band_alignment import BandAlignmentParameters
from liponflow.workflows.model import Model

MODEL = Model(
    "band_alignment",
    summary="Add up the energy bands of cathode, electrolyte and anode to the voltage of a cell.",
    parameters="liponflow.inputs.band_alignment:BandAlignmentParameters",
    function="liponflow.workflows.band_alignment:compute",
    result=ResultKind(
        "band_alignment",
        model="liponflow.analysis.band_alignment:BandAlignmentResult",
        figures="liponflow.figures.band_alignment:all_figures",
    ),
)


def compute(parameters: BandAlignmentParameters, provenance: Provenance) -> BandAlignmentResult:
    """Return the bands of validated parameters."""
    return align_bands(provenance, **parameters.model_dump())

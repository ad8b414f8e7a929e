"""The model of an interphase as a registered object: ``liponflow model interphase``."""

from liponflow.analysis.interphase.result import InterphaseResult
from liponflow.analysis.interphase.stack import MixedLayer
from liponflow.analysis.interphase.summary import summarise_interphase
from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.result import Provenance
from liponflow.inputs.interphase import InterphaseParameters, Layer
from liponflow.workflows.model import Model

MODEL = Model(
    "interphase",
    summary="Resistance, leakage and potential of the layers between Li and an electrolyte.",
    parameters="liponflow.inputs.interphase:InterphaseParameters",
    function="liponflow.workflows.interphase:compute",
    result=ResultKind(
        "interphase",
        model="liponflow.analysis.interphase.result:InterphaseResult",
        figures="liponflow.figures.interphase:all_figures",
    ),
)


def compute(parameters: InterphaseParameters, provenance: Provenance) -> InterphaseResult:
    """Return the layers of validated parameters."""
    return summarise_interphase(
        [_mixed(layer) for layer in parameters.layers],
        _mixed(parameters.electrolyte),
        ionic={name: item.ionic for name, item in parameters.conductivities.items()},
        electronic={name: item.electronic for name, item in parameters.conductivities.items()},
        conductor=parameters.conductor,
        voltage=parameters.voltage,
        stable_from=parameters.stable_from,
        allowed_resistance=parameters.allowed_resistance,
        provenance=provenance,
    )


def _mixed(layer: Layer) -> MixedLayer:
    """Return a layer whose shares, typed with few digits, add up to 1 exactly."""
    total = sum(layer.shares.values())
    return MixedLayer(layer.thickness, {name: s / total for name, s in layer.shares.items()})

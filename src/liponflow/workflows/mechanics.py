"""The model of mechanics as a registered object: ``liponflow model mechanics``."""

from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.mechanics.indentation import elastic_share
from liponflow.analysis.mechanics.result import MechanicsResult
from liponflow.analysis.mechanics.summary import indentation, misfit, solve_dome, summarise
from liponflow.analysis.result import Provenance
from liponflow.inputs.mechanics import MechanicsParameters
from liponflow.workflows.model import Model

MODEL = Model(
    "mechanics",
    summary="Estimate the stresses over plated Li and between a cathode and LiPON.",
    parameters="liponflow.inputs.mechanics:MechanicsParameters",
    function="liponflow.workflows.mechanics:compute",
    result=ResultKind(
        "mechanics",
        model="liponflow.analysis.mechanics.result:MechanicsResult",
        figures="liponflow.figures.mechanics:all_figures",
    ),
)


def compute(parameters: MechanicsParameters, provenance: Provenance) -> MechanicsResult:
    """Return the stresses of validated parameters."""
    collector = {"modulus": parameters.modulus, "poisson_ratio": parameters.poisson_ratio}
    poisson_ratio = parameters.film_poisson_ratio
    first = parameters.films[0]
    share = parameters.elastic_share
    if share is None:
        share = elastic_share(first.hardness, first.modulus, poisson_ratio)
    return summarise(
        parameters.collector,
        provenance,
        **collector,
        yield_strength=parameters.yield_strength,
        elastic_share=share,
        domes=[
            solve_dome(
                **collector, external_pressure=parameters.external_pressure, **dome.model_dump()
            )
            for dome in parameters.domes
        ],
        misfits=[
            misfit(
                film.name,
                change,
                modulus=film.modulus,
                poisson_ratio=poisson_ratio,
                hardness=film.hardness,
            )
            for film in parameters.films
            for change in parameters.volume_changes
        ],
        indentations=[
            indentation(
                film.name,
                hardness=film.hardness,
                modulus=film.modulus,
                poisson_ratio=poisson_ratio,
                share=share,
            )
            for film in parameters.films
        ],
    )

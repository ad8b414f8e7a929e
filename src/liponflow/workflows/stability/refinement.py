"""Jobs that compute the phases that decide a voltage window again with better engines."""

from collections.abc import Sequence

from jobflow import Flow, Response, job

from liponflow.analysis.energy_scale import OWN
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.corrections import Corrections
from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.fitted_gases import COMPOUNDS
from liponflow.analysis.stability.hull import LITHIUM, Hull
from liponflow.analysis.stability.materials import named_material
from liponflow.analysis.stability.refinement import deciding_phases
from liponflow.analysis.stability.unknown_scale import MEASURED, is_unknown
from liponflow.formulas import reduced_formula
from liponflow.inputs.stability import StabilityParameters, composition
from liponflow.structures.phases import Phase, crystal_of, phases_of
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.stability.jobs import ScaledEntries, collect_entries
from liponflow.workflows.stability.material import without_excluded
from liponflow.workflows.stability.phases import PhaseTools, relaxed_phases


@job
def refine_phases(
    entries: EntrySet | None,
    names: Sequence[str],
    *,
    parameters: StabilityParameters,
    tools: PhaseTools,
    refused: dict[str, str],
) -> Response[ScaledEntries]:
    """Relax the phases that decide the window with a better engine, on its own scale.

    Parameters
    ----------
    entries
        Phases with the campaign's engine; None if there are none.
    names
        Names of the crystals that they were computed from.
    parameters
        Parameters of the campaign.
    tools
        Makers of the better engine, and what it has relaxed before.
    refused
        Why it cannot compute a crystal, by name.

    Raises
    ------
    ValueError
        If there are no entries, or it cannot compute a crystal that is needed.
    """
    if entries is None:
        raise ValueError("nothing to refine: there are no energies of the campaign's engine")
    used = without_excluded(entries, parameters)
    material = named_material(
        parameters.composition, entries, Hull.of(used), above_hull=parameters.above_hull
    )
    deciding = set(deciding_phases(used, material))
    wanted = [
        crystal_of(entry.formula, entry.source, names)
        for entry in used.entries
        if entry.name in deciding
    ]
    elements = system_of(parameters)
    chosen = {item.name: item for item in wanted if item is not None}
    chosen |= {
        item.name: item
        for item in for_gases(elements, tools["engine"], parameters.corrections)
        if item.name in names
    }
    lacking = [f"{name}: {refused[name]}" for name in chosen if name in refused]
    if lacking:
        raise ValueError(f"{tools['engine'].name} cannot compute {'; '.join(lacking)}")
    label = f" with {tools['engine'].name}"
    relaxed = relaxed_phases(tools, list(chosen.values()), label=label)
    listed = list(relaxed.records)
    scaled = named(
        collect_entries(
            listed,
            [relaxed.records[name] for name in listed],
            gases=elements,
            corrections=parameters.corrections,
        ),
        f"put on one scale{label}",
    )
    tolerate_failures(scaled)
    return Response(replace=Flow([*relaxed.jobs, scaled], output=scaled.output))


def system_of(parameters: StabilityParameters) -> list[str]:
    """Return the elements of the window: those of the material, and Li.

    Its gases are those of :func:`collect_entries`.
    """
    material = {element.symbol for element in composition(parameters.composition)}
    return [symbol for symbol in parameters.elements if symbol in {*material, LITHIUM}]


def for_gases(
    elements: Sequence[str], engine: EngineInfo, corrections: Corrections
) -> list[Phase]:
    """Return crystals whose measured enthalpies set the scale or the gases of an engine."""
    formulas: set[str] = set()
    if engine.energy_scale == OWN:
        formulas = {COMPOUNDS[element] for element in elements if element in COMPOUNDS}
    elif is_unknown(corrections, engine):
        formulas = set(MEASURED)
    return [item for item in phases_of(elements) if item.reduced_formula in formulas]


def most_phases(parameters: StabilityParameters, known: Sequence[Phase]) -> list[Phase]:
    """Return the crystals that a rung relaxes at most, for the estimate.

    The elements, the material and, of the others, the largest: each of decomposition, reduction
    and oxidation has at most as many products as there are elements other than Li.
    """
    elements = system_of(parameters)
    material = reduced_formula(composition(parameters.composition))
    inside = [item for item in known if set(item.elements) <= set(elements)]
    sure = [item for item in inside if len(item.elements) == 1 or item.reduced_formula == material]
    others = sorted(
        (item for item in inside if item not in sure), key=lambda item: -len(item.primitive())
    )
    return [*sure, *others[: 3 * (len(elements) - 1)]]

"""Jobs of the stability campaign: from relaxed crystals, or entries, to the result."""

from collections.abc import Mapping, Sequence
from typing import Any

from jobflow import Flow, Job, Response, job
from pydantic import Field

from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.analysis.spread import with_spread
from liponflow.analysis.stability.corrections import Corrections
from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.glass_energy import GlassEnergy
from liponflow.analysis.stability.heated import stable_solids
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import (
    RefusedEntryError,
    is_crystal,
    named_material,
)
from liponflow.analysis.stability.observables import observables
from liponflow.analysis.stability.phase_record import PhaseRecord, PhononRecord, scaled_entries
from liponflow.analysis.stability.result import StabilityResult
from liponflow.analysis.stability.summary import Question, summarise
from liponflow.document import Document
from liponflow.inputs.stability import StabilityParameters
from liponflow.structures.phases import crystal_of
from liponflow.workflows.further_engines import Comparison, further_results
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.phonons.flow import phonon_engine, vibration_jobs
from liponflow.workflows.stability.material import (
    excluded_names,
    heated_phases,
    material_of,
    phonon_parameters,
    without_excluded,
)
from liponflow.workflows.stability.phases import orders_with, starts_of
from liponflow.workflows.stability.rungs import Rung, with_rungs

RECOMPUTED = "every reference crystal relaxed again, for the windows and energies at 0 K"
"""What a further engine computes."""


class ScaledEntries(Document):
    """Phases on one energy scale, and the engine that computed them."""

    entries: EntrySet
    engine: EngineInfo = Field(description="The engine that ran, which may be a stand-in.")


@job
def collect_entries(
    names: Sequence[str],
    records: Sequence[PhaseRecord | None],
    *,
    gases: Sequence[str],
    corrections: Corrections,
) -> ScaledEntries:
    """Put the energies of relaxed crystals and of the gases on one scale.

    Parameters
    ----------
    names
        Names of the crystals.
    records
        Their records; None for one that failed.
    gases
        Elements; those that are gases enter by reference.
    corrections
        Corrections added to the energies.

    Returns
    -------
    ScaledEntries
        Failed and changed crystals are named in it.

    Raises
    ------
    ValueError
        If no crystal was relaxed, the scales differ, or an energy would be corrected twice.
    """
    entries, engine = scaled_entries(names, records, gases=gases, corrections=corrections)
    return ScaledEntries(entries=entries, engine=engine)


@job
def vibrate(
    entries: EntrySet,
    names: Sequence[str],
    known: Mapping[str, PhononRecord],
    *,
    parameters: StabilityParameters,
    glass_energy: GlassEnergy | None,
    engine_name: str,
    engine_arguments: Mapping[str, Any] | None = None,
    preset: str = "quick",
) -> Response[list[PhononRecord | None]]:
    """Compute the phonons of the stable solids around the material.

    Parameters
    ----------
    entries
        Phases at 0 K.
    names
        Names of the crystals that they were computed from; empty for entries from elsewhere.
    known
        Vibrations of earlier runs, by the label of the start.
    parameters
        Parameters of the campaign.
    glass_energy
        Energy of the glass from its result; None without one.
    engine_name
        Engine as the user names it.
    engine_arguments
        Its arguments.
    preset
        Preset that the parameters started from.

    Returns
    -------
    Response
        Replaced by the calculations; their output is the vibrations, None for failed ones.
    """
    material = material_of(parameters, entries, glass_energy)
    settings = phonon_parameters(parameters)
    jobs: list[Flow | Job] = []
    vibrations: list[Any] = []
    for entry in stable_solids(without_excluded(entries, parameters), material):
        chosen = crystal_of(entry.formula, entry.source, names)
        if chosen is None:
            continue
        engine = phonon_engine(
            engine_name, chosen.primitive(), settings, engine_arguments or {}, preset
        )
        starts = starts_of(chosen, orders_with(engine, parameters))
        start = next((one for one in starts if one.order == entry.magnetic_order), starts[0])
        if start.label in known:
            vibrations.append(known[start.label])
            continue
        relaxation, displaced = vibration_jobs(engine, start.structure, start.label, settings)
        jobs += [relaxation, displaced]
        vibrations.append(displaced.output)
    gathered = named(gather(vibrations), "gather phonons")
    tolerate_failures(gathered)
    return Response(replace=Flow([*jobs, gathered], output=gathered.output))


@job
def gather(vibrations: list[PhononRecord | None]) -> list[PhononRecord | None]:
    """Collect the records of several phonon calculations."""
    return vibrations


@job
def conclude(
    entries: EntrySet | None,
    vibrations: Sequence[PhononRecord | None] | None = None,
    *,
    parameters: StabilityParameters,
    glass_energy: GlassEnergy | None,
    engine: EngineInfo | None,
    record: dict[str, Any],
    further: Comparison | None = None,
    rungs: Sequence[Rung] = (),
) -> StabilityResult:
    """Summarise the campaign.

    Parameters
    ----------
    entries
        Phases at 0 K; None if they could not be put on one scale.
    vibrations
        Vibrations of the stable solids; None to leave them out.
    parameters
        Parameters of the campaign.
    glass_energy
        Energy of the glass from its result; None without one.
    engine
        Engine that computed the energies.
    record
        Provenance known before the run.
    further
        The ScaledEntries of further engines.
    rungs
        What the engines of the ladder computed, lowest first.

    Raises
    ------
    ValueError
        If there are no phases.
    """
    if entries is None or engine is None:
        raise ValueError("there are no energies on one scale; the run's report says why")
    result = _summarised(
        entries,
        parameters,
        glass_energy,
        provenance(engine=engine, **record),
        vibrations=vibrations,
    )
    result = with_rungs(result, rungs, parameters)
    # Only what is compared: windows and energies at 0 K.
    at_zero = parameters.model_copy(
        update={"temperature": 0.0, "samples": 0, "electrode": None, "unseen": []}
    )

    def summarised(scaled: ScaledEntries) -> StabilityResult:
        # The energy of the glass is on the scale of the main engine.
        return _summarised(
            scaled.entries, at_zero, None, provenance(engine=scaled.engine, **record)
        )

    return with_spread(
        result,
        further_results(further, summarised),
        observables,
        limits=parameters.disagreement,
        recomputed=RECOMPUTED,
    )


def _summarised(
    entries: EntrySet,
    parameters: StabilityParameters,
    glass_energy: GlassEnergy | None,
    made: Provenance,
    *,
    vibrations: Sequence[PhononRecord | None] | None = None,
) -> StabilityResult:
    """Return the result of the entries of one engine."""
    material = material_of(parameters, entries, glass_energy)
    warm: EntrySet | None = None
    warnings: list[str] = []
    if parameters.temperature:
        try:
            warm, warnings = heated_phases(entries, material, parameters, vibrations)
        except ValueError as error:  # an element has no phonons; the rest stands without them
            warnings = [f"no window at {parameters.temperature:g} K: {error}"]
    hull = Hull.of(without_excluded(entries, parameters))
    compared = []
    for formula in parameters.compare:
        try:
            compared.append(named_material(formula, entries, hull))
        except RefusedEntryError as error:  # the rest of the result stands without it
            warnings.append(f"not compared: {error}")
    return summarise(
        entries,
        material,
        Question(
            compare=compared,
            electrode=parameters.electrode,
            contents=parameters.x,
            voltages=parameters.voltages.values,
            exclude=excluded_names(parameters, entries),
            unseen=[name for name in parameters.unseen if is_crystal(name, entries)],
            samples=parameters.samples,
            error_independent=parameters.error_independent,
            error_shared=parameters.error_shared,
            seed=parameters.seed,
        ),
        provenance=made,
        warm=warm,
        warnings=warnings,
    )

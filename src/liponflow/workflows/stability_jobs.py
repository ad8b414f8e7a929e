"""Jobs of the stability campaign: from relaxed crystals, or entries, to the result."""

from collections.abc import Mapping, Sequence
from typing import Any

from jobflow import Flow, Job, Response, job
from pydantic import BaseModel, ConfigDict, Field

from liponflow.analysis.corrections import MP2020, Corrections, resolve, scale_name
from liponflow.analysis.entries import Entry, EntrySet, ExcludedEntry
from liponflow.analysis.gases import GASES, ThermalZero, free_energy
from liponflow.analysis.glass_energy import GlassEnergy
from liponflow.analysis.hull import LITHIUM, Hull
from liponflow.analysis.materials import Material, crystal, glass, glass_of_energy, is_crystal
from liponflow.analysis.phase_record import PhaseRecord, PhononRecord, gas_entries, phase_entries
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability import Question, summarise
from liponflow.analysis.stability_result import StabilityResult
from liponflow.analysis.thermal import with_free_energies
from liponflow.inputs.phonons import PhononParameters
from liponflow.inputs.stability import StabilityParameters, composition
from liponflow.structures.phases import Phase, phase, phases
from liponflow.workflows.lithiation_jobs import tolerate_failures
from liponflow.workflows.phonons import phonon_engine, vibration_jobs
from liponflow.workflows.provenance import provenance

FAILED = "its relaxation failed; the run's report names its directory and cause"


class ScaledEntries(BaseModel):
    """Phases on one scale, and what computed them."""

    model_config = ConfigDict(extra="forbid")

    entries: EntrySet
    engine: EngineInfo = Field(description="The engine that ran, which may be a stand-in.")


MESH_LENGTH = 60.0
"""Å, as in the quick preset of phonons."""


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
        What is added to the energies.

    Returns
    -------
    ScaledEntries
        Failed and changed crystals are named in it.

    Raises
    ------
    ValueError
        If no crystal was relaxed, the scales differ, or an energy would be corrected twice.
    """
    found = [record for record in records if record is not None]
    if not found:
        raise ValueError("the relaxation of every reference crystal failed: there are no energies")
    by_scale: dict[str, list[PhaseRecord]] = {}
    for record in found:
        scale = scale_name(resolve(corrections, record.engine), record.engine)
        by_scale.setdefault(scale, []).append(record)
    if len(by_scale) > 1:
        listed = ", ".join(f"{scale} ({group[0].name})" for scale, group in by_scale.items())
        raise ValueError(f"the crystals are on different scales: {listed}; relax all alike")
    [scale] = by_scale
    entries = phase_entries(found, resolve(corrections, found[0].engine))
    built = EntrySet.build(
        [*entries, *gas_entries(gases)], scale=f"{scale}; gases by reference", kind="total"
    )
    lost = [
        ExcludedEntry(name=name, reason=FAILED)
        for name, record in zip(names, records, strict=True)
        if record is None
    ]
    return ScaledEntries(
        entries=built.model_copy(update={"excluded": (*built.excluded, *lost)}),
        engine=found[0].engine,
    )


@job
def vibrate(
    entries: EntrySet,
    names: Sequence[str],
    known: Mapping[str, PhononRecord],
    *,
    parameters: StabilityParameters,
    glass_energy: GlassEnergy | None,
    engine_name: str,
) -> Response[list[PhononRecord | None]]:
    """Compute the phonons of the stable solids around the material.

    Parameters
    ----------
    entries
        Phases at 0 K.
    names
        Names of the crystals that they were computed from; empty for entries from elsewhere.
    known
        Vibrations of earlier runs, by name of the crystal.
    parameters
        Parameters of the campaign.
    glass_energy
        Energy of the glass from its result; None without one.
    engine_name
        Engine as the user names it.

    Returns
    -------
    Response
        Replaced by the calculations; their output is the vibrations, None for failed ones.
    """
    material = material_of(parameters, entries, glass_energy)
    settings = phonon_parameters(parameters)
    jobs: list[Flow | Job] = []
    vibrations: list[Any] = []
    for entry in stable_solids(_without(entries, parameters), material):
        chosen = crystal_of(entry, names)
        if chosen is None:
            continue
        if chosen.name in known:
            vibrations.append(known[chosen.name])
            continue
        relaxation, displaced = vibration_jobs(
            phonon_engine(engine_name, settings), chosen.primitive(), chosen.name, settings
        )
        jobs += [relaxation, displaced]
        vibrations.append(displaced.output)
    gathered = gather(vibrations)
    gathered.name = "gather phonons"
    tolerate_failures(gathered)
    return Response(replace=Flow([*jobs, gathered], output=gathered.output))


@job
def gather(vibrations: list[PhononRecord | None]) -> list[PhononRecord | None]:
    """List what came of several phonon calculations."""
    return vibrations


@job
def conclude(
    entries: EntrySet,
    vibrations: Sequence[PhononRecord | None] | None = None,
    *,
    parameters: StabilityParameters,
    glass_energy: GlassEnergy | None,
    engine: EngineInfo,
    record: dict[str, Any],
) -> StabilityResult:
    """Answer the campaign's questions.

    Parameters
    ----------
    entries
        Phases at 0 K.
    vibrations
        Vibrations of the stable solids; None where solids are to have none.
    parameters
        Parameters of the campaign.
    glass_energy
        Energy of the glass from its result; None without one.
    engine
        What made the energies.
    record
        Provenance as known before the run.
    """
    material = material_of(parameters, entries, glass_energy)
    warm: EntrySet | None = None
    warnings: list[str] = []
    if parameters.temperature:
        try:
            warm, warnings = heated(entries, material, parameters, vibrations)
        except ValueError as error:  # an element has no phonons; the rest stands without them
            warnings = [f"no window at {parameters.temperature:g} K: {error}"]
    hull = Hull.of(_without(entries, parameters))
    return summarise(
        entries,
        material,
        Question(
            compare=[_material(formula, entries, hull) for formula in parameters.compare],
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
        provenance=provenance(engine=engine, **record),
        warm=warm,
        warnings=warnings,
    )


def material_of(
    parameters: StabilityParameters, entries: EntrySet, glass_energy: GlassEnergy | None
) -> Material:
    """Find the material and its energy: of a glass result, assumed, or of a crystal.

    Raises
    ------
    ValueError
        If the energy of the glass is on another scale than the entries.
    """
    hull = Hull.of(_without(entries, parameters))
    if glass_energy is not None:
        if not entries.scale.startswith(glass_energy.scale):
            raise ValueError(
                f"the glass is on the scale '{glass_energy.scale}', the entries are on "
                f"'{entries.scale}': energies on two scales cannot be compared; compute the "
                "entries with the engine of the glass, or give above_hull"
            )
        return glass_of_energy(
            glass_energy.formula,
            hull,
            energy_per_atom=glass_energy.energy_per_atom,
            energy_source=glass_energy.text,
        )
    if parameters.above_hull is not None:
        return glass(
            parameters.composition,
            hull,
            above_hull=parameters.above_hull,
            energy_source="assumed (parameter above_hull)",
        )
    return _material(parameters.composition, entries, hull)


def _material(formula: str, entries: EntrySet, hull: Hull) -> Material:
    if is_crystal(formula, entries):
        return crystal(formula, entries, hull)
    source = "assumed to lie on the hull: no entry and no energy of a glass"
    return glass(formula, hull, above_hull=0.0, energy_source=source)


def stable_solids(entries: EntrySet, material: Material) -> tuple[Entry, ...]:
    """List the phases on the hull of the elements of a material with Li, gases left out."""
    system = entries.within(sorted({LITHIUM, *material.composition}))
    gases = {gas.formula for gas in GASES.values()}
    return tuple(entry for entry in Hull.of(system).entries if entry.formula not in gases)


def crystal_of(entry: Entry, names: Sequence[str]) -> Phase | None:
    """Find the reference crystal that an entry is of.

    Parameters
    ----------
    entry
        An entry.
    names
        Crystals to choose from; all of the library if empty.

    Returns
    -------
    Phase or None
        The one that the entry's source names, or else the first of its formula.
    """
    same = [item for item in phases() if item.reduced_formula == entry.formula]
    chosen = [item for item in same if not names or item.name in names]
    named = [item for item in chosen if f", {item.name} (" in entry.source]
    return next(iter([*named, *chosen]), None)


def phonon_parameters(parameters: StabilityParameters) -> PhononParameters:
    """Take the parameters of the phonons out of those of the campaign."""
    return PhononParameters(
        phase=phase("Li_bcc").name,
        min_length=parameters.phonon_length,
        distance=parameters.phonon_distance,
        mesh_length=MESH_LENGTH,
        force_limit=parameters.phonon_force_limit,
        max_steps=parameters.max_steps,
    )


def heated(
    entries: EntrySet,
    material: Material,
    parameters: StabilityParameters,
    vibrations: Sequence[PhononRecord | None] | None,
) -> tuple[EntrySet, list[str]]:
    """Give the phases around a material their free energies.

    Parameters
    ----------
    entries
        Phases at 0 K.
    material
        The material.
    parameters
        Temperature, pressure of the gases, phases to leave out.
    vibrations
        Vibrations of solids; None if solids are to have none.

    Returns
    -------
    EntrySet, list of str
        Phases of the elements of the material at the temperature; solids without vibrations are
        left out of it. And what a reader has to know.
    """
    system = entries.within(sorted({LITHIUM, *material.composition}))
    # A file's scale is taken for one of the Materials Project's kind.
    computed = parameters.source in {"engine", "store"}
    zero = ThermalZero.STATIC if computed and MP2020 not in system.scale else ThermalZero.ENTHALPY
    temperature = parameters.temperature
    added = {
        gas.formula: free_energy(element, temperature, pressure=parameters.gas_pressure, zero=zero)
        for element, gas in GASES.items()
    }
    tables = f"NIST-JANAF tables at {parameters.gas_pressure:g} bar"
    notes = [f"at {temperature:g} K: gases by {tables} on a scale that holds the {zero.value}"]
    if vibrations is None:
        notes.append(f"at {temperature:g} K solids have no entropy: only gases are heated")
        added |= {e.formula: 0.0 for e in system.entries if e.formula not in added}
        return with_free_energies(system, added, temperature), notes
    for record in vibrations:
        if record is None:
            continue
        formula = record.cell.composition.reduced_formula
        added[formula] = record.phonons.free_energy(temperature, zero)
        if not record.phonons.stable:
            share = 100 * record.phonons.imaginary_share
            notes.append(
                f"{share:.1f} % of the modes of {record.name} are imaginary (lowest "
                f"{record.phonons.lowest_frequency:.2f} THz) and left out of its free energy"
            )
    stable = stable_solids(_without(entries, parameters), material)
    lacking = [entry.name for entry in stable if entry.formula not in added]
    if lacking:
        notes.append(
            f"at {temperature:g} K without {', '.join(lacking)}: stable at 0 K, but there are no "
            "phonons of it; the window may be too wide"
        )
    notes.append(
        f"at {temperature:g} K only phases that are stable at 0 K take part; one that heat would "
        "make stable is not found"
    )
    # What is excluded on request has to be there to be taken out.
    for name in excluded_names(parameters, entries):
        added.setdefault(name, 0.0)
    return with_free_energies(system, added, temperature, missing="exclude"), notes


def excluded_names(parameters: StabilityParameters, entries: EntrySet) -> list[str]:
    """Name the phases to leave out as the entries do: Li2PO2N is Li2PNO2 there.

    Raises
    ------
    ValueError
        If a name is neither that of an entry nor a formula.
    """
    known = {entry.name for entry in entries.entries}
    return [
        name if name in known else composition(name).reduced_formula for name in parameters.exclude
    ]


def _without(entries: EntrySet, parameters: StabilityParameters) -> EntrySet:
    names = excluded_names(parameters, entries)
    return entries.without(names) if names else entries

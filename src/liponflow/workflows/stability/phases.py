"""Reference crystals relaxed by an engine, or taken from the store if it has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from jobflow import Flow, Job, JobStore, Maker, job
from jobflow.core.reference import OutputReference

from liponflow.analysis.provenance import fingerprint
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.phase_record import PhaseRecord, phase_record
from liponflow.engines.engine import Engine
from liponflow.engines.reading import read_calculation
from liponflow.store.outputs import find_outputs
from liponflow.structures.phases import Phase, phase
from liponflow.workflows.jobs import named, tolerate_failures


class PhaseTools(TypedDict):
    """What an engine relaxes reference crystals with."""

    relax: Maker
    static: Maker
    engine: EngineInfo
    """Its description before it ran."""
    force_limit: float
    """Largest force of a converged relaxation, eV/Å."""
    symmetry_tolerance: float
    """How far (Å) sites may be from their symmetric places for a crystal to be itself."""
    fingerprints: dict[str, str]
    """Fingerprint of every crystal by its name."""
    known: dict[str, PhaseRecord]
    """Records of crystals that earlier runs relaxed, by name."""


@dataclass(frozen=True)
class RelaxedPhases:
    """Calculations to run, and the records of all crystals.

    Attributes
    ----------
    jobs
        Calculations that are not in the store; none if it has them all.
    records
        Per crystal its record, or the reference to it, which is None where the job failed.
    known
        How many were taken from the store.
    """

    jobs: Sequence[Flow | Job]
    records: Mapping[str, PhaseRecord | OutputReference]
    known: int


def phase_tools(
    engine: Engine,
    phases: Sequence[Phase],
    *,
    symmetry_tolerance: float,
    store: JobStore | None = None,
) -> PhaseTools:
    """Return what an engine relaxes reference crystals with, and what it has relaxed before.

    Parameters
    ----------
    engine
        The engine.
    phases
        Crystals of the library.
    symmetry_tolerance
        How far (Å) sites may be from their symmetric places for a crystal to be itself.
    store
        Store with the records of earlier runs; None to compute everything.
    """
    described = engine.describe()
    settings = {**_settings(engine), "symmetry_tolerance": symmetry_tolerance}
    prints = {entry.name: fingerprint(entry.primitive(), described, settings) for entry in phases}
    return PhaseTools(
        relax=engine.relax(),
        static=engine.static(),
        engine=described,
        force_limit=engine.force_limit,
        symmetry_tolerance=symmetry_tolerance,
        fingerprints=prints,
        known={} if store is None else known_phases(store, prints, described),
    )


def relaxed_phases(
    tools: PhaseTools, phases: Sequence[Phase], *, label: str = ""
) -> RelaxedPhases:
    """Relax reference crystals, each once for all campaigns that share a store.

    Parameters
    ----------
    tools
        What they are relaxed with.
    phases
        Crystals of the library.
    label
        Addition to the names of the calculations, such as the engine.

    Returns
    -------
    RelaxedPhases
    """
    structures = {entry.name: entry.primitive() for entry in phases}
    known = {name: tools["known"][name] for name in structures if name in tools["known"]}
    jobs: list[Flow | Job] = []
    records: dict[str, PhaseRecord | OutputReference] = dict(known)
    # The largest take longest: started last, one would run alone at the end.
    for entry in sorted(phases, key=lambda entry: -len(structures[entry.name])):
        if entry.name in known:
            continue
        relaxation = named(
            tools["relax"].make(structures[entry.name]), f"relax {entry.name}{label}"
        )
        static = named(
            tools["static"].make(relaxation.output.structure), f"static {entry.name}{label}"
        )
        recorded = named(
            record_phase(
                entry.name,
                relaxation.output,
                static.output,
                fingerprint=tools["fingerprints"][entry.name],
                engine=tools["engine"],
                force_limit=tools["force_limit"],
                symmetry_tolerance=tools["symmetry_tolerance"],
            ),
            record_name(entry.name),
        )
        tolerate_failures(recorded)
        jobs += [relaxation, static, recorded]
        records[entry.name] = recorded.output
    return RelaxedPhases(jobs, records, len(known))


def known_phases(
    store: JobStore, fingerprints: Mapping[str, str], engine: EngineInfo
) -> dict[str, PhaseRecord]:
    """Find crystals that earlier runs relaxed.

    Parameters
    ----------
    store
        Open store.
    fingerprints
        Fingerprint by name of the crystal.
    engine
        The engine; results of the stand-in are not taken for VASP's.

    Returns
    -------
    dict
        Records by name, of the crystals that were found.
    """
    found = find_outputs(
        store,
        names=[record_name(name) for name in fingerprints],
        field="phase_fingerprint",
        values=list(fingerprints.values()),
        model=PhaseRecord,
    )
    return {
        name: found[value]
        for name, value in fingerprints.items()
        if value in found and found[value].engine.surrogate == engine.surrogate
    }


def record_name(name: str) -> str:
    """Return the name of the job whose output is the record of a crystal."""
    return f"phase {name}"


@job
def record_phase(
    name: str,
    relaxation: Any,
    static: Any,
    *,
    fingerprint: str,
    engine: EngineInfo,
    force_limit: float,
    symmetry_tolerance: float,
) -> PhaseRecord | None:
    """Describe a relaxed crystal.

    Parameters
    ----------
    name
        Name in the library.
    relaxation, static
        Task documents; None for one that failed.
    fingerprint
        Fingerprint of the start, the engine and the settings.
    engine
        Description of the engine before it ran.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    symmetry_tolerance
        How far sites may be from their symmetric places, Å.

    Returns
    -------
    PhaseRecord or None
        None if a calculation failed; the run's report says why.
    """
    if relaxation is None or static is None:
        return None
    facts = phase(name)
    start = facts.structure()
    relaxed = read_calculation(relaxation, engine, force_limit)
    final = read_calculation(static, engine, force_limit)
    merged = relaxed.model_copy(
        update={"energy": final.energy, "recorded_method": final.recorded_method}
    )
    return phase_record(
        merged,
        fingerprint=fingerprint,
        name=name,
        source=facts.source,
        spacegroup=facts.spacegroup,
        start_volume_per_atom=start.volume / len(start),
        symmetry_tolerance=symmetry_tolerance,
    )


def _settings(engine: Engine) -> dict[str, Any]:
    """Return what determines the energy of a crystal besides its start and the engine."""
    limits = {"force_limit": engine.force_limit, "max_steps": engine.max_steps}
    return limits | engine.input_settings()

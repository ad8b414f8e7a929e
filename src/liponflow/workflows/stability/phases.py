"""Reference crystals relaxed by an engine, or taken from the store if it has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from jobflow import Flow, Job, JobStore, Maker, job
from jobflow.core.reference import OutputReference
from pymatgen.core.structure import Structure

from liponflow.analysis.provenance import fingerprint
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.phase_record import PhaseRecord, lowest_order, phase_record
from liponflow.engines.engine import Engine
from liponflow.engines.reading import read_calculation
from liponflow.inputs.stability import StabilityParameters, magnetic_moments
from liponflow.store.outputs import find_outputs
from liponflow.structures.magnetic_orders import magnetic_orders as order_starts
from liponflow.structures.magnetic_orders import ordered_space_group
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
    """Fingerprint of every start by its label."""
    known: dict[str, PhaseRecord]
    """Records that earlier runs made, by the label of the start."""
    magnetic_orders: NotRequired[int]
    """Most magnetic orders of a crystal; 0 for engines without spins, and in older runs."""


@dataclass(frozen=True)
class Start:
    """A reference crystal as it is relaxed.

    Attributes
    ----------
    crystal
        Name of the crystal.
    structure
        Primitive cell, or the cell of the order with its moments.
    order
        Magnetic order; None without open shells or spins.
    """

    crystal: str
    structure: Structure
    order: str | None = None

    @property
    def label(self) -> str:
        """Name of the crystal, and its order."""
        return self.crystal if self.order is None else f"{self.crystal} {self.order}"

    @property
    def ordered_spacegroup(self) -> str | None:
        """Space group in which atoms with different moments are different; None without order."""
        return None if self.order is None else ordered_space_group(self.structure)


def starts_of(entry: Phase, magnetic_orders: int) -> list[Start]:
    """Return the starts of a crystal: one, or the likeliest magnetic orders.

    Parameters
    ----------
    entry
        Crystal of the library.
    magnetic_orders
        Most orders of a crystal with open shells; 0 for engines without spins.
    """
    primitive = entry.primitive()
    orders = magnetic_orders and order_starts(primitive, magnetic_moments(), magnetic_orders)
    return [Start(entry.name, one.structure, one.name) for one in orders or []] or [
        Start(entry.name, primitive)
    ]


def orders_with(engine: Engine, parameters: StabilityParameters) -> int:
    """Return the most magnetic orders that an engine computes; 0 if it has no spins."""
    return parameters.magnetic_orders if engine.needs_initial_moments else 0


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
        How many crystals were taken from the store.
    """

    jobs: Sequence[Flow | Job]
    records: Mapping[str, PhaseRecord | OutputReference]
    known: int


def phase_tools(
    engine: Engine,
    phases: Sequence[Phase],
    *,
    parameters: StabilityParameters,
    store: JobStore | None = None,
) -> PhaseTools:
    """Return what an engine relaxes reference crystals with, and what it has relaxed before.

    Parameters
    ----------
    engine
        The engine.
    phases
        Crystals of the library.
    parameters
        Tolerance of the symmetry, and the number of magnetic orders.
    store
        Store with the records of earlier runs; None to compute everything.
    """
    described, orders = engine.describe(), orders_with(engine, parameters)
    settings = {**_settings(engine), "symmetry_tolerance": parameters.symmetry_tolerance}
    prints = {
        start.label: fingerprint(start.structure, described, settings)
        for entry in phases
        for start in starts_of(entry, orders)
    }
    return PhaseTools(
        relax=engine.relax(),
        static=engine.static(),
        engine=described,
        force_limit=engine.force_limit,
        symmetry_tolerance=parameters.symmetry_tolerance,
        fingerprints=prints,
        known={} if store is None else known_phases(store, prints, described),
        magnetic_orders=orders,
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
    by_crystal = {
        entry.name: starts_of(entry, tools.get("magnetic_orders", 0)) for entry in phases
    }
    starts = [start for same in by_crystal.values() for start in same]
    known = tools["known"]
    jobs: list[Flow | Job] = []
    found: dict[str, PhaseRecord | OutputReference] = {}
    # The largest take longest: started last, one would run alone at the end.
    for start in sorted(starts, key=lambda start: -len(start.structure)):
        if start.label in known:
            found[start.label] = known[start.label]
            continue
        relaxation = named(tools["relax"].make(start.structure), f"relax {start.label}{label}")
        static = named(
            tools["static"].make(relaxation.output.structure), f"static {start.label}{label}"
        )
        order: dict[str, Any] = {}
        if start.order is not None:
            order = {"order": start.order, "ordered_spacegroup": start.ordered_spacegroup}
        recorded = named(
            record_phase(
                start.crystal,
                relaxation.output,
                static.output,
                fingerprint=tools["fingerprints"][start.label],
                engine=tools["engine"],
                force_limit=tools["force_limit"],
                symmetry_tolerance=tools["symmetry_tolerance"],
                **order,
            ),
            record_name(start.label),
        )
        tolerate_failures(recorded)
        jobs += [relaxation, static, recorded]
        found[start.label] = recorded.output
    records: dict[str, PhaseRecord | OutputReference] = {}
    for crystal, same in by_crystal.items():
        orders = [start.order for start in same if start.order is not None]
        if not orders:
            records[crystal] = found[crystal]
        elif all(start.label in known for start in same):
            records[crystal] = lowest_order([known[start.label] for start in same], orders)
        else:
            chosen = named(
                choose_order([found[start.label] for start in same], orders),
                f"lowest order of {crystal}{label}",
            )
            tolerate_failures(chosen)
            jobs.append(chosen)
            records[crystal] = chosen.output
    complete = sum(isinstance(record, PhaseRecord) for record in records.values())
    return RelaxedPhases(jobs, records, complete)


@job
def choose_order(
    records: Sequence[PhaseRecord | None], orders: Sequence[str]
) -> PhaseRecord | None:
    """Return the record of the lowest magnetic order of a crystal; None if all failed."""
    return lowest_order(records, orders) if any(records) else None


def known_phases(
    store: JobStore, fingerprints: Mapping[str, str], engine: EngineInfo
) -> dict[str, PhaseRecord]:
    """Find crystals that earlier runs relaxed.

    Parameters
    ----------
    store
        Open store.
    fingerprints
        Fingerprint by label of the start.
    engine
        The engine; results of the stand-in are not taken for VASP's.

    Returns
    -------
    dict
        Records by label, of the starts that were found.
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
    order: str | None = None,
    ordered_spacegroup: str | None = None,
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
    order
        Magnetic order of the start; None without.
    ordered_spacegroup
        Space group of the start with its order.

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
        update={
            "energy": final.energy,
            "magmoms": final.magmoms,
            "recorded_method": final.recorded_method,
        }
    )
    return phase_record(
        merged,
        fingerprint=fingerprint,
        name=name,
        source=facts.source,
        spacegroup=facts.spacegroup,
        start_volume_per_atom=start.volume / len(start),
        symmetry_tolerance=symmetry_tolerance,
        magnetic_order=order,
        ordered_spacegroup=ordered_spacegroup,
    )


def _settings(engine: Engine) -> dict[str, Any]:
    """Return what determines the energy of a crystal besides its start and the engine."""
    limits = {"force_limit": engine.force_limit, "max_steps": engine.max_steps}
    return limits | engine.input_settings()

"""Relaxed reference crystals, kept in the store, and the phase-diagram entries from them."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.energy_scale import OWN, PBE_OR_PBE_U
from liponflow.analysis.method import Block, Method
from liponflow.analysis.phonons import Phonons
from liponflow.analysis.result import Calculation, EngineInfo, StructureField
from liponflow.analysis.stability.corrections import (
    Corrections,
    corrected_energy,
    is_pbe,
    resolve,
    scale_name,
)
from liponflow.analysis.stability.entries import Entry, EntrySet, ExcludedEntry
from liponflow.analysis.stability.fitted_gases import fitted_gases
from liponflow.analysis.stability.gases import GASES, REFERENCE_SOURCE
from liponflow.analysis.stability.magnetism import (
    FERROMAGNETIC,
    FERROMAGNETS,
    NON_MAGNETIC,
    OrderEnergy,
    magnetic_state,
    one_order_remark,
)
from liponflow.analysis.stability.one_scale import ScaleError, check_one_scale, unusable_method
from liponflow.analysis.stability.unknown_scale import decide, is_unknown
from liponflow.document import Document
from liponflow.formulas import reduced_formula

FAILED = "its relaxation failed; the run's report names its directory and cause"


class PhaseRecord(Document):
    """A reference crystal as an engine relaxed it, found again by its fingerprint."""

    phase_fingerprint: str = Field(
        description="SHA-256 of the start, the engine and the settings of the relaxation."
    )
    name: str = Field(description="Name of the crystal in the library.")
    source: str = Field(description="Source of its start.")
    spacegroup: str = Field(description="Space group of the start.")
    relaxed_spacegroup: str = Field(description="Space group after the relaxation.")
    symmetry_tolerance: float = Field(description="Tolerance of the latter (Å).")
    volume_change_percent: float = Field(description="Volume change from the start (%).")
    energy_per_atom: float = Field(description="Energy as computed, uncorrected (eV/atom).")
    hubbard_u: dict[str, float] = Field(description="U_eff per element (eV).")
    max_force: float | None = Field(description="Largest force left on an atom (eV/Å).")
    converged: bool = Field(description="Whether the relaxation converged.")
    problem: str | None = Field(description="Why the energy may not be used; None if it may.")
    engine: EngineInfo
    structure: StructureField = Field(description="Relaxed structure.")
    method: Method | None = Field(
        None, description="Method, where the files tell more of it than the engine does."
    )
    magnetic_order: str | None = Field(
        None, description="Order of the initial moments; None without open shells or spins."
    )
    magnetic_state: str | None = Field(None, description="Order that was reached, if known.")
    ordered_spacegroup: str | None = Field(
        None, description="Space group of the start with its order, which the cell may relax to."
    )
    orders: list[OrderEnergy] = Field(
        default_factory=list, description="All orders that were computed, this one among them."
    )

    @property
    def keeps_symmetry(self) -> bool:
        """Whether the relaxed crystal has its space group, or that of its magnetic order."""
        return self.relaxed_spacegroup in {self.spacegroup, self.ordered_spacegroup}

    @property
    def known_method(self) -> Method:
        """Method of the energy, as far as it is known."""
        if self.method is not None or self.engine.surrogate:
            return self.method or self.engine.as_method
        blocks = [
            Block(element=element.symbol, u=self.hubbard_u.get(element.symbol, 0.0))
            for element in self.structure.composition
        ]
        return self.engine.as_method.model_copy(update={"blocks": blocks})

    @property
    def formula(self) -> str:
        """Reduced formula."""
        formula: str = reduced_formula(self.structure.composition)
        return formula


class PhononRecord(Document):
    """Vibrations of a relaxed reference crystal, found again by their fingerprint."""

    phase_fingerprint: str = Field(
        description="SHA-256 of the relaxed crystal, the engine and the settings."
    )
    name: str = Field(description="Name of the crystal in the library.")
    engine: EngineInfo
    cell: StructureField = Field(description="Primitive cell, its symmetry exact.")
    phonons: Phonons


def phase_record(
    calculation: Calculation,
    *,
    fingerprint: str,
    name: str,
    source: str,
    spacegroup: str,
    start_volume_per_atom: float,
    symmetry_tolerance: float,
    magnetic_order: str | None = None,
    ordered_spacegroup: str | None = None,
) -> PhaseRecord:
    """Return the record of a relaxed crystal, with a problem if its symmetry changed.

    Parameters
    ----------
    calculation
        The relaxation.
    fingerprint, name, source, spacegroup
        Data of the start.
    start_volume_per_atom
        Å³.
    symmetry_tolerance
        How far sites may be from their symmetric places, Å.
    magnetic_order
        Order of the initial moments; None without.
    ordered_spacegroup
        Space group of the start in which up and down are different atoms.

    Returns
    -------
    PhaseRecord
        Record, with a problem if the relaxation did not converge or changed the space group.
    """
    structure, hubbard = calculation.structure, calculation.method.hubbard_u
    relaxed = SpacegroupAnalyzer(structure, symmetry_tolerance).get_space_group_symbol()
    volume = structure.volume / len(structure)
    problem = unconverged_reason(calculation)
    if problem is None and relaxed not in {spacegroup, ordered_spacegroup}:
        problem = (
            f"its relaxation changed the space group from {spacegroup} to {relaxed} (within "
            f"{symmetry_tolerance:g} Å): it is another phase now; check the start ({source}), or "
            "widen symmetry_tolerance"
        )
    return PhaseRecord(
        phase_fingerprint=fingerprint,
        name=name,
        source=source,
        spacegroup=spacegroup,
        relaxed_spacegroup=relaxed,
        symmetry_tolerance=symmetry_tolerance,
        volume_change_percent=100 * (volume / start_volume_per_atom - 1),
        energy_per_atom=calculation.energy_per_atom,
        hubbard_u={element: max(values) for element, values in hubbard.items()},
        max_force=calculation.max_force,
        converged=calculation.converged,
        problem=problem,
        engine=calculation.engine,
        structure=structure,
        method=calculation.recorded_method,
        magnetic_order=magnetic_order,
        magnetic_state=magnetic_state(calculation.magmoms) if magnetic_order else None,
        ordered_spacegroup=ordered_spacegroup,
    )


def lowest_order(records: Sequence[PhaseRecord | None], orders: Sequence[str]) -> PhaseRecord:
    """Return the record of the lowest magnetic order of a crystal, with the energies of all.

    Parameters
    ----------
    records
        Record of every order; None for one that failed.
    orders
        Their names.

    Returns
    -------
    PhaseRecord
        The lowest whose energy may be used; the lowest of all if none may.

    Raises
    ------
    ValueError
        If all failed.
    """
    found = [record for record in records if record is not None]
    if not found:
        raise ValueError("every magnetic order failed")
    usable = [record for record in found if record.problem is None] or found
    best = min(usable, key=lambda record: record.energy_per_atom)
    energies = [
        OrderEnergy(
            crystal=best.name,
            order=order,
            state=None if record is None else record.magnetic_state,
            above=None if record is None else record.energy_per_atom - best.energy_per_atom,
            problem=FAILED if record is None else record.problem,
        )
        for order, record in zip(orders, records, strict=True)
    ]
    return best.model_copy(update={"orders": energies})


def phase_entries(records: Sequence[PhaseRecord], corrections: Corrections) -> list[Entry]:
    """Return relaxed crystals as entries on one scale.

    Parameters
    ----------
    records
        Crystals of one engine.
    corrections
        Corrections added to the energies.

    Returns
    -------
    list of Entry
        The lowest usable polymorph of a formula has the formula as its name, the others keep the
        names of the library. A crystal that cannot be corrected has that as its problem.
    """
    made = [_entry(record, corrections) for record in records]
    best: dict[str, Entry] = {}
    for entry in made:
        usable = entry.reason_refused is None
        lowest = best.get(entry.formula)
        if usable and (lowest is None or entry.energy_per_atom < lowest.energy_per_atom):
            best[entry.formula] = entry
    return [
        entry.model_copy(update={"name": entry.formula})
        if best.get(entry.formula) is entry
        else entry
        for entry in made
    ]


def scaled_entries(
    names: Sequence[str],
    records: Sequence[PhaseRecord | None],
    *,
    gases: Sequence[str],
    corrections: Corrections,
) -> tuple[EntrySet, EngineInfo]:
    """Return relaxed crystals and gases as entries on one scale.

    Parameters
    ----------
    names
        Names of the crystals.
    records
        Their records; None for one that failed.
    gases
        Elements, of which the gases enter by reference.
    corrections
        Corrections added to the energies.

    Returns
    -------
    EntrySet, EngineInfo
        The set, which names failed and changed crystals, and the engine that ran.

    Raises
    ------
    ValueError
        If no crystal was relaxed, the scales differ, an energy would be corrected twice, or one
        from which the energy of a gas follows is missing.
    """
    found = [record for record in records if record is not None]
    if not found:
        raise ValueError("the relaxation of every reference crystal failed: there are no energies")
    engine = found[0].engine
    decided: list[str] = []
    gas = (
        fitted_gases(gases, phase_entries(found, corrections))
        if engine.energy_scale == OWN
        else gas_entries(gases, engine)
    )
    if is_unknown(corrections, engine):
        both: tuple[Literal["none", "mp2020"], ...] = ("none", "mp2020")
        decision = decide(engine, {name: [*phase_entries(found, name), *gas] for name in both})
        corrections, decided = decision.corrections, [decision.reason]
    entries = [*phase_entries(found, corrections), *gas]
    usable = [entry for entry in entries if entry.reason_refused is None]
    resolved = resolve(corrections, engine, found[0].known_method)
    try:
        remarks = check_one_scale(usable, mixed_u=resolved == "mp2020")
    except ScaleError as error:
        raise ScaleError(
            f"the crystals are on different scales: {error}; relax all in the same way"
        ) from None
    methods = [record.known_method for record in found]
    built = EntrySet.build(
        entries,
        scale=f"{scale_name(resolved, engine, methods)}; gases by reference",
        kind="total",
    )
    lost = [
        # The library names a crystal by its formula: Li3PO4_gamma.
        ExcludedEntry(name=name, reason=FAILED, formula=reduced_formula(name.partition("_")[0]))
        for name, record in zip(names, records, strict=True)
        if record is None
    ]
    update = {
        "excluded": (*built.excluded, *lost),
        "remarks": (*built.remarks, *remarks, *decided, *_one_order(found)),
        "orders": tuple(order for record in found for order in record.orders),
    }
    return built.model_copy(update=update), engine


def gas_entries(elements: Sequence[str], engine: EngineInfo) -> list[Entry]:
    """Return the gases of a chemical system, by reference.

    Parameters
    ----------
    elements
        Symbols.
    engine
        Engine of the solids. If it is a DFT code, its method has to be that of the references,
        which the entries then record.

    Raises
    ------
    ValueError
        If the engine is a potential for another functional than the references, PBE.

    Examples
    --------
    >>> vasp = EngineInfo(name="vasp", version="6", surrogate=False)
    >>> [entry.name for entry in gas_entries(["Li", "O"], vasp)]
    ['O2']
    """
    formulas = [GASES[element].formula for element in elements if element in GASES]
    if formulas and engine.surrogate and not is_pbe(engine.as_method):
        raise ValueError(
            f"{' and '.join(formulas)} enter a phase diagram by their PBE energies, and "
            f"{engine.name} is for {engine.functional}: use an engine for PBE, or a composition "
            f"without {' and '.join(element for element in elements if element in GASES)}"
        )
    return [
        Entry(
            name=GASES[element].formula,
            composition={element: 2},
            energy=2 * GASES[element].reference_energy,
            source=REFERENCE_SOURCE,
            method=None if engine.surrogate else GASES[element].method,
        )
        for element in elements
        if element in GASES
    ]


def _entry(record: PhaseRecord, corrections: Corrections) -> Entry:
    structure, method = record.structure, record.known_method
    energy = record.energy_per_atom * len(structure)
    problem = record.problem or unusable_method(method)
    source = f"{record.name} relaxed by {record.engine.label}"
    resolved = resolve(corrections, record.engine, method)
    if record.engine.surrogate and method.functional is None:
        method = method.model_copy(update={"functional": PBE_OR_PBE_U})  # with the project's U
    try:
        energy = corrected_energy(energy, structure, method, resolved)
    except ValueError as error:
        problem = problem or str(error)
    return Entry(
        name=record.name,
        composition=structure.composition.get_el_amt_dict(),
        energy=energy,
        source=source,
        converged=record.converged,
        symmetry_kept=record.keeps_symmetry,
        problem=problem,
        method=record.known_method,
        magnetic_order=record.magnetic_order,
    )


def _one_order(records: Sequence[PhaseRecord]) -> list[str]:
    """Return a remark on crystals of which only the ferromagnetic order has an energy."""
    return one_order_remark(
        record.name
        for record in records
        if record.magnetic_order == FERROMAGNETIC
        and record.magnetic_state != NON_MAGNETIC
        and record.formula not in FERROMAGNETS
        and sum(order.problem is None for order in record.orders) <= 1
    )

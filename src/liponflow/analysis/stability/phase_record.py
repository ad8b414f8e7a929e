"""Relaxed reference crystals, kept in the store, and the phase-diagram entries from them."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.phonons import Phonons
from liponflow.analysis.result import Calculation, EngineInfo, StructureField
from liponflow.analysis.stability.corrections import (
    Corrections,
    mp2020_correction,
    resolve,
    scale_name,
)
from liponflow.analysis.stability.entries import Entry, EntrySet, ExcludedEntry
from liponflow.analysis.stability.gases import GASES, REFERENCE_SOURCE
from liponflow.document import Document

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

    @property
    def formula(self) -> str:
        """Reduced formula."""
        formula: str = self.structure.composition.reduced_formula
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
    hubbard_u: dict[str, float],
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
    hubbard_u
        U_eff per element, eV.

    Returns
    -------
    PhaseRecord
        Record, with a problem if the relaxation did not converge or changed the space group.
    """
    structure = calculation.structure
    relaxed = SpacegroupAnalyzer(structure, symmetry_tolerance).get_space_group_symbol()
    volume = structure.volume / len(structure)
    problem = unconverged_reason(calculation)
    if problem is None and relaxed != spacegroup:
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
        hubbard_u=hubbard_u,
        max_force=calculation.max_force,
        converged=calculation.converged,
        problem=problem,
        engine=calculation.engine,
        structure=structure,
    )


def phase_entries(
    records: Sequence[PhaseRecord], corrections: Literal["none", "mp2020"]
) -> list[Entry]:
    """Return relaxed crystals as entries on one scale.

    Parameters
    ----------
    records
        Crystals of one engine.
    corrections
        ``mp2020`` adds the Materials Project's corrections, ``none`` leaves energies unchanged.

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
        raise ValueError(
            f"the crystals are on different scales: {listed}; relax all in the same way"
        )
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
    return built.model_copy(update={"excluded": (*built.excluded, *lost)}), found[0].engine


def gas_entries(elements: Sequence[str]) -> list[Entry]:
    """Return the gases of a chemical system, by reference.

    Examples
    --------
    >>> [entry.name for entry in gas_entries(["Li", "O"])]
    ['O2']
    """
    return [
        Entry(
            name=GASES[element].formula,
            composition={element: 2},
            energy=2 * GASES[element].reference_energy,
            source=REFERENCE_SOURCE,
        )
        for element in elements
        if element in GASES
    ]


def _entry(record: PhaseRecord, corrections: Literal["none", "mp2020"]) -> Entry:
    structure = record.structure
    energy, problem = record.energy_per_atom * len(structure), record.problem
    source = f"{record.name} relaxed by {record.engine.label}"
    if corrections == "mp2020":
        try:
            energy += mp2020_correction(structure, record.hubbard_u)
        except ValueError as error:
            problem = problem or str(error)
    return Entry(
        name=record.name,
        composition=structure.composition.get_el_amt_dict(),
        energy=energy,
        source=source,
        converged=record.converged,
        symmetry_kept=record.relaxed_spacegroup == record.spacegroup,
        problem=problem,
    )

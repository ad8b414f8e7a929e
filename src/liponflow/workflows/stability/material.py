"""The material of a stability campaign and the phases around it, cold and warm."""

from collections.abc import Sequence

from liponflow.analysis.stability.corrections import MP2020
from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.gases import GASES, ThermalZero, free_energy
from liponflow.analysis.stability.glass_energy import GlassEnergy
from liponflow.analysis.stability.hull import LITHIUM, Hull
from liponflow.analysis.stability.materials import (
    Material,
    crystal,
    glass,
    glass_of_energy,
    is_crystal,
)
from liponflow.analysis.stability.phase_record import PhononRecord
from liponflow.analysis.stability.thermal import with_free_energies
from liponflow.inputs.phonons import PhononParameters
from liponflow.inputs.stability import StabilityParameters, composition
from liponflow.structures.phases import Phase, phase, phases

MESH_LENGTH = 60.0
"""Å, as in the quick preset of phonons."""


def material_of(
    parameters: StabilityParameters, entries: EntrySet, glass_energy: GlassEnergy | None
) -> Material:
    """Find the material and its energy: of a glass result, assumed, or of a crystal.

    Raises
    ------
    ValueError
        If the energy of the glass is on another scale than the entries.
    """
    hull = Hull.of(without_excluded(entries, parameters))
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
    return named_material(parameters.composition, entries, hull)


def named_material(formula: str, entries: EntrySet, hull: Hull) -> Material:
    """Take a formula for the crystal of the entries, or else for a phase assumed on the hull."""
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
    named = [item for item in chosen if entry.source.startswith(f"{item.name} relaxed by")]
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
    stable = stable_solids(without_excluded(entries, parameters), material)
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


def without_excluded(entries: EntrySet, parameters: StabilityParameters) -> EntrySet:
    """Leave out the phases that the parameters name; see :func:`excluded_names`."""
    names = excluded_names(parameters, entries)
    return entries.without(names) if names else entries

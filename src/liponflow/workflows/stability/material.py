"""Material, phases around it and parameters of its phonons, from those of a campaign."""

from collections.abc import Sequence

from liponflow.analysis.energy_scale import MP2020
from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.gases import ThermalZero
from liponflow.analysis.stability.glass_energy import GlassEnergy
from liponflow.analysis.stability.heated import heated
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import Material, named_material
from liponflow.analysis.stability.phase_record import PhononRecord
from liponflow.formulas import reduced_formula
from liponflow.inputs.phonons import PhononParameters
from liponflow.inputs.stability import StabilityParameters, composition
from liponflow.structures.phases import phase

MESH_LENGTH = 60.0
"""Å, as in the quick preset of phonons."""


def material_of(
    parameters: StabilityParameters, entries: EntrySet, glass_energy: GlassEnergy | None
) -> Material:
    """Return the material that the parameters name, with its energy; refused by a ValueError."""
    return named_material(
        parameters.composition,
        entries,
        Hull.of(without_excluded(entries, parameters)),
        glass_energy=glass_energy,
        above_hull=parameters.above_hull,
    )


def heated_phases(
    entries: EntrySet,
    material: Material,
    parameters: StabilityParameters,
    vibrations: Sequence[PhononRecord | None] | None,
) -> tuple[EntrySet, list[str]]:
    """Return the phases around a material at the temperature of the parameters, and notes."""
    # The scale of a file is taken to be of the Materials Project's kind.
    computed = parameters.source in {"engine", "store"}
    static = computed and MP2020 not in entries.scale
    return heated(
        entries,
        material,
        vibrations,
        temperature=parameters.temperature,
        gas_pressure=parameters.gas_pressure,
        zero=ThermalZero.STATIC if static else ThermalZero.ENTHALPY,
        excluded=excluded_names(parameters, entries),
    )


def phonon_parameters(parameters: StabilityParameters) -> PhononParameters:
    """Return the phonon parameters of a campaign."""
    return PhononParameters(
        phase=phase("Li_bcc").name,
        min_length=parameters.phonon_length,
        distance=parameters.phonon_distance,
        mesh_length=MESH_LENGTH,
        force_limit=parameters.phonon_force_limit,
        max_steps=parameters.max_steps,
    )


def excluded_names(parameters: StabilityParameters, entries: EntrySet) -> list[str]:
    """Return the names of excluded phases as in the entries, which have reduced formulas.

    Raises
    ------
    ValueError
        If a name is neither that of an entry nor a formula.
    """
    known = {entry.name for entry in entries.entries}
    return [
        name if name in known else reduced_formula(composition(name))
        for name in parameters.exclude
    ]


def without_excluded(
    entries: EntrySet, parameters: StabilityParameters, *, partial: bool = False
) -> EntrySet:
    """Return entries without excluded phases; see :func:`excluded_names`.

    Phases that are not in a partial set need no exclusion.
    """
    names = excluded_names(parameters, entries)
    if partial:
        known = {name for entry in entries.entries for name in (entry.name, entry.formula)}
        names = [name for name in names if name in known]
    return entries.without(names) if names else entries

"""Free energies of the phases around a material, and which phases need phonons for them."""

from collections.abc import Sequence

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.gases import GASES, ThermalZero, free_energy
from liponflow.analysis.stability.hull import LITHIUM, Hull
from liponflow.analysis.stability.materials import Material
from liponflow.analysis.stability.phase_record import PhononRecord
from liponflow.analysis.stability.thermal import with_free_energies
from liponflow.formulas import reduced_formula


def stable_solids(entries: EntrySet, material: Material) -> tuple[Entry, ...]:
    """Return the solids on the hull of the elements of a material with Li."""
    system = entries.within(sorted({LITHIUM, *material.composition}))
    gases = {gas.formula for gas in GASES.values()}
    return tuple(entry for entry in Hull.of(system).entries if entry.formula not in gases)


def heated(
    entries: EntrySet,
    material: Material,
    vibrations: Sequence[PhononRecord | None] | None,
    *,
    temperature: float,
    gas_pressure: float,
    zero: ThermalZero,
    excluded: Sequence[str] = (),
) -> tuple[EntrySet, list[str]]:
    """Return the phases around a material with their free energies.

    Parameters
    ----------
    entries
        Phases at 0 K.
    material
        The material.
    vibrations
        Vibrations of solids, None for one that failed; None to heat only gases.
    temperature
        K.
    gas_pressure
        Partial pressure of every gas, bar.
    zero
        Thermal energy that the energies of the entries already include.
    excluded
        Names of phases excluded from the diagram.

    Returns
    -------
    EntrySet, list of str
        Phases of the elements of the material at the temperature, without solids that have no
        vibrations; and notes for the user.
    """
    system = entries.within(sorted({LITHIUM, *material.composition}))
    added = {
        gas.formula: free_energy(element, temperature, pressure=gas_pressure, zero=zero)
        for element, gas in GASES.items()
    }
    tables = f"NIST-JANAF tables at {gas_pressure:g} bar"
    notes = [f"at {temperature:g} K: gases by {tables} on a scale that holds the {zero.value}"]
    if vibrations is None:
        notes.append(f"at {temperature:g} K solids have no entropy: only gases are heated")
        added |= {e.formula: 0.0 for e in system.entries if e.formula not in added}
        return with_free_energies(system, added, temperature), notes
    for record in vibrations:
        if record is None:
            continue
        formula = reduced_formula(record.cell.composition)
        added[formula] = record.phonons.free_energy(temperature, zero)
        if not record.phonons.stable:
            share = 100 * record.phonons.imaginary_share
            notes.append(
                f"{share:.1f} % of the modes of {record.name} are imaginary (lowest "
                f"{record.phonons.lowest_frequency:.2f} THz) and left out of its free energy"
            )
    stable = stable_solids(entries.without(excluded) if excluded else entries, material)
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
    # Only phases that are present can be excluded.
    for name in excluded:
        added.setdefault(name, 0.0)
    return with_free_energies(system, added, temperature, missing="exclude"), notes

"""Entries at a temperature: free energies added to energies, and the shift of the window."""

from collections.abc import Mapping
from typing import Literal

from liponflow.analysis.stability.entries import NO_FREE_ENERGY, Entry, EntrySet, ExcludedEntry
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import Material
from liponflow.analysis.stability.result import ThermalShift
from liponflow.analysis.stability.window import V_MAX, lithium_segments, neighbours, voltage_window

OnMissing = Literal["refuse", "exclude", "neglect"]
"""Treatment of a phase without a free energy: an error, left out, or kept at 0 K."""


def with_free_energies(
    entries: EntrySet,
    free_energies: Mapping[str, float],
    temperature: float,
    *,
    missing: OnMissing = "refuse",
) -> EntrySet:
    """Return entries with free energies.

    Parameters
    ----------
    entries
        Phases at 0 K.
    free_energies
        Thermal contribution (eV/atom), with or without the zero-point energy for all phases, by
        name of the phase, or by reduced formula for all of its polymorphs: vibrations of a solid,
        the chemical potential of a gas relative to 0 K.
    temperature
        K.
    missing
        Treatment of phases that it does not name.

    Returns
    -------
    EntrySet
        Entries at the temperature; formation energies refer to the elements at that temperature.

    Raises
    ------
    ValueError
        If the entries are not at 0 K, the temperature is not above 0, a phase lacks a free energy
        and `missing` is "refuse", or an element lacks one and is to be excluded.
    """
    if entries.temperature != 0:
        raise ValueError(
            f"the entries are at {entries.temperature:g} K already: free energies add to 0 K only"
        )
    if not temperature > 0:
        raise ValueError(f"the temperature must lie above 0 K, not {temperature:g}")
    added = {
        e.name: free_energies.get(e.name, free_energies.get(e.formula)) for e in entries.entries
    }
    lacking = [entry for entry in entries.entries if added[entry.name] is None]
    excluded: list[ExcludedEntry] = []
    remarks: list[str] = []
    if lacking:
        names = ", ".join(entry.name for entry in lacking)
        elements = [entry.name for entry in lacking if len(entry.composition) == 1]
        if missing == "refuse" or (missing == "exclude" and elements):
            raise ValueError(
                f"no free energy at {temperature:g} K for {names}: compute their phonons, or "
                "choose to exclude compounds, or to neglect what is missing"
            )
        if missing == "exclude":
            excluded = [
                ExcludedEntry(
                    name=e.name,
                    reason=f"{NO_FREE_ENERGY} {temperature:g} K",
                    formula=e.formula,
                )
                for e in lacking
            ]
        else:
            remarks = [f"no free energy at {temperature:g} K, that at 0 K is kept: {names}"]
    kept = [e for e in entries.entries if missing == "neglect" or added[e.name] is not None]
    shifted = {e.name: e.energy + (added[e.name] or 0.0) * e.n_atoms for e in kept}
    if entries.kind == "formation":
        shifted = _from_elements(kept, shifted)
    return entries.model_copy(
        update={
            "scale": f"{entries.scale}, free energies at {temperature:g} K",
            "temperature": temperature,
            "entries": tuple(e.model_copy(update={"energy": shifted[e.name]}) for e in kept),
            "excluded": (*entries.excluded, *excluded),
            "remarks": (*entries.remarks, *remarks),
        }
    )


def _from_elements(entries: list[Entry], energies: Mapping[str, float]) -> dict[str, float]:
    """Return energies (eV) relative to the lowest entry of each element."""
    reference: dict[str, float] = {}
    for entry in entries:
        if len(entry.composition) == 1:
            [symbol] = entry.composition
            per_atom = energies[entry.name] / entry.n_atoms
            reference[symbol] = min(per_atom, reference.get(symbol, per_atom))
    return {
        entry.name: energies[entry.name]
        - sum(reference[symbol] * amount for symbol, amount in entry.composition.items())
        for entry in entries
    }


def thermal_shift(
    cold: EntrySet, warm: EntrySet, material: Material, v_max: float = V_MAX
) -> ThermalShift:
    """Return the window of a material at a temperature compared with that at 0 K.

    Parameters
    ----------
    cold, warm
        The same phases at 0 K and with free energies.
    material
        The material.
    v_max
        Highest voltage examined (V).

    Returns
    -------
    ThermalShift
        The window at the temperature, its shift, and the products at 0 V and above its upper end.

    Raises
    ------
    ValueError
        If the material has an element that the entries lack.
    """
    limits = []
    for entries in (cold, warm):
        hull = Hull.of(entries.within(sorted({*material.composition, "Li"})))
        segments = lithium_segments(hull, material, v_max)
        limits.append(voltage_window(material, segments, v_max))
    _, oxidation = neighbours(material, segments)
    at_zero = segments[0].amounts
    (before, after) = limits
    return ThermalShift(
        temperature=warm.temperature,
        low=after.low,
        high=after.high,
        low_shift=_difference(after.low, before.low),
        high_shift=_difference(after.high, before.high),
        products_at_zero=_names(hull, at_zero),
        products_oxidation=_names(hull, oxidation.amounts) if oxidation else "none",
    )


def _difference(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _names(hull: Hull, amounts: Mapping[int, float]) -> str:
    return " + ".join(sorted(hull.entries[index].name for index in amounts))

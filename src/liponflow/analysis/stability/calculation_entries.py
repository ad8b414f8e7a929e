"""Entries of a phase diagram from single VASP calculations."""

from collections.abc import Sequence

from liponflow.analysis.runs import CalculationResult
from liponflow.analysis.stability.corrections import (
    Corrections,
    hubbard_of_incar,
    mp2020_correction,
    resolve,
    scale_name,
)
from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.phase_record import gas_entries


class ScaleError(ValueError):
    """Energies on more than one scale; the message names one calculation of each."""


def calculation_entries(
    results: Sequence[tuple[str, CalculationResult]],
    elements: Sequence[str],
    corrections: Corrections,
) -> EntrySet:
    """Return calculations and gases as entries on one scale.

    Parameters
    ----------
    results
        Calculations, each with a short name that is quoted if it has no directory.
    elements
        Symbols of the chemical system.
    corrections
        Corrections added to the energies.

    Returns
    -------
    EntrySet
        Calculations whose settings the corrections do not fit, or that did not converge, are
        named in it.

    Raises
    ------
    ScaleError
        If the calculations are on more than one scale.
    """
    by_scale: dict[str, list[Entry]] = {}
    for name, result in results:
        engine = result.provenance.engine
        resolved = resolve(corrections, engine)
        entry = _entry(name, result, correct=resolved == "mp2020")
        by_scale.setdefault(scale_name(resolved, engine), []).append(entry)
    if len(by_scale) > 1:
        raise ScaleError(
            ", ".join(f"{scale} ({group[0].source})" for scale, group in by_scale.items())
        )
    [(scale, entries)] = by_scale.items()
    return EntrySet.build(
        [*entries, *gas_entries(elements)], scale=f"{scale}; gases by reference", kind="total"
    )


def _entry(name: str, result: CalculationResult, *, correct: bool) -> Entry:
    calculation = result.calculation
    structure = calculation.structure
    problem = result.warnings[0] if not result.converged and result.warnings else None
    energy = calculation.energy
    if correct:
        [run, *_] = result.provenance.parameters["runs"]
        symbols = list(dict.fromkeys(site.specie.symbol for site in structure))
        try:
            energy += mp2020_correction(structure, hubbard_of_incar(run["incar"], symbols))
        except ValueError as error:
            problem = problem or str(error)
    return Entry(
        name=structure.composition.reduced_formula,
        composition=structure.composition.get_el_amt_dict(),
        energy=energy,
        source=f"{calculation.engine.label}, {calculation.directory or name}",
        converged=result.converged,
        problem=problem,
    )

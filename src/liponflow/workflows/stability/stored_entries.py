"""Entries from the results store: the user's own VASP runs, and glasses."""

from collections.abc import Sequence

from jobflow import JobStore

from liponflow.analysis.runs import CalculationResult
from liponflow.analysis.stability.calculation_entries import calculation_entries
from liponflow.analysis.stability.corrections import Corrections
from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.glass_energy import GlassEnergy, glass_energy
from liponflow.analysis.stability.one_scale import ScaleError
from liponflow.store.reading import StoredResult
from liponflow.store.results import find_results
from liponflow.workflows.stored_glass import StoredGlassError, find_glass


class StoredEntriesError(ValueError):
    """The store lacks what was requested."""


def stored_entries(
    store: JobStore | None, elements: Sequence[str], corrections: Corrections
) -> EntrySet:
    """Return entries of the VASP calculations in the store.

    Parameters
    ----------
    store
        Open store.
    elements
        Symbols of the chemical system.
    corrections
        Corrections added to the energies.

    Returns
    -------
    EntrySet
        Calculations whose settings the corrections do not fit, or that did not converge, are
        named in it. Gases enter by reference.

    Raises
    ------
    StoredEntriesError
        If the store has no calculation of the elements.
    ValueError
        If the calculations are on more than one scale.
    """
    found = [] if store is None else find_results(store, kind="calculation")
    within = [item for item in found if _symbols(item) <= set(elements)]
    if not within:
        raise StoredEntriesError(
            f"the results store holds no VASP calculation of {'-'.join(elements)}: add some by "
            "`liponflow ingest DIRECTORY`, or use source=engine"
        )
    try:
        return calculation_entries(
            [(item.uuid[:8], _calculation(item)) for item in within], elements, corrections
        )
    except ScaleError as error:
        raise StoredEntriesError(
            f"the calculations in the store are on different scales: {error}; keep those of one "
            "scale in a separate store"
        ) from None


def stored_glass(store: JobStore | None, which: str, corrections: Corrections) -> GlassEnergy:
    """Return the energy of a glass from its result in the store.

    Parameters
    ----------
    store
        Open store.
    which
        First characters of the uuid, or ``latest``.
    corrections
        Corrections added to the energies.

    Raises
    ------
    StoredEntriesError
        If there is no such glass.
    ValueError
        If its models have no energy to use; see
        :func:`liponflow.analysis.stability.glass_energy.glass_energy`.
    """
    try:
        uuid, result = find_glass(store, which)
    except StoredGlassError as error:
        raise StoredEntriesError(
            f"the energy of a glass comes from its result: {error}, or give above_hull"
        ) from error
    return glass_energy(result, uuid, corrections)


def _calculation(item: StoredResult) -> CalculationResult:
    result = item.result
    if not isinstance(result, CalculationResult):
        raise TypeError(f"result {item.uuid} is not a calculation")
    return result


def _symbols(item: StoredResult) -> set[str]:
    composition = _calculation(item).calculation.structure.composition
    return {element.symbol for element in composition}

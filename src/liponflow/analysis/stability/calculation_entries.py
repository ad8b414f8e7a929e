"""Entries of a phase diagram from single VASP calculations."""

from collections.abc import Sequence

from pymatgen.core.periodic_table import Element

from liponflow.analysis.method import Method, comparable
from liponflow.analysis.runs import CalculationResult
from liponflow.analysis.stability.corrections import (
    Corrections,
    blocks_of_incar,
    corrected_energy,
    resolve,
    scale_name,
)
from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.magnetism import (
    FERROMAGNETIC,
    FERROMAGNETS,
    magnetic_state,
    one_order_remark,
)
from liponflow.analysis.stability.one_scale import ScaleError, check_one_scale, unusable_method
from liponflow.analysis.stability.phase_record import gas_entries
from liponflow.formulas import reduced_formula


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
        Calculations whose settings the corrections do not fit, that did not converge, or that
        have no total energy of a neutral cell are named in it. A gas that was computed by a
        method other than that of its reference energy replaces it.

    Raises
    ------
    ScaleError
        If the calculations are on more than one scale, or a gas has no energy on theirs.
    """
    entries = [_entry(name, result, corrections) for name, result in results]
    usable = [entry for entry in entries if entry.reason_refused is None]
    methods = [entry.method for entry in usable or entries if entry.method is not None]
    engine = results[0][1].provenance.engine
    resolved = resolve(corrections, engine, methods[0])
    mixed_u = resolved == "mp2020"
    remarks = check_one_scale(usable, mixed_u=mixed_u)
    gases = [
        gas for gas in gas_entries(elements, engine) if not _replaced(gas, usable, mixed_u=mixed_u)
    ]
    try:
        check_one_scale([*usable, *gases], mixed_u=mixed_u)
    except ScaleError as error:
        raise ScaleError(
            f"{error}; ingest the molecule in a box as well, computed as the solids are"
        ) from None
    scale = scale_name(resolved, engine, methods)
    built = EntrySet.build(
        [*entries, *gases],
        scale=f"{scale}; gases by reference" if gases else scale,
        kind="total",
    )
    remarks += _one_order(usable)
    return built.model_copy(update={"remarks": (*built.remarks, *remarks)})


def _replaced(gas: Entry, entries: Sequence[Entry], *, mixed_u: bool) -> bool:
    """Return whether a gas was computed, by another method than that of its reference energy."""
    return any(
        entry.formula == gas.formula
        and entry.method is not None
        and gas.method is not None
        and not comparable(entry.method, gas.method, mixed_u=mixed_u)
        for entry in entries
    )


def _entry(name: str, result: CalculationResult, corrections: Corrections) -> Entry:
    calculation = result.calculation
    structure, method = calculation.structure, _method(result)
    problem = result.warnings[0] if not result.converged and result.warnings else None
    problem = problem or unusable_method(method)
    energy = calculation.energy
    try:
        resolved = resolve(corrections, result.provenance.engine, method)
        energy = corrected_energy(energy, structure, method, resolved)
    except ValueError as error:
        problem = problem or str(error)
    return Entry(
        name=reduced_formula(structure.composition),
        composition=structure.composition.get_el_amt_dict(),
        energy=energy,
        source=f"{calculation.engine.label}, {calculation.directory or name}",
        converged=result.converged,
        problem=problem,
        method=method,
        magnetic_order=None
        if calculation.engine.surrogate
        else magnetic_state(calculation.magmoms),
    )


def _one_order(entries: Sequence[Entry]) -> list[str]:
    """Return a remark on metal compounds of which all calculations are ferromagnetic."""
    orders: dict[str, set[str]] = {}
    for entry in entries:
        metals = any(Element(symbol).is_transition_metal for symbol in entry.composition)
        if metals and entry.magnetic_order and entry.formula not in FERROMAGNETS:
            orders.setdefault(entry.formula, set()).add(entry.magnetic_order)
    return one_order_remark(name for name, found in orders.items() if found == {FERROMAGNETIC})


def _method(result: CalculationResult) -> Method:
    """Return the method, from the INCAR where an older result has no record of it."""
    calculation = result.calculation
    if calculation.recorded_method is not None or calculation.engine.surrogate:
        return calculation.method
    [run, *_] = result.provenance.parameters["runs"]
    incar = run["incar"]
    symbols = [site.specie.symbol for site in calculation.structure]
    return calculation.method.model_copy(
        update={
            "blocks": blocks_of_incar(incar, symbols),
            "cutoff": incar.get("ENCUT"),
            "icharg": incar.get("ICHARG"),
        }
    )

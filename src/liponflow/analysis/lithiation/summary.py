"""Result of a lithiation campaign from its calculations: states, hull and voltages."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.lithiation.host_facts import HostFacts, host_facts
from liponflow.analysis.lithiation.lattice import (
    OctahedralDistortion,
    octahedral_distortions,
    pseudo_cubic_cell,
)
from liponflow.analysis.lithiation.lithium_sites import lithium_sites
from liponflow.analysis.lithiation.magnetism import (
    MOMENT_WINDOWS,
    UNASSIGNED,
    charge_sum,
    count_oxidation_states,
    mean_moments,
    mean_state,
    moments_by_element,
)
from liponflow.analysis.lithiation.result import (
    InsertionVoltage,
    LithiationCandidate,
    LithiationResult,
    LithiationState,
    RefusedCandidate,
    Selection,
    lowest,
)
from liponflow.analysis.lithiation.voltage import (
    describe_two_phase,
    energy_above_hull,
    energy_above_line,
    lower_hull,
    voltage_staircase,
)
from liponflow.analysis.method import comparable, describe_differences, differences
from liponflow.analysis.plausible import relaxation_doubts, voltage_doubts, volume_doubts
from liponflow.analysis.published import published_lithiation
from liponflow.analysis.result import Calculation, EngineInfo, Provenance
from liponflow.crystals.supercell import Supercell
from liponflow.formulas import reduced_formula


class _Chosen(NamedTuple):
    """Lowest candidate and static calculation of one Li content."""

    best: LithiationCandidate
    static: Calculation
    group: list[LithiationCandidate]
    selection: Selection


def summarise(
    candidates: Sequence[LithiationCandidate],
    statics: Sequence[Calculation],
    li_metal: Calculation | None,
    *,
    formula_units: int,
    selections: Sequence[Selection],
    provenance: Provenance,
    repeats: Supercell = (1, 1, 1),
    host: HostFacts | None = None,
    warnings: Sequence[str] = (),
    moments_engine: EngineInfo | None = None,
    moments: Sequence[Calculation] = (),
) -> LithiationResult:
    """Return the result of a campaign from its calculations.

    Parameters
    ----------
    candidates
        Every candidate, relaxed or refused.
    statics
        Static calculation of the lowest candidate of each Li content, in any order; an
        unconverged one is refused, and so is its Li content.
    li_metal
        bcc metal of the intercalant, computed with the same engine; without it there are no
        voltages.
    formula_units
        Formula units in the supercell.
    selections
        How the candidates were chosen: one entry per requested Li content.
    provenance
        Provenance of the calculations.
    repeats
        Cells along each vector of the supercell, or the matrix that makes it.
    host
        What x counts, and the shape of the cell; if None, Li per formula unit with x = 1 for the
        given crystal, and the shape of the state nearest to that.
    warnings
        Remarks from building the candidates; they are kept in the result.
    moments_engine
        Engine of the moments, if it is another one: then all moments are its own.
    moments
        Its calculations of the structures of `statics`; one may be missing.

    Returns
    -------
    LithiationResult
        States, hull and voltages from converged calculations only.

    Raises
    ------
    ValueError
        If the energies come from different engines, the Li contents of candidates, selections
        and static calculations do not fit together, or none of them has a converged state.
    """
    intercalant = host.intercalant if host else "Li"
    _check_same_engine([*statics, li_metal] if li_metal else statics)
    asked = [selection.n_li for selection in selections]
    _check_contents(candidates, asked, formula_units)
    refused = [
        _refusal(candidate, candidate.reason_refused)
        for candidate in candidates
        if candidate.reason_refused
    ]
    notes = list(warnings)
    static_of = _by_content(statics, intercalant)
    chosen: list[_Chosen] = []
    for selection in sorted(selections, key=lambda selection: selection.n_li):
        group = [candidate for candidate in candidates if candidate.n_li == selection.n_li]
        static = static_of.get(selection.n_li)
        try:
            best = lowest(group)
        except ValueError as error:
            notes.append(f"x = {selection.n_li / formula_units:g} is missing: {error}")
            continue
        reason = unconverged_reason(static) if static else "did not run"
        if static is None or reason is not None:
            refused.append(_refusal(best, f"static calculation: {reason}"))
            notes.append(f"x = {best.x:g} is missing: static calculation: {reason}")
            continue
        chosen.append(_Chosen(best, static, group, selection))
    if not chosen:
        raise ValueError("no Li content has a converged state: " + "; ".join(notes))

    host = host or _assumed_host([entry.static for entry in chosen], formula_units, repeats)
    first, last = min(asked), max(asked)
    complete = (chosen[0].best.n_li, chosen[-1].best.n_li) == (first, last)
    if not complete:
        notes.append(
            f"an end member of x = {first / formula_units:g} to {last / formula_units:g} "
            "is missing: no formation energies, and the hull and the voltages span "
            f"x = {chosen[0].best.x:g} to {chosen[-1].best.x:g} only"
        )
    sources = static_of if moments_engine is None else _by_content(moments, intercalant)
    states = [
        state.model_copy(update={"moments_by": moments_engine.label if moments_engine else None})
        for state in _states(chosen, sources, formula_units, repeats, host, complete=complete)
    ]
    li_reason = unconverged_reason(li_metal) if li_metal else "not among the calculations"
    if li_reason is not None:
        notes.append(f"no voltages: {host.intercalant} metal: {li_reason}")
    formula = _pristine_formula(states[0].structure, formula_units, host)
    voltages = (
        _voltages(states, li_metal.energy_per_atom, formula) if li_metal and not li_reason else []
    )
    return LithiationResult(
        formula=formula,
        converged=len(states) == len(asked) and (li_metal is None or not li_reason),
        criterion=_criterion(chosen, len(asked), len(refused)),
        provenance=provenance,
        warnings=[
            *notes,
            *_method_warnings(candidates, statics, li_metal),
            *_merged_family_warnings(states),
            *_moment_warnings(states, provenance.engine, moments_engine),
            *voltage_doubts(voltages),
            *_cell_doubts(chosen, states, host.x),
        ],
        host=host,
        states=states,
        moments_engine=moments_engine,
        voltages=voltages,
        refused=refused,
        li_energy_per_atom=li_metal.energy_per_atom if li_metal else None,
        formula_units=formula_units,
        volume_change_percent=_volume_change(states) if complete else None,
        two_phase=describe_two_phase(
            [state.x for state in states],
            [state.energy_per_formula for state in states],
            host.x,
        ),
    )


def _assumed_host(
    statics: Sequence[Calculation], formula_units: int, repeats: Supercell
) -> HostFacts:
    def distance(static: Calculation) -> float:
        return abs(float(static.structure.composition["Li"]) - formula_units)

    nearest = min(statics, key=distance).structure
    return host_facts(nearest, nearest.lattice, formula_units, repeats=repeats)


def _check_same_engine(calculations: Sequence[Calculation]) -> None:
    if len({_engine(calculation) for calculation in calculations}) > 1:
        labels = sorted({calculation.engine.label for calculation in calculations})
        raise ValueError(
            f"energies of different engines cannot be combined ({', '.join(labels)}; version, "
            "weights and functional must agree too): compute all of them with one engine"
        )


def _engine(calculation: Calculation) -> str:
    """Return what determines an engine's numbers, with the functional but without U."""
    described = calculation.engine.identity | {"functional": calculation.method.functional}
    return str(described)


def _method_warnings(
    candidates: Sequence[LithiationCandidate],
    statics: Sequence[Calculation],
    li_metal: Calculation | None,
) -> list[str]:
    relaxed = [c.calculation.method for c in candidates if c.calculation is not None]
    fixed = [static.method for static in statics]
    found = differences(relaxed, same_host=True) + differences(fixed, same_host=True)
    if li_metal is not None:
        for method in fixed:
            found += comparable(method, li_metal.method).differences
    return describe_differences(found)


def _check_contents(
    candidates: Sequence[LithiationCandidate], asked: Sequence[int], formula_units: int
) -> None:
    if len(set(asked)) < len(asked):
        raise ValueError(f"a Li content is selected twice: {sorted(asked)}")
    for candidate in candidates:
        if candidate.n_li not in asked:
            raise ValueError(f"a candidate has {candidate.n_li} Li, selected were {asked}")
        if not math.isclose(candidate.x, candidate.n_li / formula_units):
            raise ValueError(
                f"a candidate says x = {candidate.x:g}, but {candidate.n_li} Li in "
                f"{formula_units} formula units are x = {candidate.n_li / formula_units:g}"
            )


def _by_content(statics: Sequence[Calculation], intercalant: str) -> dict[int, Calculation]:
    static_of: dict[int, Calculation] = {}
    for static in statics:
        n_li = round(static.structure.composition[intercalant])
        if n_li in static_of:
            raise ValueError(
                f"two static calculations with {n_li} {intercalant}: give one per content"
            )
        static_of[n_li] = static
    return static_of


def _refusal(candidate: LithiationCandidate, reason: str) -> RefusedCandidate:
    return RefusedCandidate(
        x=candidate.x, family=candidate.family, start_cell=candidate.start_cell, reason=reason
    )


def _states(
    chosen: Sequence[_Chosen],
    magnetic: Mapping[int, Calculation],
    formula_units: int,
    repeats: Supercell,
    host: HostFacts,
    *,
    complete: bool,
) -> list[LithiationState]:
    x = [entry.best.n_li / formula_units for entry in chosen]
    energies = [entry.static.energy / formula_units for entry in chosen]
    above = energy_above_hull(x, energies)
    hull = lower_hull(x, energies)
    formation = energy_above_line(x, energies, (0, len(x) - 1)) if len(x) > 1 else above
    volumes = [entry.static.structure.volume / formula_units for entry in chosen]
    pristine = next(
        (v for v, content in zip(volumes, x, strict=True) if math.isclose(content, host.x)), None
    )
    states = []
    for index, (best, static, group, selection) in enumerate(chosen):
        structure = static.structure
        source = magnetic.get(best.n_li)
        magmoms = None if source is None else source.magmoms
        moments = moments_by_element(structure, magmoms) if magmoms else {}
        octahedra = _octahedra(structure)
        cell = pseudo_cubic_cell(structure.lattice, repeats)
        state = LithiationState(
            x=x[index],
            n_li=best.n_li,
            family=best.family,
            start_cell=best.start_cell,
            multiplicity=best.multiplicity,
            n_distinct=selection.n_distinct,
            n_computed=sum(candidate.calculation is not None for candidate in group),
            selection=selection.text,
            moments=mean_moments(moments),
            site_moments=moments,
            oxidation_states=count_oxidation_states(moments, mean_state(structure)),
            charge_sum=charge_sum(structure, moments),
            a=cell.a,
            b=cell.b,
            c=cell.c,
            unique_axis=None if host.shape == "other" else cell.unique_axis,
            c_over_a=None if host.shape == "other" else cell.c_over_a,
            volume_per_formula=volumes[index],
            volume_change_percent=100 * (volumes[index] / pristine - 1) if pristine else None,
            jahn_teller={m: _mean([o.spread for o in found]) for m, found in octahedra.items()},
            baur_index={m: _mean([o.baur_index for o in found]) for m, found in octahedra.items()},
            li_sites=lithium_sites(structure, host.intercalant),
            energy_per_atom=static.energy_per_atom,
            energy_per_formula=energies[index],
            formation_energy=float(formation[index]) if complete else None,
            energy_above_hull=float(above[index]),
            on_hull=index in hull,
            converged=True,
            max_force=best.calculation.max_force if best.calculation else None,
            structure=structure,
            family_energies={
                family: (c.usable_energy - lowest(group).usable_energy) / formula_units
                for family, c in _lowest_of_families(group).items()
            },
            family_li_sites={
                family: lithium_sites(c.calculation.structure, host.intercalant)
                for family, c in _lowest_of_families(group).items()
                if c.calculation
            },
        )
        states.append(state)
    return states


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _octahedra(structure: Structure) -> dict[str, Sequence[OctahedralDistortion]]:
    """Return the octahedra of every transition metal whose sites are all octahedral."""
    octahedra = {}
    for element in structure.elements:
        if element.is_transition_metal:
            # A metal on tetrahedral sites has no octahedron to measure, which is not a failure.
            with suppress(ValueError):
                octahedra[element.symbol] = octahedral_distortions(structure, element.symbol)
    return octahedra


def _lowest_of_families(group: Sequence[LithiationCandidate]) -> dict[str, LithiationCandidate]:
    """Return the lowest usable candidate of each family, the lowest family first."""
    best: dict[str, LithiationCandidate] = {}
    for candidate in sorted(group, key=lambda candidate: candidate.usable_energy):
        if math.isfinite(candidate.usable_energy):
            best.setdefault(candidate.family, candidate)
    return best


def _pristine_formula(structure: Structure, formula_units: int, host: HostFacts) -> str:
    own = round(formula_units * host.x)
    amounts = structure.composition.get_el_amt_dict() | {host.intercalant: own}
    formula: str = reduced_formula(amounts)
    return formula


def _criterion(chosen: Sequence[_Chosen], asked: int, refused: int) -> str:
    relaxations = [entry.best.calculation for entry in chosen if entry.best.calculation]
    limits = {r.force_limit for r in relaxations if r.force_limit is not None}
    forces = [r.max_force for r in relaxations if r.max_force is not None]
    limit = f"largest force below {max(limits):g} eV/Å" if limits else "engine's own"
    reached = f", reached {max(forces):.3f}" if forces else ""
    return f"{limit}{reached}; {len(chosen)} of {asked} contents, {refused} refusals"


def _merged_family_warnings(states: Sequence[LithiationState]) -> list[str]:
    warnings = []
    for state in states:
        same = [f for f, sites in state.family_li_sites.items() if sites == state.li_sites]
        if len(same) > 1:
            sites = " and ".join(f"{n} {kind}" for kind, n in state.li_sites.items())
            warnings.append(
                f"x = {state.x:.4g}: {', '.join(same)} all relaxed to {sites} sites: their "
                "energies compare arrangements of one kind of phase, not the sites they started "
                "from"
            )
    return warnings


def _moment_warnings(
    states: Sequence[LithiationState], engine: EngineInfo, other: EngineInfo | None
) -> list[str]:
    silent = [f"{state.x:.4g}" for state in states if not state.site_moments]
    unknown = sorted({m for state in states for m in state.site_moments} - MOMENT_WINDOWS.keys())
    warnings = []
    if other is not None:
        warnings.append(
            f"magnetic moments, and the oxidation states read off them, are those of "
            f"{other.label} for structures of {engine.short}: the energies do not depend on them"
        )
    if silent:
        remedy = ""
        if other is None and engine.surrogate:
            remedy = (
                ", so there are no oxidation states: moments=chgnet computes those that CHGNet "
                "gives the same structures"
            )
        warnings.append(
            f"{(other or engine).short} reported no magnetic moments at "
            f"x = {', '.join(silent)}{remedy}"
        )
    if unknown:
        warnings.append(
            f"no oxidation states for {', '.join(unknown)}: no |moment| windows tell them apart"
        )
    warnings += [
        f"x = {state.x:.4g}: {counts[UNASSIGNED]} of {sum(counts.values())} {metal} have a moment "
        "outside every window: no oxidation state for them"
        for state in states
        for metal, counts in state.oxidation_states.items()
        if metal in MOMENT_WINDOWS and UNASSIGNED in counts
    ]
    warnings += [
        f"x = {state.x:.4g}: the oxidation states read off the moments sum to "
        f"{state.charge_sum:+d} e per cell, not 0: take them as indicative"
        for state in states
        if state.charge_sum
    ]
    return warnings


def _voltages(
    states: Sequence[LithiationState], li_energy: float, formula: str
) -> list[InsertionVoltage]:
    staircase = voltage_staircase(
        [state.x for state in states], [state.energy_per_formula for state in states], li_energy
    )
    steps = [InsertionVoltage.model_validate(step.model_dump()) for step in staircase]
    published = published_lithiation(formula)
    for step in steps:
        for value in published.voltages if published else ():
            low, high = value.x_range
            if value.main and low <= step.x_low and step.x_high <= high:
                step.published = f"{value.label} ({value.source})"
    return steps


def _cell_doubts(
    chosen: Sequence[_Chosen], states: Sequence[LithiationState], pristine_x: float
) -> list[str]:
    """Return warnings on volumes and pressures of the lowest states."""
    pristine = next((s.volume_per_formula for s in states if math.isclose(s.x, pristine_x)), None)
    found = []
    for (_, static, *_), state in zip(chosen, states, strict=True):
        what = f"x = {state.x:.4g}"
        if pristine is not None:
            found += volume_doubts(
                what, state.volume_per_formula, pristine, of=f"x = {pristine_x:.4g}"
            )
        found += relaxation_doubts(static, what)
    return found


def _volume_change(states: Sequence[LithiationState]) -> float:
    return 100 * (states[-1].volume_per_formula / states[0].volume_per_formula - 1)

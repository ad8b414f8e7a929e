"""Lowest states of a lithiation with better engines, and the voltages of all engines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.lithiation.voltage import energy_above_hull, voltage_staircase
from liponflow.analysis.method import comparable
from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Calculation
from liponflow.document import Document


class RefinedState(Document):
    """Lowest state at one Li content, computed with a better engine."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "model",
        "x",
        "energy_above_hull",
        "above_hull_before",
        "states",
        "max_force",
    )
    """Fields for a narrow table."""

    model: Annotated[str, Column(heading="engine", wraps=True)] = Field(
        description="Better engine, with its version."
    )
    x: Annotated[float, Quantity("", heading="x", fmt=".4g")] = Field(
        description="Li per formula unit."
    )
    n_li: int = Field(description="Li atoms in the supercell.")
    states: Annotated[Literal["relaxed", "single point"], Column(heading="state")] = Field(
        description="Whether the state was relaxed, or computed at the geometry of another engine."
    )
    geometry_of: str = Field(description="Engine at whose geometry the state started.")
    energy_per_formula: Annotated[float | None, Quantity("eV/f.u.")] = Field(
        description="Energy with the better engine; None without a converged calculation."
    )
    energy_above_hull: Annotated[
        float | None, Quantity("eV/f.u.", heading="E hull", fmt="z.3f")
    ] = Field(None, description="Energy above the hull of the better engine; None as the energy.")
    above_hull_before: Annotated[
        float | None, Quantity("eV/f.u.", heading="before", fmt="z.3f")
    ] = Field(None, description="Energy above the hull of the campaign's engine; None without it.")
    max_force: Annotated[float | None, Quantity("eV/Å", heading="F max", fmt=".3f")] = Field(
        None, description="Largest force left on an atom."
    )
    ionic_steps: int | None = Field(None, description="Ionic steps, 1 for a single point.")
    reason: str | None = Field(None, description="Why there is no energy.")


class RefinedVoltage(Document):
    """One plateau of the voltages of a better engine, beside the campaign's."""

    model: Annotated[str, Column(heading="engine", wraps=True)] = Field(
        description="Better engine, with its version."
    )
    x_low: Annotated[float, Quantity("", heading="from x", fmt=".4g")] = Field(
        description="Li content at the charged end of the plateau."
    )
    x_high: Annotated[float, Quantity("", heading="to x", fmt=".4g")] = Field(
        description="Li content at the discharged end of the plateau."
    )
    voltage: Annotated[float, Quantity("V", heading="{unit} vs metal", fmt=".2f")] = Field(
        description="Average voltage of the better engine, against the metal with that engine."
    )
    voltage_before: Annotated[float | None, Quantity("V", heading="before, {unit}", fmt=".2f")] = (
        Field(
            description="Average voltage of the campaign's engine between the same Li contents, "
            "against the metal with that engine; None without it."
        )
    )


@dataclass(frozen=True)
class Reference:
    """Energies of the campaign's engine, with which a better one is compared.

    Attributes
    ----------
    energies
        Energy (eV per formula unit) by Li content.
    li_energy
        Energy of the bcc metal (eV per atom); None without it.
    """

    energies: Mapping[float, float]
    li_energy: float | None

    def voltage(self, low: float, high: float) -> float | None:
        """Return the average voltage (V) between two Li contents; None if one is missing."""
        if self.li_energy is None or not {low, high} <= self.energies.keys():
            return None
        return self.li_energy - (self.energies[high] - self.energies[low]) / (high - low)


class RungState(Document):
    """Calculation of the lowest state at one Li content on a rung."""

    n_li: int = Field(description="Li atoms in the supercell.")
    geometry_of: str = Field(description="Engine at whose geometry it started.")
    relaxed: bool = Field(description="Whether it was relaxed.")
    calculation: Calculation | None = Field(description="Calculation; None if it failed.")


def refined_states(
    model: str,
    states: Sequence[RungState],
    metal: Calculation | None,
    before: Reference,
    *,
    formula_units: int,
    intercalant: str = "Li",
) -> tuple[list[RefinedState], list[RefinedVoltage], list[str]]:
    """Return states and voltages of one better engine beside those of the campaign's.

    Parameters
    ----------
    model
        Better engine, with its version.
    states
        Its calculations, one per Li content.
    metal
        bcc metal of the intercalant with the better engine; without it there are no voltages.
    before
        The campaign's engine.
    formula_units
        Formula units in the supercell.
    intercalant
        Inserted element, for the warnings.

    Returns
    -------
    list of RefinedState, list of RefinedVoltage, list of str
        By ascending x; and warnings. Energies of the two engines are not combined.
    """
    ordered = sorted(states, key=lambda state: state.n_li)
    reasons = [_reason(state, ordered) for state in ordered]
    energies = {
        state.n_li / formula_units: state.calculation.energy / formula_units
        for state, reason in zip(ordered, reasons, strict=True)
        if reason is None and state.calculation is not None
    }
    above = _above_hull(energies)
    # Only the same Li contents make the same hull.
    above_before = _above_hull({x: e for x, e in before.energies.items() if x in energies})
    refined = [
        RefinedState(
            model=model,
            x=x,
            n_li=state.n_li,
            states="relaxed" if state.relaxed else "single point",
            geometry_of=state.geometry_of,
            energy_per_formula=energies.get(x),
            energy_above_hull=above.get(x),
            above_hull_before=above_before.get(x),
            max_force=state.calculation.max_force if state.calculation else None,
            ionic_steps=state.calculation.ionic_steps if state.calculation else None,
            reason=reason,
        )
        for state, reason in zip(ordered, reasons, strict=True)
        for x in (state.n_li / formula_units,)
    ]
    warnings = [f"{model}, x = {state.x:g}: {state.reason}" for state in refined if state.reason]
    usable = [state for state in ordered if state.n_li / formula_units in energies]
    li_reason = _metal_reason(metal, usable)
    if metal is None or li_reason:
        return refined, [], [*warnings, f"{model}: no voltages: {intercalant} metal: {li_reason}"]
    steps = voltage_staircase(list(energies), list(energies.values()), metal.energy_per_atom)
    voltages = [
        RefinedVoltage(
            model=model,
            x_low=step.x_low,
            x_high=step.x_high,
            voltage=step.voltage,
            voltage_before=before.voltage(step.x_low, step.x_high),
        )
        for step in steps
    ]
    return refined, voltages, warnings


def _above_hull(energies: Mapping[float, float]) -> dict[float, float]:
    """Return the energy above the hull by Li content, eV per formula unit."""
    if not energies:
        return {}
    above = energy_above_hull(list(energies), list(energies.values()))
    return dict(zip(energies, above.tolist(), strict=True))


def _reason(state: RungState, states: Sequence[RungState]) -> str | None:
    """Return why a state may not be used; None if it may."""
    if state.calculation is None:
        return "the calculation failed; the run's report names its directory and cause"
    first = next(other.calculation for other in states if other.calculation is not None)
    different = comparable(first.method, state.calculation.method).reason
    return unconverged_reason(state.calculation) or (
        f"on another scale than the other states: {different}" if different else None
    )


def _metal_reason(metal: Calculation | None, states: Sequence[RungState]) -> str | None:
    if metal is None:
        return "its relaxation failed"
    if reason := unconverged_reason(metal):
        return reason
    reasons = (
        comparable(metal.method, state.calculation.method).reason
        for state in states
        if state.calculation is not None
    )
    return next(filter(None, reasons), None)

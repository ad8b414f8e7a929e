"""Numbers of a lithiation that are compared between engines."""

import math
from collections.abc import Sequence

from liponflow.analysis.lithiation.lattice import AXES
from liponflow.analysis.lithiation.result import LithiationResult, LithiationState
from liponflow.analysis.lithiation.voltage import VoltageStep
from liponflow.analysis.spread import Observable


def step_label(step: VoltageStep) -> str:
    """Return the range of x of a voltage."""
    return f"x = {step.x_low:.6g} to {step.x_high:.6g}"


def state_label(x: float) -> str:
    """Return the Li content of a state."""
    return f"x = {x:g}"


def axis_lengths(state: LithiationState) -> dict[str, float]:
    """Return the lattice parameters of a state by name.

    Returns
    -------
    dict
        The unique axis and the mean of the others (Å), or each axis of a cell for which these have
        no meaning.
    """
    if state.unique_axis is None:
        return {f"{axis} axis": float(getattr(state, axis)) for axis in AXES}
    unique = float(getattr(state, state.unique_axis))
    return {"unique axis": unique, "other axes": (state.a + state.b + state.c - unique) / 2}


def observables(result: LithiationResult, steps: Sequence[VoltageStep]) -> list[Observable]:
    """Return voltages, energies and the lattice of a lithiation.

    Parameters
    ----------
    result
        With one engine.
    steps
        Steps of the staircase of the main engine. Another engine may have other states on its
        hull, but every engine has an average voltage between two states.

    Returns
    -------
    list of Observable
        Voltages (V) by step, and formation energy (eV/f.u.), energy above the hull (eV/f.u.),
        axes (Å) and volume (Å³/f.u.) by state.
    """
    found = [
        Observable("voltage", step_label(step), "V", _average_voltage(result, step))
        for step in steps
    ]
    for quantity, unit in (
        ("formation energy", "eV/f.u."),
        ("energy above the hull", "eV/f.u."),
        *((name, "Å") for name in axis_lengths(result.states[0])),
        ("volume", "Å³/f.u."),
    ):
        found += [
            Observable(quantity, state_label(state.x), unit, _value(state, quantity))
            for state in result.states
        ]
    return found


def _average_voltage(result: LithiationResult, step: VoltageStep) -> float | None:
    low, high = result.state(step.x_low), result.state(step.x_high)
    if low is None or high is None or not result.voltages or result.li_energy_per_atom is None:
        return None
    slope = (high.energy_per_formula - low.energy_per_formula) / (high.x - low.x)
    return result.li_energy_per_atom - slope


def _value(state: LithiationState, quantity: str) -> float | None:
    values: dict[str, float | None] = {
        **axis_lengths(state),
        "formation energy": state.formation_energy,
        "energy above the hull": state.energy_above_hull,
        "volume": state.volume_per_formula,
    }
    value = values[quantity]
    return value if value is not None and math.isfinite(value) else None

"""Cost of GPAW: a rule fitted to timings, or the timings in the store."""

from functools import partial

from liponflow.engines.cost import CostModel
from liponflow.engines.gpaw.memory import Size
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.potential.cost import timings

ITERATIONS = 10
"""Iterations of the density in an ionic step: 10 to 14 in the first, 6 to 10 in the others."""

PER_WAVE = 2.7e-6
"""Core-seconds of an iteration per plane wave, band, k-point and spin: FFTs, mostly."""

PER_OVERLAP = 2.3e-8
"""Core-seconds of an iteration per plane wave, pair of bands, k-point and spin."""

PER_PLANE_WAVE = 6e-5
"""Core-seconds of an iteration per plane wave: density and potential on the grids."""

EXPONENT = 2.2
"""Power of the atoms by which timings in the store are scaled (our choice): at fixed k-points a
step of 128 atoms of Li takes 6 to 13 times as long as one of 55, and large cells need fewer."""

RULE = 0.02
"""Core-seconds of an ionic step by the square of the atoms, for calculations without a size."""


def step_seconds(size: Size) -> float:
    """Return the core-seconds of an ionic step.

    Parameters
    ----------
    size
        Size of the calculation.

    Notes
    -----
    An iteration transforms every band (linear in plane waves), orthogonalises the bands (quadratic
    in bands) and computes density and potential on the grids.
    """
    sets = size.kpoints * size.spins * size.plane_waves
    iteration = (
        PER_WAVE * sets * size.bands
        + PER_OVERLAP * sets * size.bands**2
        + PER_PLANE_WAVE * size.plane_waves
    )
    # Two digits: structures that differ little stay on one line of the estimate.
    return float(f"{ITERATIONS * iteration:.1e}")


def rule(item: PlannedCalculation) -> float:
    """Return the core-seconds of an ionic step; without its size, those of a cell of Li."""
    return RULE * item.atoms**2 if item.effort is None else item.effort


def cost_model(stored_name: str) -> CostModel:
    """Return the cost model; `stored_name` as for potentials, whose documents GPAW's are like.

    Timings are those of one core: with MPI they are multiplied by nothing, and too low.
    """
    return CostModel(
        exponent=EXPONENT,
        rule=rule,
        rule_basis=(
            f"no run of {stored_name} in the store, so a rule fitted to timings of 2 to 55 atoms "
            "on a CPU of 2024, by electrons, plane waves, k-points and spins; right within a "
            "factor of 2"
        ),
        timings=partial(timings, stored_name=stored_name),
        knows_kpoints=False,
    )

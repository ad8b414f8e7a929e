"""Relaxation of a band to the minimum energy path."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ase.optimize import BFGS, FIRE, LBFGS
from ase.optimize.optimize import Optimizer

from liponflow.workflows.bands.band import Band, BandOptimizable, BandState

STIFFNESS = 10.0
"""Curvature (eV/Å²) that quasi-Newton steps begin with.

Of the order of the force constants of soft metals and of the springs; ASE's 70 suits stiff
molecules and takes twice as many steps for N in bcc Li.
"""

OPTIMISERS: dict[str, Callable[..., Optimizer]] = {
    "LBFGS": partial(LBFGS, alpha=STIFFNESS),
    "BFGS": partial(BFGS, alpha=STIFFNESS),
    "FIRE": FIRE,
}

MAX_STEP = 0.1
"""Longest step of an atom (Å).

A machine-learned potential has holes outside of what it was trained on, into which the 0.2 Å that
ASE allows a quasi-Newton step can fall.
"""

CLIMB_BELOW = 5.0
"""Multiple of the force limit below which the highest image begins to climb.

Before that, another image may still become the highest.
"""


@dataclass(frozen=True)
class RelaxedBand:
    """How the relaxation of a band ended.

    Attributes
    ----------
    state
        Energies and forces of the last step.
    converged
        Whether the largest perpendicular force is below the limit, climbing if it was to climb.
    history
        Largest perpendicular force at every step, eV/Å.
    """

    state: BandState
    converged: bool
    history: list[float]


def relax_band(
    band: Band,
    *,
    force_limit: float,
    max_steps: int,
    optimiser: str = "LBFGS",
    report: Callable[[int, BandState], None] = lambda step, state: None,  # noqa: ARG005
) -> RelaxedBand:
    """Move the images of a band until no force on them is perpendicular to the path.

    Parameters
    ----------
    band
        The band; its images move in place. If it is to climb, the highest image does so once
        the forces are below :data:`CLIMB_BELOW` times the limit.
    force_limit
        Largest perpendicular force of a converged band, eV/Å.
    max_steps
        Most steps, each one evaluation of every moving image.
    optimiser
        ``LBFGS``, ``BFGS`` or ``FIRE``. The forces of a band are no gradient; without line
        searches, quasi-Newton steps converge nevertheless: D. Sheppard, R. Terrell and
        G. Henkelman, J. Chem. Phys. 128, 134106 (2008).
    report
        Called after every step.

    Returns
    -------
    RelaxedBand
    """
    climbing = band.climbing
    history: list[float] = []
    stages = [(False, CLIMB_BELOW * force_limit), (True, force_limit)]
    converged = False
    for climbs, limit in stages if climbing else [(False, force_limit)]:
        if len(history) == max_steps:
            break
        band.climb(climbing=climbs)
        if history:  # where the stage before ended is where this one begins
            history.pop()
        optimizer = OPTIMISERS[optimiser](BandOptimizable(band), logfile=None, maxstep=MAX_STEP)
        steps = max_steps - len(history) - 1
        for done in optimizer.irun(fmax=limit, steps=steps):
            history.append(band.state.residual)
            report(len(history), band.state)
            converged = bool(done)
    band.climb(climbing=climbing)
    return RelaxedBand(band.state, converged and band.climbing == climbing, history)

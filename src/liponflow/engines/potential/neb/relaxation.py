"""Relaxation of a band to the minimum energy path."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ase.optimize import BFGS, FIRE, LBFGS
from ase.optimize.optimize import Optimizer

from liponflow.engines.potential.neb.band import Band, BandOptimizable, BandState

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

A machine-learned potential has holes outside its training data, into which the 0.2 Å that ASE
allows a quasi-Newton step can lead.
"""

CAREFUL_STEP = 0.05
"""Longest step of an atom (Å) once quasi-Newton steps have been abandoned."""

CLIMB_BELOW = 5.0
"""Multiple of the force limit below which the highest image begins to climb.

Before that, another image may still become the highest.
"""

STILL = 0.7
"""Multiple of the force limit below which an image waits for the others where it is.

It is not computed again while it waits. Below 1, as its force grows when its neighbours move.
"""

PATIENCE = 25
"""Number of quasi-Newton steps without a new smallest force after which they are abandoned."""

ASTRAY = 2.0
"""Multiple of the largest force of the first path at which they are abandoned at once.

Not of the force at which an image begins to climb: that is small, and climbing raises it.
"""


@dataclass(frozen=True)
class RelaxedBand:
    """End of the relaxation of a band.

    Attributes
    ----------
    state
        Energies and forces of the last step.
    converged
        Whether the largest perpendicular force is below the limit, with a climbing image if
        requested.
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
        The band; its images move in place. If requested, the highest image climbs once the forces
        are below :data:`CLIMB_BELOW` times the limit.
    force_limit
        Largest perpendicular force of a converged band, eV/Å.
    max_steps
        Largest number of steps, each one evaluation of every moving image.
    optimiser
        ``LBFGS``, ``BFGS`` or ``FIRE``. The forces of a band are not a gradient, but quasi-Newton
        steps without line searches converge nevertheless: D. Sheppard, R. Terrell and G.
        Henkelman, J. Chem. Phys. 128, 134106 (2008). If they diverge, damped dynamics (FIRE) with
        short steps continues from the best images so far.
    report
        Function called after every step.

    Returns
    -------
    RelaxedBand
    """
    climbing = band.climbing
    walk = _Walk(band, optimiser, max_steps, report)
    if climbing:
        band.climb(climbing=False)
        if walk.to(CLIMB_BELOW * force_limit):
            band.climb(climbing=True)
            converged = walk.to(force_limit)
        else:
            converged = False
            band.climb(climbing=True)
    else:
        converged = walk.to(force_limit)
    return RelaxedBand(band.state, converged, walk.history)


class _Walk:
    """Steps of a band, counted over all optimisers."""

    def __init__(
        self,
        band: Band,
        optimiser: str,
        max_steps: int,
        report: Callable[[int, BandState], None],
    ) -> None:
        self._band = band
        self._optimiser = optimiser
        self._max_steps = max_steps
        self._report = report
        self.history: list[float] = []

    def to(self, limit: float) -> bool:
        """Move the band until the largest force is below a limit, and return whether it is."""
        band = BandOptimizable(self._band, still_below=STILL * limit)
        # Each walk has a new optimiser. The curvatures of an earlier one belong to other forces:
        # of a band without a climbing image, or of steps that diverged.
        if self.history:  # this walk begins where the previous one ended
            self.history.pop()
        best = residual = self._look()
        place, since, first = band.get_x(), 0, self.history[0]
        steps = self._steps(band)
        while residual >= limit and len(self.history) < self._max_steps:
            next(steps)
            residual = self._look()
            since += 1
            if residual < best:
                best, place, since = residual, band.get_x(), 0
            if self._optimiser != "FIRE" and (since > PATIENCE or residual > ASTRAY * first):
                self._optimiser = "FIRE"
                # Not by set_x, which leaves images with a small force where they strayed.
                self._band.move(place.reshape(len(self._band.moving), -1, 3))
                residual, since = best, 0
                steps = self._steps(band)
        return residual < limit

    def _steps(self, band: BandOptimizable) -> Iterator[None]:
        longest = MAX_STEP if self._optimiser != "FIRE" else CAREFUL_STEP
        optimizer = OPTIMISERS[self._optimiser](band, logfile=None, maxstep=longest)
        while True:
            optimizer.step()
            yield

    def _look(self) -> float:
        """Compute the images at their positions and record the force."""
        residual = self._band.state.residual
        self.history.append(residual)
        self._report(len(self.history), self._band.state)
        return residual

"""Candidate phases of observed spacings, ranked by likelihood and named one after the other.

The score of a phase for one observed line is the logarithm of a likelihood ratio::

    ln [ 1/2 + 1/2 Σ_j w_j N(s - s_j; σ) / U ]

where s = 1/d, N is the normal distribution around the line j of the phase, U is a uniform
distribution over the range in which lines are looked for, and w_j is the share of the line in the
square root of the phase's intensities, as fringes show amplitudes and the orientation of a grain
changes intensities much. A phase with many lines has small shares: it meets any spacing by chance,
and gains little by it. The half is for lines of other phases, which take ln 2 each at most. Two
spots of an image at an angle of the crystal add the logarithm of one over the probability of such
an angle by chance (:mod:`liponflow.analysis.diffraction.zone`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liponflow.analysis.diffraction.reflections import Reflections
from liponflow.analysis.diffraction.zone import Zone, find_zone
from liponflow.arrays import BoolArray, FloatArray, IntArray

LEAST_INTENSITY = 0.01
"""Intensity, relative to the strongest line, below which a line is not expected: our choice."""

OWN_SHARE = 0.5
"""Share of the observed lines that a phase is expected to explain: our choice, for mixtures."""

NAMED = 1.0
"""Least score by which a phase is named: its lines are e times likelier with it than by chance."""

ALIKE = 3.0
"""Difference of scores up to which phases are not told apart: a ratio of likelihoods of 20."""

_MARGIN = 1e-9
"""What rounding may move a line at the end of its range by."""


@dataclass(frozen=True)
class Observed:
    """Observed lines.

    Attributes
    ----------
    spacing
        Spacings (Å), shape (lines,).
    error
        Their standard errors (Å), without the error of the calibration, shape (lines,).
    angle
        Directions in the plane of an image (degrees), NaN of rings; None for lists.
    d_range
        Least and largest spacing that could have been observed (Å).
    """

    spacing: FloatArray
    error: FloatArray
    angle: FloatArray | None
    d_range: tuple[float, float]


@dataclass(frozen=True)
class Matches:
    """Observed lines against one phase.

    Attributes
    ----------
    phase
        The phase.
    angle
        Directions of the observed lines, as in :class:`Observed`.
    score
        Score of each observed line, shape (lines,).
    line
        Number of the nearest line of the phase, shape (lines,).
    within
        Whether that line is within the tolerance, shape (lines,).
    expected
        Numbers of the phase's lines in the range, of at least LEAST_INTENSITY.
    unseen
        Those that have at least half of the largest intensity in the range and were not
        observed.
    """

    phase: Reflections
    angle: FloatArray | None
    score: FloatArray
    line: IntArray
    within: BoolArray
    expected: IntArray
    unseen: tuple[int, ...]

    def zone(self, chosen: BoolArray) -> Zone | None:
        """Return the zone of some of the lines, if they are spots of one grain."""
        if self.angle is None:
            return None
        spots = np.flatnonzero(chosen & self.within & np.isfinite(self.angle))
        return find_zone(
            self.phase, self.line[spots].tolist(), self.angle[spots].tolist(), spots.tolist()
        )

    def gain(self, chosen: BoolArray) -> float:
        """Return the score of some of the lines, with that of their angles."""
        zone = self.zone(chosen)
        return float(self.score[chosen].sum()) + (zone.score if zone else 0.0)

    @property
    def total(self) -> float:
        """Score of all lines together."""
        return self.gain(np.ones(len(self.score), dtype=bool))


@dataclass(frozen=True)
class Name:
    """Phases that explain the same observed lines.

    Attributes
    ----------
    phases
        Names of the phases, the likeliest first; several cannot be told apart.
    lines
        Observed lines that they explain.
    score
        Score of the likeliest for these lines.
    """

    phases: tuple[str, ...]
    lines: tuple[int, ...]
    score: float

    @property
    def text(self) -> str:
        """The name as tables write it.

        Examples
        --------
        >>> Name(("Li2O", "LiF"), (0,), 2.1).text
        'Li2O or LiF'
        """
        return " or ".join(self.phases)


def match(observed: Observed, phase: Reflections, tolerance: float) -> Matches:
    """Compare observed lines with those of a phase.

    Parameters
    ----------
    observed
        What was observed.
    phase
        Reflections of the phase, down to the least spacing of the range.
    tolerance
        Largest relative deviation of a spacing by calibration and lattice. Half of it, and the
        error of the line itself, in quadrature, are the standard deviation σ of the score.

    Returns
    -------
    Matches
        A line is within the tolerance if it deviates by at most 2 σ. Without any line of the phase
        in the range no line is.
    """
    number = len(observed.spacing)
    low, high = observed.d_range
    expected = np.flatnonzero(
        (phase.intensity >= LEAST_INTENSITY)
        & (phase.spacing >= low * (1 - _MARGIN))
        & (phase.spacing <= high * (1 + _MARGIN))
    )
    s = 1 / observed.spacing
    sigma = s * np.hypot(tolerance / 2, observed.error / observed.spacing)
    if not len(expected):
        nothing = np.zeros(number)
        none = nothing.astype(bool)
        score = nothing + np.log(1 - OWN_SHARE)
        return Matches(phase, observed.angle, score, nothing.astype(np.int64), none, expected, ())
    weights = np.sqrt(phase.intensity[expected])
    deviations = (s[:, None] - 1 / phase.spacing[expected]) / sigma[:, None]
    densities = np.exp(-(deviations**2) / 2) / (np.sqrt(2 * np.pi) * sigma[:, None])
    ratio = (densities @ (weights / weights.sum())) * (1 / low - 1 / high)
    nearest = np.abs(deviations).argmin(axis=1) if number else np.zeros(0, dtype=int)
    within = np.abs(deviations[np.arange(number), nearest]) <= 2  # noqa: PLR2004 - as documented
    seen = (np.abs(deviations) <= 2).any(axis=0)  # noqa: PLR2004 - as documented
    strong = phase.intensity[expected] >= phase.intensity[expected].max() / 2
    return Matches(
        phase=phase,
        angle=observed.angle,
        score=np.log(1 - OWN_SHARE + OWN_SHARE * ratio),
        line=expected[nearest],
        within=within,
        expected=expected,
        unseen=tuple(int(line) for line in expected[strong & ~seen]),
    )


def name_phases(found: Sequence[Matches]) -> list[Name]:
    """Name phases one after the other, each by the lines that the earlier ones left.

    Parameters
    ----------
    found
        The same observed lines against every candidate.

    Returns
    -------
    list of Name
        The phase with the largest score for the lines that are left is named, with every other
        phase that explains all of its lines and whose score is less by at most ALIKE. It ends when
        no phase reaches NAMED.

    Examples
    --------
    >>> name_phases([])
    []
    """
    names: list[Name] = []
    left = np.ones(len(found[0].score) if found else 0, dtype=bool)
    while left.any():
        explained = [one.within & left & (one.score > 0) for one in found]
        scores = [one.gain(lines) for one, lines in zip(found, explained, strict=True)]
        best = int(np.argmax(scores))
        if scores[best] < NAMED:
            break
        least = max(NAMED, scores[best] - ALIKE)
        alike = [
            place
            for place in np.argsort(scores, kind="stable")[::-1]
            if place != best
            and scores[place] >= least
            and not (explained[best] & ~explained[place]).any()
        ]
        names.append(
            Name(
                tuple(found[place].phase.name for place in [best, *alike]),
                tuple(int(line) for line in np.flatnonzero(explained[best])),
                scores[best],
            )
        )
        left &= ~explained[best]
    return names

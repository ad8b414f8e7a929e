"""Peaks of spectra."""

from typing import Annotated

import numpy as np
from pydantic import Field
from scipy.signal import find_peaks

from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.analysis.quantity import Quantity
from liponflow.document import Document

PROMINENCE = 0.05
"""Least prominence of a peak, as a share of the maximum."""
FEWEST_POINTS = 3
"""Points that a parabola takes."""


class Peak(Document):
    """A peak of a spectrum."""

    energy: Annotated[float, Quantity("eV", heading="energy", fmt=".2f")] = Field(
        description="Position: the top of the parabola through the three highest points."
    )
    height: Annotated[float, Quantity("", heading="height", fmt=".3f")] = Field(
        description="Height, in the unit of the spectrum."
    )
    prominence: Annotated[float, Quantity("", heading="prominence", fmt=".3f")] = Field(
        description="Height above the higher of the two valleys that separate it from higher "
        "peaks, as a share of the maximum of the spectrum."
    )


def find(
    spectrum: Spectrum,
    *,
    prominence: float = PROMINENCE,
    window: tuple[float, float] | None = None,
) -> list[Peak]:
    """Return the peaks of a spectrum, by increasing energy.

    Parameters
    ----------
    spectrum
        Spectrum; noise must be below the prominence.
    prominence
        Least prominence, as a share of the maximum.
    window
        Two energies (eV) between which peaks are sought, and the maximum; None for everywhere.

    Returns
    -------
    list of Peak
        Empty if there is none. The end of a spectrum or window is not a peak.

    Raises
    ------
    ValueError
        If the window holds fewer than three points.

    Examples
    --------
    >>> x = np.linspace(0, 10, 101)
    >>> two = Spectrum.from_arrays(x, np.exp(-((x - 3.02) ** 2)) + 0.5 * np.exp(-((x - 7) ** 2)))
    >>> [round(peak.energy, 2) for peak in find(two)]
    [3.02, 7.0]
    """
    energy, intensity = spectrum.energy, spectrum.intensity
    if window is not None:
        inside = (energy >= window[0]) & (energy <= window[1])
        energy, intensity = energy[inside], intensity[inside]
        if len(energy) < FEWEST_POINTS:
            raise ValueError(
                f"the spectrum has {len(energy)} points from {window[0]:g} to {window[1]:g} eV, "
                f"and a peak takes {FEWEST_POINTS}"
            )
    most = intensity.max()
    if not most > 0:
        return []
    tops, properties = find_peaks(intensity, prominence=prominence * most)
    found = []
    for top, above in zip(tops, properties["prominences"], strict=True):
        near = slice(max(top - 1, 0), top + 2)
        # Counted from the top, so that the squares keep their digits.
        curvature, slope, height = np.polyfit(energy[near] - energy[top], intensity[near], 2)
        # The middle of a plateau has no curvature and is its own top.
        offset = -slope / (2 * curvature) if curvature < 0 else 0.0
        found.append(
            Peak(
                energy=float(energy[top] + offset),
                height=float(height + slope * offset / 2),
                prominence=float(above / most),
            )
        )
    return found

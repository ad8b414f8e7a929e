"""Whether a band follows the lowest path past a site, judged by the site's relaxed energy.

A band converges to the path nearest to its first images. Where the host has two arrangements
around the same position of the dopant, that need not be the lower one: N in bcc Li by SevenNet-0
passes the tetrahedral site with four neighbours or, lower, with eight.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from liponflow.analysis.migration.hop_documents import PassedSite, Restart
from liponflow.analysis.migration.hops import band_barrier
from liponflow.analysis.runs import NEBResult

TOLERANCE = 0.02
"""A site this much (eV) below the band shows a lower path; less is what both converge to."""


class Approach(NamedTuple):
    """How near a band comes to a site (from ``structures.migration.passed``).

    Attributes
    ----------
    site
        Kind of site.
    share
        Where, in images: 2.5 is halfway from image 2 to image 3.
    distance
        Å.
    """

    site: str
    share: float
    distance: float


def compare_with_sites(
    band: NEBResult, approaches: Sequence[Approach], energies: Mapping[str, float]
) -> list[PassedSite]:
    """Compare the energy of a band with that of each site that it passes.

    Parameters
    ----------
    band
        Relaxed band whose images all have an energy.
    approaches
        Sites that it passes.
    energies
        Relaxed energy of the dopant on each kind of site above the first image, eV; kinds on
        which it was not relaxed are left out.

    Returns
    -------
    list of PassedSite
        In the order of the path.
    """
    curve = band_barrier(band).curve
    distances = [image.distance for image in band.images]
    found = []
    for site, share, apart in approaches:
        there = np.interp(share, np.arange(len(distances)), distances)
        energy = float(np.interp(there, curve[:, 0], curve[:, 1]))
        own = energies.get(site)
        found.append(
            PassedSite(
                site=site,
                distance=apart,
                band_energy=energy,
                site_energy=own,
                below=None if own is None else energy - own,
            )
        )
    return found


def restart_through(passed: Sequence[PassedSite]) -> int | None:
    """Return the index of the site farthest below the band; None if no site is low enough."""
    below = [site.below or 0.0 for site in passed]
    lowest = int(np.argmax(below)) if below else 0
    return lowest if below and below[lowest] > TOLERANCE else None


def choose(
    first: NEBResult, second: NEBResult | None, site: PassedSite, failure: str | None = None
) -> tuple[NEBResult, Restart]:
    """Keep the lower of two bands between the same end points.

    Parameters
    ----------
    first
        Band from the interpolation.
    second
        Band from a path through a site; None if it failed.
    site
        The site.
    failure
        Why there is no second band, if it was not even started.

    Returns
    -------
    NEBResult
        The band to keep: of two converged ones that with the lower saddle.
    Restart
        Record of both.
    """
    barriers = [
        band_barrier(band).forward if band is not None and band.converged else None
        for band in (first, second)
    ]
    old, new = barriers
    lower = new is not None and (old is None or new < old)
    kept: Literal["first", "second"] = "second" if lower else "first"
    why = (
        f"the relaxed {site.site} site lies {site.below or 0.0:.3f} eV below the band beside it "
        f"(limit {TOLERANCE:g})"
    )
    shown = [None if value is None else f"{value:.3f}" for value in barriers]
    if failure is not None:
        end = f"no band leads through that site ({failure}), so the first one is kept"
    elif new is None:
        end = "the band through that site did not converge, so the first one is kept"
    elif old is None:
        end = f"the band through that site has a barrier of {shown[1]} eV; the first has none"
    elif lower:
        end = f"the band through that site has a barrier of {shown[1]} instead of {shown[0]} eV"
    else:
        end = (
            f"the band through that site has a barrier of {shown[1]} eV, not below the {shown[0]} "
            "eV of the first, which is kept"
        )
    record = Restart(
        site=site.site, first_barrier=old, second_barrier=new, kept=kept, reason=f"{why}: {end}"
    )
    return (second if lower and second is not None else first), record

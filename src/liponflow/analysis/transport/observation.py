"""Everything that is seen of a run beside its mean-squared displacements, in the same pass."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from liponflow.analysis.trajectory.frames import Frames
from liponflow.analysis.transport.density import Density, DensityMap
from liponflow.analysis.transport.displacements import Moved, Unwrapper
from liponflow.analysis.transport.mean_squares import MeanSquares
from liponflow.analysis.transport.regions import Region, RegionFollower
from liponflow.analysis.transport.shells import Shells, anions_of, narrow
from liponflow.analysis.transport.sites import PERSISTENCE, SiteFollower, Sites
from liponflow.analysis.transport.van_hove import VanHove, VanHoveFunction
from liponflow.arrays import FloatArray, IntArray

FEWEST = 2
"""Frames of the persistence time: of closer ones only some are looked at, and more distant ones
lengthen it."""
_ROUNDING = 1e-9


class ObservedRegion(NamedTuple):
    """What was seen in a region.

    Attributes
    ----------
    region
        The region.
    ions
        Mean number of ions in it.
    squares
        Moments of the windows that begin and end in it.
    """

    region: Region
    ions: float
    squares: MeanSquares


@dataclass(frozen=True)
class Observed:
    """What was seen of a run.

    Attributes
    ----------
    sites
        Sites and jumps; None if there are no anions, or the cell is too narrow.
    van_hove
        Van Hove functions at a few times.
    density
        Where the ions were; None if that was not asked for.
    regions
        What was seen in each region.
    """

    sites: Sites | None
    van_hove: list[VanHoveFunction]
    density: Density | None
    regions: list[ObservedRegion]


class Observation:
    """Takes the frames of a run, block by block.

    Parameters
    ----------
    follower
        Follows the paths, with the first block already seen.
    regions
        Slabs in which transport is measured, too.
    details
        Whether sites, van Hove functions and the density are measured.
    """

    def __init__(
        self, follower: Unwrapper, regions: Sequence[Region], *, details: bool = True
    ) -> None:
        self._symbols, self._species = follower.symbols, follower.species
        self._ions = int(follower.mobile.sum())
        self._cell = follower.first_cell
        self._van_hove = VanHove(self._ions, self._cell) if details else None
        self._density = DensityMap(self._cell) if details else None
        self._regions = [RegionFollower(region, self._ions) for region in regions]
        self._sites: SiteFollower | None = None
        self._stride, self._seen = 1, 0
        self.notes: list[str] = []
        self._anions = anions_of(self._symbols, self._species) if details else ()
        if details and not self._anions:
            self.notes.append(f"no sites: there are no anions around {self._species}")

    def add(self, frames: Frames, moved: Moved, interval: float | None) -> None:
        """Add a block.

        Parameters
        ----------
        frames
            The frames.
        moved
            The paths in them.
        interval
            Time from frame to frame, ps; None while it is not known, and sites are not followed.
        """
        places = moved.places
        inside = [follower.region.holds(places) for follower in self._regions]
        if self._van_hove is not None and self._density is not None:
            self._van_hove.add(places)
            self._density.add(places)
        for follower, there in zip(self._regions, inside, strict=True):
            follower.add(moved.mobile, there)
        if self._sites is None and interval is not None and self._anions:
            self._sites = self._site_follower(frames, interval)
        if self._sites is not None and len(places):
            taken = slice(-self._seen % self._stride, None, self._stride)
            chosen = np.flatnonzero(moved.kept)[taken]
            if len(chosen):
                self._sites.add(
                    _taken(frames, chosen), places[taken], [it[taken] for it in inside]
                )
            self._seen += len(places)

    def _site_follower(self, frames: Frames, interval: float) -> SiteFollower | None:
        if narrow(frames):
            self._anions = ()
            self.notes.append(
                "no sites: the cell is so narrow that an anion is near an ion twice; give a "
                "larger cell"
            )
            return None
        self._stride = max(1, int(PERSISTENCE / FEWEST / interval + _ROUNDING))
        apart = interval * self._stride
        return SiteFollower(
            Shells(self._symbols, self._species, self._anions),
            self._ions,
            self._cell,
            interval=apart,
            persistence=max(FEWEST, math.ceil(PERSISTENCE / apart - _ROUNDING)),
            regions=len(self._regions),
        )

    def result(self, to_mean_cell: FloatArray) -> Observed:
        """Return what was seen.

        Parameters
        ----------
        to_mean_cell
            Matrix that turns displacements (rows) into those in the mean cell.
        """
        return Observed(
            sites=None if self._sites is None else self._sites.result(),
            van_hove=[] if self._van_hove is None else self._van_hove.result(),
            density=None if self._density is None else self._density.result(),
            regions=[
                ObservedRegion(
                    follower.region,
                    follower.mean_ions,
                    follower.squares().in_cell(to_mean_cell),
                )
                for follower in self._regions
            ],
        )


def _taken(frames: Frames, chosen: IntArray) -> Frames:
    """Return some of the frames."""
    if len(chosen) == len(frames):
        return frames
    return replace(
        frames,
        positions=frames.positions[chosen],
        cells=frames.cells[chosen],
        times=frames.times[chosen],
        temperatures=frames.temperatures[chosen],
        energies=frames.energies[chosen],
        stages=tuple(frames.stages[number] for number in chosen),
    )

"""The network of sites that jumps join, and whether it goes through the cell."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from liponflow.arrays import FloatArray, IntArray

ALIKE = 0.7
"""Common anions over all of two shells from which on they are one site (our choice): 0.75 and 0.8
if three or four have one more, 0.6 in tetrahedra that share a face, which two ions can fill at
once."""

Shift = tuple[int, int, int]


class Step(NamedTuple):
    """Jump between sites, one of them in an image of the cell."""

    start: int
    end: int
    shift: Shift
    """Cell of the end relative to that of the start."""

    @property
    def back(self) -> "Step":
        """The same jump in the other direction."""
        a, b, c = self.shift
        return Step(self.end, self.start, (-a, -b, -c))


class NetworkSummary(NamedTuple):
    """Extent of a network of jumps.

    Attributes
    ----------
    sites
        Sites that were seen.
    paths
        Different pairs of sites that a jump joins.
    largest
        Sites of the largest connected part.
    dimensions
        Number of independent directions in which connected jumps lead through the whole cell, 0
        to 3.
    """

    sites: int
    paths: int
    largest: int
    dimensions: int


def summarise_network(sites: int, steps: Mapping[Step, int]) -> NetworkSummary:
    """Return the extent of a network.

    A walk that comes back to a site in another image of the cell leads through the cell. Parts
    are joined one jump at a time, with the image of every site relative to the first of its part
    (union-find with offsets); a jump within a part closes such a walk if the images differ.

    Parameters
    ----------
    sites
        Number of sites.
    steps
        Number of each jump.

    Examples
    --------
    >>> line = {Step(0, 1, (0, 0, 0)): 2, Step(1, 0, (1, 0, 0)): 1}
    >>> summarise_network(3, line)
    NetworkSummary(sites=3, paths=2, largest=2, dimensions=1)
    """
    root = list(range(sites))
    offset = np.zeros((sites, 3), dtype=np.int64)
    members = {site: [site] for site in range(sites)}
    loops: dict[int, list[IntArray]] = {site: [] for site in range(sites)}
    for step in steps:
        first, second = root[step.start], root[step.end]
        # Image of the end's part that the jump asks for.
        image = offset[step.start] + np.array(step.shift) - offset[step.end]
        if first == second:
            if image.any():
                loops[first].append(image)
            continue
        for site in members.pop(second):
            root[site] = first
            offset[site] += image
            members[first].append(site)
        loops[first] += loops.pop(second)
    through = [np.linalg.matrix_rank(np.array(found)) for found in loops.values() if found]
    return NetworkSummary(
        sites,
        len({min(step, step.back) for step in steps}),
        max((len(found) for found in members.values()), default=0),
        int(max(through, default=0)),
    )


class SiteBook:
    """Names sites by their shells: one that is like a known one, but for an anion, is that site.

    Parameters
    ----------
    anions
        Number of anions.
    """

    def __init__(self, anions: int) -> None:
        self._shells = np.zeros((0, anions), dtype=bool)
        self._places: list[FloatArray] = []
        self.steps: Counter[Step] = Counter()

    def __len__(self) -> int:
        return len(self._places)

    def find(self, shell: np.ndarray, place: FloatArray) -> tuple[int, IntArray]:
        """Return a site, new if none is like it, and the image of the cell in which it is.

        Parameters
        ----------
        shell
            Which anions belong to it.
        place
            Where an ion is in it, fractional and not wrapped.
        """
        common = (self._shells & shell).sum(axis=1)
        likeness = common / (self._shells | shell).sum(axis=1)
        if len(likeness) and likeness.max() >= ALIKE:
            number = int(likeness.argmax())
        else:
            number = len(self._places)
            self._shells = np.concatenate([self._shells, shell[None]])
            self._places.append(place % 1.0)
        image: IntArray = np.rint(place - self._places[number]).astype(np.int64)
        return number, image

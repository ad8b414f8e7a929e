"""Sites of ions in a glass, where there is no lattice: an ion's site is its shell of anions.

A bond to an anion counts as made or broken when it has been so for the persistence time without a
break, so that vibrations across the cut-off change nothing (the idea: D. Laage and J. T. Hynes, J.
Phys. Chem. B 112, 7697 (2008)). When the bonds of an ion have then been still for that time, and
no more than half of the smaller of both shells is common to the site and the present shell, the
ion has jumped, and this shell is its site.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from liponflow.analysis.block_average import NamedAverages
from liponflow.analysis.glass.li_environments import environment_name
from liponflow.analysis.trajectory.frames import Frames
from liponflow.analysis.transport.jump_network import (
    NetworkSummary,
    SiteBook,
    Step,
    summarise_network,
)
from liponflow.analysis.transport.shells import Cutoff, Shells
from liponflow.arrays import BoolArray, FloatArray, IntArray

PERSISTENCE = 0.1
"""Persistence time, ps: about one period of the vibrations of Li among O (300 to 400 1/cm), after
which an ion that only swings out is back (our choice)."""
_BASE = 64


@dataclass
class Group:
    """Ions that are counted together: all, or those in a region.

    Attributes
    ----------
    shares
        Share of each environment in every frame.
    stays
        Frames that ions with a known site spent, by the environment of the site.
    jumps
        Jumps by the environment of the site that was left.
    """

    shares: NamedAverages = field(default_factory=NamedAverages)
    stays: Counter[str] = field(default_factory=Counter)
    jumps: Counter[str] = field(default_factory=Counter)


class Sites(NamedTuple):
    """What the sites of a run are.

    Attributes
    ----------
    cutoff
        Of the shells.
    interval
        Time between the frames in which shells were looked at, ps.
    persistence
        Frames of the persistence time.
    groups
        All ions, then each region.
    completed
        Stays that began and ended with a jump: how many, by their length in frames.
    open
        Stays that began with a jump and lasted until the end of the run.
    returns
        Jumps back to the site before.
    square_length
        Mean square distance between the places of an ion before and after a jump, Å²; None
        without a jump whose stay has ended.
    network
        Sites and paths.
    """

    cutoff: Cutoff
    interval: float
    persistence: int
    groups: list[Group]
    completed: Counter[int]
    open: Counter[int]
    returns: int
    square_length: float | None
    network: NetworkSummary

    @property
    def jumps(self) -> int:
        """Number of jumps of all ions."""
        return sum(self.groups[0].jumps.values())


class SiteFollower:
    """Follows ions from site to site, block by block.

    Parameters
    ----------
    shells
        Finds the anions around the ions.
    ions
        Number of ions.
    cell
        Cell of the fractional places, rows (Å).
    interval
        Time from frame to frame, ps.
    persistence
        Frames of the persistence time.
    regions
        Number of regions.
    """

    def __init__(
        self,
        shells: Shells,
        ions: int,
        cell: FloatArray,
        *,
        interval: float,
        persistence: int,
        regions: int = 0,
    ) -> None:
        self._shells, self._cell = shells, cell
        self._interval, self._wait = interval, persistence
        self._anions = shells.elements
        self._is_anion = [np.array(shells.symbols) == anion for anion in self._anions]
        number = len(shells.symbols)
        self._groups = [Group() for _ in range(regions + 1)]
        self._book = SiteBook(number)
        self._bonded: BoolArray | None = None
        self._against = np.zeros((ions, number), dtype=np.int32)
        self._still = np.zeros(ions, dtype=np.int64)
        self._site: BoolArray = np.zeros((ions, number), dtype=bool)
        self._number = np.full(ions, -1)
        self._image: IntArray = np.zeros((ions, 3), dtype=np.int64)
        self._name = np.full(ions, "", dtype=object)
        self._before: list[Step | None] = [None] * ions
        self._since = np.full(ions, -1)
        self._sum = np.zeros((ions, 3))
        self._samples = np.zeros(ions)
        self._last_mean = np.full((ions, 3), np.nan)
        self._completed: Counter[int] = Counter()
        self._returns = 0
        self._squares: list[float] = [0.0, 0.0]
        self._frame = 0

    def add(self, frames: Frames, places: FloatArray, inside: list[BoolArray]) -> None:
        """Add frames.

        Parameters
        ----------
        frames
            The frames.
        places
            Fractional places of the ions with the framework at rest, frames x ions x 3.
        inside
            Which ions are in each region, frames x ions.
        """
        masks = [np.ones(places.shape[:2], dtype=bool), *inside]
        begin = 0
        for near in self._shells.near(frames):
            part = slice(begin, begin + len(near))
            here = [mask[part] for mask in masks]
            self._count_environments(near, here)
            for number, place in enumerate(places[part]):
                self._step(near[number], place, [mask[number] for mask in here])
            begin += len(near)

    def _count_environments(self, near: BoolArray, masks: list[BoolArray]) -> None:
        code = np.zeros(near.shape[:2], dtype=np.int64)
        for is_anion in self._is_anion:
            # Numbers of neighbours as digits of one integer, whose order sorts environments.
            code = code * _BASE + near[:, :, is_anion].sum(axis=2)
        names = {int(value): self._environment(int(value)) for value in np.unique(code)}
        for group, mask in zip(self._groups, masks, strict=True):
            present = np.maximum(mask.sum(axis=1), 1)
            shares = {
                name: ((code == value) & mask).sum(axis=1) / present
                for value, name in names.items()
            }
            group.shares.add(len(near), shares)

    def _environment(self, code: int) -> str:
        numbers = []
        for _ in self._anions:
            code, number = divmod(code, _BASE)
            numbers.append(number)
        counts = dict(zip(self._anions, reversed(numbers), strict=True))
        return environment_name(self._shells.species, counts)

    def _step(self, near: BoolArray, place: FloatArray, masks: list[BoolArray]) -> None:
        if self._bonded is None:
            self._bonded = near.copy()
        self._against = np.where(near == self._bonded, 0, self._against + 1)
        flip = self._against >= self._wait
        self._bonded ^= flip
        self._against[flip] = 0
        self._still = np.where(flip.any(axis=1), 0, self._still + 1)
        settled = np.flatnonzero((self._still == self._wait) & self._bonded.any(axis=1))
        for ion in settled.tolist():
            if self._number[ion] < 0:
                self._settle(ion, place[ion])
            elif self._has_left(ion):
                self._jump(ion, place[ion], [bool(mask[ion]) for mask in masks])
        known = self._number >= 0
        for group, mask in zip(self._groups, masks, strict=True):
            group.stays.update(Counter(self._name[known & mask]))
        there = 2 * (near & self._site).sum(axis=1) > self._site.sum(axis=1)
        self._sum[there] += place[there]
        self._samples[there] += 1
        self._frame += 1

    def _has_left(self, ion: int) -> bool:
        assert self._bonded is not None  # noqa: S101 - for mypy: a step comes first
        now, then = self._bonded[ion], self._site[ion]
        common = int((now & then).sum())
        return 2 * common <= min(int(now.sum()), int(then.sum()))

    def _settle(self, ion: int, place: FloatArray) -> None:
        assert self._bonded is not None  # noqa: S101 - as above
        shell = self._bonded[ion].copy()
        self._number[ion], self._image[ion] = self._book.find(shell, place)
        self._site[ion] = shell
        counts = {
            anion: int(shell[is_anion].sum())
            for anion, is_anion in zip(self._anions, self._is_anion, strict=True)
        }
        self._name[ion] = environment_name(self._shells.species, counts)
        self._sum[ion], self._samples[ion] = 0.0, 0

    def _jump(self, ion: int, place: FloatArray, inside: list[bool]) -> None:
        for group, counted in zip(self._groups, inside, strict=True):
            if counted:
                group.jumps[self._name[ion]] += 1
        if self._since[ion] >= 0:
            self._completed[self._frame - int(self._since[ion])] += 1
        self._since[ion] = self._frame
        self._end_stay(ion)
        start, image = int(self._number[ion]), self._image[ion].copy()
        self._settle(ion, place)
        a, b, c = (int(number) for number in self._image[ion] - image)
        step = Step(start, int(self._number[ion]), (a, b, c))
        before = self._before[ion]
        self._returns += before is not None and step == before.back
        self._before[ion] = step
        self._book.steps[step] += 1

    def _end_stay(self, ion: int) -> None:
        """Measure the jump that led to a stay, whose mean place is known now."""
        mean = self._sum[ion] / max(self._samples[ion], 1)
        moved = (mean - self._last_mean[ion]) @ self._cell
        if self._samples[ion] and np.isfinite(moved).all():
            self._squares[0] += float(moved @ moved)
            self._squares[1] += 1
        if self._samples[ion]:
            self._last_mean[ion] = mean

    def result(self) -> Sites | None:
        """Return what was found; None before the first frame."""
        if self._shells.cutoff is None:
            return None
        for ion in np.flatnonzero(self._since >= 0).tolist():
            self._end_stay(ion)
        lasting = Counter(int(self._frame - since) for since in self._since if since >= 0)
        total, number = self._squares
        return Sites(
            cutoff=self._shells.cutoff,
            interval=self._interval,
            persistence=self._wait,
            groups=self._groups,
            completed=self._completed,
            open=lasting,
            returns=self._returns,
            square_length=total / number if number else None,
            network=summarise_network(len(self._book), self._book.steps),
        )

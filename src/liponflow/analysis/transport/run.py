"""One run of molecular dynamics, read once: its mean-squared displacements and its conditions."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np

from liponflow.analysis.trajectory.frames import Frames
from liponflow.analysis.transport.displacements import TransportError, Unwrapper
from liponflow.analysis.transport.mean_squares import Accumulator, MeanSquares
from liponflow.analysis.transport.observation import Observation, Observed
from liponflow.analysis.transport.regions import Region
from liponflow.arrays import FloatArray
from liponflow.units import BOLTZMANN, FS_PER_PS

LEAST_FRAMES = 50
"""Fewest frames of a run."""
UNEVEN = 0.01
"""Largest difference between the times of a file and even ones, relative to the time step."""
TOO_FAST = 1.5
"""Mean squared speed from frame to frame over the thermal one; above 1 only by fluctuations."""
TOO_SLOW = 0.5
"""The same in frames that are so close that the atoms fly straight, where it should be 1."""
FLIGHT = 3.6
"""MSD at two frames over that at one, above which atoms fly straight: 4 at constant velocity."""
DIFFERENT = 0.1
"""Largest relative difference between temperatures of one run."""
LOOSE = 1.5
"""Root mean square displacement (Å) over the run above which an element is not part of a
framework: half a hop between neighbouring sites (our choice); vibrations leave about 0.5 Å."""
_SPEED = 103.6427
"""1 u Å²/ps² in 1e-6 eV."""

Reader = Callable[[Path], Iterator[Frames]]


@dataclass
class Run:
    """What a run tells of its mobile ions.

    Attributes
    ----------
    files
        Files in order.
    symbols
        Element of every atom.
    squares
        Moments of the displacements in the mean cell.
    interval
        Time from frame to frame, ps.
    temperature
        K.
    cell
        Mean cell, rows (Å).
    all_mobile
        Whether there is no framework.
    observed
        Sites, van Hove functions, density and regions.
    notes
        What was left out or is doubtful.
    target
        Temperature that the thermostat was set to, K; None if unknown.
    """

    files: Sequence[Path]
    symbols: tuple[str, ...]
    squares: MeanSquares
    interval: float
    temperature: float
    cell: FloatArray
    all_mobile: bool
    observed: Observed
    notes: list[str] = field(default_factory=list)
    target: float | None = None

    @property
    def volume(self) -> float:
        """Return the volume of the mean cell, Å³."""
        return float(abs(np.linalg.det(self.cell)))

    @property
    def length(self) -> float:
        """Return the time from the first frame to the last, ps."""
        return (self.squares.frames - 1) * self.interval


def follow_run(
    files: Sequence[Path],
    read: Reader,
    *,
    species: str,
    time_step: float | None = None,
    temperature: float | None = None,
    regions: Sequence[Region] = (),
    details: bool = True,
    name: str = "",
) -> Run:
    """Read the segments of a run.

    Parameters
    ----------
    files
        Segments in order.
    read
        Reads one of them, block by block.
    species
        Element of the mobile ions.
    time_step
        Time from frame to frame, fs; None to take it from the files.
    temperature
        K; None to take the mean of the files.
    regions
        Slabs in which transport is measured, too.
    details
        Whether sites, van Hove functions and the density are measured.
    name
        Name of the run in its notes; by default its first file.

    Raises
    ------
    TransportError
        If the run cannot be used; the file, the value and the remedy are named.
    """
    follower: Unwrapper | None = None
    accumulator = Accumulator(0)
    observation: Observation | None = None
    clock = _Clock(time_step)
    heat = _Thermometer()
    notes: list[str] = []
    for path in files:
        repeated = 0
        for frames in read(path):
            if follower is None:
                follower = Unwrapper(frames.symbols, species, str(path))
                accumulator = Accumulator(int(follower.mobile.sum()))
            elif frames.symbols != follower.symbols:
                raise TransportError(
                    f"{path}: its atoms differ from those of {files[0]}, or are in another order "
                    f"({_composition(frames.symbols)}, there {_composition(follower.symbols)}); "
                    "bring the atoms of all segments into one order"
                )
            follower.place = str(path)
            moved = follower.follow(frames)
            repeated += int((~moved.kept).sum())
            accumulator.add(moved.mobile)
            clock.read(frames.times[moved.kept], path)
            observation = observation or Observation(follower, regions, details=details)
            observation.add(frames, moved, clock.known)
            heat.read(frames.temperatures[moved.kept], path)
        if repeated:
            notes.append(
                f"{path}: {repeated} frames that repeat the one before them are left out, as "
                "restarts write them"
            )
        clock.end_file()
    if follower is None or observation is None or follower.frames < LEAST_FRAMES:
        found = 0 if follower is None else follower.frames
        raise TransportError(
            f"{', '.join(map(str, files))}: {found} different frames, and {LEAST_FRAMES} are the "
            "fewest; give a longer run, or skip fewer"
        )
    place = str(files[0])
    notes += _loose(name or place, follower.framework_displacements)
    interval = clock.interval(place)
    warm = heat.mean(place, temperature)
    squares = accumulator.result()
    _check_speed(place, follower.mean_square_step, squares, interval, warm)
    return Run(
        files,
        follower.symbols,
        squares.in_cell(follower.to_mean_cell),
        interval,
        warm,
        follower.mean_cell,
        follower.all_mobile,
        observation.result(follower.to_mean_cell),
        [*notes, *observation.notes],
    )


def _loose(place: str, displacements: Mapping[str, float]) -> list[str]:
    """Doubt a run whose other atoms move, from their displacements by element (Å)."""
    moved = {symbol: length for symbol, length in displacements.items() if length > LOOSE}
    if not moved:
        return []
    lengths = ", ".join(f"{symbol} by {length:.2g} Å" for symbol, length in moved.items())
    doubt = (
        f"{place}: the centre of mass of the other atoms counts as at rest, but they move "
        f"({lengths}, root mean square, in the run): if they diffuse, the coefficients come out "
        "too large, the collective one most; if the network moves, an extrapolation is that of a "
        "melt"
    )
    return [doubt]


def _composition(symbols: Sequence[str]) -> str:
    return " ".join(f"{name}{len(list(group))}" for name, group in groupby(symbols))


class _Clock:
    """Finds the time from frame to frame, in ps, and that all files have the same."""

    def __init__(self, given: float | None) -> None:
        self._given = None if given is None else given / FS_PER_PS
        self._step = math.nan
        self._last = math.nan

    def read(self, times: np.ndarray, path: Path) -> None:
        for time in times:
            step = time - self._last
            self._last = time
            if math.isnan(step):
                continue
            if math.isnan(self._step):
                self._step = step
                if step <= 0 or (self._given is not None and abs(step / self._given - 1) > UNEVEN):
                    given = (
                        ""
                        if self._given is None
                        else f", and --time-step is {self._given * FS_PER_PS:g}"
                    )
                    raise TransportError(
                        f"{path}: its frames are {step * FS_PER_PS:g} fs apart by their times"
                        f"{given}; leave --time-step out, or correct the times"
                    )
            if abs(step - self._step) > UNEVEN * self._step:
                raise TransportError(
                    f"{path}: the frames at {time - step:g} and {time:g} ps are "
                    f"{step * FS_PER_PS:g} fs apart, those before them {self._step * FS_PER_PS:g} "
                    "fs; give evenly spaced frames, with one time step in all files of a run"
                )

    @property
    def known(self) -> float | None:
        """Time from frame to frame as far as it is known, ps."""
        if self._given is not None:
            return self._given
        return None if math.isnan(self._step) else self._step

    def end_file(self) -> None:
        """Forget the last time: clocks of segments begin anew."""
        self._last = math.nan

    def interval(self, place: str) -> float:
        if self.known is None:
            raise TransportError(
                f"{place}: does not tell the times of its frames; give the time from one frame "
                "of the file to the next by --time-step (fs)"
            )
        return self.known


class _Thermometer:
    def __init__(self) -> None:
        self._sums: dict[Path, list[float]] = {}

    def read(self, temperatures: np.ndarray, path: Path) -> None:
        known = temperatures[np.isfinite(temperatures)]
        total = self._sums.setdefault(path, [0.0, 0.0])
        total[0] += float(known.sum())
        total[1] += len(known)

    def mean(self, place: str, given: float | None) -> float:
        """Return the given temperature if the files do not contradict it, or their mean."""
        means = {path: total / number for path, (total, number) in self._sums.items() if number}
        if given is not None:
            for path, mean in means.items():
                if abs(mean - given) > DIFFERENT * given:
                    raise TransportError(
                        f"{path}: is at {mean:.0f} K by its frames, and --temperature is "
                        f"{given:g}; give that of each file, in their order"
                    )
            return given
        if not means:
            raise TransportError(
                f"{place}: does not tell its temperature; give it by --temperature (K)"
            )
        (cold, low), (hot, high) = (
            pick(means.items(), key=lambda item: item[1]) for pick in (min, max)
        )
        if high - low > DIFFERENT * high:
            raise TransportError(
                f"{cold} is at {low:.0f} K and {hot} at {high:.0f} K, which are not segments of "
                "one run; give --temperature with one value for each file"
            )
        total, number = np.sum(list(self._sums.values()), axis=0)
        return float(total / number)


def _check_speed(
    place: str, mean_square_step: float, squares: MeanSquares, interval: float, temperature: float
) -> None:
    """Compare the displacements from frame to frame with the thermal velocities.

    The mean-squared displacement cannot exceed that of straight flight, 3 k T t² / m.
    """
    thermal = 3 * BOLTZMANN * temperature / (_SPEED * 1e-6) * interval**2
    found = mean_square_step / thermal
    own = np.trace(squares.own, axis1=1, axis2=2)
    flies = squares.lags[1] == 2 * squares.lags[0] and own[1] > FLIGHT * own[0] > 0
    if found <= TOO_FAST and not (flies and found < TOO_SLOW):
        return
    right = interval * math.sqrt(found) * FS_PER_PS
    raise TransportError(
        f"{place}: with {interval * FS_PER_PS:g} fs from frame to frame, the atoms move at "
        f"{math.sqrt(found):.2g} times the thermal velocity of {temperature:.0f} K; it would be "
        f"right with about {right:.3g} fs{'' if flies else ' or more'}: correct --time-step (the "
        "time between frames of the file, not that of the integrator) or --temperature"
    )

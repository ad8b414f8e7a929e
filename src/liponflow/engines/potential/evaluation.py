"""Energies and forces of geometries: in this process, in several, or from the record of a job.

The record (:mod:`liponflow.engines.record`) is the only state that a killed job needs.
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator

from liponflow.arrays import FloatArray
from liponflow.engines.potential.graph import GraphCalculator
from liponflow.engines.record import SAME_POSITION, append_record, open_record
from liponflow.settings import CPU

REMEMBERED = 64
"""Number of images of earlier calls that are kept."""


@dataclass(frozen=True)
class Evaluation:
    """Energy and forces of one image.

    Attributes
    ----------
    energy
        eV.
    forces
        eV/Å, shape (atoms, 3).
    """

    energy: float
    forces: FloatArray


Evaluate = Callable[[Sequence[Atoms]], list[Evaluation]]
"""Function that computes images, in their order."""

LoadCalculator = Callable[[], Calculator]
"""Function that loads a potential; importable, since other processes call it."""


def evaluate_with(calculator: Calculator) -> Evaluate:
    """Compute images with one calculator, at once where that pays: on a GPU."""
    if isinstance(calculator, GraphCalculator) and calculator.device != CPU:
        return evaluate_at_once(calculator)
    return evaluate_one_by_one(calculator)


def evaluate_at_once(calculator: GraphCalculator) -> Evaluate:
    """Compute all images in one evaluation."""

    def evaluate(images: Sequence[Atoms]) -> list[Evaluation]:
        found = calculator.compute(images)
        return [Evaluation(results["energy"], results["forces"]) for results in found]

    return evaluate


def evaluate_one_by_one(calculator: Calculator) -> Evaluate:
    """Compute one image after the other."""

    def evaluate(images: Sequence[Atoms]) -> list[Evaluation]:
        return [_evaluate(image, calculator) for image in images]

    return evaluate


@contextmanager
def evaluator(load: LoadCalculator, processes: int = 1) -> Iterator[Evaluate]:
    """Yield a function that computes images with a potential, in parallel if requested.

    Parameters
    ----------
    load
        Function that loads the potential; with several processes it must be picklable (an
        importable function or a bound method of a picklable object), since each of them loads its
        own.
    processes
        Number of processes; 1 computes in this process.

    Yields
    ------
    Evaluate
        Function that works until the context ends.
    """
    if processes == 1:
        yield evaluate_with(load())
        return
    # "spawn": torch does not survive a fork of a process that has already computed.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _start, (load,)) as pool:
        yield lambda images: list(pool.map(_evaluate_here, images))


class Remembered:
    """Evaluations that are not computed again for images that have not moved.

    Parameters
    ----------
    evaluate
        Function that computes the others, in one call.
    """

    def __init__(self, evaluate: Evaluate) -> None:
        self._evaluate = evaluate
        self._known: list[tuple[FloatArray, Evaluation]] = []

    def __call__(self, images: Sequence[Atoms]) -> list[Evaluation]:
        """Return the evaluations of images, computed or remembered."""
        found = [self._recall(image.positions) for image in images]
        missing = [image for image, one in zip(images, found, strict=True) if one is None]
        computed = iter(self._evaluate(missing) if missing else [])
        evaluations = [next(computed) if one is None else one for one in found]
        self._known = self._known[-REMEMBERED:] + [
            (image.positions.copy(), one) for image, one in zip(images, evaluations, strict=True)
        ]
        return evaluations

    def _recall(self, positions: FloatArray) -> Evaluation | None:
        for known, one in reversed(self._known):
            if np.abs(known - positions).max() < SAME_POSITION:
                return one
        return None


class Recorded:
    """Recorded evaluations, which are read from the record if it has them.

    Parameters
    ----------
    evaluate
        Function that computes images that are not in the record.
    path
        File of the record, a line of JSON per call; its folder is created if missing. A last line
        that a kill cut short is ignored, and so is everything after the first call for positions
        that differ from the record.

    Attributes
    ----------
    computed
        Images computed in this process.
    recalled
        Images taken from the record.
    """

    def __init__(self, evaluate: Evaluate, path: Path) -> None:
        self._evaluate = evaluate
        self._path = path
        self._lines = open_record(path)
        self._length = 0
        self._recalling = True
        self.computed = 0
        self.recalled = 0

    def __call__(self, images: Sequence[Atoms]) -> list[Evaluation]:
        """Return the evaluations of images, computed or recalled."""
        positions = np.array([image.positions for image in images])
        evaluations = self._recall(positions)
        if evaluations is not None:
            self.recalled += len(evaluations)
            return evaluations
        evaluations = self._evaluate(images)
        self.computed += len(evaluations)
        record = {
            "positions": positions.tolist(),
            "energies": [one.energy for one in evaluations],
            "forces": [one.forces.tolist() for one in evaluations],
        }
        append_record(self._path, record)
        return evaluations

    def _recall(self, positions: FloatArray) -> list[Evaluation] | None:
        """Return the next line of the record, or stop recalling and cut off the rest."""
        if not self._recalling:
            return None
        if self._lines:
            line = self._lines.pop(0)
            record = json.loads(line)
            known = np.array(record["positions"])
            if known.shape == positions.shape and np.allclose(
                known, positions, rtol=0, atol=SAME_POSITION
            ):
                self._length += len(line)
                return [
                    Evaluation(energy, np.array(forces))
                    for energy, forces in zip(record["energies"], record["forces"], strict=True)
                ]
        self._recalling = False
        os.truncate(self._path, self._length)
        return None


def _evaluate(image: Atoms, calculator: Calculator) -> Evaluation:
    atoms = image.copy()
    atoms.calc = calculator
    forces = np.asarray(atoms.get_forces(), dtype=np.float64).copy()
    return Evaluation(float(atoms.get_potential_energy()), forces)


_calculator: Calculator


def _start(load: LoadCalculator) -> None:
    """Load the potential of a process, which uses one thread."""
    global _calculator  # noqa: PLW0603 - the state of a process that does nothing else
    _calculator = load()
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


def _evaluate_here(image: Atoms) -> Evaluation:
    return _evaluate(image, _calculator)

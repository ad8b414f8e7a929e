"""Times of potentials on the CPU and on a GPU, for LiPON glass, and their differences.

    OMP_NUM_THREADS=1 python benchmarks/device.py [FILE] [--engines chgnet,sevennet-0]

For each potential: energy, forces and stress of 122 and 976 atoms, a step of dynamics of 122
atoms, and a band of seven images of 122 atoms, one by one and at once. Without a GPU only the CPU
is measured. The table goes to standard output and to FILE.
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import argparse
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.md.langevinbaoab import LangevinBAOAB

from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.device import cuda_is_there, label
from liponflow.engines.engine import EngineOptions
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.engines.potential.evaluation import evaluate_at_once, evaluate_one_by_one
from liponflow.engines.potential.md.summary import to_atoms
from liponflow.engines.registry import get_engine
from liponflow.structures.glass.build import build

ENGINES = "chgnet,sevennet-0,sevennet-mf-pbe,sevennet-l3i5"
MOVE = 0.02
"""Å, about the largest move of an atom in a step of 2 fs at 1000 K."""
IMAGES = 7
WARM_UP = 5
TEMPERATURE = 1000.0
"""K."""


def main() -> None:
    """Measure, and print and write the table."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("file", nargs="?", type=Path)
    options.add_argument("--engines", default=ENGINES)
    options.add_argument("--rounds", type=int, default=20, help="on a GPU; one on the CPU")
    given = options.parse_args()
    warnings.simplefilter("ignore")
    devices = ["cpu", "cuda"] if cuda_is_there() else ["cpu"]
    names = given.engines.split(",")
    specs = [_calculator(names[0], device) for device in devices]
    places = [str(label(spec.factory, spec.arguments)) for spec in specs]
    lines = [
        f"Devices: {', '.join(places)}. Milliseconds, medians.",
        "",
        "| engine | what | " + " | ".join(devices) + " | dE, meV/atom | dF, eV/Å |",
        "| --- | --- |" + " ---: |" * (len(devices) + 2),
    ]
    print("\n".join(lines), flush=True)
    glass = to_atoms(build(seed=0).structure)
    for name in names:
        made = {device: _calculator(name, device).make() for device in devices}
        for what, measure in _measures(glass):
            found, times = {}, {}
            for device, calculator in made.items():
                rounds = given.rounds if device != "cpu" else 1
                times[device], found[device] = measure(calculator, rounds)
            line = _line(name, what, times, found)
            lines.append(line)
            print(line, flush=True)
    if given.file is not None:
        given.file.write_text("\n".join(lines) + "\n")


Measure = Callable[[Any, int], tuple[float, Any]]


def _measures(glass: Atoms) -> Iterator[tuple[str, Measure]]:
    large = glass.repeat((2, 2, 2))
    one, once, n = evaluate_one_by_one, evaluate_at_once, len(glass)
    yield f"static, {n} atoms", lambda calculator, r: _static(glass, calculator, r)
    yield f"static, {8 * n} atoms", lambda calculator, r: _static(large, calculator, r)
    yield f"step of dynamics, {n} atoms", lambda calculator, r: _step(glass, calculator, r)
    yield f"{IMAGES} images, one by one", lambda calculator, r: _band(glass, one(calculator), r)
    yield f"{IMAGES} images at once", lambda calculator, r: _band(glass, once(calculator), r)


def _calculator(name: str, device: str) -> CalculatorSpec:
    options = EngineOptions(force_limit=0.05, max_steps=1, arguments={"device": device})
    engine = get_engine(name, options)
    assert isinstance(engine, PotentialEngine)  # noqa: S101 - the names above are potentials
    return engine.dynamics_calculator()


def _static(start: Atoms, calculator: Any, rounds: int) -> tuple[float, Any]:
    atoms = _copy(start)
    atoms.calc = calculator
    first = atoms.get_potential_energy(), atoms.get_forces()
    chance = np.random.default_rng(0)

    def compute() -> None:
        atoms.positions += chance.uniform(-MOVE, MOVE, atoms.positions.shape)
        atoms.get_forces()

    return _time(compute, rounds), first


def _step(start: Atoms, calculator: Any, rounds: int) -> tuple[float, Any]:
    atoms = _copy(start)
    atoms.calc = calculator
    chance = np.random.default_rng(0)
    dynamics = LangevinBAOAB(
        atoms, timestep=2 * units.fs, temperature_K=TEMPERATURE, T_tau=100 * units.fs, rng=chance
    )
    return _time(dynamics.step, rounds), None


def _band(start: Atoms, evaluate: Any, rounds: int) -> tuple[float, Any]:
    chance = np.random.default_rng(0)
    images = [_copy(start) for _ in range(IMAGES)]
    for image in images:
        image.positions += chance.uniform(-MOVE, MOVE, image.positions.shape)
    first = evaluate(images)

    def compute() -> None:
        for image in images:
            image.positions += chance.uniform(-MOVE, MOVE, image.positions.shape)
        evaluate(images)

    return _time(compute, rounds), (
        sum(one.energy for one in first),
        np.concatenate([one.forces for one in first]),
    )


def _time(compute: Callable[[], Any], rounds: int) -> float:
    """Return the median time (ms) of a call; a GPU compiles in the first ones."""
    found = []
    for _ in range(rounds + (0 if rounds == 1 else WARM_UP)):
        begin = time.perf_counter()
        compute()
        found.append(time.perf_counter() - begin)
    return 1000 * statistics.median(found[-rounds:])


def _line(name: str, what: str, times: dict[str, float], found: dict[str, Any]) -> str:
    energy = force = "-"
    if len(found) > 1 and found["cpu"] is not None:
        (one, forces), (other, others) = found["cpu"], found["cuda"]
        energy = f"{1000 * (other - one) / len(forces):.1e}"
        force = f"{np.abs(others - forces).max():.1e}"
    cells = " | ".join(f"{value:.1f}" for value in times.values())
    return f"| {name} | {what} | {cells} | {energy} | {force} |"


def _copy(atoms: Atoms) -> Atoms:
    made: Atoms = atoms.copy()
    return made


if __name__ == "__main__":
    main()

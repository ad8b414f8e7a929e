"""Speed of molecular dynamics with CHGNet, 122 atoms of LiPON, one thread.

Compares, in one process and alternately, so that the load of the machine affects all alike:

- atomate2's ForceFieldMDMaker, and this package's dynamics with trajectory and checkpoints,
- chgnet's own model with a given graph (energy and forces), the limit of any driver that uses it,
- this package's evaluation of the same model, the limit of this package's driver.

Forces along the trajectory are compared with those of chgnet's calculator.

    OMP_NUM_THREADS=1 .venv/bin/python benchmarks/dynamics.py [steps] [rounds]
"""

import contextlib
import io
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import ase.io
import numpy as np
import torch
from ase.optimize import FIRE
from atomate2.forcefields.md import ForceFieldMDMaker
from chgnet.model.dynamics import CHGNetCalculator
from pymatgen.core import Structure

from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.potential.md.chunk import Dynamics
from liponflow.engines.potential.md.driver import run
from liponflow.engines.potential.md.output import TRAJECTORY
from liponflow.engines.potential.md.summary import to_atoms
from liponflow.inputs.protocol import Stage
from liponflow.structures.glass.build import build

TEMPERATURE, TIME_STEP = 1000.0, 2.0
SETTLING = 40


def glass() -> Structure:
    """Pack the model and relax its largest forces."""
    atoms = to_atoms(build(seed=0).structure)
    atoms.calc = FastCHGNet()
    with FIRE(atoms, logfile=None) as fire:
        fire.run(fmax=0.5, steps=SETTLING)
    return Structure(
        atoms.cell.array,
        atoms.get_chemical_symbols(),  # type: ignore[no-untyped-call]
        atoms.positions,
        coords_are_cartesian=True,
    )


def seconds(function: Callable[[], Any]) -> tuple[float, float]:
    """Return the CPU time, which other processes disturb less, and the wall time of a call (s)."""
    begin = time.process_time(), time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        function()
    return time.process_time() - begin[0], time.perf_counter() - begin[1]


def theirs(structure: Structure, steps: int) -> None:
    """Run the function of atomate2's dynamics job, without a store."""
    maker = ForceFieldMDMaker(
        force_field_name="CHGNet",
        n_steps=steps,
        time_step=TIME_STEP,
        temperature=TEMPERATURE,
        mb_velocity_seed=1,
        ase_md_kwargs={"fixcm": False, "friction": 0.01},
    )
    cast("Any", type(maker).make).original(maker, structure)  # not wrapped in a job


def ours(structure: Structure, steps: int, folder: Path) -> None:
    """Run this package's dynamics with the thermostat and friction of atomate2."""
    hold = Stage(
        name="hold",
        ensemble="nvt",
        temperature=TEMPERATURE,
        duration=steps * TIME_STEP / 1000,
        time_step=TIME_STEP,
    )
    run(Dynamics([hold], FastCHGNet), to_atoms(structure), folder)


def main() -> None:
    """Print times per step (s) and their ratios."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    structure = glass()
    chgnet = CHGNetCalculator(use_device="cpu")
    graph = chgnet.model.graph_converter(structure)
    fast, atoms = FastCHGNet(), to_atoms(structure)
    pairs = fast._lists[0].pairs(atoms.positions, atoms.cell.array)  # noqa: SLF001
    times: dict[str, list[tuple[float, float]]] = {}

    def measure(name: str, per: int, function: Callable[[], Any]) -> None:
        processor, wall = seconds(function)
        times.setdefault(name, []).append((processor / per, wall / per))

    os.chdir(tempfile.mkdtemp())
    theirs(structure, 1)  # one-time loading
    for number in range(rounds):
        folder = Path(f"round{number}")
        folder.mkdir()
        measure("atomate2", steps, lambda: theirs(structure, steps))
        measure("liponflow", steps, lambda at=folder: ours(structure, steps, at))  # type: ignore[misc]
        for _ in range(4):
            measure("bare chgnet", 1, lambda: chgnet.model.predict_graph(graph, task="ef"))
            measure("bare ours", 1, lambda: fast.evaluate(pairs, atoms.numbers))
    print(f"{len(structure)} atoms, {steps} steps of {TIME_STEP:g} fs, {rounds} rounds")
    for index, clock in enumerate(("CPU time", "wall time")):
        medians = {
            name: statistics.median(pair[index] for pair in pairs_)
            for name, pairs_ in times.items()
        }
        shown = ", ".join(f"{name} {value:.3f}" for name, value in medians.items())
        print(f"{clock}, median s per step: {shown}")
        ours_ = medians["liponflow"]
        print(
            f"  {medians['atomate2'] / ours_:.2f} times atomate2's steps, "
            f"{medians['bare chgnet'] / ours_:.2f} of chgnet's bare model, "
            f"{medians['bare ours'] / ours_:.2f} of our bare evaluation"
        )
    worst = 0.0
    for frame in ase.io.read(Path("round0/checkpoint") / TRAJECTORY, ":"):
        frame.calc = FastCHGNet()
        found = frame.get_forces()
        frame.calc = chgnet
        worst = max(worst, float(np.abs(found - frame.get_forces()).max()))
    print(f"largest difference of a force along the trajectory: {worst:.1e} eV/Å")


if __name__ == "__main__":
    main()

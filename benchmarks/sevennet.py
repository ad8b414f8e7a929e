"""Speed of SevenNet, 122 atoms of LiPON, one thread: our calculator beside sevenn's own.

Both evaluate energy, forces and stress, alternately in one process, so that the load of the
machine affects both alike. CHGNet's calculator of this package runs beside them.

    OMP_NUM_THREADS=1 .venv/bin/python benchmarks/sevennet.py [rounds]
"""

import statistics
import sys
import time
import warnings
from typing import Any

import numpy as np
import torch
from ase.units import GPa

from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.potential.md.summary import to_atoms
from liponflow.engines.sevennet.calculator import FastSevenNet
from liponflow.engines.sevennet.weights import VARIANTS
from liponflow.structures.glass.build import build

MOVE = 0.02
"""Å, about the largest move of an atom in a step of 2 fs at 1000 K."""


def seconds(atoms: Any) -> float:
    """Return the CPU time (s) of energy, forces and stress."""
    begin = time.process_time()
    atoms.get_potential_energy()
    atoms.get_forces()
    atoms.get_stress()
    return time.process_time() - begin


def main() -> None:
    """Print times per step (s), ratios, and the largest differences."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    from sevenn.calculator import SevenNetCalculator

    glass = to_atoms(build(seed=0).structure)
    print(
        "| engine | ours, s | sevenn, s | ratio | CHGNet, s | dF, eV/Å | dE, meV/atom | dS, GPa |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, variant in VARIANTS.items():
        calculators = {
            "ours": FastSevenNet(variant.model, variant.modal),
            "sevenn": SevenNetCalculator(variant.model, modal=variant.modal, device="cpu"),
            "CHGNet": FastCHGNet(),
        }
        times: dict[str, list[float]] = {kind: [] for kind in calculators}
        chance = np.random.default_rng(0)
        copies = {kind: glass.copy() for kind in calculators}  # type: ignore[no-untyped-call]
        for kind, atoms in copies.items():
            atoms.calc = calculators[kind]
            seconds(atoms)  # one-time work
        for _ in range(rounds):
            move = chance.uniform(-MOVE, MOVE, glass.positions.shape)
            for kind, atoms in copies.items():
                atoms.positions += move
                times[kind].append(seconds(atoms))
        ours, theirs = copies["ours"], copies["sevenn"]
        force = np.abs(ours.get_forces() - theirs.get_forces()).max()
        energy = (ours.get_potential_energy() - theirs.get_potential_energy()) / len(glass)
        stress = np.abs(ours.get_stress() - theirs.get_stress()).max() / GPa
        found = {kind: statistics.median(values) for kind, values in times.items()}
        print(
            f"| {name} | {found['ours']:.2f} | {found['sevenn']:.2f} "
            f"| {found['sevenn'] / found['ours']:.1f} | {found['CHGNet']:.2f} "
            f"| {force:.1e} | {1000 * energy:+.1e} | {stress:.1e} |"
        )


if __name__ == "__main__":
    main()

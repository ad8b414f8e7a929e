"""Speed of the fingerprint of a trajectory, compared with pymatgen-analysis-diffusion and ASE.

2,000 frames of the 122-atom model of LiPON, in one process, on one core. pymatgen computes the
ten partial g(r) and their coordination numbers on the same grid, ASE the bonds and angles of the
network. Neither has structural units, fragments, environments or block errors. ASE is measured on
fewer frames, as its time per frame does not depend on their number.

    python benchmarks/fingerprint.py            # speed
    python benchmarks/fingerprint.py --readers  # time to read trajectories, compared with ASE
    python benchmarks/fingerprint.py --memory   # memory from 1,000 to 100,000 frames
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import argparse
import os
import tempfile
import time
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]
from ase import Atoms
from ase.geometry.analysis import Analysis
from ase.io import iread, write
from pymatgen.analysis.diffusion.aimd.rdf import RadialDistributionFunctionFast
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.fingerprint import fingerprint
from liponflow.analysis.trajectory.frames import BLOCK, Frames, read_frames
from liponflow.structures.glass.build import build

R_MAX = 10.0
BIN = 0.02
BATCH = 200
"""Structures passed to pymatgen at a time; its neighbour lists of 2,000 would take 4 GB."""
SAMPLES = (1_000, 10_000, 100_000)


def frames(start: Structure, number: int) -> Iterator[Frames]:
    """Yield blocks of frames with every atom displaced by about 0.1 Å along each axis."""
    chance = np.random.default_rng(0)
    symbols = tuple(site.specie.symbol for site in start)
    cell = start.lattice.matrix
    for begin in range(0, number, BLOCK):
        size = min(BLOCK, number - begin)
        shape = (size, len(start), 3)
        yield Frames(
            symbols=symbols,
            positions=start.cart_coords + 0.1 * chance.standard_normal(shape),
            cells=np.tile(cell, (size, 1, 1)),
            times=np.arange(begin, begin + size) / 1000,
            temperatures=np.full(size, np.nan),
            energies=np.full(size, np.nan),
            stages=("",) * size,
        )


def pymatgen_part(structures: list[Structure], elements: list[str]) -> dict[str, Any]:
    """Compute partial g(r) and coordination numbers by pymatgen-analysis-diffusion."""
    sums: dict[str, Any] = {}
    pairs = [(a, b) for i, a in enumerate(elements) for b in elements[i:]]
    for begin in range(0, len(structures), BATCH):
        batch = structures[begin : begin + BATCH]
        functions = RadialDistributionFunctionFast(
            batch, rmin=BIN / 2, rmax=R_MAX - BIN / 2, ngrid=round(R_MAX / BIN)
        )
        for a, b in pairs:
            g = functions.get_rdf(a, b)[1]
            sums[f"{a}-{b}"] = sums.get(f"{a}-{b}", 0) + g * len(batch) / len(structures)
            functions.get_coordination_number(a, b)
            if a != b:
                functions.get_coordination_number(b, a)
    return sums


def ase_part(images: list[Atoms]) -> None:
    """Compute bond lengths and angles of the network by ASE."""
    analysis = Analysis(images)
    for former, anion in (("P", "O"), ("P", "N"), ("Li", "O"), ("Li", "N")):
        analysis.get_values(analysis.get_bonds(former, anion, unique=True))
    for kind in (("O", "P", "O"), ("O", "P", "N"), ("P", "N", "P"), ("P", "O", "P")):
        analysis.get_values(analysis.get_angles(*kind, unique=True))


def seconds(work: Any, *arguments: Any) -> tuple[float, Any]:
    """Return the CPU time of a call (s), which other processes disturb little, and its value."""
    begin = time.process_time()
    answer = work(*arguments)
    return time.process_time() - begin, answer


def speed(number: int, ase_number: int) -> None:
    """Print a Markdown table of times per frame."""
    start = build(seed=0).structure
    blocks = list(frames(start, number))
    structures = [block.structure(i) for block in blocks for i in range(len(block))]
    images = [
        Atoms(block.symbols, block.positions[i], cell=block.cells[i], pbc=True)
        for block in blocks[: -(-ase_number // BLOCK)]
        for i in range(len(block))
    ][:ase_number]
    ours, found = seconds(fingerprint, blocks)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pymatgen's own
        theirs, sums = seconds(pymatgen_part, structures, sorted(start.symbol_set))
        ase_time, _ = seconds(ase_part, images)
    for pair in found.pairs:
        a, b = sorted(pair.pair.split("-"))
        difference = np.abs(np.array(pair.g) - sums[f"{a}-{b}"])[round(1 / BIN) :].max()
        # pymatgen divides by 4πr²dr at the middle of the bin, we by the volume of the shell.
        if difference > 0.01 * max(pair.g) + 1e-3:
            raise AssertionError(f"g(r) of {pair.pair} differs by {difference:.3g}")
    ours, theirs, ase_time = ours / number, theirs / number, ase_time / ase_number
    print("| method | frames | ms per frame (CPU) | ratio to the full fingerprint |")
    print("| --- | ---: | ---: | ---: |")
    for label, count, value in (
        ("full fingerprint", number, ours),
        ("pymatgen-analysis-diffusion: g(r), coordination", number, theirs),
        ("ASE: bonds and angles", ase_number, ase_time),
        ("both together", number, theirs + ase_time),
    ):
        print(f"| {label} | {count:,} | {1e3 * value:.2f} | {value / ours:.1f} |")


def readers(number: int) -> None:
    """Print the time to read trajectories, compared with ASE."""
    start = build(seed=0).structure
    [block] = islice(frames(start, BLOCK), 1)
    images = [
        Atoms(block.symbols, block.positions[i], cell=block.cells[i], pbc=True)
        for i in range(min(number, BLOCK))
    ]
    print("| file | reader | ms per frame (CPU) |")
    print("| --- | --- | ---: |")
    with tempfile.TemporaryDirectory() as name:
        for file, format_ in (
            ("trajectory.extxyz.gz", "extxyz"),
            ("XDATCAR", "vasp-xdatcar"),
            ("run.traj", "traj"),
        ):
            path = Path(name, file)
            write(path, images, format=format_)
            ours, count = seconds(lambda p=path: sum(len(b) for b in read_frames(p)))
            theirs, _ = seconds(lambda p=path: sum(1 for _ in iread(p, index=":")))
            print(f"| {file} | liponflow | {1e3 * ours / count:.2f} |")
            print(f"| {file} | ASE | {1e3 * theirs / count:.2f} |")


def memory() -> None:
    """Print the resident memory while the fingerprint of an XDATCAR is computed."""
    start = build(seed=0).structure
    process = psutil.Process(os.getpid())
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "XDATCAR")
        _write_xdatcar(path, start, SAMPLES[-1])
        print(f"{path.stat().st_size / 2**20:.0f} MiB of XDATCAR, {SAMPLES[-1]:,} frames")
        print("| frames | resident memory (MiB) | CPU time (s) |")
        print("| ---: | ---: | ---: |")
        begin = time.process_time()

        def watched() -> Iterator[Frames]:
            seen = 0
            for block in read_frames(path):
                yield block
                seen += len(block)
                if seen in SAMPLES:
                    used = process.memory_info().rss / 2**20
                    print(f"| {seen:,} | {used:.0f} | {time.process_time() - begin:.0f} |")

        fingerprint(watched())


def _write_xdatcar(path: Path, start: Structure, number: int) -> None:
    order = np.argsort([site.specie.symbol for site in start], kind="stable")
    symbols = [start[int(i)].specie.symbol for i in order]
    kinds = list(dict.fromkeys(symbols))
    lines = ["LiPON", "1.0", *(" ".join(f"{x:.8f}" for x in row) for row in start.lattice.matrix)]
    lines += [" ".join(kinds), " ".join(str(symbols.count(kind)) for kind in kinds)]
    with path.open("w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        count = 0
        for block in frames(start, number):
            fractional = block.positions[:, order] @ np.linalg.inv(start.lattice.matrix)
            for coordinates in fractional:
                count += 1
                file.write(f"Direct configuration= {count:5d}\n")
                np.savetxt(file, coordinates, fmt="%12.8f")


def main() -> None:
    """Run the benchmark chosen on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=2_000, help="frames")
    parser.add_argument("--ase-frames", type=int, default=50, help="frames for ASE")
    parser.add_argument("--readers", action="store_true", help="time to read trajectories")
    parser.add_argument("--memory", action="store_true", help="memory up to 100,000 frames")
    arguments = parser.parse_args()
    if arguments.readers:
        readers(BLOCK)
    elif arguments.memory:
        memory()
    else:
        speed(arguments.n, arguments.ase_frames)


if __name__ == "__main__":
    main()

"""Measure time and memory of transport against DiffusionAnalyzer, each in a process of its own.

    python benchmarks/transport.py

Brownian Li among vibrating atoms, wrapped: 46 of 122 atoms. Both get the same frames in memory;
with ``streamed`` the frames are made block by block, so that the peak shows what is kept.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from liponflow.analysis.trajectory.frames import BLOCK, Frames
from liponflow.analysis.transport.estimate import coefficient, estimate_diffusion
from liponflow.analysis.transport.run import follow_run
from liponflow.arrays import FloatArray

FRAMES, ATOMS, IONS = 20_000, 122, 46
EDGE, STEP, DIFFUSIVITY = 11.0, 0.1, 0.1
"""Å, ps, Å²/ps."""
LONG = 200_000


def positions(number: int, blocks: int = BLOCK) -> Iterator[FloatArray]:
    """Yield wrapped positions."""
    rng = np.random.default_rng(0)
    start = rng.random((ATOMS, 3)) * EDGE
    for begin in range(0, number, blocks):
        size = min(blocks, number - begin)
        steps = np.zeros((size, ATOMS, 3))
        steps[:, :IONS] = rng.normal(0, np.sqrt(2 * DIFFUSIVITY * STEP), (size, IONS, 3))
        path = start + np.cumsum(steps, axis=0)
        start = path[-1]
        yield (path + rng.normal(0, 0.05, path.shape)) % EDGE


def as_frames(path: FloatArray, first: int) -> Frames:
    """Return a block of frames."""
    size = len(path)
    cells: FloatArray = np.full((size, 3, 3), EDGE) * np.eye(3)
    return Frames(
        ("Li",) * IONS + ("O",) * (ATOMS - IONS),
        path,
        cells,
        (first + np.arange(size, dtype=np.float64)) * STEP,
        np.full(size, 1000.0),
        np.full(size, np.nan),
        ("",) * size,
    )


def ours(parts: Iterator[FloatArray], *, details: bool = False) -> str:
    """Return the coefficients by this package, with or without sites and van Hove functions."""

    def read(_: Path) -> Iterator[Frames]:
        first = 0
        for path in parts:
            yield as_frames(path, first)
            first += len(path)

    run = follow_run([Path("made")], read, species="Li", details=details)
    found = estimate_diffusion(run.squares, "made", interval=run.interval)
    values = [coefficient(line, scale=1 / STEP) for line in (found.own, found.collective)]
    return " ".join(f"{item.value:.4f} ({item.low:.4f} to {item.high:.4f})" for item in values)


def theirs(path: FloatArray, *, windows: bool) -> str:
    """Return the coefficient by pymatgen-analysis-diffusion, by windows or the first frame."""
    from pymatgen.analysis.diffusion.analyzer import DiffusionAnalyzer
    from pymatgen.core import Lattice, Structure

    symbols = ["Li"] * IONS + ["O"] * (ATOMS - IONS)
    structure = Structure(Lattice.cubic(EDGE), symbols, path[0], coords_are_cartesian=True)
    moved = np.diff(path, axis=0)
    moved -= EDGE * np.round(moved / EDGE)
    unwrapped = np.concatenate([np.zeros((1, ATOMS, 3)), np.cumsum(moved, axis=0)])
    analyzer = DiffusionAnalyzer(
        structure,
        unwrapped.transpose(1, 0, 2),
        "Li",
        temperature=1000,
        time_step=round(1000 * STEP),
        step_skip=1,
        smoothed="max" if windows else False,
        lattices=np.array([structure.lattice.matrix]),
    )
    return f"{analyzer.diffusivity * 1e4:.4f} ± {analyzer.diffusivity_std_dev * 1e4:.1g}"


def main() -> None:
    """Run every case in its process, or the one that is named."""
    if len(sys.argv) == 1:
        for words in (
            ["ours"],
            ["ours-details"],
            ["theirs"],
            ["theirs-first"],
            ["streamed"],
            ["streamed", str(LONG)],
            ["streamed-details"],
        ):
            subprocess.run([sys.executable, __file__, *words], check=True)
        return
    which = sys.argv[1]
    number = int(sys.argv[2]) if len(sys.argv) > 2 else FRAMES
    made = which.startswith("streamed")
    whole = np.zeros(0) if made else np.concatenate(list(positions(number)))
    if which.startswith("theirs"):
        from pymatgen.analysis.diffusion.analyzer import DiffusionAnalyzer  # noqa: F401
    before = _peak()
    start, busy = time.perf_counter(), time.process_time()
    if which.startswith("theirs"):
        answer = theirs(whole, windows=which == "theirs")
    else:
        parts = (whole[begin : begin + BLOCK] for begin in range(0, number, BLOCK))
        details = which.endswith("details")
        answer = ours(positions(number) if made else parts, details=details)
    print(
        f"{which} {number} frames: D {answer} Å²/ps; {time.perf_counter() - start:.1f} s, "
        f"{time.process_time() - busy:.1f} s CPU; peak {_peak():.0f} MB, {before:.0f} before"
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    main()

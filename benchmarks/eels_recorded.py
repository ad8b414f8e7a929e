"""Compare the FEFF of this machine with recorded spectra of FEFF10, for the same inputs.

Run it as ``python benchmarks/eels_recorded.py [CASE ...]``, for all cases of
``tests/data/feff10`` or those named. It writes a line per case into ``RESULTS_eels.md``.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from liponflow.engines.feff.installation import command, installed_version
from liponflow.engines.feff.reading import read_eels
from liponflow.engines.feff.run import run_feff
from liponflow.settings import load_settings

RECORDED = Path(__file__).parents[1] / "tests" / "data" / "feff10"
RESULTS = Path(__file__).with_name("RESULTS_eels.md")

HEADING = """\
# FEFF against recorded spectra

`python benchmarks/eels_recorded.py` runs the recorded inputs of `tests/data/feff10` and compares
energies point by point, and heights as a share of the recorded maximum. The limits are 0.001 eV
and 5 %. Core-seconds are those of a machine with much else to do.

| case | FEFF | energies (eV) | heights (%) | main peak, recorded (eV) | core-seconds |
| --- | --- | --- | --- | --- | --- |
"""


def compared(case: str) -> str:
    """Return the line of a case."""
    recorded = read_eels(RECORDED / case / "eels.dat")
    words = command(load_settings())
    with TemporaryDirectory() as folder:
        text = (RECORDED / case / "feff.inp").read_text()
        found = run_feff(Path(folder), text, command=words)
    energies = np.abs(found.table.energies - recorded.energies).max()
    heights = np.abs(found.table.total - recorded.total).max() / recorded.total.max()
    peaks = [one.energies[one.total.argmax()] for one in (found.table, recorded)]
    way = words[0] if words else f"feff10-rs {installed_version()}"
    return (
        f"| {case} | {found.version} ({way}) | {energies:.4f} | {100 * heights:.3f} | "
        f"{peaks[0]:.4f}, {peaks[1]:.4f} | {found.core_seconds:.0f} |\n"
    )


def main(cases: list[str]) -> None:
    """Run the cases, and replace their lines."""
    known = RESULTS.read_text() if RESULTS.exists() else HEADING
    lines = known.removeprefix(HEADING).splitlines(keepends=True)
    for case in cases or sorted(path.parent.name for path in RECORDED.glob("*/feff.inp")):
        new = compared(case)
        print(new, end="", flush=True)
        lines = [line for line in lines if not line.startswith(f"| {case} |")]
        lines = sorted([*lines, new])
        RESULTS.write_text(HEADING + "".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Overhead of the stand-in over the bare potential per ionic step of 56 atoms.

The overhead is the time that a step spends outside the potential, divided by the time inside it.
Both are measured in one process, so the ratio hardly depends on the load of the machine.

Run: ``python benchmarks/standin.py``.
"""

import contextlib
import io
import tempfile
import time
from pathlib import Path
from typing import Any

from pymatgen.io.vasp import Kpoints, Poscar

from liponflow.engines.standin.inputs import read_inputs
from liponflow.engines.standin.layout import DEFAULT
from liponflow.engines.standin.outputs import Outputs
from liponflow.engines.standin.potential import Potential, label
from liponflow.engines.standin.run import ionic_steps
from liponflow.structures.lithiation.spinel import ordered_lnmo

LIMIT = 0.15
INCARS = {
    "relaxation with moments": "IBRION = 2\nISIF = 3\nISPIN = 2\nLORBIT = 11\nEDIFFG = -1e-9\n",
    "dynamics without stress": "IBRION = 0\nSMASS = -3\nPOTIM = 1\nTEBEG = 300\n",
}
STEPS = 10


class TimedPotential(Potential):
    """A potential that measures its own time."""

    seconds = 0.0

    def calculate(self, *arguments: Any, **keywords: Any) -> None:
        """Compute properties and add up the time."""
        start = time.perf_counter()
        super().calculate(*arguments, **keywords)
        TimedPotential.seconds += time.perf_counter() - start


def overhead(directory: Path, incar: str) -> tuple[float, float]:
    """Return the time per step inside the potential (s) and the relative overhead of a run."""
    (directory / "INCAR").write_text(f"{incar}NSW = {STEPS}\n")
    inputs = read_inputs(directory)
    steps = ionic_steps(inputs)
    settings = inputs.settings
    inputs.atoms.calc = TimedPotential(stress=settings.isif > 0, magmoms=settings.ispin == 2)
    TimedPotential.seconds = 0.0
    start = time.perf_counter()
    files = Outputs(directory, inputs, label(), DEFAULT, directory / "vasprun.xml", aloud=True)
    with contextlib.redirect_stdout(io.StringIO()), files as outputs:
        for step in steps:
            outputs.write(step)
    total = time.perf_counter() - start
    return TimedPotential.seconds / STEPS, total / TimedPotential.seconds - 1


def main() -> None:
    """Print the overheads and fail if one exceeds the limit."""
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        poscar = Poscar(ordered_lnmo().get_sorted_structure())
        poscar.write_file(directory / "POSCAR")
        (directory / "POTCAR.spec").write_text("\n".join(poscar.site_symbols))
        Kpoints.gamma_automatic((3, 3, 3)).write_file(directory / "KPOINTS")
        print(f"{len(poscar.structure)} atoms, {STEPS} steps")
        for what, incar in INCARS.items():
            inside, ratio = overhead(directory, incar)
            worst = max(worst, ratio)
            print(f"{what}: potential {inside:.3f} s per step, overhead {ratio:.1%}")
    if worst > LIMIT:
        raise SystemExit(f"overhead {worst:.1%} is above {LIMIT:.0%}")


if __name__ == "__main__":
    main()

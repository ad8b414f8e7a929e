"""The command ``liponflow-vasp``; like VASP it works in the current directory."""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from liponflow import __version__
from liponflow.engines.standin.identity import PROGRAM


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the stand-in in the current directory.

    Returns
    -------
    int
        Exit code: 0, or 1 if the inputs cannot be used, the outputs cannot be written, or a
        rehearsed fault stops the run.
    """
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Stand-in for VASP: reads INCAR, POSCAR, KPOINTS and POTCAR (or POTCAR.spec) "
        "of the current directory, computes with an embedded machine-learned potential and "
        "writes VASP's output files.",
    )
    # Set before numpy is imported. Its matrices here are 3 x 3: several threads gain nothing, and
    # on a busy machine they more than doubled the time of a relaxation.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # ASE takes the logarithm of strains; scipy warns at errors of 1e-13.
    warnings.filterwarnings("ignore", "logm result may be inaccurate")
    from liponflow.engines.standin.errors import InputError, VaspStopped
    from liponflow.engines.standin.faults import Kind, parse_fault
    from liponflow.engines.standin.layout import DEFAULT, Layout, parse_layout
    from liponflow.settings import VASP_FAULT_VARIABLE, VASP_LAYOUT_VARIABLE

    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.add_argument(
        "--layout",
        choices=[str(layout) for layout in Layout],
        help="version of VASP whose files are written: in 5.4.4 a band has one vasprun.xml; "
        f"default: {VASP_LAYOUT_VARIABLE}, or {DEFAULT}",
    )
    parser.epilog = (
        f"{VASP_FAULT_VARIABLE} names a fault to rehearse: {', '.join(Kind)}. After crash and "
        "walltime, :N is the ionic step, or the seconds until the queue kills the run."
    )
    given = parser.parse_args(arguments)
    from liponflow.engines.standin.run import run

    try:
        fault = os.environ.get(VASP_FAULT_VARIABLE)
        layout = given.layout or os.environ.get(VASP_LAYOUT_VARIABLE) or DEFAULT
        run(Path.cwd(), parse_fault(fault) if fault else None, parse_layout(layout))
    except VaspStopped as stopped:
        print(stopped)  # noqa: T201
        return 1
    except (InputError, OSError) as error:
        print(f"{PROGRAM}: ERROR: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

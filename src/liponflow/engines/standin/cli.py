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
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.parse_args(arguments)
    # Set before numpy is imported. Its matrices here are 3 x 3: several threads gain nothing, and
    # on a busy machine they more than doubled the time of a relaxation.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # ASE takes the logarithm of strains; scipy warns at errors of 1e-13.
    warnings.filterwarnings("ignore", "logm result may be inaccurate")
    from liponflow.engines.standin.errors import InputError, VaspStopped
    from liponflow.engines.standin.faults import parse_fault
    from liponflow.engines.standin.run import run
    from liponflow.settings import VASP_FAULT_VARIABLE

    try:
        fault = os.environ.get(VASP_FAULT_VARIABLE)
        run(Path.cwd(), parse_fault(fault) if fault else None)
    except VaspStopped as stopped:
        print(stopped)  # noqa: T201
        return 1
    except (InputError, OSError) as error:
        print(f"{PROGRAM}: ERROR: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

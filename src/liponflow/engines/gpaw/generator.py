"""A script that generates a PAW data set with GPAW, into the working directory.

Its arguments are those of ``gpaw dataset``. Like the worker, it imports nothing of this package.
Under MPI only rank 0 generates: all ranks would write the same file.
"""

# GPAW's command carries no types.
# mypy: disable-error-code="no-untyped-call"

import sys
from argparse import ArgumentParser
from pathlib import Path


def main() -> None:
    """Generate the data set."""
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    from gpaw.atom import generator2
    from gpaw.mpi import world

    if world.rank == 0:
        parser = ArgumentParser()
        generator2.CLICommand.add_arguments(parser)
        generator2.main(parser.parse_args())


if __name__ == "__main__":
    main()

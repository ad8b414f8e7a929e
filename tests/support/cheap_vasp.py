"""The command of the stand-in with a potential that loads at once."""

import os
import sys
from pathlib import Path

from cheap_potential import CheapPotential

from liponflow.engines.standin import run
from liponflow.engines.standin.cli import main

LITHIUM = 2.94
"""Å: nearest neighbours in a body-centred cell of 3.4 Å."""


def compute(directory: Path) -> None:
    """Run the command in a directory, with the options of this process."""
    os.chdir(directory)
    run.Potential = lambda **_: CheapPotential(LITHIUM)
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    compute(Path())

"""The command of the stand-in with a potential that loads at once."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cheap_potential import CheapPotential

from liponflow.engines.standin import run
from liponflow.engines.standin.cli import main

LITHIUM = 2.94
"""Å: nearest neighbours in a body-centred cell of 3.4 Å."""


def compute(directory: Path, options: Sequence[str] = ()) -> None:
    """Run the command in a directory."""
    os.chdir(directory)
    run.Potential = lambda **_: CheapPotential(LITHIUM)
    sys.exit(main(options))


if __name__ == "__main__":
    compute(Path(), sys.argv[1:])

"""A command in place of FEFF, which ends in the way that its argument names."""

import shutil
import sys
import time
from pathlib import Path

RECORDED = Path(__file__).parents[1] / "data" / "feff10" / "Li2O_Li1_K"
REACHED = "Convergence reached in    9 iterations.\n"
NOT_REACHED = ":WARNING Convergence not reached; ran out of iterations.\n"
LEVELS = "Initial Fermi level:  mu=  -6.105 eV\n" + "New Fermi level:  mu= {} eV\n"


def main(how):
    """Write what FEFF would leave behind."""
    sys.stdout.write("Calculating SCF potentials ...\n")
    if how == "sleeps":
        time.sleep(600)
    if how == "status":
        sys.stdout.write(":ERROR no atoms of potential 3\n")
        sys.exit(3)
    if how == "stops":
        sys.stdout.write("Fatal Error: at least two atoms share one place\n")
        Path(".feff.error").touch()
    end = NOT_REACHED if how == "unconverged" else REACHED
    Path("log1.dat").write_text(LEVELS.format("-6.205") + end)
    if how == "nothing":
        return
    shutil.copy(RECORDED / "xmu10.dat", "xmu10.dat")
    text = (RECORDED / "eels.dat").read_text()
    Path("eels.dat").write_text(text.replace("0.881239E-06", "NaN") if how == "nan" else text)


if __name__ == "__main__":
    main(sys.argv[1])

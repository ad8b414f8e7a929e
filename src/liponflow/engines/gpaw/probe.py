"""A script that states which GPAW a Python has, as a line of JSON.

Its argument is a functional, PBE by default, whose PAW data sets are looked for.
Like the worker, it imports nothing of this package: its Python may be another one. Under MPI, rank
0 prints; without MPI support in GPAW, every copy that a launcher starts is a rank 0.
"""

import gzip
import json
import os
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_HEAD = 4096
"""Bytes at the beginning of a data set that hold the numbers of electrons."""


def found(functional: str) -> dict[str, Any]:
    """Return the version, the libraries, the ranks and the PAW data sets of GPAW."""
    import gpaw
    from gpaw import cgpaw
    from gpaw.fftw import have_fftw
    from gpaw.mpi import world

    try:
        data: str | None = version("gpaw-data")
    except PackageNotFoundError:
        data = None
    paths = [str(path) for path in gpaw.setup_paths]
    data_of, unknown = data_sets_of(functional)
    return {
        "gpaw": gpaw.__version__,
        "data": data,
        "python": sys.executable,
        "libxc": gpaw.get_libraries()["libxc"] or None,
        "blas": hasattr(cgpaw, "mmm"),
        "fftw": bool(have_fftw()),
        "mpi": bool(cgpaw.have_mpi),
        "ranks": world.size,
        "rank": world.rank,
        "setup_paths": paths,
        "data_of": data_of,
        "unknown": unknown,
        "elements": {} if data_of is None else elements(paths, data_of),
    }


def data_sets_of(functional: str) -> tuple[str | None, str | None]:
    """Return the functional whose PAW data sets GPAW takes, or why it cannot compute it."""
    from gpaw.xc import XC

    try:
        return str(XC(functional).get_setup_name()), None  # type: ignore[no-untyped-call]
    except Exception as error:  # noqa: BLE001 - GPAW and LibXC raise what they like
        return None, f"{error}" or type(error).__name__


def elements(paths: list[str], functional: str) -> dict[str, float]:
    """Return the valence electrons of the elements with a standard data set in one of the folders.

    A data set in an earlier folder replaces one in a later.
    """
    electrons: dict[str, float] = {}
    for path in reversed(paths):
        for file in sorted(Path(path).glob(f"*.{functional}*")):
            symbol, *rest = file.name.split(".")
            if rest in ([functional], [functional, "gz"]):
                with gzip.open(file) if rest[1:] else file.open("rb") as content:
                    head = content.read(_HEAD)
                found = re.search(rb'<atom [^>]*valence="([0-9.]+)"', head)
                if found:
                    electrons[symbol] = float(found[1])
    return electrons


def main() -> None:
    """Print what there is."""
    # GPAW prints warnings on the standard output.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    answer = found(*(sys.argv[1:2] or ["PBE"]))
    if answer["rank"] == 0:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()

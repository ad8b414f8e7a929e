"""Shares of noisy crystals and glasses that are named by the right phase; prints a table.

Run by hand: ``python benchmarks/interface.py``. Results are in RESULTS_interface.md.
"""

from time import process_time

import numpy as np

from liponflow.analysis.interface.phases import OTHER, noisy
from liponflow.structures.glass.library import library_glasses
from liponflow.structures.phases import phase
from liponflow.workflows.interface.measure import REFERENCES, phase_namer

NOISE = (0.2, 0.3, 0.4)
"""Root mean square displacements, Å."""
STRAIN = 0.03
REPEATS = 3


def main() -> None:
    """Print the table."""
    start = process_time()
    namer = phase_namer([])
    print(f"references: {process_time() - start:.1f} CPU s")
    rng = np.random.default_rng(7)
    structures = [
        (name, entry, phase(entry).structure())
        for name, entries in REFERENCES.items()
        for entry in entries
    ]
    structures += [("LiPON", model.name, model.structure()) for model in library_glasses()]
    print("| model | displacement (Å) | right | without a name | another phase |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, entry, structure in structures:
        for noise in NOISE:
            names = np.concatenate(
                [namer.name(noisy(structure, rng, noise, STRAIN)) for _ in range(REPEATS)]
            )
            right, unnamed = names == name, names == OTHER
            shares = (part.mean() for part in (right, unnamed, ~right & ~unnamed))
            print(f"| {entry} | {noise} | {' | '.join(f'{share:.3f}' for share in shares)} |")


if __name__ == "__main__":
    main()

"""Speed of window and interface map from given entries, compared with loops over pymatgen.

The map has 17 Li contents of LixNi0.5Mn1.5O4 and 50 voltages, the electrolyte is Li2PO2N. Both
methods use the same entries in memory, which are read and timed separately.

    python benchmarks/stability.py mp2019_formation_pdentries.json [--naive-voltages 50]

The loop over pymatgen builds a grand-potential phase diagram per voltage and an interface per
point of the map; the naive loop builds the diagram at every point.
"""

import argparse
import os
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pymatgen.analysis.interface_reactions import GrandPotentialInterfacialReactivity
from pymatgen.analysis.phase_diagram import GrandPotentialPhaseDiagram, PhaseDiagram
from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element

from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.entry_files import read_entries
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.interface_map import (
    Electrode,
    insertion_electrode,
    interface_map,
)
from liponflow.analysis.stability.materials import Material, crystal
from liponflow.analysis.stability.result import InterfaceMap
from liponflow.analysis.stability.window import lithium_segments, voltage_window, window_segments

LITHIUM = Element("Li")
CONTENTS = np.linspace(0, 2, 17).tolist()
VOLTAGES = np.linspace(0, 5, 50).tolist()
ELECTRODE = "LixNi0.5Mn1.5O4"
TOLERANCE = 1e-4  # eV per atom other than Li, between the two methods


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the wall time (s) and the value of a call."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def window(entries: EntrySet) -> str:
    """Compute window, segments and reactions of the electrolyte, as in the campaign."""
    hull = Hull.of(entries.within(["Li", "P", "O", "N"]))
    material = crystal("Li2PO2N", entries, hull)
    segments = lithium_segments(hull, material)
    window_segments(hull, material, segments)
    return voltage_window(material, segments).statement


def mapped(entries: EntrySet) -> tuple[Hull, Material, Electrode, InterfaceMap]:
    """Compute the map from the entries."""
    hull = Hull.of(entries)
    material = crystal("Li2PO2N", entries, hull)
    electrode = insertion_electrode(ELECTRODE, CONTENTS, entries, hull)
    return hull, material, electrode, interface_map(hull, material, electrode, VOLTAGES)


def naive_window(entries: EntrySet) -> list[dict[str, Any]]:
    """Compute the segments by pymatgen's element profile."""
    diagram = entries.within(["Li", "P", "O", "N"]).phase_diagram()
    profile: list[dict[str, Any]] = diagram.get_element_profile(LITHIUM, Composition("Li2PO2N"))
    return profile


def place(
    diagram: PhaseDiagram, grand: GrandPotentialPhaseDiagram, pair: tuple[Material, Material]
) -> float:
    """Return the lowest reaction energy of an interface by pymatgen (eV/atom without Li)."""
    reactivity = GrandPotentialInterfacialReactivity(
        Composition(pair[0].composition),
        Composition(pair[1].composition),
        grand,
        pd_non_grand=diagram,
        norm=True,
        use_hull_energy=True,
        include_no_mixing_energy=True,
    )
    return min(float(energy) for _, _, energy, *_ in reactivity.get_kinks())


def loop(
    entries: EntrySet, material: Material, electrode: Electrode, count: int, *, per_place: bool
) -> list[list[float]]:
    """Compute rows of the map by pymatgen, with a grand diagram per row or per point."""
    diagram = entries.phase_diagram()
    all_entries = list(diagram.all_entries)
    rows = []
    for voltage in np.linspace(VOLTAGES[0], VOLTAGES[-1], count):

        def grand(at: float = float(voltage)) -> GrandPotentialPhaseDiagram:
            return GrandPotentialPhaseDiagram(all_entries, {LITHIUM: -at})

        shared = None if per_place else grand()
        rows.append(
            [
                place(diagram, grand() if shared is None else shared, (material, other))
                for other in electrode.materials
            ]
        )
    return rows


def main() -> None:
    """Print a table of times."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("entries", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--naive-voltages", type=int, default=5, help="rows, then scaled up")
    options = parser.parse_args()
    warnings.simplefilter("ignore")

    read_time, entries = timed(lambda: read_entries(options.entries))
    print(
        f"{len(entries.entries)} entries read in {read_time:.2f} s; load {os.getloadavg()[0]:.1f}"
    )
    windows = [timed(lambda: window(entries)) for _ in range(options.repeats)]
    naive = [timed(lambda: naive_window(entries)) for _ in range(options.repeats)]
    maps = [timed(lambda: mapped(entries)) for _ in range(options.repeats)]
    _, material, electrode, _ = maps[0][1]
    # On the hull, as in pymatgen: only our map accepts electrode energies above it.
    on_hull = [other.model_copy(update={"above_hull": 0.0}) for other in electrode.materials]
    count = options.naive_voltages
    rows = len(VOLTAGES) / count
    row_time, by_row = timed(lambda: loop(entries, material, electrode, count, per_place=False))
    place_time, by_place = timed(lambda: loop(entries, material, electrode, count, per_place=True))
    print(windows[0][1])
    print("| task | time (s) |\n| --- | --- |")
    for name, found in (
        ("window, segments and reactions", statistics.median(t for t, _ in windows)),
        ("segments by get_element_profile", statistics.median(t for t, _ in naive)),
        ("map 17 × 50", statistics.median(t for t, _ in maps)),
        (
            f"pymatgen, a grand-potential diagram per voltage ({count} rows × {rows:g})",
            row_time * rows,
        ),
        (
            f"pymatgen, a grand-potential diagram per point ({count} rows × {rows:g})",
            place_time * rows,
        ),
    ):
        print(f"| {name} | {found:.2f} |")

    hull = maps[0][1][0]
    electrode_on_hull = Electrode(
        electrode.formula, electrode.x, tuple(on_hull), electrode.plateaus, "on the hull"
    )
    volts = np.linspace(VOLTAGES[0], VOLTAGES[-1], count).tolist()
    ours = interface_map(hull, material, electrode_on_hull, volts).min_energy
    worst = float(np.abs(np.array(ours) - np.array(by_row)).max())
    same = float(np.abs(np.array(by_row) - np.array(by_place)).max())
    print(f"largest difference from pymatgen: {worst:.1e} eV; between its two loops {same:.1e}")
    if worst > TOLERANCE:
        raise SystemExit(f"the maps differ by {worst:.1e} eV, more than {TOLERANCE:g}")


if __name__ == "__main__":
    main()

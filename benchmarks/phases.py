"""Formation energies of the reference crystals, compared with those of an entry file.

python benchmarks/phases.py results.db entries.json

The store contains the records of `liponflow run stability`. The file contains formation energies
as pymatgen entries, such as those of the Materials Project 2019 in the data of C. J. Bartel et
al., npj Comput. Mater. 6, 97 (2020). Prints Markdown.
"""

import argparse
from pathlib import Path

from liponflow import safejson
from liponflow.analysis.stability.corrections import resolve
from liponflow.analysis.stability.entries import Entry
from liponflow.analysis.stability.entry_files import read_entries
from liponflow.analysis.stability.phase_record import PhaseRecord, gas_entries, phase_entries
from liponflow.store.results import open_store
from liponflow.structures.phases import phase, phases
from liponflow.workflows.stability.phases import record_name

METALS = frozenset({"Mn", "Ni"})
"""Elements whose oxides have U and further corrections."""


def records(path: Path) -> list[PhaseRecord]:
    """Return the latest record of every crystal in a store."""
    store = open_store(path, read_only=True)
    found = {}
    for entry in phases():
        criteria = {"name": record_name(entry.name)}
        for document in store.query(criteria, sort={"completed_at": 1}, load=True):
            found[entry.name] = safejson.decode(document["output"])
    return list(found.values())


def formation_energies(entries: list[Entry]) -> dict[str, float]:
    """Return formation energies from the elements (eV/atom) by name."""
    reference: dict[str, float] = {}
    for entry in entries:
        if len(entry.composition) == 1:
            [symbol] = entry.composition
            lowest = min(entry.energy_per_atom, reference.get(symbol, entry.energy_per_atom))
            reference[symbol] = lowest
    return {
        entry.name: entry.energy_per_atom
        - sum(reference[s] * n for s, n in entry.composition.items()) / entry.n_atoms
        for entry in entries
    }


def main() -> None:
    """Print the table and the mean absolute error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("entries", type=Path)
    arguments = parser.parse_args()
    theirs: dict[str, float] = {}
    for entry in read_entries(arguments.entries).entries:
        energy = entry.energy_per_atom
        theirs[entry.formula] = min(energy, theirs.get(entry.formula, energy))
    found = records(arguments.store)
    entries = phase_entries(found, resolve("auto", found[0].engine))
    energies = formation_energies([*entries, *gas_entries(["O", "N"], found[0].engine)])
    print("| crystal | formula | ours | 2019 | difference | volume, % | coordinates |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- |")
    errors = []
    for record, entry in sorted(zip(found, entries, strict=True), key=lambda pair: pair[1].name):
        ours, other = energies[entry.name], theirs.get(entry.formula)
        difference = "" if other is None else f"{ours - other:+.3f}"
        usable = entry.reason_refused is None and len(entry.composition) > 1
        if other is not None and usable and entry.name == entry.formula:
            errors.append((ours - other, not METALS.isdisjoint(entry.composition)))
        problem = "" if record.problem is None else f", now {record.relaxed_spacegroup}: left out"
        print(
            f"| {record.name} | {entry.formula} | {ours:.3f} | "
            f"{'' if other is None else f'{other:.3f}'} | {difference} | "
            f"{record.volume_change_percent:+.1f} | "
            f"{phase(record.name).coordinate_status}{problem} |"
        )
    print()
    for what, chosen in (
        ("all compounds", [error for error, _ in errors]),
        ("those without Mn and Ni", [error for error, has_metal in errors if not has_metal]),
        ("those with Mn or Ni", [error for error, has_metal in errors if has_metal]),
    ):
        mean = sum(map(abs, chosen)) / len(chosen)
        print(
            f"Mean absolute error of {what} ({len(chosen)}): {mean:.3f} eV/atom, "
            f"mean error {sum(chosen) / len(chosen):+.3f} eV/atom"
        )


if __name__ == "__main__":
    main()

"""Voltages of insertion hosts beside experiment: every host through the quick lithiation.

    OMP_NUM_THREADS=1 python benchmarks/hosts.py run [HOST ...] --store hosts.db
    python benchmarks/hosts.py write --store hosts.db
    python benchmarks/hosts.py tables

``run`` computes hosts one after the other with CHGNet, keeps their results in a store and their
figures beside it. ``write`` writes the numbers to ``hosts.json`` beside this file, with the
moments of crystals whose oxidation states are known. ``tables`` prints them as in
``docs/hosts.md``.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.published import published_lithiation

if TYPE_CHECKING:
    from liponflow.analysis.lithiation.result import LithiationResult

HERE = Path(__file__).parent
NUMBERS = HERE / "hosts.json"


@cache
def crystals() -> dict[str, Any]:
    """Return the hosts and the crystals of known states in ``hosts.yaml``."""
    text = (HERE / "hosts.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def crystal(entry: Mapping[str, Any]) -> Structure:
    """Build a crystal; one with mixed sites in an ordered cell."""
    structure = Structure.from_spacegroup(
        entry["spacegroup"],
        Lattice.from_parameters(*entry["lattice"]),
        [symbol for symbol, *_ in entry["sites"]],
        [position for _, *position in entry["sites"]],
    )
    if "supercell" in entry:
        structure = _repeated(structure, np.array(entry["supercell"]))
    for symbol, kinds in entry.get("order", {}).items():
        structure = _ordered(structure, symbol, kinds)
    return structure.get_sorted_structure()


def _repeated(structure: Structure, matrix: Any) -> Structure:
    """Return the supercell of a matrix, whose rows may be translations of a centred cell."""
    primitive = structure.get_primitive_structure()
    rows = matrix @ structure.lattice.matrix @ np.linalg.inv(primitive.lattice.matrix)
    return primitive.make_supercell(np.rint(rows).astype(int))


def _ordered(structure: Structure, symbol: str, kinds: Any) -> Structure:
    """Return the structure with the sites of a symbol shared out.

    A list of elements takes turns; of an element with a number, the two atoms are as far apart as
    they can be.
    """
    sites = structure.indices_from_symbol(symbol)
    ordered = structure.copy()
    if isinstance(kinds, list):
        for index, site in enumerate(sites):
            ordered.replace(site, kinds[index % len(kinds)])
        return ordered
    (guest, n), _ = kinds.items()
    chosen = max(combinations(sites, n), key=lambda pair: structure.get_distance(*pair))
    for site in chosen:
        ordered.replace(site, guest)
    return ordered


def run(names: Iterable[str], store: Path) -> None:
    """Compute hosts with the command that a user would type."""
    for name in names:
        entry = crystals()["hosts"][name]
        folder = store.with_suffix("") / name
        folder.mkdir(parents=True, exist_ok=True)
        cif = folder / f"{name}.cif"
        crystal(entry).to(filename=str(cif))
        settings = [f"--set={key}={value}" for key, value in entry.get("settings", {}).items()]
        command = ["liponflow", "run", "lithiation", "--preset", "quick", "--structure", str(cif)]
        command += [*settings, "--workers", "1", "--store", str(store), "--out", str(folder)]
        print(" ".join(command), flush=True)
        # Converged or not, the result is stored and the table says which x are missing.
        subprocess.run(command, check=False, stdout=sys.stderr)


def host_numbers(result: "LithiationResult") -> dict[str, Any]:
    """Return the numbers of one host that the table shows."""
    published = published_lithiation(result.formula)
    states = result.states
    return {
        "x_in": result.host.variable,
        "atoms": len(states[-1].structure),
        "x": [round(state.x, 3) for state in states],
        "missing": sorted({round(entry.x, 3) for entry in result.refused} - {s.x for s in states}),
        "voltages": [
            {"x": [round(step.x_low, 3), round(step.x_high, 3)], "V": round(step.voltage, 2)}
            for step in result.voltages
        ],
        "moments": {
            f"{state.x:.3g}": {metal: round(value, 2) for metal, value in state.moments.items()}
            for state in states
        },
        "volume_change_percent": round(
            100 * (states[-1].volume_per_formula / states[0].volume_per_formula - 1), 1
        ),
        "experiment": [
            {
                "x": list(value.x_range),
                "V": list(value.volts),
                "citation": value.citation,
                "source": value.source,
            }
            for value in (published.voltages if published else ())
        ],
    }


def known_moments() -> dict[str, float]:
    """Return the mean |moment| (µB) that CHGNet gives the metal of each crystal of known state."""
    from chgnet.model import CHGNet

    model = CHGNet.load(verbose=False)
    found = {}
    for name, entry in crystals()["known_states"].items():
        structure = crystal(entry)
        predicted: Any = model.predict_structure(structure, task="em")
        moments = np.abs(predicted["m"])
        metal = [site.specie.symbol == entry["metal"] for site in structure]
        found[name] = round(float(moments[metal].mean()), 2)
    return found


def tables(numbers: Mapping[str, Any]) -> str:
    """Return the tables of the page, in Markdown."""
    lines = [
        "| host | atoms | x | computed, V | measured, V |",
        "| --- | ---: | --- | --- | --- |",
    ]
    for name, host in numbers["hosts"].items():
        computed = "; ".join(f"{_range(s['x'])}: {s['V']:.2f}" for s in host["voltages"]) or "none"
        measured = "; ".join(
            f"{_range(value['x'])}: {_range(value['V'], '-')} ({value['citation']})"
            for value in host["experiment"]
            if value["x"][0] < host["x"][-1]
        )
        x = ", ".join(f"{value:g}" for value in host["x"])
        missing = ", ".join(f"{value:g}" for value in host["missing"])
        x += f" (not {missing})" if missing else ""
        lines.append(f"| {name} | {host['atoms']} | {x} | {computed} | {measured} |")
    lines += ["", *_references(numbers), ""]
    lines += ["| crystal | state | moment, µB |", "| --- | --- | ---: |"]
    for name, moment in numbers["known_moments"].items():
        state = crystals()["known_states"][name]["state"]
        lines.append(f"| {name} | {state} | {moment:.2f} |")
    return "\n".join(lines)


def _references(numbers: Mapping[str, Any]) -> list[str]:
    """Return the sources of the measured voltages."""
    return [
        f"- {value['citation']}: {value['source']}."
        for value in {
            value["citation"]: value
            for host in numbers["hosts"].values()
            for value in host["experiment"]
        }.values()
    ]


def _range(ends: Sequence[float], joint: str = " to ") -> str:
    return joint.join(f"{end:g}" for end in dict.fromkeys(ends))


def write(store: Path) -> None:
    """Write the numbers of the latest result of every host."""
    from liponflow.analysis.lithiation.result import LithiationResult
    from liponflow.store.results import find_results, open_store

    latest = {}
    opened = open_store(store, read_only=True)
    for item in sorted(find_results(opened), key=lambda item: item.completed_at):
        if isinstance(item.result, LithiationResult):
            source = item.result.provenance.source_structure
            latest[Path(source.split(".cif")[0]).name] = item.result
    opened.close()  # type: ignore[no-untyped-call]
    hosts = [name for name in crystals()["hosts"] if name in latest]
    numbers = {
        "engine": latest[hosts[0]].provenance.engine.label,
        "hosts": {name: host_numbers(latest[name]) for name in hosts},
        "known_states": {
            name: [entry["metal"], int(entry["state"].strip("+").removeprefix(entry["metal"]))]
            for name, entry in crystals()["known_states"].items()
        },
        "known_moments": known_moments(),
    }
    text = json.dumps(numbers, indent=1, ensure_ascii=False)
    NUMBERS.write_text(f"{text}\n", encoding="utf-8")


def main() -> None:
    """Run hosts, write their numbers, or print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["run", "write", "tables"])
    parser.add_argument("names", nargs="*", metavar="HOST", help="hosts to run; all by default")
    parser.add_argument("--store", type=Path, default=Path("hosts.db"))
    arguments = parser.parse_intermixed_args()
    if arguments.what == "run":
        run(arguments.names or crystals()["hosts"], arguments.store)
    elif arguments.what == "write":
        write(arguments.store)
    else:
        print(tables(json.loads(NUMBERS.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()

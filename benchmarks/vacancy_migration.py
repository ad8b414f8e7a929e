"""Barriers of Li by vacancies in hosts that hold it, with potentials.

    export OMP_NUM_THREADS=1
    .venv/bin/python benchmarks/vacancy_migration.py run HOST ENGINE FOLDER
    .venv/bin/python benchmarks/vacancy_migration.py record HOST FOLDER
    .venv/bin/python benchmarks/vacancy_migration.py tables

``run`` computes one host of ``HOSTS`` in a folder by the command of its row and records it;
``record`` does the latter alone, of a run that has ended. A row of ``vacancy_migration.jsonl``
beside this file holds the hops of one host with one engine. ``tables`` prints the table of
``docs/migration.md`` from the record alone.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.migration.hop_documents import HopBarrier
from liponflow.analysis.migration.result import MigrationResult
from liponflow.structures.phases import phase

RECORD = Path(__file__).with_suffix(".jsonl")

COMMON = ("dopant=Li", "vibrations=false", "models=[]")
HOSTS = {
    "LiCoO2": ("supercell=3,3,1", "divacancy=true"),
    # The rows make 64 atoms of it, whose images are 8 Å apart.
    "Li3PO4_gamma": ("supercell=1,0,0;0,1,1;0,-1,1", "max_distance=3.15"),
    # The cubic cell of 56 atoms, whose images are 8.2 Å apart.
    "LiNi0.5Mn1.5O4_ordered": ("supercell=1,1,1",),
}
"""Parameters of each host beside COMMON."""

TITLES = {
    "LiCoO2": "LiCoO2 (R-3m)",
    "Li3PO4_gamma": "γ-Li3PO4 (Pnma)",
    "LiNi0.5Mn1.5O4_ordered": "LiNi0.5Mn1.5O4 (P4_332)",
}

Row = dict[str, Any]


def structure(host: str) -> Structure:
    """Build the cell from which a host is relaxed."""
    if host == "LiCoO2":  # layered, near its experimental lattice parameters
        places: list[list[float]] = [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.2605]]
        return Structure.from_spacegroup(
            "R-3m", Lattice.hexagonal(2.816, 14.052), ["Li", "Co", "O"], places
        )
    return phase(host).structure()


def run(host: str, engine: str, folder: Path) -> None:
    """Compute a host with an engine."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{host}.cif"
    structure(host).to(str(file))
    settings = [part for setting in (*COMMON, *HOSTS[host]) for part in ("--set", setting)]
    command = ["liponflow", "run", "migration", "--structure", str(file), "--engine", engine]
    command += ["--preset", "quick", *settings, "--workers", "1", "--out", str(folder)]
    subprocess.run(command, check=True)


def record(host: str, folder: Path) -> None:
    """Append what the result in a folder says about its hops."""
    text = (folder / "migration.json").read_text(encoding="utf-8")
    fields = {name: value for name, value in json.loads(text).items() if name[0] != "@"}
    result = MigrationResult.model_validate(fields)
    found = result.of("Li", "vacancy")
    if found is None:
        raise ValueError(f"{folder}: no migration of Li by vacancies in its result")
    row = {
        "host": host,
        "engine": result.provenance.engine.short,
        "atoms": result.host_atoms,
        "converged": result.converged,
        "percolating_barrier": _rounded(found.percolating_barrier),
        "dimension": found.network_dimension,
        "percolating_hops": found.percolating_hops,
        "published_barrier": found.published_barrier,
        "charge": found.charge,
        "sites": {
            site.site: _rounded(site.site_energy)
            for site in result.sites
            if site.mover == found.mover
        },
        "hops": [_hop(hop) for hop in result.hops_of("Li", "vacancy")],
    }
    kept = [old for old in known() if (old["host"], old["engine"]) != (host, row["engine"])]
    lines = [json.dumps(one, ensure_ascii=False) for one in (*kept, row)]
    RECORD.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _hop(hop: HopBarrier) -> Row:
    return {
        "hop": hop.hop,
        "length": _rounded(hop.hop_distance),
        "from_start": hop.from_start,
        "from_end": hop.from_end,
        "barrier": _rounded(hop.barrier),
        "reverse_barrier": _rounded(hop.reverse_barrier),
        "lowest_on_the_way": _rounded(hop.lowest_on_the_way),
        "symmetric": hop.symmetric,
        "max_force": _rounded(hop.max_force),
        "published": [hop.published_barrier, hop.published_barrier_high],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def known() -> list[Row]:
    """Return the rows of the record."""
    if not RECORD.is_file():
        return []
    return [json.loads(line) for line in RECORD.read_text(encoding="utf-8").splitlines()]


def table() -> Iterator[str]:
    """Yield the lines of the table."""
    rows = known()
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    head = [f"{engine} (eV)" for engine in engines]
    yield f"| host | hop | length (Å) | {' | '.join(head)} | published (eV) |"
    yield f"| --- | --- | ---: |{' ---: |' * len(engines)} ---: |"
    for host in dict.fromkeys(row["host"] for row in rows):
        by = {row["engine"]: row for row in rows if row["host"] == host}
        first = next(iter(by.values()))
        for hop in first["hops"]:
            same = [
                next((one for one in by[name]["hops"] if one["hop"] == hop["hop"]), None)
                if name in by
                else None
                for name in engines
            ]
            shown = ["" if one is None else _barriers(one) for one in same]
            yield (
                f"| {TITLES[host]} | {hop['hop']} | {hop['length']:.2f} | {' | '.join(shown)} | "
                f"{_range(*hop['published'])} |"
            )
        crossing = [
            f"**{by[name]['percolating_barrier']:.2f}**, {by[name]['dimension']} of 3"
            if name in by
            else ""
            for name in engines
        ]
        quoted = _range(first["published_barrier"], None)
        yield f"| {TITLES[host]} | across the crystal | | {' | '.join(crossing)} | {quoted} |"


def _barriers(hop: Row) -> str:
    there, back = hop["barrier"], hop["reverse_barrier"]
    if there is None:
        return "none"
    return f"{there:.2f}" if abs(there - back) < 0.005 else f"{there:.2f}, back {back:.2f}"


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return ""
    return f"{low:g}" if high is None else f"{low:g} to {high:g}"


def main(arguments: list[str]) -> None:
    """Run a command of the module's documentation."""
    if arguments == ["tables"]:
        print("\n".join(table()))
    elif arguments[0] == "record":
        record(arguments[1], Path(arguments[2]))
    else:
        _, host, engine, folder = arguments
        run(host, engine, Path(folder))
        record(host, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])

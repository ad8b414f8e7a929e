"""Barriers of N, P and O in bcc Li by every mechanism at hand, with potentials and with PBE.

The published barriers name a dopant but no path. This script computes the states that the paths
pass, each relaxed within its own symmetry, so that a saddle is a relaxation instead of a band.

    export OMP_NUM_THREADS=1
    .venv/bin/python benchmarks/lithium_barriers.py potentials FOLDER
    .venv/bin/python benchmarks/lithium_barriers.py straight FOLDER
    .venv/bin/python benchmarks/lithium_barriers.py guide FOLDER [NAME ...]
    .venv/bin/python benchmarks/lithium_barriers.py dft FOLDER [PROCESSES [NAME ...]]
    .venv/bin/python benchmarks/lithium_barriers.py tables

Every finished state is appended to ``lithium_barriers.jsonl`` beside this file and not computed
again, so that each command can be killed and started again; FOLDER keeps geometries and unfinished
work. ``dft`` computes with GPAW all states, or those named, and takes a night on two cores.
``tables`` prints the tables of ``docs/lithium_barriers.md`` from the record alone.
"""

# ASE's functions carry no types.
# mypy: disable-error-code="no-untyped-call"

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.constraints import FixSymmetry
from ase.optimize import BFGS
from ase.spacegroup.symmetrize import check_symmetry

RECORD = Path(__file__).with_suffix(".jsonl")
DOPANTS = ("N", "P", "O")
STABLE = {"N": "octahedral", "P": "tetrahedral", "O": "octahedral"}
"""Interstitial site of lowest energy, with every potential and with PBE."""

GUIDE = "sevennet-mf-pbe"
"""Potential whose geometries and Hessians the relaxations with PBE start from."""

POTENTIALS = (GUIDE, "sevennet-0", "chgnet")

PARAMETERS = {"ecut": 350, "kpoints": 2, "li_electrons": 1}
"""Cut-off of the plane waves (eV), k-points along each axis, valence electrons of Li."""

PBE_LATTICE = 3.4361
"""Lattice parameter of Li (Å): PBE, 350 eV, one valence electron, 12 x 12 x 12 k-points (with 450
eV the same; with three electrons and 450 eV 3.4357)."""

SETTINGS: dict[str, dict[str, int]] = {
    "base": {},
    "frozen": {},
    "ecut450": {"ecut": 450},
    "k4": {"kpoints": 4},
    "li3": {"li_electrons": 3, "ecut": 450},
}
"""Settings of PBE by name, as changes of :data:`PARAMETERS`. ``base`` relaxes; ``frozen`` leaves
the host at its lattice sites; the others are single points at the geometry of ``base``."""

FORCE_LIMIT = 0.02
"""Largest force of a relaxed state, eV/Å."""

REPEATS = 3
"""Cells of the host along each axis: 54 atoms."""

LARGER = 4
"""The same in a cell of 128 atoms, as published; only sites and midpoints, guide and PBE."""

SOFTEST = 1.0
"""Smallest curvature (eV/Å²) with which a relaxation starts."""

Point = tuple[float, float, float]
Row = dict[str, Any]


@dataclass(frozen=True)
class State:
    """A place of the dopant in bcc Li, coordinates in units of the lattice parameter.

    Attributes
    ----------
    dopant
        Position of the dopant.
    missing
        Li atoms that are left out.
    moved
        Sites of Li atoms, and where they start.
    """

    dopant: Point
    missing: tuple[Point, ...] = ()
    moved: tuple[tuple[Point, Point], ...] = ()


CORNER, CENTRE = (0.0, 0.0, 0.0), (0.5, 0.5, 0.5)
STATES = {
    "octahedral": State((0.5, 0.5, 0.0)),
    "tetrahedral": State((0.5, 0.25, 0.0)),
    "tet-tet midpoint": State((0.375, 0.375, 0.0)),
    "trigonal": State((0.25, 0.25, 0.25)),
    "oct-oct midpoint": State((0.25, 0.25, 0.0), moved=((CORNER, (-0.2, -0.2, 0.0)),)),
    "<100> dumbbell": State((0.3, 0.0, 0.0), moved=((CORNER, (-0.25, 0.0, 0.0)),)),
    "<111> dumbbell": State((0.2, 0.2, 0.2), moved=((CORNER, (-0.15, -0.15, -0.15)),)),
    "substitutional": State(CORNER, missing=(CORNER,)),
    "substitutional beside a vacancy": State(CORNER, missing=(CORNER, CENTRE)),
    "between two vacancies, a√3/2": State((0.25, 0.25, 0.25), missing=(CORNER, CENTRE)),
    "between two vacancies, a": State((0.5, 0.0, 0.0), missing=(CORNER, (1.0, 0.0, 0.0))),
}
"""Interstitial sites, and midpoints of the hops between them: of neighbouring tetrahedral sites,
of octahedral ones a/√2 apart, and (trigonal) of octahedral ones a√3/2 apart. Dumbbells, on the
lines between an atom of the host and a site. The substitutional dopant, and the midpoints of its
exchange with a vacancy."""


def host(a: float, repeats: int) -> Atoms:
    """Return bcc Li."""
    atoms: Atoms = bulk("Li", "bcc", a, cubic=True).repeat(repeats)
    return atoms


def build(dopant: str, name: str, a: float, repeats: int) -> Atoms:
    """Return a state before relaxation; the dopant is the last atom and lies at the origin."""
    atoms = host(a, repeats)
    if name == "vacancy":
        del atoms[0]
    if name not in STATES:
        return atoms
    state = STATES[name]

    def site(point: Point) -> int:
        apart = atoms.get_scaled_positions() - np.array(point) / repeats
        apart -= np.round(apart)
        return int(np.linalg.norm(apart, axis=1).argmin())

    for begin, end in state.moved:
        atoms.positions[site(begin)] = np.array(end) * a
    del atoms[[site(point) for point in state.missing]]
    atoms += Atoms(dopant, positions=[np.array(state.dopant) * a])
    atoms.positions -= atoms.positions[-1]
    atoms.wrap(eps=1e-7)
    return atoms


def cells(repeats: int = REPEATS) -> Iterator[tuple[str, str]]:
    """Yield dopant and state of every cell, the host's first."""
    yield "", "host"
    yield "", "vacancy"
    for dopant in DOPANTS:
        for name in list(STATES)[: None if repeats == REPEATS else 4]:
            yield dopant, name


def relax(atoms: Atoms, steps: int, hessian: Any = None) -> int:
    """Relax within the space group, the cell held, and return the number of steps."""
    atoms.set_constraint(FixSymmetry(atoms, symprec=1e-3))
    optimiser = BFGS(atoms, maxstep=0.1, alpha=10.0, logfile=None)
    if hessian is not None:
        curvatures, modes = np.linalg.eigh(hessian)
        optimiser.H0 = (modes * np.maximum(abs(curvatures), SOFTEST)) @ modes.T
    optimiser.run(fmax=FORCE_LIMIT, steps=steps)
    return int(optimiser.nsteps)


def known() -> list[Row]:
    """Return the recorded rows."""
    if not RECORD.exists():
        return []
    return [json.loads(line) for line in RECORD.read_text(encoding="utf-8").splitlines()]


def keep(row: Row) -> None:
    """Record a row."""
    with RECORD.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
    print({key: value for key, value in row.items() if key != "scaled"}, flush=True)


def potential(name: str) -> tuple[Any, float]:
    """Return a calculator, and the lattice parameter (Å) of its bcc Li."""
    from liponflow.engines.engine import EngineOptions
    from liponflow.engines.potential.engine import PotentialEngine
    from liponflow.engines.registry import get_engine

    engine = get_engine(name, EngineOptions(force_limit=FORCE_LIMIT, max_steps=200))
    if not isinstance(engine, PotentialEngine):
        raise TypeError(f"{name} is not a potential")
    calculator = engine.dynamics_calculator().make()
    edges, energies = np.linspace(3.36, 3.52, 9), []
    for edge in edges:
        atoms = host(float(edge), 1)
        atoms.calc = calculator
        energies.append(atoms.get_potential_energy())
    slope = np.polyder(np.polyfit(edges, energies, 3))
    lowest = [root.real for root in np.roots(slope) if np.polyval(np.polyder(slope), root) > 0]
    return calculator, float(lowest[0])


def largest_force(atoms: Atoms) -> float:
    """Return the largest force on an atom, eV/Å."""
    return round(float(np.linalg.norm(atoms.get_forces(), axis=1).max()), 4)


def label(dopant: str, name: str, repeats: int) -> str:
    """Return a name for files."""
    number = list(STATES).index(name) if name in STATES else name
    size = "" if repeats == REPEATS else f"_{2 * repeats**3}"
    return f"{dopant or 'Li'}_{number}{size}"


def potentials(folder: Path) -> None:  # noqa: ARG001 - keeps no files
    """Relax every state with every potential."""
    keys = ("engine", "repeats", "dopant", "state")
    done = {tuple(row.get(key) for key in keys) for row in known()}
    for engine, repeats in [*((engine, REPEATS) for engine in POTENTIALS), (GUIDE, LARGER)]:
        calculator, a = potential(engine)
        for dopant, name in cells(repeats):
            if (engine, repeats, dopant, name) in done:
                continue
            atoms = build(dopant, name, a, repeats)
            atoms.calc = calculator
            row: Row = dict(zip(keys, (engine, repeats, dopant, name), strict=True))
            row["a"] = round(a, 4)
            row["steps"] = relax(atoms, 150)
            row["energy"] = round(float(atoms.get_potential_energy()), 5)
            row["force"] = largest_force(atoms)
            row["space_group"] = check_symmetry(atoms, symprec=1e-3).international
            keep(row)


def straight(folder: Path) -> None:  # noqa: ARG001 - keeps no files
    """Evaluate straight paths between relaxed sites, unrelaxed, up to second neighbours of Li.

    Their maxima are what a band gives that was not relaxed. ``frozen`` leaves the host at its
    lattice sites.
    """
    from ase.geometry import find_mic
    from pymatgen.io.ase import AseAtomsAdaptor

    from liponflow.structures.lithium import bcc_lithium
    from liponflow.structures.migration.end_points import hop_starts
    from liponflow.structures.migration.hop_cell import hop_cell
    from liponflow.structures.migration.hops import distinct_hops
    from liponflow.structures.migration.interstitials import interstitial_sites

    done = {(row["engine"], row["dopant"], row.get("hop")) for row in known()}
    calculator, a = potential(GUIDE)
    sites = interstitial_sites(bcc_lithium(a))
    cell = hop_cell(sites, (REPEATS, REPEATS, REPEATS))
    hops = distinct_hops(sites, a * 2**0.5 + 0.01)
    for dopant in DOPANTS:
        for hop in hops:
            stable = set(hop.end_labels) == {STABLE[dopant]}
            if (GUIDE, dopant, hop.label) in done or not stable:
                continue
            ends = hop_starts(cell, hop, dopant)
            relaxed, frozen = [], []
            for end in (ends.start, ends.end):
                atoms = AseAtomsAdaptor.get_atoms(end, msonable=False)
                frozen.append(atoms.copy())
                atoms.calc = calculator
                relax(atoms, 150)
                relaxed.append(atoms)
            row: Row = {"engine": GUIDE, "dopant": dopant, "hop": hop.label, "a": round(a, 4)}
            row["distance"] = round(hop.distance / a, 3)
            for kind, (first, last) in {"relaxed": relaxed, "frozen": frozen}.items():
                move, _ = find_mic(last.positions - first.positions, first.cell)
                energies = []
                for share in np.linspace(0, 1, 7):
                    image = first.copy()
                    image.set_constraint()
                    image.positions += share * move
                    image.calc = calculator
                    energies.append(float(image.get_potential_energy()))
                row[kind] = [round(energy - energies[0], 4) for energy in energies]
            keep(row)


def guide(folder: Path, *only: str) -> None:
    """Store geometry and Hessian with the guide, from which relaxations with PBE start."""
    from pymatgen.io.ase import AseAtomsAdaptor

    from liponflow.analysis.migration.gamma_modes import displaced_atoms
    from liponflow.engines.vibrations import displaced, shift

    calculator, a = potential(GUIDE)
    for repeats, dopant, name in [(n, *cell) for n in (REPEATS, LARGER) for cell in cells(n)]:
        file = folder / f"{label(dopant, name, repeats)}.npz"
        if file.exists() or name == "host" or (only and file.stem not in only):
            continue
        atoms = build(dopant, name, a, repeats)
        atoms.calc = calculator
        relax(atoms, 150)
        atoms.set_constraint()
        phonons = displaced(AseAtomsAdaptor.get_structure(atoms), 0.02)
        home, rest = atoms.positions.copy(), atoms.get_forces()
        forces = []
        for number in range(len(displaced_atoms(phonons))):
            atoms.positions = home + shift(phonons, number)
            forces.append(atoms.get_forces() - rest)
        phonons.forces = np.array(forces)
        phonons.produce_force_constants(show_drift=False)
        constants = np.asarray(phonons.force_constants).transpose(0, 2, 1, 3)
        hessian = constants.reshape(3 * len(atoms), -1)
        atoms.positions = home
        np.savez_compressed(
            file, scaled=atoms.get_scaled_positions(), hessian=(hessian + hessian.T) / 2
        )


def start(folder: Path, dopant: str, name: str, repeats: int) -> tuple[Any, Any]:
    """Return scaled positions from which PBE relaxes, and the Hessian there.

    They are those of the guide. In the larger cell, what PBE changed in the smaller one is added
    to the atoms that are as near to the dopant.
    """
    stored = np.load(folder / f"{label(dopant, name, repeats)}.npz")
    scaled = stored["scaled"]
    if repeats != REPEATS:

        def places(repeats: int) -> Any:
            ideal = build(dopant, name, 1.0, repeats).get_scaled_positions()
            return repeats * (ideal - np.round(ideal))

        smaller = np.load(folder / f"{label(dopant, name, REPEATS)}.npz")["scaled"]
        change = np.array(recorded("base", dopant, name)["scaled"]) - smaller
        change -= np.round(change)
        for number, place in enumerate(places(repeats)):
            if abs(place).max() < REPEATS / 2 - 1e-6:
                same = np.linalg.norm(places(REPEATS) - place, axis=1).argmin()
                scaled[number] += change[same] * REPEATS / repeats
    return scaled, stored["hessian"]


def recorded(settings: str, dopant: str, name: str) -> Row:
    """Return a state of PBE in the smaller cell."""
    wanted = f"{settings}_{label(dopant, name, REPEATS)}"
    return next(row for row in known() if row.get("name") == wanted)


def units() -> list[Row]:
    """List the calculations with PBE, the most important first."""
    names = list(STATES)
    sites = [(dopant, names[n]) for n in (0, 1, 3) for dopant in DOPANTS] + [("P", names[2])]
    others = [(dopant, name) for name in [names[6], *names[7:]] for dopant in DOPANTS]
    larger = [
        (dopant, names[n]) for dopant, n in (("O", 0), ("O", 3), ("O", 1), ("N", 0), ("N", 3))
    ]
    listed = [("base", *pair, REPEATS) for pair in sites]
    listed += [("base", *pair, LARGER) for pair in larger]
    listed += [("base", *pair, REPEATS) for pair in [*others, ("", "vacancy"), ("", "host")]]
    single = ("frozen", "li3", "k4", "ecut450")
    listed += [(key, *pair, REPEATS) for key in single for pair in sites]
    return [
        {
            "settings": key,
            "dopant": dopant,
            "state": name,
            "repeats": repeats,
            "name": f"{key}_{label(dopant, name, repeats)}",
            "relax": key == "base" and name != "host",
        }
        for key, dopant, name, repeats in listed
    ]


def one(folder: Path, unit: Row) -> None:
    """Compute one state with PBE in a folder of its own."""
    from liponflow.engines.gpaw.calculator import GpawCalculator
    from liponflow.engines.gpaw.datasets import generated_folders, lithium_setups

    dopant, name, repeats = unit["dopant"], unit["state"], unit["repeats"]
    values = PARAMETERS | SETTINGS[unit["settings"]]
    home = folder / "dft" / unit["name"]
    home.mkdir(parents=True, exist_ok=True)
    atoms, hessian = build(dopant, name, PBE_LATTICE, repeats), None
    if unit["relax"]:
        scaled, hessian = start(folder, dopant, name, repeats)
        atoms.set_scaled_positions(scaled)
    elif unit["settings"] not in ("base", "frozen"):
        atoms.set_scaled_positions(recorded("base", dopant, name)["scaled"])
    parameters: dict[str, Any] = {
        "mode": {"name": "pw", "ecut": values["ecut"]},
        "xc": "PBE",
        "kpts": {"size": [values["kpoints"]] * 3, "gamma": False},
        "occupations": {"name": "methfessel-paxton", "width": 0.2, "order": 1},
        "convergence": {"density": 3e-5, "energy": 2e-5},
    }
    if setups := lithium_setups(values["li_electrons"]):
        parameters["setups"] = setups
    folders = generated_folders(parameters, version("gpaw"))
    atoms.calc = GpawCalculator(parameters, directory=home, setup_paths=folders)
    steps = relax(atoms, 10, hessian) if unit["relax"] else 0
    row = unit | {"engine": "gpaw", **values, "a": PBE_LATTICE, "steps": steps}
    row["energy"] = round(float(atoms.get_potential_energy()), 5)
    row["force"] = largest_force(atoms)
    row["space_group"] = check_symmetry(atoms, symprec=1e-3).international
    row["version"] = atoms.calc.last["versions"]["gpaw"]
    row["scaled"] = np.round(atoms.get_scaled_positions(), 6).tolist()
    (home / "result.json").write_text(json.dumps(row), encoding="utf-8")


def dft(folder: Path, processes: str = "2", *only: str) -> None:
    """Compute states with PBE, each in a process."""
    done = {
        row["name"]
        for row in known()
        if "name" in row and (not row["relax"] or row["force"] < FORCE_LIMIT)
    }

    def collect() -> None:
        for unit in units():
            result = folder / "dft" / unit["name"] / "result.json"
            if unit["name"] not in done and result.exists():
                keep(json.loads(result.read_text(encoding="utf-8")))
                done.add(unit["name"])

    collect()
    waiting = [
        unit for unit in units() if unit["name"] not in done and (not only or unit["name"] in only)
    ]
    running: dict[str, subprocess.Popen[bytes]] = {}
    while waiting or running:
        running = {name: process for name, process in running.items() if process.poll() is None}
        collect()
        ready = [
            unit
            for unit in waiting
            if (unit["settings"] in ("base", "frozen") and unit["repeats"] == REPEATS)
            or f"base_{label(unit['dopant'], unit['state'], REPEATS)}" in done
        ]
        if not ready and not running:
            break
        for unit in ready[: int(processes) - len(running)]:
            waiting.remove(unit)
            with (folder / "log").open("ab") as log:
                running[unit["name"]] = subprocess.Popen(
                    [sys.executable, __file__, "one", str(folder), json.dumps(unit)],
                    stdout=log,
                    stderr=log,
                )
        time.sleep(1)


def above(rows: list[Row], dopant: str) -> dict[str, float]:
    """Return the energies (eV) of the states of a dopant above its lowest interstitial site.

    Where Li atoms are missing, the energy of as many atoms of the host is added.
    """
    energies = {row["state"]: row["energy"] for row in rows if row["dopant"] == dopant}
    hosts = [row["energy"] for row in rows if row["state"] == "host"]
    lowest = energies.get(STABLE[dopant])
    found: dict[str, float] = {}
    for name, energy in energies.items():
        missing = len(STATES[name].missing)
        if lowest is not None and (hosts or not missing):
            own = hosts[0] / (2 * REPEATS**3) if missing else 0.0
            found[name] = energy + missing * own - lowest
    return found


def tables() -> None:
    """Print the tables as Markdown."""
    rows = known()
    columns: dict[str, list[Row]] = {}
    for row in rows:
        if "state" in row:
            size = "" if row["repeats"] == REPEATS else f"{2 * row['repeats'] ** 3} atoms"
            parts = (row["engine"], row.get("settings"), size)
            columns.setdefault(" ".join(part for part in parts if part), []).append(row)
    for dopant in DOPANTS:
        found = {name: above(some, dopant) for name, some in columns.items()}
        found = {name: energies for name, energies in found.items() if len(energies) > 1}
        print(f"\n| {dopant} (eV) | " + " | ".join(found) + " |")
        print("| --- |" + " ---: |" * len(found))
        for state in STATES:
            shown = [
                f"{energies[state]:z.2f}" if state in energies else ""
                for energies in found.values()
            ]
            print(f"| {state} | " + " | ".join(shown) + " |")
    print("\n| dopant | straight path | length (a) | relaxed ends (eV) | frozen host (eV) |")
    print("| --- | --- | ---: | ---: | ---: |")
    for row in rows:
        if "hop" in row:
            relaxed, frozen = max(row["relaxed"]), max(row["frozen"]) - min(row["frozen"])
            print(
                f"| {row['dopant']} | {row['hop']} | {row['distance']} | {relaxed:.2f} "
                f"| {frozen:.2f} |"
            )


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "tables":
        tables()
    elif command == "one":
        one(Path(arguments[0]), json.loads(arguments[1]))
    else:
        steps = {"potentials": potentials, "straight": straight, "guide": guide, "dft": dft}
        steps[command](Path(arguments[0]), *arguments[1:])

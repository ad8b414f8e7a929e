"""Make the golden files of this version: stored results, a planned run and stored names.

Run it once for each release, with a results store that contains a result of every campaign (the
quick presets suffice), and commit the files::

    python tests/data/golden/make.py STORE [FOLDER]

FOLDER contains the runs of the store, by default next to it. Later versions must be able to read
the files, which are written next to this script:

``VERSION.db``
    a results store with the latest result of every kind, as jobflow stored it. Numbers are
    rounded to 6 digits to keep it small, and paths and host names are replaced. Kinds that are
    read from VASP files or a trajectory are made here.
``VERSION/names.json``
    the jobs, Makers, models and enumerations that a document can name, by module.
``VERSION/run``
    a planned run of phonons, with nothing computed.
"""

import json
import pkgutil
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from importlib import import_module
from inspect import isclass
from pathlib import Path
from shutil import copytree, rmtree
from socket import gethostname
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from ase.filters import Filter
from jobflow import Maker
from monty.json import MSONable, jsanitize
from pydantic import BaseModel
from pymatgen.core import Lattice, Structure

import liponflow
from liponflow.ingest.ingest import ingest
from liponflow.runners.documents import dumps, flow_document, loads
from liponflow.runners.journal import Journal
from liponflow.store.results import open_store
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.glass.files import analyze

GOLDEN = Path(__file__).parent
sys.path.insert(0, str(GOLDEN.parent.parent / "support"))

DIGITS = 6
NAMELESS = ("cli", "runners", "settings", "store")
"""Packages whose classes no document names."""


def names() -> dict[str, list[str]]:
    """Return the names that a document can contain, by the module that defines them."""
    found: dict[str, list[str]] = {}
    for info in pkgutil.walk_packages(liponflow.__path__, "liponflow."):
        parts = info.name.split(".")
        if parts[1] in NAMELESS or "standin" in parts or parts[-1] == "published":
            continue
        module = import_module(info.name)
        named = [
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", None) == info.name
            and not name.startswith("_")
            and (hasattr(value, "original") or _is_stored(value))
        ]
        if named:
            found[info.name] = sorted(named)
    return found


def _is_stored(value: Any) -> bool:
    return isclass(value) and issubclass(value, Maker | MSONable | BaseModel | Enum | Filter)


def plan_run(folder: Path) -> None:
    """Write a planned run of phonons of lithium, small enough for a test."""
    overrides = {"min_length": 5.0, "mesh_length": 20.0}
    with TemporaryDirectory() as home:
        poscar = Path(home) / "POSCAR"
        bcc_lithium().to(str(poscar), fmt="poscar")
        flow = get_campaign("phonons").plan(
            preset="quick", engine="chgnet", overrides=overrides, structure_file=poscar
        )
        command = ["liponflow", "run", "phonons", "--structure", "POSCAR", "--preset", "quick"]
        command += ["--set", "min_length=5", "--set", "mesh_length=20"]
        config = {"command": command, "store": None, "result": flow.output.uuid}
        document = loads(dumps(flow_document(flow)).replace(home, "/data"))
        journal = Journal.create(Path(home) / "runs", document, config)
        rmtree(folder, ignore_errors=True)
        copytree(journal.path, folder)
    for empty in ("jobs", "outcomes"):  # git keeps no empty folders
        (folder / empty).rmdir()


def file_results(home: Path) -> Iterator[dict[str, Any]]:
    """Yield results read from files: a calculation, densities of states, a fingerprint."""
    from vasp_files import Densities, Run, bump

    lithium = Structure(Lattice.cubic(3.43), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    Run([lithium], [-3.8], {"ISPIN": 2}).write(home / "lithium")
    site = np.array([[bump(spin)] * 9 for spin in range(2)])
    oxide = Structure(Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    total = np.array([bump(0, 9.0)] * 2)
    densities = Densities(total, [site] * 2)
    Run([oxide], [-11.0], {"ISPIN": 2}, densities=densities).write(home / "oxide")
    store = open_store(home / "files.db")
    ingest([home / "lithium", home / "oxide"], store)
    yield from store.query({"output.kind": {"$in": ["calculation", "pdos"]}})
    store.close()
    phosphate = home / "POSCAR"
    phase("Li3PO4_gamma").primitive().to(str(phosphate), fmt="poscar")
    result = analyze([phosphate])
    yield {
        "uuid": "f" * 8 + "-0000-4000-8000-000000000000",
        "index": 1,
        "name": "fingerprint",
        "completed_at": datetime.now(tz=UTC).replace(tzinfo=None).isoformat(),
        "metadata": {},
        "hosts": [],
        "output": jsanitize(result, strict=True, enum_values=True),
    }


def campaign_results(source: Path) -> Iterator[dict[str, Any]]:
    """Yield the latest result of every kind from a store."""
    store = open_store(source, read_only=True)
    kinds = {item["output"]["kind"] for item in store.query({"output.kind": {"$exists": True}})}
    for kind in sorted(kinds):
        criteria = {"output.kind": kind}
        yield from store.query(criteria, sort={"completed_at": -1}, limit=1, load=True)
    store.close()


def shortened(value: Any) -> Any:
    """Return a document with rounded numbers."""
    if isinstance(value, dict):
        return {name: shortened(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shortened(item) for item in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def write_store(path: Path, source: Path, runs: Path) -> None:
    """Write the golden store."""
    path.unlink(missing_ok=True)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        store = open_store(path)
        found = {item["output"]["kind"]: item for item in file_results(home)}
        found |= {item["output"]["kind"]: item for item in campaign_results(source)}
        for document in found.values():
            document.pop("_id", None)
            text = json.dumps(shortened(document))
            for local in (str(home), str(runs.resolve())):
                text = text.replace(local, "/data")
            store.update(json.loads(text.replace(gethostname(), "host")), key=["uuid", "index"])
        store.close()
    with sqlite3.connect(path, isolation_level=None) as raw:
        raw.execute("VACUUM")
        raw.execute("PRAGMA journal_mode = DELETE")
    raw.close()


def main() -> None:
    """Write the golden files of this version."""
    folder = GOLDEN / liponflow.__version__
    folder.mkdir(exist_ok=True)
    lines = [f'  "{module}": {json.dumps(named)}' for module, named in sorted(names().items())]
    (folder / "names.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    plan_run(folder / "run")
    source = Path(sys.argv[1])
    runs = Path(sys.argv[2]) if len(sys.argv) > 2 else source.parent
    write_store(GOLDEN / f"{liponflow.__version__}.db", source, runs)


if __name__ == "__main__":
    main()

"""Fixtures for tests of several packages: an example result, stores and reference data."""

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymatgen.symmetry.groups import SpaceGroup
from pymongo import MongoClient

from liponflow import registry
from liponflow.analysis.lithiation.result import LithiationCandidate, LithiationResult, Selection
from liponflow.analysis.lithiation.summary import summarise
from liponflow.analysis.result import Calculation, EngineInfo, Provenance
from liponflow.runners import pool
from liponflow.store.results import open_store
from liponflow.structures.lithiation.candidates import with_magmoms
from liponflow.structures.lithiation.spinel import ordered_lnmo
from liponflow.structures.lithium import bcc_lithium

# Helper modules for tests of several packages; pytest's importlib mode does not find them.
SUPPORT = Path(__file__).parent / "support"
sys.path.insert(0, str(SUPPORT))

import warm  # noqa: E402
from mongo_server import MongoDatabase, MongoServer  # noqa: E402


def _keep_space_groups() -> None:
    """Keep the space groups that tests use: pymatgen takes half a second for a cubic one.

    Its own cache forgets each with its last user, which is within the building of a structure.
    """
    kept: dict[int, SpaceGroup] = {}
    make = SpaceGroup.__new__

    def make_once(*args: Any, **kwargs: Any) -> SpaceGroup:
        group: SpaceGroup = make(*args, **kwargs)
        return kept.setdefault(id(group), group)

    SpaceGroup.__new__ = make_once  # type: ignore[method-assign]


_keep_space_groups()

collect_ignore = ["plugin"]  # a separate package, which is not installed here

MONGO_SERVERS = ("secantusdb", "mongod")
"""The tests' own server, and the one that LIPONFLOW_TEST_MONGO names."""

FORMULA_UNITS = 8
ENERGY = {0: -360.0, 8: -412.8}
"""eV per cell: 4.7 V between x = 0 and 1 with Li at -1.9 eV."""


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Return the folder of external reference data, which the project does not contain."""
    folder = os.environ.get("LIPONFLOW_REFERENCE_DATA")
    if not folder:
        pytest.skip("LIPONFLOW_REFERENCE_DATA does not name the folder of reference data")
    return Path(folder)


@pytest.fixture(scope="session")
def warm_python() -> Iterator[list[str]]:
    """Return a command in place of ``python -m`` that need not import the heavy packages."""
    with warm.server() as command:
        yield command


@pytest.fixture(scope="session")
def cheap_vasp(warm_python: list[str]) -> str:
    """Return a stand-in command with a pair potential for Li, labelled chgnet."""
    return shlex.join([*warm_python, "cheap_vasp"])


@pytest.fixture(scope="session")
def warm_programs(tmp_path_factory: pytest.TempPathFactory, warm_python: list[str]) -> Path:
    """Return a folder with ``liponflow``, whose workers are warm as well, and the stand-in."""
    folder = tmp_path_factory.mktemp("programs")
    code = (
        "import sys; from liponflow.runners import pool; from liponflow.cli import app; "
        f"pool.COMMAND = {[*warm_python, pool.COMMAND[-1]]}; "
        "sys.argv[0] = 'liponflow'; app()"
    )
    for name, arguments in {
        "liponflow": ["-c", code],
        "liponflow-vasp": ["liponflow.engines.standin.cli"],
    }.items():
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {shlex.join([*warm_python, *arguments])} "$@"\n')
        program.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def standin(warm_programs: Path) -> str:
    """Return the command ``liponflow-vasp``."""
    return str(warm_programs / "liponflow-vasp")


@pytest.fixture(scope="module")
def warm_workers(warm_python: list[str]) -> Iterator[None]:
    """Start the workers of the runs of a test file without their imports."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "COMMAND", [*warm_python, pool.COMMAND[-1]])
        yield


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """Start a MongoDB server that all tests of this process share."""
    server = MongoServer(tmp_path_factory.mktemp("mongo"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def new_database(request: pytest.FixtureRequest) -> Iterator[Callable[[str], MongoDatabase]]:
    """Return a function that makes an empty database on one of :data:`MONGO_SERVERS`."""
    made: list[MongoDatabase] = []

    def make(server: str) -> MongoDatabase:
        if server == "secantusdb":
            uri = request.getfixturevalue("mongo_server").uri
        elif not (uri := os.environ.get("LIPONFLOW_TEST_MONGO", "")):
            pytest.skip("LIPONFLOW_TEST_MONGO does not name a MongoDB server")
        made.append(MongoDatabase(uri, f"liponflow_test_{uuid4().hex[:8]}"))
        return made[-1]

    yield make
    for database in made:
        if database.uri == os.environ.get("LIPONFLOW_TEST_MONGO"):  # the other one has ended
            with MongoClient(database.uri) as client:
                client.drop_database(database.name)


@pytest.fixture(params=MONGO_SERVERS)
def mongo(
    request: pytest.FixtureRequest, new_database: Callable[[str], MongoDatabase]
) -> MongoDatabase:
    """Return an empty database on the tests' own server, and on one that the user names."""
    return new_database(request.param)


@pytest.fixture(scope="session")
def make_result() -> Callable[..., LithiationResult]:
    """Return a factory of results with the states x = 0 and x = 1."""

    def make(engine: str = "chgnet", preset: str = "quick") -> LithiationResult:
        made_by = EngineInfo(name=engine, version="1.0", surrogate=engine != "vasp")

        def calculation(structure: object, energy: float, **fields: object) -> Calculation:
            return Calculation(
                engine=made_by,
                structure=structure,
                energy=energy,
                max_force=0.03,
                force_limit=0.05,
                converged=True,
                ionic_steps=20,
                **fields,
            )

        candidates, statics = [], []
        for n_li, energy in ENERGY.items():
            cell = with_magmoms(ordered_lnmo(), {"Ni": 1.7 if n_li else 0.3, "Mn": 3.2})
            if not n_li:
                cell.remove_species(["Li"])
            x = n_li / FORMULA_UNITS
            candidates.append(
                LithiationCandidate(
                    x=x,
                    n_li=n_li,
                    family="vacancy",
                    start_cell="cubic",
                    multiplicity=1,
                    calculation=calculation(cell, energy),
                )
            )
            moments = cell.site_properties["magmom"]
            statics.append(calculation(cell, energy, magmoms=moments))
        return summarise(
            candidates,
            statics,
            calculation(bcc_lithium(), -3.8),
            formula_units=FORMULA_UNITS,
            selections=[Selection(n_li=n, n_distinct=1, text="all of 1") for n in ENERGY],
            provenance=Provenance(
                engine=made_by,
                packages={"liponflow": "0.1.0"},
                preset=preset,
                parameters={"budget": 1},
                input_fingerprint=sha256(f"{engine} {preset}".encode()).hexdigest(),
                source_structure="built-in ordered",
                parent_uuids=[],
            ),
        )

    return make


@pytest.fixture
def example_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the kinds of ``tests/support/example_results.py``, as another package would."""
    registered = registry._entries(registry.RESULTS)
    for name in ("example", "grown"):
        entry = EntryPoint(name, f"example_results:{name.upper()}", registry.RESULTS)
        monkeypatch.setitem(registered, name, entry)


@pytest.fixture
def stored(tmp_path: Path, make_result: Callable[..., LithiationResult]) -> Path:
    """Return a store with a chgnet result of 2025 and a vasp result of 2026."""
    path = tmp_path / "results.db"
    store = open_store(path)
    for uuid, year, result in [
        ("aaaa1111-0000", 2025, make_result()),
        ("bbbb2222-0000", 2026, make_result("vasp", "paper")),
    ]:
        completed = datetime(year, 6, 1, 12, tzinfo=UTC).astimezone().replace(tzinfo=None)
        document = {
            "uuid": uuid,
            "index": 1,
            "name": "result",
            "completed_at": completed.isoformat(),
            "output": result.model_dump(mode="json"),
        }
        store.update(document, key=["uuid", "index"])
    store.close()
    return path

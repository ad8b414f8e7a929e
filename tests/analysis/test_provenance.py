"""Provenance: the fingerprint depends on the inputs and on nothing else."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.analysis.provenance import file_provenance, fingerprint, provenance
from liponflow.analysis.result import EngineInfo
from liponflow.versions import package_versions

ENGINE = EngineInfo(name="chgnet", version="0.4.2", weights="0.3.0", surrogate=True)


def salt(a: float = 4.2, second: str = "O") -> Structure:
    return Structure(Lattice.cubic(a), ["Ni", second], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_equal_inputs_have_equal_fingerprints() -> None:
    first = fingerprint(salt(), ENGINE, {"x": [0, 1], "budget": 1})
    assert first == fingerprint(salt(), ENGINE, {"budget": 1, "x": [0, 1]})
    assert first == fingerprint(salt(4.2 + 1e-12), ENGINE, {"x": [0, 1], "budget": 1})
    assert len(first) == 64


@pytest.mark.parametrize(
    "changed",
    [
        (salt(4.21), ENGINE, {"x": [0]}),
        (salt(second="S"), ENGINE, {"x": [0]}),
        (salt(), ENGINE.model_copy(update={"weights": "0.2.0"}), {"x": [0]}),
        (salt(), ENGINE, {"x": [1]}),
        (salt().copy(site_properties={"magmom": [5.0, 0.0]}), ENGINE, {"x": [0]}),
    ],
    ids=["lattice", "element", "weights", "parameters", "moments"],
)
def test_different_inputs_have_different_fingerprints(changed: tuple[Any, ...]) -> None:
    assert fingerprint(*changed) != fingerprint(salt(), ENGINE, {"x": [0]})


def test_provenance_record_is_complete() -> None:
    made = provenance(
        engine=ENGINE,
        preset="quick",
        parameters={"x": [0]},
        input_fingerprint="f",
        source_structure="cell.cif",
        parent_uuids=("a", "b"),
    )
    assert made.packages == package_versions()
    assert made.parent_uuids == ["a", "b"]
    assert made.created_at.tzinfo is not None


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("energy,counts", "experiment"),
        ("# Synthetic data of the documentation", "synthetic data"),
        ("synthetic graphite", "experiment"),
    ],
)
def test_file_says_that_it_is_synthetic(tmp_path: Path, header: str, name: str) -> None:
    plain, packed = tmp_path / "a.csv", tmp_path / "b.csv.gz"
    plain.write_text("1,2\n")
    packed.write_bytes(gzip.compress(f"{header}\n1,2\n".encode()))
    engine = file_provenance([plain, packed], {}, "a film").engine
    assert (engine.name, engine.surrogate) == (name, False)


def test_program_that_wrote_files_is_recorded_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("synthetic data\n1,2\n")
    vasp = EngineInfo(name="vasp", version=None, surrogate=False)
    assert file_provenance([path], {}, "a film", vasp).engine == vasp

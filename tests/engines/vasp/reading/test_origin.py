"""The program that wrote a file."""

import gzip
from pathlib import Path

import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Run

from liponflow.engines.standin.identity import version_string
from liponflow.engines.vasp.reading.origin import origin

GENERATOR = '<generator>\n  <i name="version" type="string">{} </i>\n'
HEAD = f'<?xml version="1.0"?>\n<modeling>\n {GENERATOR}'


@pytest.mark.parametrize(
    ("version", "label"),
    [
        ("6.4.2", "vasp 6.4.2"),
        (
            version_string("chgnet 0.3.0"),
            "vasp (stand-in: chgnet 0.3.0) (machine-learned potential, not DFT)",
        ),
    ],
)
def test_vasprun_names_its_program(tmp_path: Path, version: str, label: str) -> None:
    path = tmp_path / "vasprun.xml.gz"
    path.write_bytes(gzip.compress(HEAD.format(version).encode()))
    found = origin(path)
    assert found is not None
    assert found.label == label


def test_other_files_have_no_known_origin(tmp_path: Path) -> None:
    path = tmp_path / "XDATCAR"
    path.write_text("Li3PO4\n1.0\n")
    assert origin(path) is None


@pytest.mark.parametrize(
    ("learned", "label"), [(True, "vasp MLFF 6.4.2 (m"), (False, "vasp 6.4.2")]
)
def test_steps_of_the_force_field_are_named(tmp_path: Path, *, learned: bool, label: str) -> None:
    cell = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    incar = {"NSW": 2, "IBRION": 0, "POTIM": 1.0, "ML_LMLFF": True}
    files = Run([cell] * 2, [-1.0] * 2, incar, kinetic=[0.1] * 2, learned=[False, learned])
    found = origin(files.write(tmp_path) / "vasprun.xml")
    assert found is not None
    assert found.label.startswith(label)

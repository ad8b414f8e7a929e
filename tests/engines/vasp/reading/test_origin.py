"""The program that wrote a file."""

import gzip
from pathlib import Path

import pytest

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
